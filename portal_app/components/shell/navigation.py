"""The two navigations: the rail of a wide screen and the bar of a phone. One is displayed."""

from collections.abc import Sequence
from dataclasses import replace

from portal_app.components.badge import badge_html
from portal_app.components.icons import icon_svg, practice_mark
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.shell.values import Brand, Section
from portal_app.components.tag import Tag


def brand_html(brand: Brand) -> Safe:
    """Return mark, name and second line of the practice."""
    words = fragment(
        "span", "", fragment("b", "", brand.name), fragment("span", "", brand.strapline)
    )
    return join(practice_mark(), words)


def link_html(section: Section, size: str = "") -> Safe:
    """Return icon, label and count of a navigation link."""
    return join(
        icon_svg(section.icon, size),
        fragment("span", "", section.label),
        badge_html(section.unread, section.count_word),
    )


class Navigation:
    """Rail, bar and More sheet over the same list of sections, changed in place."""

    def __init__(self, brand: Brand, sections: Sequence[Section], foot: Safe) -> None:
        """Create both navigations; `foot` is the last line of the rail."""
        self._sections: dict[str, Section] = {}
        self._current = ""
        with Tag("nav", "lw-rail", aria_label="Sections") as self.rail:
            self._brand = Tag("a", "lw-brand", html=brand_html(brand), href=brand.home)
            self._rail = Tag("div", "lw-nav")
            Tag("div", "lw-foot", html=foot)
        with Tag("nav", "lw-bottom", aria_label="Main sections") as self._bar:
            with Tag("div", "lw-menu lw-sheetmenu", popover="auto") as self._sheet:
                self._rest = Tag("div", "lw-nav")
                self.extra = Tag("div", "lw-nav")
        self._links: dict[str, list[tuple[Tag, str]]] = {}
        self._more: Tag | None = None
        self.set_sections(sections)

    def set_home(self, href: str) -> None:
        """Change where the practice's mark leads."""
        self._brand.set(href=href)

    def set_sections(self, sections: Sequence[Section]) -> None:
        """Show these sections, in this order."""
        if [s.href for s in sections] == list(self._sections):
            for section in sections:
                self._draw(section)
            return
        self._sections = {section.href: section for section in sections}
        self._links = {section.href: [] for section in sections}
        for tag in [child for child in self._bar if child is not self._sheet]:
            tag.delete()
        self._rail.clear()
        self._rest.clear()
        with self._rail:
            for section in sections:
                self._add(section)
        on_bar = [section for section in sections if section.on_bar]
        rest = [section for section in sections if not section.on_bar]
        with self._bar:
            for section in on_bar:
                self._add(section, size="l")
            self._more = self._more_button()
        with self._rest:
            for section in rest:
                self._add(section)
        self.set_current(self._current)

    def set_unread(self, href: str, number: int) -> None:
        """Change one count; 0 hides it. A section that is not shown is passed over."""
        if section := self._sections.get(href):
            self._draw(replace(section, unread=number))

    def set_current(self, href: str) -> None:
        """Mark the open section."""
        self._current = href
        for key, links in self._links.items():
            for tag, _size in links:
                tag.set(aria_current="page" if key == href else None)
        if self._more:
            section = self._sections.get(href)
            self._more.mark_as("lw-on", on=section is not None and not section.on_bar)

    def _add(self, section: Section, size: str = "") -> None:
        tag = Tag(
            "a",
            html=link_html(section, size),
            href=section.href,
            aria_label=_name(section.label, section.unread, section.count_word),
        )
        self._links[section.href].append((tag, size))

    def _draw(self, section: Section) -> None:
        self._sections[section.href] = section
        for tag, size in self._links[section.href]:
            tag.set_html(link_html(section, size))
            tag.set(aria_label=_name(section.label, section.unread, section.count_word))
        if self._more:
            waiting, word = self._waiting()
            self._more.set_html(self._more_html())
            self._more.set(aria_label=_name("More", waiting, word))

    def _more_button(self) -> Tag:
        return Tag(
            "button",
            html=self._more_html(),
            type_="button",
            popovertarget=self._sheet.html_id,
            aria_haspopup="true",
            aria_expanded=False,
            aria_label=_name("More", *self._waiting()),
        )

    def _more_html(self) -> Safe:
        waiting, word = self._waiting()
        label = fragment("span", "", "More")
        return join(icon_svg("menu", "l"), label, badge_html(waiting, word))

    def _waiting(self) -> tuple[int, str]:
        """Return the sum of the counts behind More, and what is counted."""
        rest = [section for section in self._sections.values() if not section.on_bar]
        words = {section.count_word for section in rest if section.unread}
        word = words.pop() if len(words) == 1 else "new"
        return sum(section.unread for section in rest), word


def _name(label: str, count: int, word: str) -> str | None:
    """Return "Messages, 2 unread"; None where the label alone is the name."""
    return f"{label}, {count} {word}" if count else None
