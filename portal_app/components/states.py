"""What a place shows while it has nothing, loads, or cannot be shown."""

from portal_app.components.icons import icon_svg
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph

_WIDTHS = ((38, 82), (30, 70), (44, 76), (34, 64))


def empty(title: str, text: str, icon: str = "mail", *, level: int = 2) -> Tag:
    """Draw an empty place; put at most one button or link inside the returned box.

    `level` is the level of its heading in the page.
    """
    return _place(title, text, icon, "lw-br", level)


def trouble(title: str, text: str, *, level: int = 2) -> Tag:
    """Draw what a place shows when its content cannot be loaded; put "Try again" inside."""
    return _place(title, text, "triangle-alert", "lw-da", level)


def skeleton(lines: int = 4, label: str = "Loading") -> Tag:
    """Draw grey rows in the shape of what comes; `label` is said ("Loading messages")."""
    drawn = []
    for number in range(lines):
        first, second = _WIDTHS[number % len(_WIDTHS)]
        bars = join(fragment("span", f"lw-sk lw-w{first}"), fragment("span", f"lw-sk lw-w{second}"))
        place = fragment("div", "lw-grow lw-stack", bars)
        drawn.append(fragment("div", "lw-row", fragment("span", "lw-sk lw-round"), place))
    return Tag("div", "lw-panel lw-skeleton", html=join(*drawn), role="status", aria_label=label)


def _place(title: str, text: str, icon: str, tone: str, level: int) -> Tag:
    box = Tag("div", "lw-panel lw-empty")
    with box:
        Tag("span", f"lw-ico {tone}", html=icon_svg(icon, "l"), aria_hidden=True)
        Tag(f"h{level}", "lw-h2", title)
        paragraph(text)
    return box
