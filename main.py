"""Runs the command line; without a command it serves the portal."""

from portal_app.cli import main
from portal_app.services.foundation import Foundation


def serve(foundation: Foundation, host: str, port: int, demo: bool) -> None:
    """Serve; the application is only imported here, since other commands need no NiceGUI."""
    from portal_app.app import run  # noqa: PLC0415

    run(foundation, host, port, demo=demo)


if __name__ == "__main__":  # not in the process that renders PDFs, which imports this module
    main(serve)
