"""The dialog "Invite to portal" of a patient's page: by mail, or by a letter with a code."""

from portal_app.components.button import Button, link_button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph
from portal_app.data.schemas.invitations import InviteInput, Made
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services import inviting
from portal_app.services.worker import run

INVITE = action(inviting.invite, needs=inviting.NEEDS)
WHO = [("self", "The patient"), ("parent", "A parent or guardian")]


def invite_button(visit: Visit, chart: str) -> None:
    """Draw the button and its dialog, for who may invite."""
    if inviting.NEEDS not in visit.permissions:
        return
    dialog = Invite(visit, chart)
    button = Button("Invite to portal", kind="sec", icon="mail", repeatable=True)
    button.on_click(dialog.open)


class Invite:
    """The dialog; who is suggested stands in it."""

    def __init__(self, visit: Visit, chart: str) -> None:
        """Create it closed."""
        self._visit, self._chart = visit, chart
        self._dialog = Dialog("Invite to portal", keep=True)
        self._form: Form[InviteInput] | None = None

    async def open(self) -> None:
        """Draw the fields anew and open."""
        first = await run(inviting.suggested, self._visit.actor, self._chart)
        self._dialog.body.clear()
        self._dialog.foot.clear()
        with self._dialog.body:
            self._note = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-stack"):
                self._form = Form(
                    InviteInput,
                    {
                        "who": Field(
                            "Who is invited",
                            first.who,
                            kind="select",
                            options=WHO,
                            on_input=self._asks_name,
                        ),
                        "name": Field("Name", first.name, help_text="Of the parent or guardian."),
                        "email": Field(
                            "Email",
                            first.email,
                            kind="email",
                            optional=True,
                            help_text="The link goes there. Leave it empty to print a letter.",
                            autocomplete="off",
                        ),
                    },
                )
                self._asks_name(first.who)
                paragraph(
                    "The link works once, and asks for the patient’s date of birth. An older "
                    "link for the same person stops working.",
                    "lw-soft lw-s14",
                )
        with self._dialog.foot:
            self._send = Button("Invite", self._save)
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()

    def _asks_name(self, who: str) -> None:
        if self._form is not None:
            self._form.fields["name"].show(on=who != "self")

    async def _save(self) -> None:
        if self._form is None:
            return
        self._say("")
        command = self._form.check()
        if command is None:
            return
        with self._send.busy("Inviting"):
            work = INVITE(self._visit.actor, self._chart, command, self._visit.house.public_url)
            done, made = await self._visit.attempt(work, self._refuse)
        if done:
            self._show(made)

    def _show(self, made: Made) -> None:
        if made.way == "mail":
            self._dialog.close()
            self._visit.say(f"Invitation sent to {made.email}")
            return
        self._dialog.body.clear()
        self._dialog.foot.clear()
        with self._dialog.body:
            paragraph("The letter is ready. It works for 30 days; print it and hand it over.")
        with self._dialog.foot:
            link_button(
                "Download the letter", f"/pdf/invitation/{made.chart}", icon="download", download=""
            )
            Button("Close", kind="sec", data_lw_close=True)

    def _refuse(self, error: PortalError) -> None:
        if not (self._form and self._form.refuse(error.field, error.message)):
            self._say(error.message)

    def _say(self, words: str) -> None:
        self._note.set_html(note_html(words, "danger")).show(on=bool(words))
