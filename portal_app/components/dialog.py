"""Dialogs: the browser's own `dialog` element.

It keeps the focus inside, closes on Escape, and gives the focus back to the opener without any
script of ours; on a phone it is a sheet at the bottom. Its name is its title.
"""

from portal_app.components.browser import call
from portal_app.components.button import Button, IconButton
from portal_app.components.tag import Handler, Tag
from portal_app.components.text import h2, paragraph


class Dialog:
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
        self.element = Tag(
            "dialog", "lw-dialog lw-wide" if wide else "lw-dialog", data_lw_keep=keep
        )
        with self.element:
            with Tag("div", "lw-dh"):
                self.title = h2(title, "")
                IconButton("x", close_label, data_lw_close=True, data_no_replay=True)
            self.body = Tag("div", "lw-db")
            self.foot = Tag("div", "lw-df")
        self.element.set(aria_labelledby=self.title.html_id)
        if on_close:
            self.element.on("close", on_close, args=[])

    @property
    def opener(self) -> str:
        """The value of `data_lw_open=` on a button that opens this dialog without the server."""
        return self.element.html_id

    def open(self) -> None:
        """Open it from the server."""
        call(self.element, "open", self.element.html_id)

    def close(self) -> None:
        """Close it from the server."""
        call(self.element, "close", self.element.html_id)

    def flat(self) -> "Dialog":
        """Lay it into the page, for a page of examples and for tests of its contents."""
        self.element.mark_as("lw-flat", on=True).set(open=True)
        return self


class ConfirmDialog(Dialog):
    """A question whose buttons repeat the verb; never Yes and No. Escape keeps."""

    def __init__(
        self,
        title: str,
        what: str,
        *,
        act: str,
        keep_words: str,
        on_act: Handler,
        detail: str = "",
        hint: str = "",
        danger: bool = True,
    ) -> None:
        """Create the closed question.

        Args:
            title: asks ("Cancel this visit?").
            what: what it is about.
            act: words of the button that acts ("Cancel visit").
            keep_words: words of the button that leaves all as it is ("Keep visit").
            on_act: called without arguments after the act button; the dialog is closed then.
            detail: a second line in bold, such as day and time.
            hint: what follows from it.
            danger: the act is hard to undo.
        """
        super().__init__(title)
        self._on_act = on_act
        with self.body:
            paragraph(what)
            if detail:
                paragraph(detail, "lw-b")
            if hint:
                paragraph(hint, "lw-soft lw-after")
        with self.foot:
            kind = "danger" if danger else "primary"
            self.act = Button(act, on_act, kind=kind, data_lw_close=True)
            Button(keep_words, kind="sec", data_lw_close=True)
