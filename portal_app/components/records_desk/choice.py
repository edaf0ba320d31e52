"""A button that chooses one file and posts it; the page hears when it has arrived."""

from collections.abc import Awaitable, Callable

from nicegui import events

from portal_app.components.button import Button
from portal_app.components.note import note_html
from portal_app.components.tag import Tag

TOO_BIG = "{name} is too big. Choose one under {most} MB."
FAILED = "{name} was not added. Try again."
MEGABYTE = 1024 * 1024


class FileChoice(Tag):
    """The button, what happens to the file, and why it was refused."""

    def __init__(
        self,
        label: str,
        upload: str,
        most: int,
        on_sent: Callable[[], Awaitable[None]],
        *,
        accept: str = "",
    ) -> None:
        """Create it.

        Args:
            label: words of the button.
            upload: address that the file is posted to.
            most: bytes that are taken.
            on_sent: called when the file has arrived.
            accept: what the chooser offers first; its content decides.
        """
        super().__init__("div", "lw-stack")
        self._on_sent, self._most = on_sent, most
        with self:
            self._input = Tag(
                "input",
                type_="file",
                hidden=True,
                aria_label=label,
                accept=accept or None,
                data_lw_upload=upload,
                data_lw_most=str(most),
            )
            self._input.set(id=self._input.html_id)
            with Tag("div"):
                self.button = Button(
                    label,
                    kind="sec",
                    icon="paperclip",
                    repeatable=True,
                    data_lw_pick=self._input.html_id,
                )
            self._state = Tag("p", "lw-m", role="status").show(on=False)
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
        self._input.on("lwfile", self._heard, js_handler="(e) => emit(e.detail)")

    async def _heard(self, event: events.GenericEventArguments) -> None:
        detail = event.args if isinstance(event.args, dict) else {}
        name = str(detail.get("name", "The file"))[:80]
        reason = str(detail.get("reason") or "")[:200]
        self.refuse("")
        match detail.get("state"):
            case "started":
                self.say(f"Sending {name} …")
            case "sent":
                await self._on_sent()
            case "too_big":
                self.refuse(TOO_BIG.format(name=name, most=self._most // MEGABYTE))
            case "failed":
                self.refuse(reason or FAILED.format(name=name))

    def say(self, text: str) -> None:
        """Say what is going on; empty words take it away."""
        self._state.set_text(text)
        self._state.show(on=bool(text))

    def refuse(self, text: str) -> None:
        """Say why not; empty words take it away."""
        self.say("")
        self._error.set_html(note_html(text, "danger")).show(on=bool(text))
