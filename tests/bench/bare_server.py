"""What everything is measured against: one label, served by NiceGUI as it comes."""

import sys

from nicegui import ui


@ui.page("/")
def bare() -> None:
    ui.label("Bare").classes("bare")


if __name__ in {"__main__", "__mp_main__"}:
    ui.run(port=int(sys.argv[1]), show=False, reload=False)
