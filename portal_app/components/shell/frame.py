"""Where the shell stands: beside Quasar's page, so that `main` holds the content only."""

from contextlib import contextmanager
from collections.abc import Iterator

from nicegui import context
from nicegui.element import Element

from portal_app.components.safe import Safe, fragment
from portal_app.components.tag import Tag
from portal_app.components.toast import LiveRegion, Toasts

SKIP = "Skip to content"


class Frame:
    """Skip link, the places of header and navigation, live region and toasts."""

    def __init__(self, cls: str = "") -> None:
        """Prepare the page's layout; once for each page.

        Args:
            cls: more class names on the layout ("lw-console").
        """
        client = context.client
        self._layout: Element = client.layout
        list.extend(self._layout.classes, f"lw-shell {cls}".split())
        page = client.content.parent_slot
        if page is None:
            raise RuntimeError("The page has no content yet.")
        page.parent.props["id"] = "main"
        page.parent.props["tabindex"] = "-1"
        with self.before_content():
            Tag("a", "lw-skip", SKIP, href="#main")
        with self._layout:
            self.live = LiveRegion()
            self.toasts = Toasts(self.live)

    @contextmanager
    def before_content(self) -> Iterator[None]:
        """Put what is made inside before the content, after what is there already."""
        children = self._layout.default_slot.children
        known = len(children)
        with self._layout:
            yield
        made = children[known:]
        del children[known:]
        at = children.index(self._layout.client.page_container)
        children[at:at] = made


def bold_name(sentence: str, name: str) -> Safe:
    """Return a sentence with the person's name in bold; `{name}` marks its place."""
    before, _, after = sentence.partition("{name}")
    return fragment("p", "", before, fragment("b", "", name), after)
