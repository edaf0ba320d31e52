"""Runs the command line; without a command it serves the portal."""

if __name__ == "__main__":
    # imported here, because the process that makes PDFs looks at this file too
    from portal_app.cli import main
    from portal_app.services.foundation import Foundation

    def serve(foundation: Foundation, host: str, port: int, demo: bool) -> None:
        """Serve; the application is only imported here: other commands need no NiceGUI."""
        from portal_app.app import run  # noqa: PLC0415

        run(foundation, host, port, demo=demo)

    main(serve)
