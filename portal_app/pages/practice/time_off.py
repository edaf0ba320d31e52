"""The dialog in which days or hours are closed, or opened besides the weekly ones."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import date

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import ExceptionInput
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import availability

ADD_TIME_OFF = action(availability.add_time_off, needs=Permission.PRACTICE_SCHEDULE)


class TimeOff:
    """Closes days, or hours of one day, for a clinician or for everybody."""

    def __init__(
        self,
        visit: Visit,
        clinicians: Sequence[tuple[str, str]],
        clinician: str = "",
        on_done: Callable[[], Awaitable[None]] | None = None,
    ) -> None:
        """Create the closed dialog; `on_done` is called after something was closed."""
        self._visit, self._clinicians, self._clinician = visit, clinicians, clinician
        self._on_done = on_done
        self._dialog = Dialog("Add time off", keep=True)
        self._form: Form[ExceptionInput] | None = None

    def open(self, day: date) -> None:
        """Draw the fields anew and open."""
        self._dialog.body.clear()
        self._dialog.foot.clear()
        with self._dialog.body:
            self._note = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-stack"):
                first = self._clinician or (self._clinicians[0][0] if self._clinicians else "")
                self._who = Field("Clinician", first, kind="select", options=list(self._clinicians))
                self._form = Form(
                    ExceptionInput,
                    {
                        "first_day": Field("First day", day.isoformat(), kind="date"),
                        "last_day": Field("Last day", day.isoformat(), kind="date"),
                        "start": Field("From", kind="time", optional=True),
                        "end": Field("To", kind="time", optional=True),
                        "reason": Field(
                            "Reason", optional=True, help_text="Patients never see it."
                        ),
                    },
                )
                self._everybody = check_field("The whole practice is closed")
                self._keep = check_field("Keep the visits in this time")
        with self._dialog.foot:
            self._add = Button("Add", self._save)
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()

    async def _save(self) -> None:
        if self._form is None:
            return
        self._say("")
        command = self._form.check(keep_visits=self._keep.value, everybody=self._everybody.value)
        if command is None:
            return
        with self._add.busy("Adding"):
            work = ADD_TIME_OFF(self._visit.actor, self._who.value, command)
            done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._dialog.close()
            self._visit.say("Time off added")
            if self._on_done:
                await self._on_done()

    def _refuse(self, error: PortalError) -> None:
        if not (self._form and self._form.refuse(error.field, error.message)):
            self._say(error.message)

    def _say(self, words: str) -> None:
        self._note.set_html(note_html(words, "danger")).show(on=bool(words))
