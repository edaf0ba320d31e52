"""Runs the command line; without a command it serves the portal."""

from portal_app.cli import main

if __name__ in {"__main__", "__mp_main__"}:
    main()
