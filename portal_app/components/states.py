"""What a place shows while it has nothing, loads, or cannot be shown."""

from portal_app.components.icons import icon_svg
from portal_app.components.panel import icon_square
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph

_WIDTHS = ((38, 82), (30, 70), (44, 76), (34, 64))


def empty_state(title: str, sentence: str, icon_name: str = "inbox", *, level: int = 2) -> Tag:
    """Draw an empty place; put at most one button or link inside the returned box.

    `level` is the level of its heading in the page.
    """
    box = Tag("div", "lw-panel lw-empty")
    with box:
        Tag("span", "lw-ico lw-br", html=icon_svg(icon_name, "l"))
        Tag(f"h{level}", "lw-h2", title)
        paragraph(sentence)
    return box


def error_state(title: str, sentence: str, *, level: int = 2) -> Tag:
    """Draw what a place shows when its content cannot be loaded."""
    box = Tag("div", "lw-panel lw-empty")
    with box:
        icon_square("triangle-alert", "da")
        Tag(f"h{level}", "lw-h2", title)
        paragraph(sentence)
    return box


def skeleton(label: str, rows: int = 4) -> Tag:
    """Draw grey rows in the shape of what comes; `label` is said ("Loading messages")."""
    lines = []
    for number in range(rows):
        first, second = _WIDTHS[number % len(_WIDTHS)]
        bars = join(
            fragment("span", f"lw-sk lw-w{first}"), fragment("span", f"lw-sk lw-w{second}")
        )
        lines.append(
            fragment(
                "div",
                "lw-row",
                fragment("span", "lw-sk lw-round"),
                fragment("div", "lw-grow lw-stack", bars),
            )
        )
    return Tag("div", "lw-panel lw-skeleton", html=join(*lines), role="status", aria_label=label)
