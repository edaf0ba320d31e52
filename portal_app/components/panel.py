"""Panels, rows whose title is the link, section headings and the head of a page."""

from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.states import empty, skeleton
from portal_app.components.tag import Tag
from portal_app.components.text import h1, paragraph

__all__ = [
    "back_link",
    "empty",
    "icon_tile",
    "page_body",
    "page_head",
    "panel",
    "row",
    "row_html",
    "rows",
    "section",
    "skeleton",
]


def page_body(cls: str = "") -> Tag:
    """Draw the box of a page's content, with the margins of the design."""
    return Tag("div", f"lw-page {cls}")


def page_head(title: str, lead: str = "") -> Tag:
    """Draw the title and its first line; returns the box for buttons at its right."""
    with Tag("div", "lw-page-h"):
        with Tag("div"):
            h1(title)
            if lead:
                paragraph(lead, "lw-lead")
        return Tag("div", "lw-act")


def section(title: str, cls: str = "", *, more: tuple[str, str] | None = None) -> Tag:
    """Draw a section named by its heading; `more` is a link (words, address) at the right."""
    box = Tag("section", cls)
    named = f"{box.html_id}-h"
    words = fragment("h2", "lw-h2", title, id=named)
    end = fragment("a", "", more[0], href=more[1]) if more else Safe()
    with box:
        Tag("div", "lw-sec-h", html=join(words, end))
    return box.set(aria_labelledby=named)


def panel(cls: str = "", *, padded: bool = False, tag: str = "div") -> Tag:
    """Draw a white panel."""
    return Tag(tag, f"lw-panel lw-pad {cls}" if padded else f"lw-panel {cls}")


def rows(label: str = "") -> Tag:
    """Draw a panel that is a list; put rows inside."""
    return Tag("ul", "lw-panel", aria_label=label or None)


def row(
    title: str, href: str, meta: str = "", *, lead: Safe | None = None, aside: Safe | None = None
) -> Tag:
    """Draw a row whose title link covers it, as one element.

    Args:
        title: words of the link.
        href: where it goes.
        meta: second line.
        lead: what stands before, such as `icon_tile` or `avatar_html`.
        aside: what stands at the right instead of the arrow, such as `chip_html`.
    """
    return Tag("li", "lw-row", html=_inside(title, href, meta, lead, aside))


def row_html(title: str, href: str, meta: str = "", *, lead: Safe | None = None) -> Safe:
    """Return such a row, for a list that is replaced as a whole."""
    return fragment("li", "lw-row", _inside(title, href, meta, lead, None))


def _inside(title: str, href: str, meta: str, lead: Safe | None, aside: Safe | None) -> Safe:
    words = join(
        fragment("a", "lw-t", title, href=href), fragment("p", "lw-m", meta) if meta else Safe()
    )
    end = icon_svg("chevron-right") if aside is None else aside
    return join(lead or Safe(), fragment("div", "lw-grow", words), end)


def icon_tile(icon: str, tone: str = "br") -> Safe:
    """Return an icon on a square: "" quiet, "br" brand, "wa" something to do, "da" danger."""
    cls = f"lw-ico lw-{tone}" if tone else "lw-ico"
    return fragment("span", cls, icon_svg(icon), aria_hidden=True)


def back_link(text: str, href: str) -> Tag:
    """Draw the small link to the page above."""
    words = fragment("span", "", text)
    return Tag("a", "lw-crumb", html=join(icon_svg("chevron-left", "s"), words), href=href)
