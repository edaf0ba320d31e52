"""Buttons: they do something. What goes somewhere is a link."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag

_KINDS = {
    "primary": "lw-btn",
    "sec": "lw-btn lw-sec",
    "txt": "lw-btn lw-txt",
    "danger": "lw-btn lw-danger",
    "dangertxt": "lw-btn lw-dangertxt",
}
_SPINNER = Safe(
    '<svg class="lw-i lw-i-s lw-spin" viewBox="0 0 24 24" aria-hidden="true">'
    '<path d="M12 3a9 9 0 1 0 9 9"/></svg>'
)


class Button(Tag):
    """A native button with its words, an icon and a busy state that keeps its place."""

    def __init__(
        self,
        text: str,
        on_click: Handler | None = None,
        *,
        kind: str = "primary",
        icon: str = "",
        cls: str = "",
        repeatable: bool = False,
        **attributes: Any,
    ) -> None:
        """Create the button.

        Args:
            text: names the result ("Pay $235.00", "Sign and send").
            on_click: called without arguments; may be a coroutine function.
            kind: "primary", "sec", "txt", "danger" or "dangertxt".
            icon: name of an icon before the words.
            cls: more class names.
            repeatable: the action may be played again after the page has started (open, expand).
                Others carry `data-no-replay`.
            attributes: more attributes; `type_="submit"` in a form.
        """
        self._words, self._icon, self._busy = text, icon, False
        attributes.setdefault("type_", "button")
        if not repeatable:
            attributes.setdefault("data_no_replay", True)
        super().__init__("button", f"{_KINDS[kind]} {cls}", html=self._content(text), **attributes)
        if on_click:
            self.on_click(on_click)

    def _content(self, words: str) -> Safe:
        lead = _SPINNER if self._busy else icon_svg(self._icon, "s") if self._icon else Safe()
        return join(lead, fragment("span", "lw-lbl", words))

    def set_words(self, text: str) -> None:
        """Change the words in place."""
        self._words = text
        self.set_html(self._content(text))

    def set_enabled(self, on: bool) -> None:
        """Allow or refuse clicks; say the reason next to the button."""
        self.set(disabled=not on)

    def set_busy(self, words: str = "") -> None:
        """Show that work is under way; empty words end it."""
        self._busy = bool(words)
        self.set_html(self._content(words or self._words))
        self.set(aria_busy=True if words else None)

    @contextmanager
    def busy(self, words: str) -> Iterator[None]:
        """Show the words and a turning ring while the block runs."""
        self.set_busy(words)
        try:
            yield
        finally:
            if not self.is_deleted:
                self.set_busy()


def link_button(
    text: str,
    href: str,
    *,
    kind: str = "primary",
    icon: str = "",
    cls: str = "",
    **attributes: Any,
) -> Tag:
    """Draw a link that looks like a button."""
    lead = icon_svg(icon, "s") if icon else Safe()
    html = join(lead, fragment("span", "lw-lbl", text))
    return Tag("a", f"{_KINDS[kind]} {cls}", html=html, href=href, **attributes)


class IconButton(Tag):
    """A square button with an icon; the label is its name and is required."""

    def __init__(
        self,
        icon_name: str,
        label: str,
        on_click: Handler | None = None,
        *,
        cls: str = "",
        **attributes: Any,
    ) -> None:
        """Create the button; `label` is what a screen reader says."""
        if not label.strip():
            raise ValueError("An icon button needs a label.")
        attributes.setdefault("type_", "button")
        super().__init__(
            "button",
            f"lw-iconbtn {cls}",
            html=icon_svg(icon_name),
            aria_label=label,
            title=label,
            **attributes,
        )
        if on_click:
            self.on_click(on_click)

    def set_enabled(self, on: bool) -> None:
        """Allow or refuse clicks; the button stays where it is."""
        self.set(disabled=not on)


def icon_link(icon_name: str, label: str, href: str, cls: str = "") -> Tag:
    """Draw a square link with an icon; the label is its name."""
    return Tag(
        "a", f"lw-iconbtn {cls}", html=icon_svg(icon_name), href=href, aria_label=label, title=label
    )
