"""A consent: the sheet that is read page by page, the pad, and the panel in which it is signed."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import events

from portal_app.components.browser import call
from portal_app.components.button import Button, IconButton
from portal_app.components.icons import icon_svg
from portal_app.components.markdown import markdown
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag, fire
from portal_app.rules.consents import PAD_HEIGHT, PAD_WIDTH

DOWNLOAD = "Download this document as PDF"
NO_WORDS = "This page can’t be shown here. Download the document to read it."


class Sheet(Tag):
    """A document, one page at a time; it says when the last one is on screen."""

    def __init__(
        self,
        title: str,
        about: Sequence[str],
        parts: Sequence[str],
        *,
        is_markdown: bool,
        pages: int,
        href: str,
        on_last: Handler,
        on_download: Handler,
    ) -> None:
        """Draw the first page.

        Args:
            title: heading of the first page of a document that is written as Markdown.
            about: lines under it.
            parts: Markdown, or the words of each page.
            is_markdown: which of the two.
            pages: how many pages the file has.
            href: where the file is.
            on_last: called when the last page is shown.
            on_download: called when the person takes the file.
        """
        super().__init__("section", "lw-reading", aria_label="Document")
        self._title, self._about, self._parts = title, about, parts
        self._is_markdown, self._on_last, self._at = is_markdown, on_last, 0
        # the words on screen may be divided in another way than the pages of the file
        self._unit = "Page" if len(parts) == pages else "Part"
        with self:
            with Tag("div", "lw-reading-bar"):
                self._where = Tag("p", "", aria_live="polite")
                self._back = IconButton("chevron-left", "Previous page", lambda: self._turn(-1))
                self._next = IconButton("chevron-right", "Next page", lambda: self._turn(1))
                link = Tag(
                    "a",
                    "lw-iconbtn",
                    html=icon_svg("download"),
                    href=href,
                    download=True,
                    aria_label=DOWNLOAD,
                    title=DOWNLOAD,
                )
                link.on_click(on_download)
            self._sheet = Tag("div", "lw-sheet", tabindex="-1")
        self._show()

    def _turn(self, by: int) -> None:
        self._at = max(0, min(len(self._parts) - 1, self._at + by))
        self._show()
        if self._at == len(self._parts) - 1:
            fire(self, self._on_last)

    def _show(self) -> None:
        part, count = self._parts[self._at], len(self._parts)
        self._where.set_text(f"{self._unit} {self._at + 1} of {count}")
        self._back.set_enabled(on=self._at > 0)
        self._next.set_enabled(on=self._at < count - 1)
        if not self._is_markdown:
            words = part if part.strip() else NO_WORDS
            self._sheet.set_html(fragment("p", "lw-sheet-words", words))
            return
        head = Safe()
        if self._at == 0:
            lines = [fragment("p", "lw-sheet-about", line) for line in self._about if line]
            head = join(fragment("h2", "", self._title), *lines)
        self._sheet.set_html(join(head, markdown(part)))


class SignaturePad(Tag):
    """A field to draw in; the typed name takes the drawing's place for whoever can't or won't."""

    def __init__(self, typed: Callable[[], str]) -> None:
        """Draw it empty; `typed` gives the name that stands in the field beside it."""
        super().__init__("div")
        self._typed = typed
        self.strokes: Any = ()
        with self:
            with Tag("div", "lw-signer-h"):
                Tag("span", "lw-b", "Draw your signature")
                Button("Clear", self.wipe, kind="txt")
            ink = Safe(
                f'<svg data-lw-ink viewBox="0 0 {PAD_WIDTH} {PAD_HEIGHT}" role="img" '
                'aria-label="Your signature, as drawn"></svg>'
            )
            with Tag("div", "lw-signer"):
                self._pad = Tag("div", "", html=ink)
                self._name = Tag("p", "lw-signer-typed").show(on=False)
                Tag("span", "lw-signer-line", aria_hidden=True)
            self._pad.on("lwstrokes", self._drawn, js_handler="(e) => emit(e.detail)")
            with Tag("p", "lw-soft lw-s14"):
                Tag("span", "", "Can’t draw? Your typed name counts the same.")
            Button("Use your typed name", self.use_typed, kind="txt")

    def _drawn(self, event: events.GenericEventArguments) -> None:
        self.strokes = event.args
        self._name.show(on=False)

    def wipe(self) -> None:
        """Take away what is drawn or typed into it."""
        self.strokes = ()
        self._name.show(on=False)
        call(self, "clearPad", self._pad.html_id)

    def use_typed(self) -> None:
        """Write the typed name instead of a drawing."""
        self.wipe()
        self._name.set_text(self._typed() or "Your full name")
        self._name.show(on=True)
