"""A search field that asks while one types."""

from portal_app.components.controls import TextControl
from portal_app.components.icons import icon
from portal_app.components.tag import Handler, Tag


class SearchField:
    """A field with a magnifier; its label is read, not shown."""

    def __init__(
        self, label: str, on_search: Handler, *, value: str = "", cls: str = "lw-searchfield"
    ) -> None:
        """Create the field; `on_search` is called with the words after each change."""
        with Tag("div", cls, role="search", aria_label=label):
            icon("search", "s")
            self.control = TextControl(
                value=value,
                on_change=on_search,
                type_="search",
                placeholder=label,
                autocomplete="off",
                aria_label=label,
            )

    def clear(self) -> None:
        """Empty the field."""
        self.control.value = ""
