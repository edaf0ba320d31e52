"""Dialogs: the browser's own `dialog` element.

It keeps the focus inside, closes on Escape, and gives the focus back to the opener without any
script of ours; on a phone it is a sheet at the bottom. Its name is its title.
"""

from typing import Self

from portal_app.components.browser import call
from portal_app.components.button import Button
from portal_app.components.icons import icon_svg
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.components.text import paragraph


class Dialog(Tag):
    """A titled box over the page; fill `body` and `foot` with a `with` statement."""

    def __init__(
        self,
        title: str,
        *,
        on_close: Handler | None = None,
        wide: bool = False,
        keep: bool = False,
        close_label: str = "Close",
    ) -> None:
        """Create the closed dialog in the current slot.

        Args:
            title: its heading and accessible name.
            on_close: called after it has closed, for whatever reason.
            wide: up to 720 px instead of 480.
            keep: a click beside it does not close it, so that nothing typed is lost.
            close_label: name of the X button.
        """
        super().__init__("dialog", "lw-dialog lw-wide" if wide else "lw-dialog", data_lw_keep=keep)
        self._close_label = close_label
        with self:
            self._top = Tag("div", "lw-dh", html=self._head(title, close_label))
            self.body = Tag("div", "lw-db")
            self.foot = Tag("div", "lw-df")
        self.set(aria_labelledby=self._title_id)
        if on_close:
            self.on("close", on_close, args=[])

    def set_title(self, title: str) -> Self:
        """Change its heading and name, where one dialog asks several questions."""
        self._top.set_html(self._head(title, self._close_label))
        return self

    @property
    def _title_id(self) -> str:
        return f"{self.html_id}-title"

    def _head(self, title: str, close_label: str) -> Safe:
        """Return heading and X button; both work without the server."""
        close = fragment(
            "button",
            "lw-iconbtn",
            icon_svg("x"),
            type_="button",
            aria_label=close_label,
            title=close_label,
            data_lw_close=True,
        )
        return join(fragment("h2", "", title, id=self._title_id), close)

    @property
    def opener(self) -> str:
        """The value of `data_lw_open=` on a button that opens this dialog without the server."""
        return self.html_id

    def open(self) -> Self:
        """Open it from the server."""
        call(self, "open", self.html_id)
        return self

    def close(self) -> Self:
        """Close it from the server."""
        call(self, "close", self.html_id)
        return self

    def flat(self) -> Self:
        """Lay it into the page, for a page of examples and for tests of its contents."""
        return self.mark_as("lw-flat", on=True).set(open=True)


def confirm(
    title: str,
    text: str,
    *,
    yes: str,
    no: str,
    on_yes: Handler,
    detail: str = "",
    hint: str = "",
    danger: bool = False,
) -> Dialog:
    """Draw a closed question whose buttons repeat the verb; never Yes and No. Escape keeps.

    Args:
        title: asks ("Cancel this visit?").
        text: what it is about.
        yes: words of the button that acts ("Cancel visit").
        no: words of the button that leaves all as it is ("Keep visit").
        on_yes: called without arguments by the button that acts; the question closes itself.
        detail: a second line in bold, such as day and time.
        hint: what follows from it.
        danger: the act is hard to undo.
    """
    box = Dialog(title)
    with box.body:
        paragraph(text)
        if detail:
            paragraph(detail, "lw-b")
        if hint:
            paragraph(hint, "lw-soft lw-after")
    with box.foot:
        Button(yes, on_yes, kind="danger" if danger else "primary", data_lw_close=True)
        Button(no, kind="sec", data_lw_close=True)
    return box
