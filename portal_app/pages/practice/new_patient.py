"""The dialog in which the practice adds a patient, and invites her where that is wished."""

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.roster import NewPatientInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.roster import adding
from portal_app.services.roster.adding import TwinError
from portal_app.services.worker import run

ADD = action(adding.add, needs=adding.NEEDS)


class NewPatient:
    """The dialog; it opens empty."""

    def __init__(self, visit: Visit) -> None:
        """Create it closed."""
        self._visit = visit
        self._dialog = Dialog("New patient", keep=True)
        self._form: Form[NewPatientInput] | None = None

    async def open(self) -> None:
        """Draw the fields anew and open."""
        clinicians = await run(adding.clinicians, self._visit.actor)
        first = clinicians[0][0] if len(clinicians) == 1 else ""
        self._dialog.body.clear()
        self._dialog.foot.clear()
        with self._dialog.body:
            self._note = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-stack"):
                self._form = Form(
                    NewPatientInput,
                    {
                        "given": Field("Legal first name", autocomplete="off"),
                        "family": Field("Legal last name", autocomplete="off"),
                        "preferred": Field("Name they go by", optional=True, autocomplete="off"),
                        "birth_date": Field("Date of birth", kind="date"),
                        "clinician": Field(
                            "Clinician", first, kind="select", options=clinicians, prompt="Choose"
                        ),
                        "email": Field("Email", kind="email", optional=True, autocomplete="off"),
                        "phone": Field(
                            "Mobile phone", kind="tel", optional=True, autocomplete="off"
                        ),
                    },
                )
                self._invite = check_field(
                    "Invite to portal",
                    help_text="A mail with a one-use link goes to the email above.",
                )
                with Tag("div") as sure:
                    self._anyway = check_field("This is another person")
                self._sure = sure.show(on=False)
        with self._dialog.foot:
            self._add = Button("Add", self._save)
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()

    async def _save(self) -> None:
        if self._form is None:
            return
        self._say("")
        command = self._form.check(invite=self._invite.value, anyway=self._anyway.value)
        if command is None:
            return
        with self._add.busy("Adding"):
            work = ADD(self._visit.actor, command, self._visit.house.public_url)
            done, chart = await self._visit.attempt(work, self._refuse)
        if done:
            self._dialog.close()
            self._visit.say("Added, and invited" if command.invite else "Added")
            self._visit.go(f"/practice/patients/{chart}")

    def _refuse(self, error: PortalError) -> None:
        if isinstance(error, TwinError):
            self._sure.show(on=True)
        if not (self._form and self._form.refuse(error.field, error.message)):
            self._say(error.message)

    def _say(self, words: str) -> None:
        self._note.set_html(note_html(words, "danger")).show(on=bool(words))
