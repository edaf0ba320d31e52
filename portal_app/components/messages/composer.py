"""Where a message is written: kept while it is typed, sent once."""

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from nicegui import events

from portal_app.components.button import Button, IconButton
from portal_app.components.carry import Carried, carry
from portal_app.components.field import THROTTLE
from portal_app.components.note import note, note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.messages import AttachmentView
from portal_app.rules.messages import BODY_COUNT_FROM, BODY_MOST, FILE_BYTES_MOST

Send = Callable[[str, str], Awaitable[None]]
FILE_WORDS = {
    "too_big": "{name} is too big. Choose one under 10 MB.",
    "failed": "{name} was not added. Your text is still here. Try again.",
}


@dataclass(frozen=True)
class Action:
    """A button that sends: its words, its key, whether it is the main one."""

    label: str
    key: str
    kind: str = "primary"


class Attachments(Tag):
    """The files that wait to go with the message, and the button that adds one."""

    def __init__(
        self,
        upload: str,
        on_change: Callable[[], Awaitable[None]],
        on_remove: Callable[[str], Awaitable[None]],
    ) -> None:
        """Create it; files are posted to that address and then read again."""
        super().__init__("div", "lw-files")
        self._on_change, self._on_remove = on_change, on_remove
        with self:
            self._chips = Tag("div", "lw-files")
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            self._input = Tag(
                "input",
                type_="file",
                multiple=True,
                hidden=True,
                aria_label="Attach a file",
                data_lw_upload=upload,
                data_lw_most=str(FILE_BYTES_MOST),
                accept=".pdf,.png,.jpg,.jpeg,.heic,.txt,.docx",
            )
        self._input.set(id=self._input.html_id)
        self._input.on("lwfile", self._heard, js_handler="(e) => emit(e.detail)")

    def button(self) -> IconButton:
        """Draw the button that opens the file chooser."""
        return IconButton("paperclip", "Attach a file", data_lw_pick=self._input.html_id)

    def show_files(self, files: Sequence[AttachmentView]) -> None:
        """Show the files of the draft."""
        self._chips.clear()
        with self._chips:
            for file in files:
                key = file.id
                with Tag("span", "lw-filechip"):
                    Tag("span", "lw-clip", file.name)
                    IconButton("x", f"Remove {file.name}", lambda k=key: self._on_remove(k))

    async def _heard(self, event: events.GenericEventArguments) -> None:
        detail = event.args if isinstance(event.args, dict) else {}
        name = str(detail.get("name", "The file"))[:80]
        state, reason = str(detail.get("state", "")), str(detail.get("reason", ""))[:200]
        if state == "started":
            self.refuse(f"Adding {name} …", kind="")
            return
        if state in FILE_WORDS:
            self.refuse(reason or FILE_WORDS[state].format(name=name))
            return
        self.refuse("")
        await self._on_change()

    def refuse(self, text: str, kind: str = "danger") -> None:
        """Say what happened to a file; empty words take it away."""
        self._error.show(on=bool(text))
        self._error.mark_as("lw-danger", kind == "danger")
        if text:
            self._error.set_html(note_html(text, kind))


class Composer(Tag):
    """A text field that grows, files, what happens next, and the buttons that send."""

    def __init__(
        self,
        label: str,
        text: str,
        *,
        key: str,
        was_sent: Callable[[str], Awaitable[bool]],
        actions: Sequence[Action],
        promise: str,
        attachments: Attachments | None,
        on_send: Send,
        on_draft: Callable[[str], object],
    ) -> None:
        """Create the composer.

        Args:
            label: name of the field ("Reply to Dr. Osei").
            text: what was typed before.
            key: the key under which it will be sent; the same press is never sent twice.
            was_sent: says whether something was sent under a key.
            actions: the buttons.
            promise: when an answer comes, and that this is not for emergencies.
            attachments: made by the caller inside no slot of its own; moved in here.
            on_send: called with the text and the key of the button.
            on_draft: called with the text while it is typed.
        """
        super().__init__("div", "lw-compose", data_lw_submit=True)
        # not `text`: that is what an element shows
        self.written, self._last_sent, self.key = text, "", key
        self._on_send, self._on_draft, self._was_sent = on_send, on_draft, was_sent
        carry(self, key, self._brought)
        with self:
            self._error = note("", "danger", alert=True).show(on=False)
            with Tag("div", "lw-box"):
                name = Tag("label", "lw-sr", label)
                self.control = Tag("textarea", "", text, rows="1", placeholder=label)
                self.control.set(id=self.control.html_id)
                name.set(for_=self.control.html_id)
                if attachments:
                    attachments.move(self.default_slot.children[-1])
                with Tag("div", "lw-tools"):
                    if attachments:
                        attachments.button()
                    Tag("span", "lw-muted lw-s13 lw-hint", promise)
                    with Tag("div", "lw-send"):
                        self._buttons = [
                            self._button(a, first=i == 0) for i, a in enumerate(actions)
                        ]
            with Tag("div", "lw-line2"):
                self.status = Tag("span")
                self._count = Tag("span").show(on=False)
        self.control.on(
            "input", self._typed, js_handler="(e) => emit(e.target.value)", throttle=THROTTLE
        )

    def _button(self, action: Action, *, first: bool) -> Button:
        icon = "send" if action.kind == "primary" else ""
        button = Button(action.label, kind=action.kind, icon=icon, data_lw_go=first or None)
        read = "document.getElementById(" + json.dumps(self.control.html_id) + ").value"
        button.on(
            "click",
            lambda event, key=action.key: self._send(str(event.args or ""), key),
            js_handler="() => emit(" + read + ")",
        )
        return button

    def use_key(self, key: str) -> None:
        """Send what is typed from now on under that key."""
        self.key = key
        self.set(data_lw_carry=key)

    async def _brought(self, carried: Carried) -> None:
        before = self.written
        if not carried.fits(1) or await self._was_sent(carried.key):
            return
        if self.written != before:
            return  # what was typed meanwhile began with what was carried, or is meant to replace it
        text = carried.texts[0]
        self.use_key(carried.key)
        self.write(text, only_if=before)
        self.written = text
        self._on_draft(text)

    def _typed(self, event: events.GenericEventArguments) -> object:
        text = str(event.args or "")
        if text and text == self._last_sent:
            return None  # the last key before Send comes late; it is no new draft
        self.written = text
        length = len(self.written)
        self._count.show(on=length >= BODY_COUNT_FROM)
        if length >= BODY_COUNT_FROM:
            self._count.set_text(f"{length:,} of {BODY_MOST:,} characters")
            self._count.mark_as("lw-over", length > BODY_MOST)
        return self._on_draft(self.written)

    async def _send(self, text: str, key: str) -> None:
        self.written = text
        self.refuse("")
        for button in self._buttons:
            button.set_enabled(on=False)
        try:
            await self._on_send(text, key)
        finally:
            if not self.is_deleted:
                for button in self._buttons:
                    button.set_enabled(on=True)

    def refuse(self, text: str) -> None:
        """Say why it was not sent; what was typed stays."""
        self._error.show(on=bool(text))
        if text:
            self._error.set_html(note_html(text, "danger"))

    def sent(self, text: str) -> None:
        """Empty the field, unless more was typed meanwhile."""
        self.written, self._last_sent = "", text
        self.write("", only_if=text)
        self.status.set_text("")

    def write(self, text: str, *, only_if: str | None = None) -> None:
        """Write into the field."""
        arguments = ",".join(json.dumps(a) for a in (self.control.html_id, text, only_if))
        self.client.run_javascript("lw.setValue(" + arguments + ")")

    def insert(self, text: str) -> None:
        """Put a saved reply into the field, after what is there."""
        self.written = f"{self.written.rstrip()}\n\n{text}" if self.written.strip() else text
        self.write(self.written)
        self.focus()

    def focus(self) -> None:
        """Put the cursor into the field."""
        self.client.run_javascript("lw.focus(" + json.dumps(self.control.html_id) + ")")
