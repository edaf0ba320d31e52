"""Notes that stay in the page, next to what they are about."""

from typing import Any

from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag

ICONS = {
    "": "info",
    "warn": "triangle-alert",
    "danger": "circle-alert",
    "ok": "circle-check",
    "plain": "info",
}


def note_html(text: str, kind: str = "") -> Safe:
    """Return the inside of a note, for `set_html`; nothing for no words."""
    return join(icon_svg(ICONS[kind]), fragment("span", "", text)) if text else Safe()


def note(text: str, kind: str = "", *, alert: bool = False, **attributes: Any) -> Tag:
    """Draw a note; `kind` is "" (information), "warn", "danger", "ok" or "plain".

    `alert` makes screen readers say it at once: for errors only.
    """
    cls = f"lw-note lw-{kind}" if kind else "lw-note"
    role = "alert" if alert else None
    return Tag("div", cls, html=note_html(text, kind), role=role, **attributes)
