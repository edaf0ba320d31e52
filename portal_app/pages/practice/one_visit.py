"""One visit on the practice's side: what it is, and what may be done with it."""

from collections.abc import Awaitable, Callable
from typing import Any
from zoneinfo import ZoneInfo

from portal_app import live
from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.note import note_html
from portal_app.components.panel import back_link
from portal_app.components.panel import section as heading
from portal_app.components.schedule.calendar import MODE_WORDS
from portal_app.components.schedule.cancelling import CancelDialog, Question
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link
from portal_app.data.schemas.schedule import StaffVisitView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.move_visit import MoveVisit
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.services.schedule import calendar, clinician_time, desk
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_SCHEDULE
APPROVE = action(desk.approve, needs=NEEDS)
DECLINE = action(desk.decline, needs=NEEDS)
ARRIVE = action(desk.arrive, needs=NEEDS)
COMPLETE = action(desk.complete, needs=NEEDS)
NO_SHOW = action(desk.no_show, needs=NEEDS)
CANCEL = action(desk.cancel, needs=NEEDS)
CANCEL_SERIES = action(desk.cancel_series, needs=NEEDS)
QUESTIONS = {
    "decline": ("Decline this request?", "Decline", "Declining", "Keep request"),
    "cancel": ("Cancel this visit?", "Cancel visit", "Cancelling", "Keep visit"),
    "cancel_series": (
        "Cancel this visit and the later ones?",
        "Cancel visits",
        "Cancelling",
        "Keep visits",
    ),
}
BUTTONS = {"cancel_series": "Cancel this and later"}
ANSWERS = {
    "decline": (DECLINE, "Declined"),
    "cancel": (CANCEL, "Visit cancelled"),
    "cancel_series": (CANCEL_SERIES, "Visits cancelled"),
}


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
        # beside the box: a colleague's change draws that anew, and must not close a dialog
        self._dialog, self._mover = CancelDialog(self._answered), MoveVisit(visit)
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
            Button("Move", lambda: self._mover.open(self._view), kind="sec", repeatable=True)
        for verb in QUESTIONS:
            series = verb == "cancel_series"
            if ("cancel" if series else verb) not in view.may or (series and not view.row.series):
                continue
            words = BUTTONS.get(verb, QUESTIONS[verb][1])
            Button(words, lambda v=verb: self._ask(v), kind="dangertxt", repeatable=True)

    def _call(self, perform: Callable[..., Awaitable[Any]], *more: object) -> Awaitable[Any]:
        return perform(self._visit.actor, self._id, *more)

    async def _do(self, work: Awaitable[Any], said: str) -> None:
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say(said)
            await self.refresh()

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger")).show(on=True)

    def _ask(self, verb: str) -> None:
        row = self._view.row
        at = Wall(ZoneInfo(self._view.zone), self._visit.wall.now)
        title, words, busy, keep = QUESTIONS[verb]
        what, when = f"{row.patient}: {row.title}", at.day_and_clock(row.starts_at)
        told = "The patient is told at once."
        self._dialog.ask(verb, Question(what, when, told, title, words, busy, keep))

    async def _answered(self, verb: str, reason: str) -> bool:
        perform, said = ANSWERS[verb]
        work = self._call(perform, reason, self._visit.house.public_url)
        done, _ = await self._visit.attempt(work, lambda e: self._dialog.refuse(e.message))
        if done:
            self._dialog.close()
            self._visit.say(said)
        await self.refresh()
        return done
