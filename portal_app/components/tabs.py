"""Tabs whose choice stands in the address, and links between the views of one list."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal_app.components.badge import badge_html
from portal_app.components.browser import set_address
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire


@dataclass(frozen=True, slots=True)
class Tab:
    """One tab or view: its words, the address that a reload opens, and a count (0 hides it)."""

    label: str
    href: str
    current: bool = False
    count: int = 0
    count_word: str = "waiting"


class Tabs:
    """A row of tabs over one panel; arrow keys move and open.

    Each tab is a link with the address that a reload would open; a click changes the panel in
    place. Fill `panel` with the first content, and change it in `on_select`.
    """

    def __init__(
        self, label: str, items: Sequence[Tab], *, on_select: Handler | None = None
    ) -> None:
        """Create tabs and panel.

        Args:
            label: name of the row for screen readers.
            items: in order; one is current.
            on_select: called with the address of the tab that was opened; the panel is empty
                then, and the call runs inside it. None: the tabs are plain links.
        """
        self._on_select = on_select
        self._tabs: dict[str, Tag] = {}
        self.current = next((item.href for item in items if item.current), items[0].href)
        with Tag("div", "lw-tabs", role="tablist", aria_label=label):
            for item in items:
                self._tabs[item.href] = self._tab(item)
        self.panel = Tag("div", "lw-tabpanel", role="tabpanel", tabindex="-1")
        self._mark()

    def _tab(self, item: Tab) -> Tag:
        href = item.href
        drawn = Tag("a", html=_tab_html(item), href=href, role="tab")
        if self._on_select:
            drawn.on("click.prevent.stop", lambda: self.select(href), args=[])
        return drawn

    def set_item(self, item: Tab) -> None:
        """Change the words or the count of a tab."""
        self._tabs[item.href].set_html(_tab_html(item))

    def select(self, href: str) -> None:
        """Open a tab."""
        if href == self.current:
            return
        self.current = href
        self._mark()
        set_address(self.panel, href)
        self.panel.clear()
        fire(self.panel, self._in_panel, href)

    def _in_panel(self, href: str) -> object:
        with self.panel:
            return self._on_select(href) if self._on_select else None

    def _mark(self) -> None:
        for href, tab in self._tabs.items():
            on = href == self.current
            tab.set(
                aria_selected=on,
                aria_controls=self.panel.html_id if on else None,
                tabindex="0" if on else "-1",
            )
        self.panel.set(aria_labelledby=self._tabs[self.current].html_id)


def tabs(label: str, items: Sequence[Tab]) -> Tag:
    """Draw tabs that are plain links; returns the panel, to be filled by the page."""
    return Tabs(label, items).panel


def folders(label: str, items: Sequence[Tab]) -> Tag:
    """Draw a navigation between the views of one list.

    The open view is marked with `aria-current=true`; "page" is kept for the open section.
    """
    with Tag("nav", "lw-seg lw-folders", aria_label=label) as box:
        for item in items:
            words = f"{item.label} ({item.count})" if item.count else item.label
            Tag("a", "", words, href=item.href, aria_current=True if item.current else None)
    return box


def _tab_html(item: Tab) -> Safe:
    return join(fragment("span", "", item.label), badge_html(item.count, item.count_word))
