"""Runs the command line; without a command it serves the portal.

The process that makes PDFs looks at this file too, so that nothing is imported outside of what runs.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from portal_app.services.foundation import Foundation


def serve(foundation: "Foundation", host: str, port: int, demo: bool) -> None:
    """Serve; the application is only imported here, since other commands need no NiceGUI."""
    from portal_app.app import run  # noqa: PLC0415

    run(foundation, host, port, demo=demo)


if __name__ == "__main__":
    from portal_app.cli import main

    main(serve)
