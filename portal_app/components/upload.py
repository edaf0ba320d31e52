"""A button that gives a file to the practice: how far it has come, and what became of it."""

from collections.abc import Awaitable, Callable

from nicegui import events

from portal_app.components.button import Button
from portal_app.components.note import note, note_html
from portal_app.components.tag import Tag

ACCEPT = ".pdf,.png,.jpg,.jpeg,.heic,.txt,.docx"
WORDS = {
    "too_big": "{name} is too big. Choose one under {most} MB.",
    "failed": "{name} could not be sent. Try again.",
}


class Upload(Tag):
    """A file chooser behind a button, a bar of progress, and a word about the outcome."""

    def __init__(
        self, label: str, address: str, most: int, on_sent: Callable[[str], Awaitable[None]]
    ) -> None:
        """Create it.

        Args:
            label: words of the button.
            address: where each file is posted.
            most: bytes of a file that are taken.
            on_sent: called with the name of a file that is kept.
        """
        super().__init__("div", "lw-upload")
        self._most, self._on_sent = most, on_sent
        with self:
            self._input = Tag(
                "input", type_="file", multiple=True, hidden=True, accept=ACCEPT, aria_label=label
            )
            self._bar = Tag("progress", "lw-progress", max="100", aria_label="Sending the file")
            self._bar.set(id=self._bar.html_id, hidden=True)
            self._said = note("", "danger", alert=True).show(on=False)
        self._input.set(
            id=self._input.html_id,
            data_lw_upload=address,
            data_lw_most=str(most),
            data_lw_progress=self._bar.html_id,
        )
        self._input.on("lwfile", self._heard, js_handler="(e) => emit(e.detail)")

    def button(self, label: str, kind: str = "sec") -> Button:
        """Draw the button that opens the file chooser."""
        return Button(
            label, kind=kind, icon="plus", repeatable=True, data_lw_pick=self._input.html_id
        )

    async def _heard(self, event: events.GenericEventArguments) -> None:
        told = event.args if isinstance(event.args, dict) else {}
        name = str(told.get("name", "The file"))[:80]
        state, reason = str(told.get("state", "")), str(told.get("reason") or "")[:200]
        if state == "started":
            self._say("")
        elif state in WORDS:
            megabytes = self._most // (1024 * 1024)
            self._say(reason or WORDS[state].format(name=name, most=megabytes))
        elif state == "sent":
            await self._on_sent(name)

    def _say(self, text: str) -> None:
        self._said.set_html(note_html(text, "danger"))
        self._said.show(on=bool(text))
