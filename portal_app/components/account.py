"""Settings of a person: a heading at the left, and what it holds at the right."""

from portal_app.components.safe import fragment, join
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
