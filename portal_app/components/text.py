"""Short names for the tags that pages use most."""

from typing import Any

from portal_app.components.safe import Safe
from portal_app.components.tag import Tag


def h1(text: str, cls: str = "lw-h1") -> Tag:
    """Draw the page title; one for each page. It can take the focus after a section change."""
    return Tag("h1", cls, text, tabindex="-1")


def h2(text: str, cls: str = "lw-h2", **attributes: Any) -> Tag:
    """Draw a section heading."""
    return Tag("h2", cls, text, **attributes)


def h3(text: str, cls: str = "lw-h3", **attributes: Any) -> Tag:
    """Draw a heading inside a section."""
    return Tag("h3", cls, text, **attributes)


def paragraph(text: str, cls: str = "", **attributes: Any) -> Tag:
    """Draw a paragraph of plain text."""
    return Tag("p", cls, text, **attributes)


def span(text: str, cls: str = "", **attributes: Any) -> Tag:
    """Draw inline text."""
    return Tag("span", cls, text, **attributes)


def div(cls: str = "", **attributes: Any) -> Tag:
    """Draw a box to put children in."""
    return Tag("div", cls, **attributes)


def link(text: str, href: str, cls: str = "", **attributes: Any) -> Tag:
    """Draw a link; a path inside the open shell changes the section in place."""
    return Tag("a", cls, text, href=href, **attributes)


def hidden_text(text: str) -> Tag:
    """Draw words for screen readers only."""
    return Tag("span", "lw-sr", text)


def markup(html: Safe, cls: str = "", tag: str = "div") -> Tag:
    """Draw a piece of `Safe` markup as one element."""
    return Tag(tag, cls, html=html)
