"""Settings of a person: a heading at the left, and what it holds at the right."""

from collections.abc import Sequence

from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h2, paragraph


def setting(title: str, lead: str = "") -> Tag:
    """Draw a section of settings; returns the box at its right."""
    box = Tag("section", "lw-set")
    with box:
        with Tag("div"):
            heading = h2(title)
            if lead:
                paragraph(lead)
        right = Tag("div", "lw-setbody")
    box.set(aria_labelledby=heading.html_id)
    return right


class Line(Tag):
    """One line of a panel of settings; buttons go inside, at the right."""

    def __init__(self, title: str, detail: str = "", tag: str = "div") -> None:
        """Create it with its words."""
        super().__init__(tag, "lw-line lw-setline")
        with self:
            self._words = Tag("div", "lw-grow")
        self.say(title, detail)

    def say(self, title: str, detail: str = "") -> None:
        """Change its words in place."""
        small = fragment("small", "", detail) if detail else ""
        self._words.set_html(join(fragment("p", "lw-b", title), small))


def qr_picture(svg: str) -> Tag:
    """Draw a picture for an app to scan; it was drawn by us and holds no text of anybody."""
    return Tag("div", "lw-qr", html=Safe(svg), role="img", aria_label="QR code for your app")


def codes_list(codes: Sequence[str]) -> Tag:
    """List codes to be printed or written down."""
    items = (fragment("li", "", fragment("code", "", code)) for code in codes)
    return Tag("ul", "lw-codes", html=join(*items), aria_label="Recovery codes")
