"""Today: the visits of the day, and what waits for a member of the practice."""

from collections.abc import Awaitable, Sequence

from nicegui import ui

from portal_app import live
from portal_app.components.avatar import avatar_html
from portal_app.components.badge import chip
from portal_app.components.button import Button
from portal_app.components.messages.listing import Queue, tone
from portal_app.components.panel import row
from portal_app.components.panel import section as heading
from portal_app.components.safe import fragment
from portal_app.components.schedule.calendar import MODE_WORDS
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link
from portal_app.data.schemas.practice import Task, TodayView
from portal_app.data.schemas.schedule import StaffVisitRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.invoicing import ISSUE_VISIT
from portal_app.pages.practice.new_visit import NewVisit
from portal_app.pages.practice.one_visit import COMPLETE
from portal_app.pages.routing import action, section
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import OVER
from portal_app.services import practice, undelivered
from portal_app.services.billing.books import ALL as MONEY
from portal_app.services.demographics.facts import TASKS_TOPIC
from portal_app.services.documents import shared
from portal_app.services.messages.writing import INBOX_TOPIC
from portal_app.services.records import amendments
from portal_app.services.schedule import clinician_time
from portal_app.services.worker import run

NOTE = action(undelivered.note, needs=Permission.PRACTICE_ENTER)


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
                    with heading("Tasks"):
                        self._tasks = Tag("div")
        self._slot = Tag("template")
        self._timer: ui.timer | None = None
        self._show(view)
        live.subscribe(undelivered.TOPIC, self.refresh)
        live.subscribe(amendments.TOPIC, self.refresh)
        live.subscribe(shared.TOPIC, self.refresh)
        live.subscribe(TASKS_TOPIC, self.refresh)
        live.subscribe(MONEY, self.refresh)
        if view.messages is not None:
            live.subscribe(INBOX_TOPIC, self.refresh)
        if view.visits is not None:
            live.subscribe(clinician_time.CALENDAR_TOPIC, self.refresh)
            booked = NewVisit(visit)
            new.on_click(lambda: booked.open(visit.wall.today))

    async def refresh(self) -> None:
        """Read it again, and draw it anew where it differs."""
        newer = await run(practice.today, self._visit.actor)
        if newer != self._view:
            self._show(newer)

    def _show(self, view: TodayView) -> None:
        self._view = view
        self._lead.set_text(_lead(view))
        if view.messages is not None:
            self._queue.fill(view.messages, self._visit.wall)
            self._nobody.show(on=not view.messages)
        self._show_tasks(view)
        if view.visits is not None:
            self._show_visits(view.visits)
            self._wait(view.visits)

    def _wait(self, visits: Sequence[StaffVisitRow]) -> None:
        """Draw the day again when the next of its visits begins or ends."""
        now = self._visit.wall.now
        if self._timer is not None:
            self._timer.cancel()
        ahead = [m for v in visits for m in (v.starts_at, v.ends_at) if m > now]
        if ahead:
            with self._slot:
                wait = (min(ahead) - now).total_seconds() + 1
                self._timer = ui.timer(wait, self._turn, once=True)

    async def _turn(self) -> None:
        self._show(await run(practice.today, self._visit.actor))

    def _show_visits(self, visits: Sequence[StaffVisitRow]) -> None:
        self._several = len({v.clinician_id for v in visits}) > 1
        self._visits.clear()
        with self._visits:
            if visits:
                with Tag("div", "lw-panel lw-tlbox"), Tag("ul", "lw-tl"):
                    for visit in visits:
                        self._row(visit)
            else:
                Tag("p", "lw-soft", "No visits today.")

    def _show_tasks(self, view: TodayView) -> None:
        self._tasks.clear()
        with self._tasks:
            if view.tasks:
                with Tag("ul", "lw-panel lw-dense"):
                    for task in view.tasks:
                        self._task(task)
            else:
                Tag("p", "lw-soft", "Nothing waits for a decision.")

    def _task(self, task: Task) -> None:
        if not task.mail:
            who = fragment("span", "lw-muted lw-s14 lw-nowrap", task.aside)
            row(task.title, task.href, task.detail, aside=who)
            return
        with Tag("li", "lw-row"):
            with Tag("div", "lw-grow"):
                link(task.title, task.href, "lw-t")
                Tag("p", "lw-m", task.detail)
            Button(
                "Mark as seen",
                lambda: self._do(NOTE(self._visit.actor, task.mail)),
                kind="sec",
                aria_label=f"Mark as seen: {task.detail}",
            )

    def _row(self, visit: StaffVisitRow) -> None:
        wall = self._visit.wall
        now = visit.starts_at <= wall.now < visit.ends_at
        done = " lw-done" if visit.status in OVER else ""
        with Tag("li", "lw-tl1"):
            Tag("span", "lw-time", wall.clock(visit.starts_at))
            with Tag("div", f"lw-ev{' lw-now' if now else ''}{done}"):
                Tag("span", "", html=avatar_html(visit.initials, tone(visit.patient)))
                with Tag("div", "lw-grow"):
                    link(visit.patient, f"/practice/calendar/{visit.id}", "lw-t")
                    words = f"{visit.title}, {MODE_WORDS.get(visit.mode, visit.mode)}"
                    Tag("p", "lw-m", f"{words}, {visit.clinician}" if self._several else words)
                if visit.id in self._view.to_complete:
                    Button(
                        "Complete",
                        lambda: self._do(COMPLETE(self._visit.actor, visit.id)),
                        kind="primary" if now else "sec",
                        aria_label=f"Complete: {visit.patient}",
                    )
                elif visit.id in self._view.to_invoice:
                    Button(
                        "Issue invoice",
                        lambda: self._issue(visit),
                        kind="sec",
                        aria_label=f"Issue invoice: {visit.patient}",
                    )
                else:
                    chip(visit.status_words, visit.status_tone if done else "")

    async def _issue(self, row: StaffVisitRow) -> None:
        visit = self._visit
        work = ISSUE_VISIT(visit.actor, row.id, visit.house.public_url)
        done, found = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            visit.say(f"Invoice {found.number} issued, {found.total}")
        await self.refresh()

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
    if view.visits is not None or view.tasks:
        parts.append(_count(len(view.tasks), "task"))
    if not parts:
        return "The practice has not given you any tasks here yet."
    return ", ".join(parts) + "."


def _count(number: int, word: str, after: str = "") -> str:
    return f"{number} {word}{'' if number == 1 else 's'}{after}"
