"""Panels, rows, section headings and the head of a page."""

from portal_app.components.icons import icon, icon_svg
from portal_app.components.safe import fragment, text
from portal_app.components.tag import Tag
from portal_app.components.text import h1, h2, link, paragraph


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
    with box, Tag("div", "lw-sec-h"):
        heading = h2(title)
        if more:
            link(more[0], more[1])
    return box.set(aria_labelledby=heading.html_id)


def panel(cls: str = "", *, padded: bool = False, tag: str = "div") -> Tag:
    """Draw a white panel."""
    return Tag(tag, f"lw-panel lw-pad {cls}" if padded else f"lw-panel {cls}")


def row_list(label: str = "") -> Tag:
    """Draw a panel that is a list; put `row` elements inside."""
    return Tag("ul", "lw-panel", aria_label=label or None)


def row() -> Tag:
    """Draw an empty row of a list, for contents of your own."""
    return Tag("li", "lw-row")


def link_row(
    title: str,
    href: str,
    meta: str = "",
    *,
    icon_name: str = "",
    tone: str = "",
    chevron: bool = True,
) -> Tag:
    """Draw a row whose title link covers it.

    Args:
        title: words of the link.
        href: where it goes.
        meta: second line.
        icon_name: icon in a square before the title.
        tone: colour of that square: "", "br" or "wa".
        chevron: draw the arrow at the right.
    """
    line = row()
    with line:
        if icon_name:
            icon_square(icon_name, tone)
        title_html = fragment("a", "lw-t", title, href=href)
        meta_html = fragment("p", "lw-m", meta) if meta else text("")
        Tag("div", "lw-grow", html=fragment("div", "", title_html, meta_html))
        if chevron:
            icon("chevron-right")
    return line


def icon_square(icon_name: str, tone: str = "") -> Tag:
    """Draw an icon on a square field; `tone` is "", "br" (brand) or "wa" (warning)."""
    return Tag("span", f"lw-ico lw-{tone}" if tone else "lw-ico", html=icon_svg(icon_name))


def back_link(text: str, href: str) -> Tag:
    """Draw the small link to the page above."""
    return Tag(
        "a", "lw-crumb", html=fragment("span", "", icon_svg("chevron-left", "s"), text), href=href
    )
