"""A menu that opens under a button: one of several is chosen, or an action is run.

It is a browser popover: Escape and a click beside it close it, and the focus goes back to the
button. Arrow keys, Home, End and first letters come from kit.js.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from portal_app.components.avatar import avatar_html
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a menu: all of them have an `href`, or all hand their `key` to the callback.

    `checked` not None makes it a radio item; `cls` adds class names, such as `lw-only-m`.
    """

    label: str
    key: str = ""
    href: str = ""
    detail: str = ""
    initials: str = ""
    tone: int = 1
    checked: bool | None = None
    cls: str = ""


class Menu:
    """A button and its menu of radio items or actions."""

    def __init__(
        self,
        label: str,
        items: Sequence[Item],
        *,
        button_html: Safe,
        button_class: str,
        on_choose: Handler | None = None,
        short: bool = True,
    ) -> None:
        """Create button and menu in the current slot.

        Args:
            label: name of the menu for screen readers.
            items: its lines.
            button_html: what the button shows.
            button_class: its class names.
            on_choose: called with the item's key, for items without an address.
            short: lines of 44 px; else 56 px with room for an avatar.
        """
        self._on_choose = on_choose
        self.button = Tag(
            "button",
            button_class,
            html=button_html,
            type_="button",
            aria_haspopup="menu",
            aria_expanded=False,
        )
        self.box = Tag(
            "div",
            "lw-menu lw-short" if short else "lw-menu",
            popover="auto",
            role="menu",
            aria_label=label,
        )
        self.button.set(popovertarget=self.box.html_id)
        self.set_items(items)

    def set_items(self, items: Sequence[Item]) -> None:
        """Replace the lines. Where all are links, the menu is one element."""
        self.box.clear()
        if all(item.href for item in items):
            self.box.set_html(join(*(_link_html(item) for item in items)))
            return
        with self.box:
            for item in items:
                self._line(item)

    def _line(self, item: Item) -> None:
        choose, key = self._on_choose, item.key
        line = Tag("button", f"lw-mi {item.cls}", html=item_html(item), **_line_attributes(item))
        if choose:
            line.on_click(lambda: choose(key))


def _line_attributes(item: Item) -> dict[str, Any]:
    return {
        "type_": None if item.href else "button",
        "href": item.href or None,
        "role": "menuitem" if item.checked is None else "menuitemradio",
        "aria_checked": item.checked,
        "tabindex": "-1",
    }


def _link_html(item: Item) -> Safe:
    cls = f"lw-mi {item.cls}".rstrip()
    return fragment("a", cls, item_html(item), **_line_attributes(item))


def item_html(item: Item) -> Safe:
    """Return the inside of one line of a menu."""
    return join(
        avatar_html(item.initials, item.tone) if item.initials else Safe(),
        fragment(
            "span",
            "lw-grow",
            fragment("b" if item.detail else "span", "", item.label),
            fragment("small", "", item.detail) if item.detail else Safe(),
        ),
        icon_svg("check") if item.checked else Safe(),
    )


def menu_button(
    text: str,
    items: Sequence[Item],
    *,
    on_choose: Handler | None = None,
    kind: str = "sec",
    icon: str = "",
) -> Menu:
    """Draw an ordinary button that opens a menu."""
    html = join(
        icon_svg(icon, "s") if icon else Safe(),
        fragment("span", "lw-lbl", text),
        icon_svg("chevron-down", "s"),
    )
    return Menu(
        text, items, button_html=html, button_class=f"lw-btn lw-{kind}", on_choose=on_choose
    )
