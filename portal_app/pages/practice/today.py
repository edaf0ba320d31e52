"""Today: the visits of the day, and what waits for a member of the practice."""

from collections.abc import Awaitable
from typing import Any

from portal_app import live
from portal_app.components.avatar import avatar_html
from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.messages.listing import Queue, tone
from portal_app.components.panel import row
from portal_app.components.panel import section as heading
from portal_app.components.schedule.calendar import MODE_WORDS
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link
from portal_app.data.schemas.practice import TodayView
from portal_app.data.schemas.schedule import StaffVisitRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.new_visit import NewVisit
from portal_app.pages.practice.one_visit import ARRIVE, COMPLETE
from portal_app.pages.routing import section
from portal_app.rules.permissions import Permission
from portal_app.services import practice
from portal_app.services.messages.writing import INBOX_TOPIC
from portal_app.services.schedule import clinician_time
from portal_app.services.worker import run

COMING = {"booked", "confirmed"}


@section(
    "practice",
    "/today",
    needs=Permission.PRACTICE_ENTER,
    title="Today",
    nav="today",
    load=practice.today,
)
def today_page(visit: Visit, view: TodayView) -> None:
    """Show the day."""
    Today(visit, view)


class Today:
    """The open page; each part changes by itself."""

    def __init__(self, visit: Visit, view: TodayView) -> None:
        """Draw it."""
        self._visit = visit
        wall = visit.wall
        with Tag("div", "lw-page"):
            with Tag("div", "lw-page-h"):
                with Tag("div"):
                    h1(f"{wall.today:%A}, {wall.today:%B} {wall.today.day}")
                    self._lead = Tag("p", "lw-lead")
                if view.visits is not None:
                    with Tag("div", "lw-act"):
                        new = Button("New visit", kind="sec", icon="calendar-plus", repeatable=True)
            with Tag("div", "lw-cols lw-halves"):
                if view.visits is not None:
                    with Tag("div", "lw-col"):
                        with heading("Visits", more=("Open calendar", "/practice/calendar")):
                            self._visits = Tag("div")
                with Tag("div", "lw-col"):
                    if view.messages is not None:
                        with heading("Messages waiting", more=("Open inbox", "/practice/inbox")):
                            self._queue = Queue(
                                "Messages waiting", lambda t: f"/practice/inbox/{t}", brief=True
                            )
                            self._nobody = Tag("p", "lw-soft", "Nobody is waiting for an answer.")
                    if view.visits is not None:
                        with heading("Tasks"):
                            self._tasks = Tag("div")
        self._show(view)
        if view.messages is not None:
            live.subscribe(INBOX_TOPIC, self.refresh)
        if view.visits is not None:
            live.subscribe(clinician_time.CALENDAR_TOPIC, self.refresh)
            booked = NewVisit(visit)
            new.on_click(lambda: booked.open(visit.wall.today))

    async def refresh(self) -> None:
        """Read it again."""
        self._show(await run(practice.today, self._visit.actor))

    def _show(self, view: TodayView) -> None:
        self._lead.set_text(_lead(view))
        if view.messages is not None:
            self._queue.fill(view.messages, self._visit.wall)
            self._nobody.show(on=not view.messages)
        if view.visits is None:
            return
        self._visits.clear()
        with self._visits:
            if view.visits:
                with Tag("div", "lw-panel lw-pad"), Tag("ul", "lw-tl"):
                    for visit in view.visits:
                        self._row(visit)
            else:
                Tag("p", "lw-soft", "No visits today.")
        self._tasks.clear()
        with self._tasks:
            if view.tasks:
                with Tag("ul", "lw-panel"):
                    for task in view.tasks:
                        row(task.title, task.href, task.detail)
            else:
                Tag("p", "lw-soft", "Nothing waits for a decision.")

    def _row(self, visit: StaffVisitRow) -> None:
        wall = self._visit.wall
        now = visit.starts_at <= wall.now < visit.ends_at
        done = " lw-done" if visit.status in {"completed", "no_show"} else ""
        with Tag("li", "lw-tl1"):
            Tag("span", "lw-time", wall.clock(visit.starts_at))
            with Tag("div", f"lw-ev{' lw-now' if now else ''}{done}"):
                Tag("span", "", html=avatar_html(visit.initials, tone(visit.patient)))
                with Tag("div", "lw-grow"):
                    link(visit.patient, f"/practice/calendar/{visit.id}", "lw-t")
                    way = MODE_WORDS.get(visit.mode, visit.mode)
                    Tag("p", "lw-m", f"{visit.title}, {way}, {visit.clinician}")
                    if visit.status in {*COMING, "arrived"}:
                        with Tag("div", "lw-acts"):
                            self._button("Complete", visit, COMPLETE, "sec")
                            if visit.status in COMING:
                                self._button("Arrived", visit, ARRIVE, "txt")
                chip(visit.status_words, visit.status_tone)

    def _button(self, words: str, visit: StaffVisitRow, perform: Any, kind: str) -> None:
        Button(
            words,
            lambda: self._do(perform(self._visit.actor, visit.id)),
            kind=kind,
            aria_label=f"{words}: {visit.patient}",
        )

    async def _do(self, work: Awaitable[None]) -> None:
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            await self.refresh()


def _lead(view: TodayView) -> str:
    parts = []
    if view.visits is not None:
        parts.append(_count(len(view.visits), "visit", " today"))
    if view.messages is not None:
        parts.append(_count(view.waiting, "message", " waiting"))
    if view.visits is not None:
        parts.append(_count(len(view.tasks), "task"))
    if not parts:
        return "The practice has not given you any tasks here yet."
    return ", ".join(parts) + "."


def _count(number: int, word: str, after: str = "") -> str:
    return f"{number} {word}{'' if number == 1 else 's'}{after}"
