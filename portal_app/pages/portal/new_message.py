"""A new message of a patient."""

from nicegui import events

from portal_app.components.button import Button
from portal_app.components.carry import Carried, carry
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.messages.composer import Attachments
from portal_app.components.note import note, note_html
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.messages import (
    ComposeView,
    MessageInput,
)
from portal_app.pages.framework.drafts import DraftKeeper
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.messages import BODY_COUNT_FROM, BODY_MOST, SUBJECT_MOST
from portal_app.rules.permissions import Permission
from portal_app.services.messages import attachments, sent
from portal_app.services.messages import patient as messages
from portal_app.services.worker import run

P = Permission
SEND = action(messages.send, needs=P.MESSAGES_SEND)
SAVE_DRAFT = action(messages.save_draft, needs=P.MESSAGES_SEND)
REMOVE_FILE = action(attachments.remove, needs=P.MESSAGES_SEND)


@section(
    "portal",
    "/{chart}/messages/new",
    needs=P.MESSAGES_SEND,
    title="New message",
    nav="messages",
    load=messages.compose,
)
def new_page(visit: Visit, view: ComposeView) -> None:
    """Write the first message of a conversation."""
    NewMessage(visit, view)


class NewMessage:
    """The form of a new conversation, with its draft."""

    def __init__(self, visit: Visit, view: ComposeView) -> None:
        """Draw it with what was typed before."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        draft = view.draft
        self._key = draft.client_key
        with Tag("div", "lw-page"), Tag("div", "lw-newmsg"):
            with Tag("div", "lw-page-h"):
                h1("New message")
            self._error = note("", "danger", alert=True).show(on=False)
            with Tag("div", "lw-stack", data_lw_submit=True) as box:
                recipients = [(o.value, o.label) for o in view.recipients]
                categories = [(o.value, o.label) for o in view.categories]
                self._keeper = DraftKeeper(self._save, self._saved)
                self._form = Form(
                    MessageInput,
                    {
                        "recipient": Field(
                            "To",
                            draft.recipient or recipients[0][0],
                            kind="select",
                            options=recipients,
                            help_text=view.readers,
                            on_input=self._typed,
                        ),
                        "category": Field(
                            "What is it about?",
                            draft.category or "other",
                            kind="select",
                            options=categories,
                            on_input=self._typed,
                        ),
                        "subject": Field(
                            "Subject",
                            draft.subject,
                            most=SUBJECT_MOST,
                            count_from=SUBJECT_MOST - 20,
                            on_input=self._typed,
                            autocomplete="off",
                        ),
                        "body": Field(
                            "Message",
                            draft.body,
                            kind="textarea",
                            rows=6,
                            most=BODY_MOST,
                            count_from=BODY_COUNT_FROM,
                            on_input=self._typed,
                        ),
                    },
                )
                self._files = Attachments(
                    f"/attachments/{self._chart}/{messages.NEW}", self._read_files, self._remove
                )
                self._files.show_files(draft.attachments)
                if view.absence:
                    note(view.absence, "warn")
                note(f"{view.promise} {view.urgent}".strip())
                with Tag("div", "lw-actions"):
                    self._send_button = Button("Send", icon="send", data_lw_go=True)
                    self._files.button()
                    self._status = Tag("span", "lw-muted lw-s13", role="status")
        carry(box, self._key, self._brought)
        body, subject = self._form.fields["body"], self._form.fields["subject"]
        self._send_button.on(
            "click",
            self._send,
            js_handler="() => emit([" + subject.reader + "," + body.reader + "])",
        )

    async def _brought(self, carried: Carried) -> None:
        fields = self._form.fields
        if not carried.fits(len(fields), words_from=2):
            return
        before = [field.value for field in fields.values()]
        if await run(sent.by_patient, self._visit.actor, self._chart, carried.key):
            return
        self._key = carried.key
        carried.into(fields.values(), before)
        self._keeper.typed()

    def _typed(self, _: str) -> None:
        self._keeper.typed()

    def _saved(self) -> None:
        self._status.set_text("Draft saved")

    async def _save(self) -> None:
        values = {name: field.value for name, field in self._form.fields.items()}
        await SAVE_DRAFT(self._visit.actor, self._chart, messages.NEW, **values)

    async def _read_files(self) -> None:
        view = await run(messages.compose, self._visit.actor, self._chart)
        self._files.show_files(view.draft.attachments)

    async def _remove(self, file: str) -> None:
        work = REMOVE_FILE(self._visit.actor, self._chart, file)
        await self._visit.attempt(work, lambda e: self._files.refuse(e.message))
        await self._read_files()

    async def _send(self, event: events.GenericEventArguments) -> None:
        fields = self._form.fields
        fields["subject"].value, fields["body"].value = (str(v) for v in event.args)
        self._error.show(on=False)
        command = self._form.check(client_key=self._key)
        if command is None:
            return
        with self._send_button.busy("Sending"):
            work = SEND(self._visit.actor, self._chart, command, self._visit.house.public_url)
            done, message = await self._visit.attempt(work, self._refuse)
        if done:
            self._keeper.forget()
            self._visit.say(f"Message sent to {message.to}")
            self._visit.go(f"/portal/{self._chart}/messages/{message.thread}")

    def _refuse(self, error: PortalError) -> None:
        if not self._form.refuse(error.field, error.message):
            self._error.set_html(note_html(error.message, "danger"))
            self._error.show(on=True)
