"""One visit on the practice's side: what it is, and what may be done with it."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

from portal_app import live
from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.panel import back_link
from portal_app.components.panel import section as heading
from portal_app.components.schedule.calendar import MODE_WORDS
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link
from portal_app.data.schemas.schedule import MoveInput, StaffVisitView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.services.schedule import calendar, clinician_time, desk
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_SCHEDULE
APPROVE = action(desk.approve, needs=NEEDS)
DECLINE = action(desk.decline, needs=NEEDS)
ARRIVE = action(desk.arrive, needs=NEEDS)
COMPLETE = action(desk.complete, needs=NEEDS)
NO_SHOW = action(desk.no_show, needs=NEEDS)
CANCEL = action(desk.cancel, needs=NEEDS)
CANCEL_SERIES = action(desk.cancel_series, needs=NEEDS)
MOVE = action(desk.move, needs=NEEDS)


@section(
    "practice",
    "/calendar/{visit_id}",
    needs=NEEDS,
    title="Visit",
    nav="calendar",
    load=calendar.visit,
)
def visit_page(visit: Visit, view: StaffVisitView) -> None:
    """Show a visit and what may be done with it now."""
    page = VisitPage(visit, view)
    live.subscribe(clinician_time.visits_topic(view.row.chart), page.refresh)


class VisitPage:
    """One open visit; it is drawn anew after each change, by whomever."""

    def __init__(self, visit: Visit, view: StaffVisitView) -> None:
        """Draw it."""
        self._visit, self._id, self._view = visit, view.row.id, view
        self._box = Tag("div", "lw-page")
        self._draw(view)

    async def refresh(self) -> None:
        """Read it again, and draw it anew where it differs."""
        view = await run(calendar.visit, self._visit.actor, self._id)
        if view == self._view:
            return
        self._view = view
        self._box.clear()
        self._draw(view)

    def _draw(self, view: StaffVisitView) -> None:
        row, wall = view.row, Wall(ZoneInfo(view.zone), self._visit.wall.now)
        day = row.starts_at.astimezone(wall.zone).date()
        with self._box:
            back_link("Calendar", f"/practice/calendar?date={day.isoformat()}")
            with Tag("div", "lw-page-h"), Tag("div"):
                h1(row.patient)
                Tag("p", "lw-lead", f"{row.title}, {wall.day_and_clock(row.starts_at)}")
                chip(row.status_words, row.status_tone)
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            with Tag("div", "lw-wrap lw-visitacts"):
                self._buttons(view)
            with Tag("div", "lw-cols"):
                with Tag("div", "lw-col"), heading("About this visit"):
                    self._facts(view, wall)
                if view.reminders:
                    with Tag("div", "lw-col"), heading("What was sent"), Tag("ul", "lw-panel"):
                        for line in view.reminders:
                            Tag("li", "lw-row", line)

    def _facts(self, view: StaffVisitView, wall: Wall) -> None:
        row = view.row
        where = view.address or MODE_WORDS.get(row.mode, row.mode).capitalize()
        facts = {
            "With": row.clinician,
            "Ends": wall.clock(row.ends_at),
            "Where": where,
            "Video link": view.video_url if row.mode == "video" else "",
            "Fee": view.price,
            "Booked": view.booked,
            "Policy accepted": view.policy_accepted,
            "Said by the patient": view.patient_reason,
            "Reason": view.practice_reason,
            "Why at this time": view.override_reason,
        }
        with Tag("dl", "lw-panel lw-pad lw-sum"):
            for name, words in facts.items():
                if words:
                    Tag("dt", "", name)
                    Tag("dd", "", words)
        with Tag("p", "", style="margin-top:16px"):
            link("Open the patient’s page", f"/practice/patients/{row.chart}")

    def _buttons(self, view: StaffVisitView) -> None:
        url = self._visit.house.public_url
        simple: dict[str, tuple[str, str, Callable[[], Awaitable[Any]], str]] = {
            "approve": ("Approve", "primary", lambda: self._call(APPROVE, url), "Approved"),
            "arrive": ("Arrived", "sec", lambda: self._call(ARRIVE), "Noted as arrived"),
            "complete": ("Complete", "primary", lambda: self._call(COMPLETE), "Visit completed"),
            "no_show": ("No-show", "sec", lambda: self._call(NO_SHOW), "Noted as missed"),
        }
        for verb, (words, kind, work, said) in simple.items():
            if verb in view.may:
                Button(words, lambda w=work, s=said: self._do(w(), s), kind=kind)
        if "move" in view.may:
            Button("Move", lambda: self._move(view), kind="sec", repeatable=True)
        if "decline" in view.may:
            Button(
                "Decline",
                lambda: self._ask("Decline this request?", "Decline", DECLINE, "Declined"),
                kind="dangertxt",
                repeatable=True,
            )
        if "cancel" in view.may and "approve" not in view.may:
            Button(
                "Cancel visit",
                lambda: self._ask("Cancel this visit?", "Cancel visit", CANCEL, "Visit cancelled"),
                kind="dangertxt",
                repeatable=True,
            )
            if view.row.series:
                Button(
                    "Cancel this and later",
                    lambda: self._ask(
                        "Cancel this visit and the later ones?",
                        "Cancel visits",
                        CANCEL_SERIES,
                        "Visits cancelled",
                    ),
                    kind="dangertxt",
                    repeatable=True,
                )

    def _call(self, perform: Callable[..., Awaitable[Any]], *more: object) -> Awaitable[Any]:
        return perform(self._visit.actor, self._id, *more)

    async def _do(self, work: Awaitable[Any], said: str) -> None:
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say(said)
            await self.refresh()

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger")).show(on=True)

    def _ask(
        self, title: str, verb: str, perform: Callable[..., Awaitable[Any]], said: str
    ) -> None:
        with self._box:
            dialog = Dialog(title)
        with dialog.body:
            Tag("p", "lw-soft", "The patient is told at once.")
            reason = Field("Reason", optional=True, kind="textarea", rows=3, most=500)

        async def act() -> None:
            dialog.close()
            url = self._visit.house.public_url
            await self._do(self._call(perform, reason.value[:500], url), said)

        with dialog.foot:
            Button(verb, act, kind="danger")
            Button("Keep it", kind="sec", data_lw_close=True)
        dialog.open()

    def _move(self, view: StaffVisitView) -> None:
        local = view.row.starts_at.astimezone(ZoneInfo(view.zone))
        with self._box:
            dialog = Dialog("Move", keep=True)
        with dialog.body:
            Tag("p", "lw-soft", "The patient is told at once.")
            with Tag("div", "lw-stack"):
                form = Form(
                    MoveInput,
                    {
                        "day": Field("Day", local.date().isoformat(), kind="date"),
                        "time": Field("Time", f"{local:%H:%M}", kind="time"),
                        "override_reason": Field(
                            "Reason",
                            optional=True,
                            help_text="Only to book a time that is taken: say why.",
                        ),
                    },
                )
        key = uuid4().hex

        def refuse(error: PortalError) -> None:
            if isinstance(error, TakenError):
                words = "To book it nevertheless, write a reason."
                form.refuse("override_reason", f"{error.message} {words}")
            elif not form.refuse(error.field, error.message):
                dialog.close()
                self._refuse(error)

        async def act() -> None:
            command = form.check(client_key=key)
            if command is None:
                return
            work = MOVE(self._visit.actor, self._id, command, self._visit.house.public_url)
            done, new = await self._visit.attempt(work, refuse)
            if done:
                dialog.close()
                self._visit.say("Visit moved")
                self._visit.go(f"/practice/calendar/{new}")

        with dialog.foot:
            Button("Move", act)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()
