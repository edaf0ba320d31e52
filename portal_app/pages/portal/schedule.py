"""Visits of a patient: what is coming, what has been, one of them in full, and her calendar."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from nicegui import ui

from portal_app import live
from portal_app.components.button import Button, link_button
from portal_app.components.icons import icon_svg
from portal_app.components.note import note
from portal_app.components.panel import back_link, page_body, page_head
from portal_app.components.panel import section as headed
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.schedule.cancelling import CancelDialog, cancel_question
from portal_app.components.schedule.picker import facts_html
from portal_app.components.schedule.rows import PastVisits, UpcomingVisits, called_off_html
from portal_app.components.schedule.words import (
    MODES,
    own_clock,
    phone_link,
    policy_line,
    row_words,
    wall,
)
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1, h2, link
from portal_app.data.schemas.schedule import CancelInput, ScheduleView, VisitRow, VisitView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.schedule import decisions, feeds, overview
from portal_app.services.worker import run

P = Permission
CANCEL = action(decisions.cancel, needs=P.SCHEDULE_CHANGE)
CONFIRM = action(decisions.confirm, needs=P.SCHEDULE_CHANGE)
UNDO = action(decisions.undo, needs=P.SCHEDULE_VIEW)
OPEN_FEED = action(feeds.open_feed, needs=P.SCHEDULE_VIEW)
CLOSE_FEED = action(feeds.close_feed, needs=P.SCHEDULE_VIEW)
AT_ONCE = 20
"""Past visits that one press of a button shows."""
SOON = timedelta(hours=2)
LATE = {"free": "Visit cancelled", "late": "Visit cancelled. It counts as cancelled late."}


def calendar_address(chart: str, visit: str = "") -> str:
    """Where the file for the person's own calendar is."""
    return f"/visits/{chart}/{visit or 'all'}.ics"


class Decisions:
    """What can be done with a visit from a page that shows it."""

    def __init__(
        self,
        visit: Visit,
        rows: Callable[[], Sequence[VisitRow]],
        after: Callable[[], Awaitable[None]],
    ) -> None:
        """Use that page; `after` reads it again."""
        self._visit, self._rows, self._after = visit, rows, after
        self._dialog = CancelDialog(self._cancel)

    def ask(self, visit_id: str) -> None:
        """Ask before cancelling."""
        row = next((r for r in self._rows() if r.id == visit_id), None)
        if row is not None:
            self._dialog.ask(row.id, cancel_question(row, self._visit.wall.now))

    async def _cancel(self, visit_id: str, reason: str) -> bool:
        command = CancelInput(reason=reason)
        visit = self._visit
        work = CANCEL(visit.actor, visit.chart, visit_id, command, visit.house.public_url)
        done, means = await visit.attempt(work, lambda e: self._dialog.refuse(e.message))
        if done:
            self._dialog.close()
            visit.say(LATE[means])
        await self._after()
        return done

    async def confirm(self, visit_id: str) -> None:
        """Say that one will come."""
        visit = self._visit
        done, _ = await visit.attempt(CONFIRM(visit.actor, visit.chart, visit_id), self._refused)
        if done:
            visit.say("Thank you. The visit is confirmed.")
        await self._after()

    async def undo(self, visit_id: str) -> None:
        """Take a booking back."""
        visit = self._visit
        done, _ = await visit.attempt(UNDO(visit.actor, visit.chart, visit_id), self._refused)
        if done:
            visit.say("Taken back")
        await self._after()

    def _refused(self, error: PortalError) -> None:
        self._visit.say(error.message)


class Alarm:
    """Draws a page again when something on it begins or ends by the clock."""

    def __init__(self, ring: Callable[[], Awaitable[None]]) -> None:
        """Call `ring`, as long as the current part of the page lives."""
        self._ring = ring
        self._timer: ui.timer | None = None
        self._slot = Tag("template")

    def set(self, rows: Sequence[VisitRow], now: datetime) -> None:
        """Wait for the next of the moments at which these visits change."""
        if self._timer is not None:
            self._timer.cancel()
        moments = [m for r in rows for m in (r.undo_until, r.video_from, r.ends_at, r.starts_at)]
        ahead = [m for m in moments if m and now < m < now + SOON]
        if ahead:
            with self._slot:
                wait = (min(ahead) - now).total_seconds() + 1
                self._timer = ui.timer(wait, self._ring, once=True)


# ---------------------------------------------------------------- the section
@section(
    "portal",
    "/{chart}/schedule",
    needs=P.SCHEDULE_VIEW,
    title="Schedule",
    nav="schedule",
    load=overview.overview,
)
def schedule_page(visit: Visit, view: ScheduleView) -> None:
    """List the visits of a chart."""
    SchedulePage(visit, view)


class SchedulePage:
    """The list, kept up to date."""

    def __init__(self, visit: Visit, view: ScheduleView) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        self._base = f"/portal/{self._chart}/schedule"
        with page_body():
            with page_head("Schedule", f"All times are {view.zone_words}."):
                self._book = link_button(
                    "Book an appointment", f"{self._base}/book", icon="calendar-plus"
                )
            self._why = note("", "plain")
            self._news = Tag("div", "lw-news1")
            self._decisions = Decisions(visit, lambda: self._view.upcoming, self.refresh)
            self._upcoming()
            self._past()
            CalendarFeedPart(visit, has_feed=view.feed)
        self._alarm = Alarm(self.refresh)
        self._show()
        live.subscribe(view.topic, self.refresh)

    def _address(self, visit_id: str) -> str:
        return f"{self._base}/{visit_id}"

    def _upcoming(self) -> None:
        with Tag("section") as box:
            with Tag("div", "lw-sec-h"):
                heading = h2("Upcoming")
                self._file = link(
                    "Add to my calendar", calendar_address(self._chart), download=True
                )
            self._list = UpcomingVisits(
                self._address,
                on_cancel=self._decisions.ask,
                on_confirm=self._decisions.confirm,
                on_undo=self._decisions.undo,
            )
            self._none = empty(
                "No visits are coming up.", "What is booked shows here.", "calendar", level=3
            )
            self._policy = Tag("p", "lw-muted lw-s14 lw-secline")
        box.set(aria_labelledby=heading.html_id)

    def _past(self) -> None:
        with headed("Past visits", "lw-sched-sec"):
            self._gone = PastVisits(self._address)
            self._none_gone = Tag("p", "lw-soft", "No past visits yet.")
            with Tag("p", "lw-secline"):
                self._more = Button("", self._show_more, kind="txt", repeatable=True)

    def _show(self) -> None:
        view, now = self._view, self._visit.wall.now
        self._book.show(on=view.may_book)
        self._why.set_html(_why_html(view))
        self._why.show(on=bool(view.why_not))
        again = f"{self._base}/book" if view.may_book else ""
        lines = [called_off_html(r, now, again) for r in view.called_off]
        self._news.set_html(join(*(fragment("div", "lw-note lw-warn", x) for x in lines)))
        self._list.fill(view.upcoming, now)
        self._none.show(on=not view.upcoming)
        self._file.show(on=bool(view.upcoming))
        self._policy.set_html(policy_line(view.policy, view.phone, online=view.changes_online))
        self._gone.fill(view.past, now)
        self._none_gone.show(on=not view.past)
        left = view.past_count - len(view.past)
        self._more.set_words(f"See all {view.past_count}" if left <= AT_ONCE else "Show more")
        self._more.show(on=left > 0)
        self._alarm.set(view.upcoming, now)

    async def refresh(self) -> None:
        """Read the section again; the past visits that were opened stay open."""
        view = await run(overview.overview, self._visit.actor, self._chart)
        if self._list.is_deleted:
            return
        old = self._view.past
        if len(old) > len(view.past) and old[: len(view.past)] == view.past:
            view = replace(view, past=old, next_cursor=self._view.next_cursor)
        self._view = view
        self._show()

    async def _show_more(self) -> None:
        before = len(self._view.past)
        while self._view.next_cursor and len(self._view.past) < before + AT_ONCE:
            cursor = self._view.next_cursor
            more = await run(overview.overview, self._visit.actor, self._chart, cursor)
            self._view = replace(
                self._view, past=self._view.past + more.past, next_cursor=more.next_cursor
            )
        self._show()


def _why_html(view: ScheduleView) -> Safe:
    call = join(" ", phone_link(view.phone)) if view.phone else Safe()
    return join(icon_svg("info"), fragment("span", "", view.why_not, call))


class CalendarFeedPart:
    """The private address under which a calendar of the person's own reads her visits."""

    def __init__(self, visit: Visit, *, has_feed: bool) -> None:
        """Draw it."""
        self._visit = visit
        with headed("In your own calendar", "lw-sched-sec"):
            Tag(
                "p",
                "lw-soft",
                "A private address lets your calendar follow your visits. It shows their times "
                "and nothing else. Whoever has the address can read it, so keep it to yourself.",
            )
            with Tag("div", "lw-feedaddr") as self._shown:
                self._address = Tag("code")
                Button(
                    "Copy",
                    kind="sec",
                    icon="copy",
                    repeatable=True,
                    data_lw_copy=self._address.html_id,
                )
                Tag("span", "lw-muted lw-s14", "It is shown only now.")
            with Tag("div", "lw-actions lw-secline"):
                self._make = Button("", self._open, kind="sec", icon="calendar-plus")
                self._end = Button("End the address", self._close, kind="dangertxt")
        self._show(has_feed=has_feed)

    def _show(self, *, has_feed: bool, address: str = "") -> None:
        self._address.set_text(address)
        self._shown.show(on=bool(address))
        self._make.set_words("Make a new address" if has_feed else "Make a private address")
        self._end.show(on=has_feed)

    async def _open(self) -> None:
        visit = self._visit
        done, token = await visit.attempt(
            OPEN_FEED(visit.actor, visit.chart), lambda e: visit.say(e.message)
        )
        if done:
            self._show(has_feed=True, address=f"{visit.house.public_url}/calendar/{token}.ics")
            visit.say("Your calendar address is ready")

    async def _close(self) -> None:
        visit = self._visit
        done, _ = await visit.attempt(
            CLOSE_FEED(visit.actor, visit.chart), lambda e: visit.say(e.message)
        )
        if done:
            visit.say("The address has ended")
        self._show(has_feed=False)


# ---------------------------------------------------------------- one visit
@section(
    "portal",
    "/{chart}/schedule/{visit_id}",
    needs=P.SCHEDULE_VIEW,
    title="Visit",
    nav="schedule",
    load=overview.visit,
)
def visit_page(visit: Visit, view: VisitView) -> None:
    """Show one visit in full."""
    VisitPage(visit, view)


class VisitPage:
    """One visit, kept up to date."""

    def __init__(self, visit: Visit, view: VisitView) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        with page_body():
            back_link("Schedule", f"/portal/{self._chart}/schedule")
            h1(view.row.title)
            self._decisions = Decisions(visit, lambda: (self._view.row,), self.refresh)
            self._list = UpcomingVisits(
                lambda v: f"/portal/{self._chart}/schedule/{v}",
                on_cancel=self._decisions.ask,
                on_confirm=self._decisions.confirm,
                on_undo=self._decisions.undo,
            )
            with Tag("p", "lw-secline"):
                self._file = link_button(
                    "Add to my calendar",
                    calendar_address(self._chart, view.row.id),
                    kind="sec",
                    icon="calendar-plus",
                    download=True,
                )
            with headed("Details", "lw-sched-sec"):
                self._facts = Tag("dl", "lw-panel lw-pad lw-vfacts")
        self._alarm = Alarm(self.refresh)
        self._show()
        live.subscribe(view.topic, self.refresh)

    def _show(self) -> None:
        view, row, now = self._view, self._view.row, self._visit.wall.now
        self._list.fill([row], now)
        self._alarm.set([row], now)
        self._facts.set_html(
            facts_html(
                [
                    ("Visit", f"{row.title}, {row.minutes} minutes"),
                    ("With", row.clinician),
                    ("When", join(f"{row_when(row, now)} ", own_clock(row.starts_at, row.zone))),
                    ("Where", _where(view, now)),
                    ("How to prepare", row.instructions),
                    ("Fee", f"{view.price}, billed after the visit" if view.price else ""),
                    ("Policy", view.policy.text),
                    ("Changes", policy_line(view.policy, view.phone, online=True)),
                    ("Phone", phone_link(view.phone) if view.phone else ""),
                    ("History", "\n".join(view.history)),
                ]
            )
        )

    async def refresh(self) -> None:
        """Read the visit again."""
        row = self._view.row
        work = run(overview.visit, self._visit.actor, self._chart, row.id)
        done, view = await self._visit.attempt(work, lambda _: None)
        if done and not self._list.is_deleted:
            self._view = view
            self._show()


def _where(view: VisitView, now: datetime) -> str:
    row = view.row
    if row.mode == "in_person":
        return view.address or row.place or MODES[row.mode]
    return row_words(row, wall(row.zone, now))


def row_when(row: VisitRow, now: datetime) -> str:
    """Say when a visit begins and ends."""
    at = wall(row.zone, now)
    return f"{at.day_and_clock(row.starts_at)} to {at.clock(row.ends_at)}"
