"""The practice writes first."""

from nicegui import events

from portal_app.components.button import Button
from portal_app.components.carry import Carried, carry
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note, note_html
from portal_app.components.panel import back_link
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.messages import MessageInput
from portal_app.data.schemas.practice import AddressView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.messages import BODY_COUNT_FROM, BODY_MOST, SUBJECT_MOST
from portal_app.rules.permissions import Permission
from portal_app.services.messages import practice as messages
from portal_app.services.messages import sent
from portal_app.services.worker import run

START = action(messages.start, needs=Permission.PRACTICE_INBOX)


@section(
    "practice",
    "/patients/{chart}/message",
    needs=Permission.PRACTICE_INBOX,
    title="New message",
    nav="patients",
    load=messages.address,
)
def compose_page(visit: Visit, view: AddressView) -> None:
    """Write the first message of a conversation with a patient."""
    with Tag("div", "lw-page"), Tag("div", "lw-newmsg"):
        back_link(view.patient, f"/practice/patients/{visit.chart}")
        with Tag("div", "lw-page-h"):
            h1("New message")
        error = note("", "danger", alert=True).show(on=False)
        with Tag("div", "lw-stack", data_lw_submit=True) as box:
            Tag("p", "", f"To {view.patient}. {view.readers}")
            form = Form(
                MessageInput,
                {
                    "subject": Field("Subject", most=SUBJECT_MOST, autocomplete="off"),
                    "body": Field(
                        "Message",
                        kind="textarea",
                        rows=6,
                        most=BODY_MOST,
                        count_from=BODY_COUNT_FROM,
                    ),
                },
            )
            if not view.readers_exist:
                note("Nobody can read it yet: this person has no sign-in.", "warn")
            with Tag("div", "lw-actions"):
                button = Button("Send", icon="send", data_lw_go=True)
    subject, body = form.fields["subject"], form.fields["body"]
    key = view.client_key

    async def brought(carried: Carried) -> None:
        nonlocal key
        before = [field.value for field in form.fields.values()]
        if not carried.fits(2) or await run(sent.by_practice, visit.actor, carried.key):
            return
        key = carried.key
        carried.into(form.fields.values(), before)

    carry(box, key, brought)

    def refuse(refused: PortalError) -> None:
        if not form.refuse(refused.field, refused.message):
            error.set_html(note_html(refused.message, "danger"))
            error.show(on=True)

    async def send(event: events.GenericEventArguments) -> None:
        subject.value, body.value = (str(v) for v in event.args)
        error.show(on=False)
        command = form.check(client_key=key)
        if command is None:
            return
        with button.busy("Sending"):
            work = START(visit.actor, visit.chart, command, visit.house.public_url)
            done, message = await visit.attempt(work, refuse)
        if done:
            visit.say(f"Message sent to {message.to}")
            visit.go(f"/practice/inbox/{message.thread}")

    button.on("click", send, js_handler="() => emit([" + subject.reader + "," + body.reader + "])")
