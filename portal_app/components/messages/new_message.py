"""The form for a new conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from gettext import gettext as _

from portal_app.components.button import Button, link_button
from portal_app.components.field import Field
from portal_app.components.files import FileChips, OnFile, attach_button, refusal
from portal_app.components.form import ErrorSummary
from portal_app.components.messages.composer import COUNT_FROM, LONGEST_MESSAGE, message_error
from portal_app.components.note import note, note_html
from portal_app.components.tag import Handler, Tag, fire

LONGEST_SUBJECT = 120


@dataclass(frozen=True, slots=True)
class NewMessage:
    """What was written; `topic` is "" where the form does not ask for it."""

    to: str
    subject: str
    text: str
    topic: str = ""


class NewMessageForm:
    """Fields To, Subject and Message, files, and Send."""

    def __init__(
        self,
        recipients: Sequence[tuple[str, str]],
        *,
        on_send: Handler,
        on_draft: Handler | None = None,
        on_file: OnFile | None = None,
        on_remove_file: Handler | None = None,
        topics: Sequence[tuple[str, str]] = (),
        first: NewMessage | None = None,
        readers: str = "",
        promise: str = "",
        cancel_href: str = "",
    ) -> None:
        """Draw the form.

        Args:
            recipients: (value, words) such as "Dr. Amara Osei" or "Front desk", the usual one first.
            on_send: called with a `NewMessage` that has no error.
            on_draft: called with a `NewMessage` after each change.
            on_file: awaited with each file; None: no file button.
            on_remove_file: called with the key of a file that is taken away.
            topics: (value, words) of what it is about; none: not asked.
            first: a draft.
            readers: who can read it.
            promise: when an answer comes, and that this is not for emergencies.
            cancel_href: where "Cancel" goes; "" leaves it out.
        """
        first = first or NewMessage(recipients[0][0] if recipients else "", "", "")
        self._on_send, self._on_draft = on_send, on_draft
        with Tag("div", "lw-newmsg lw-stack lw-gap5", data_lw_submit=True) as self.box:
            self._summary = ErrorSummary()
            if promise:
                note(promise)
            self._to = Field(
                _("To"),
                kind="select",
                options=recipients,
                value=first.to,
                help_text=readers,
                check=_needs(_("Choose who this is for.")),
                on_input=self._changed,
            )
            self._topic: Field | None = None
            if topics:
                self._topic = Field(
                    _("What is it about?"),
                    kind="select",
                    options=topics,
                    value=first.topic or topics[0][0],
                    on_input=self._changed,
                )
            self._subject = Field(
                _("Subject"),
                value=first.subject,
                most=LONGEST_SUBJECT,
                count_from=LONGEST_SUBJECT - 20,
                check=_needs(_("Enter a subject.")),
                on_input=self._changed,
                autocomplete="off",
            )
            self._text = Field(
                _("Message"),
                kind="textarea",
                value=first.text,
                most=LONGEST_MESSAGE,
                count_from=COUNT_FROM,
                check=message_error,
                on_input=self._changed,
            )
            self.files = FileChips(on_remove_file or (lambda _key: None))
            self._refused = note("", "danger", alert=True).show(on=False)
            if on_file:
                with Tag("div", "lw-wrap"):
                    attach_button(on_file, on_state=self._file_state)
                    Tag("span", "lw-muted lw-s14", _("Up to 5 files, 10 MB each."))
            self._draft_line = Tag("p", "lw-muted lw-s14", "")
            with Tag("div", "lw-wrap"):
                self._send = Button(_("Send"), self._pressed, icon="send", data_lw_go=True)
                if cancel_href:
                    link_button(_("Cancel"), cancel_href, kind="txt")

    @property
    def written(self) -> NewMessage:
        """What stands in the form now."""
        topic = self._topic.value if self._topic else ""
        return NewMessage(self._to.value, self._subject.value, self._text.value, topic)

    def set_draft_line(self, words: str) -> None:
        """Say that the draft is kept."""
        self._draft_line.set_text(words)

    def set_busy(self, *, on: bool) -> None:
        """Show that the message is on its way."""
        self._send.set_busy(_("Sending") if on else "")

    def set_error(self, words: str) -> None:
        """Show what went wrong above the buttons; "" takes it away. The text stays."""
        self._refused.set_html(note_html(words, "danger")).show(on=bool(words))

    def _pressed(self) -> None:
        fields = [self._to, self._subject, self._text]
        right = [field.validate() for field in fields]
        self._summary.list_errors(fields)
        if all(right):
            fire(self.box, self._on_send, self.written)

    def _changed(self, _value: str) -> None:
        fire(self.box, self._on_draft, self.written)

    def _file_state(self, name: str, state: str, reason: str) -> None:
        if state == "started":
            self.files.wait(name)
            return
        self.files.arrived(name)
        self.set_error("" if state == "sent" else refusal(name, state, reason))


def _needs(sentence: str) -> Handler:
    return lambda value: "" if value.strip() else sentence
