"""The field in which a page of several clinicians is turned to one of them."""

from collections.abc import Callable, Sequence

from portal_app.components.controls import SelectControl
from portal_app.components.tag import Tag
from portal_app.pages.framework.visit import Visit


def whose(
    visit: Visit,
    label: str,
    people: Sequence[tuple[str, str]],
    chosen: str,
    address: Callable[[str], str],
) -> None:
    """Offer the clinicians.

    Args:
        visit: the open page.
        label: words of the field.
        people: (id, name), in order.
        chosen: id of the one that is shown.
        address: gives the page of another.
    """
    with Tag("div", "lw-field lw-whose"):
        name = Tag("label", "", label)
        control = SelectControl(
            people, value=chosen, on_change=lambda key: visit.go(address(str(key)))
        )
        name.set(for_=control.html_id)
