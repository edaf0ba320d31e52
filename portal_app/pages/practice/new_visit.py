"""The dialog in which the practice books a visit, or a weekly series of them."""

from datetime import date
from uuid import uuid4

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.schedule import NewVisitInput, Placed
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import desk
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.schedule.desk import SeriesError
from portal_app.services.worker import run

BOOK = action(desk.book, needs=Permission.PRACTICE_SCHEDULE)
WAYS = {"in_person": "In person", "video": "Video", "phone": "Phone"}
REPEATS = [("0", "Once"), ("1", "Every week"), ("2", "Every 2 weeks"), ("4", "Every 4 weeks")]


class NewVisit:
    """Opens empty, on a day, or for one chart."""

    def __init__(self, visit: Visit, chart: str = "", patient: str = "") -> None:
        """Create the closed dialog; with a chart, nobody is asked for the patient."""
        self._visit, self._chart, self._patient = visit, chart, patient
        self._key = ""
        self._dialog = Dialog("New visit", keep=True)
        self._form: Form[NewVisitInput] | None = None

    async def open(self, day: date) -> None:
        """Draw the fields anew and open."""
        offered = await run(desk.offer, self._visit.actor, self._chart)
        self._ways = {t.id: t.modes for t in offered.types}
        self._key = uuid4().hex
        self._dialog.body.clear()
        self._dialog.foot.clear()
        with self._dialog.body:
            self._note = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-stack"):
                self._fields(day, [(t.id, f"{t.name}, {t.minutes} minutes") for t in offered.types])
        with self._dialog.foot:
            self._add = Button("Add", self._save)
            Button("Close", kind="sec", data_lw_close=True)
        self._dialog.open()

    def _fields(self, day: date, types: list[tuple[str, str]]) -> None:
        found = [(self._chart, self._patient)] if self._chart else []
        self._find = None
        if not self._chart:
            self._find = Field(
                "Patient",
                help_text="Type a part of the name.",
                on_input=self._search,
                autocomplete="off",
            )
        words = "Patient" if self._chart else "Chart"
        charts = Field(words, self._chart, kind="select", options=found, prompt="Choose")
        charts.show(on=bool(self._chart))
        kind = Field(
            "Visit type", kind="select", options=types, prompt="Choose", on_input=self._typed
        )
        ways = Field("How", kind="select", options=list(WAYS.items()))
        self._form = Form(
            NewVisitInput,
            {
                "chart": charts,
                "visit_type": kind,
                "mode": ways,
                "day": Field("Day", day.isoformat(), kind="date"),
                "time": Field("Time", "09:00", kind="time"),
                "every_weeks": Field(
                    "Repeat", "0", kind="select", options=REPEATS, on_input=self._repeats
                ),
                "count": Field("Number of visits", "8", kind="number").show(on=False),
                "until": Field(
                    "Until", kind="date", optional=True, help_text="Instead of a number."
                ).show(on=False),
                "override_reason": Field(
                    "Reason",
                    optional=True,
                    help_text="Only to book a time that is taken: say why.",
                ),
            },
        )
        with Tag("div") as box:
            self._skip = check_field("Leave out the days that do not fit")
        self._leave_out = box.show(on=False)

    def _repeats(self, weeks: str) -> None:
        if self._form is None:
            return
        for name in ("count", "until"):
            self._form.fields[name].show(on=weeks != "0")

    async def _search(self, text: str) -> None:
        if self._form is None:
            return
        found = await run(desk.find_charts, self._visit.actor, text) if text.strip() else ()
        field = self._form.fields["chart"]
        field.show(on=bool(found))
        chosen = found[0][0] if len(found) == 1 else ""
        field.control.set_options(list(found), chosen)  # type: ignore[union-attr]

    def _typed(self, key: str) -> None:
        if self._form is None:
            return
        ways = [(w, WAYS[w]) for w in self._ways.get(key, ()) if w in WAYS]
        field = self._form.fields["mode"]
        field.control.set_options(ways, ways[0][0] if ways else "")  # type: ignore[union-attr]

    async def _save(self) -> None:
        if self._form is None:
            return
        self._say("")
        command = self._form.check(client_key=self._key, skip_conflicts=self._skip.value)
        if command is None:
            return
        with self._add.busy("Adding"):
            work = BOOK(self._visit.actor, command, self._visit.house.public_url)
            done, placed = await self._visit.attempt(work, self._refuse)
        if done:
            self._dialog.close()
            self._visit.say(_words(placed))

    def _refuse(self, error: PortalError) -> None:
        if isinstance(error, SeriesError):
            days = "; ".join(f"{c.day:%B} {c.day.day}: {c.words}" for c in error.conflicts)
            self._say(f"{error.message} {days}")
            self._leave_out.show(on=True)
        elif isinstance(error, TakenError):
            words = "To book it nevertheless, write a reason."
            self._form.refuse("override_reason", f"{error.message} {words}")  # type: ignore[union-attr]
        elif not (self._form and self._form.refuse(error.field, error.message)):
            self._say(error.message)

    def _say(self, words: str) -> None:
        self._note.set_html(note_html(words, "danger")).show(on=bool(words))


def _words(placed: Placed) -> str:
    number = len(placed.ids)
    words = "Visit added" if number == 1 else f"{number} visits added"
    left = len(placed.conflicts)
    return f"{words}, {left} left out" if left else words
