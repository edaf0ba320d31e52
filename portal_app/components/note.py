"""Notes that stay in the page, next to what they are about."""

from portal_app.components.icons import icon_svg
from portal_app.components.safe import Attribute, Safe, fragment, join
from portal_app.components.tag import Tag

_ICONS = {
    "": "info",
    "warn": "triangle-alert",
    "danger": "circle-alert",
    "ok": "circle-check",
    "plain": "info",
}


def note(text: str, kind: str = "", *, alert: bool = False, **attributes: Attribute) -> Tag:
    """Draw a note; `kind` is "" (information), "warn", "danger", "ok" or "plain".

    `alert` makes screen readers say it at once: for errors only.
    """
    return note_box(fragment("span", "", text), kind, alert=alert, **attributes)


def note_box(html: Safe, kind: str = "", *, alert: bool = False, **attributes: Attribute) -> Tag:
    """Draw a note around markup of our own."""
    inside = join(icon_svg(_ICONS[kind]), html)
    role = "alert" if alert else None
    return Tag("div", f"lw-note lw-{kind}" if kind else "lw-note", html=inside, role=role, **attributes)
