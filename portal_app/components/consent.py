"""A consent: the sheet that is read page by page, the pad, and the panel in which it is signed."""

from collections.abc import Callable, Sequence
from typing import Any

from nicegui import events

from portal_app.components.browser import call
from portal_app.components.button import Button, IconButton
from portal_app.components.icons import icon_svg
from portal_app.components.markdown import markdown
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.rules.consents import PAD_HEIGHT, PAD_WIDTH

DOWNLOAD = "Download this document as PDF"
NO_WORDS = "This page can’t be shown here. Download the document to read it."


class Sheet(Tag):
    """A document, one page at a time, turned in the browser; it says when the last is shown."""

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
        # the words on screen may be divided in another way than the pages of the file
        unit = "Page" if len(parts) == pages else "Part"
        super().__init__("section", "lw-reading", aria_label="Document", data_lw_pages=unit)
        with self:
            with Tag("div", "lw-reading-bar"):
                words = f"{unit} 1 of {len(parts)}"
                Tag("p", "", words, aria_live="polite", data_lw_where=True)
                IconButton("chevron-left", "Previous page", data_lw_turn="-1", disabled=True)
                single = len(parts) == 1
                IconButton("chevron-right", "Next page", data_lw_turn="1", disabled=single)
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
            shown = [
                fragment("div", "", body, data_lw_page=True, hidden=bool(number))
                for number, body in enumerate(_bodies(title, about, parts, is_markdown=is_markdown))
            ]
            Tag("div", "lw-sheet", html=join(*shown))
        self.on("lwlast", on_last, args=[])


def _bodies(
    title: str, about: Sequence[str], parts: Sequence[str], *, is_markdown: bool
) -> list[Safe]:
    if not is_markdown:
        return [fragment("p", "lw-sheet-words", p if p.strip() else NO_WORDS) for p in parts]
    lines = [fragment("p", "lw-sheet-about", line) for line in about if line]
    first, *others = (markdown(part) for part in parts)
    return [join(fragment("h2", "", title), *lines, first), *others]


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
