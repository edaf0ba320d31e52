"""The few things that the server asks of the open page; `assets/js/kit.js` does them."""

from nicegui import core, json
from nicegui.element import Element

_CALL = "window.lw?.{name}?.({arguments})"


def call(element: Element, name: str, *arguments: str | int | bool | None) -> None:
    """Run one function of kit.js in the element's page; every argument goes as JSON."""
    if element.is_deleted or not core.is_loop_running():
        return
    listed = ",".join(json.dumps(argument) for argument in arguments)
    element.client.run_javascript(_CALL.format(name=name, arguments=listed))


def focus(element: Element) -> None:
    """Move the focus to an element and bring it into view."""
    call(element, "focus", element.html_id)


def set_address(element: Element, path: str) -> None:
    """Change the address without loading anything, so that a reload shows the same."""
    call(element, "address", path)
