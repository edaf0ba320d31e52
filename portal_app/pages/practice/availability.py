"""Settings, Availability: when a clinician can be booked."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal_app import live
from portal_app.components.button import Button, icon_link
from portal_app.components.panel import section as heading
from portal_app.components.schedule.calendar import CalendarGrid, columns_of, week_words
from portal_app.components.tabs import Tab, folders
from portal_app.components.tag import Tag
from portal_app.components.text import h2, link
from portal_app.data.schemas.schedule import AvailabilityView, ExceptionRow, HoursRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.add_hours import DAYS, AddHours
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.time_off import TimeOff
from portal_app.pages.practice.whose import whose
from portal_app.pages.routing import action, section
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.services.schedule import availability, clinician_time
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_SCHEDULE
REMOVE_HOURS = action(availability.remove_hours, needs=NEEDS)
REMOVE_EXCEPTION = action(availability.remove_exception, needs=NEEDS)
CLOSE_HOLIDAY = action(availability.close_for_holiday, needs=Permission.PRACTICE_SETTINGS)
HOLIDAYS_SHOWN = 6
EVERY_WEEK = "every-week"


@section(
    "practice",
    "/settings/availability",
    needs=NEEDS,
    title="Availability",
    nav="settings",
    load=availability.availability,
    query=("clinician", "week", "view"),
)
def availability_page(visit: Visit, view: AvailabilityView) -> None:
    """Show a week of open hours, the weekly hours as a table, and the days that differ."""
    Availability(visit, view)


class Availability:
    """The open page; its parts are drawn anew after each change."""

    def __init__(self, visit: Visit, view: AvailabilityView) -> None:
        """Draw it."""
        self._visit, self._view = visit, view
        with Tag("div", "lw-page"):
            lead = f"Times patients can book with {view.clinician_name}."
            with settings_head(visit, "availability", "Availability", lead):
                off = Button("Add time off", kind="sec", repeatable=True)
                more = Button("Add hours", icon="plus", repeatable=True)
            if len(view.clinicians) > 1:
                whose(
                    visit,
                    "Whose hours",
                    view.clinicians,
                    view.clinician,
                    lambda key: f"/practice/settings/availability?{urlencode({'clinician': key})}",
                )
            with Tag("div", "lw-cols lw-plan"):
                with Tag("div", "lw-col"):
                    with Tag("div"):
                        self._bar()
                        self._grid = CalendarGrid()
                        if view.view != EVERY_WEEK:
                            self._link_to_table()
                    self._parts = Tag("div")
                with Tag("aside", "lw-panel lw-pad", aria_label="Booking rules"):
                    self._rules()
        self._fill()
        time_off = TimeOff(visit, view.clinicians, view.clinician, self.refresh)
        hours = AddHours(visit, self.refresh)
        off.on_click(lambda: time_off.open(self._view.first))
        more.on_click(lambda: hours.open(self._view))
        live.subscribe(clinician_time.CALENDAR_TOPIC, self.refresh)

    def _query(self, **more: str) -> str:
        return urlencode({"clinician": self._view.clinician} | more)

    def _bar(self) -> None:
        view, base = self._view, "/practice/settings/availability"
        weekly, week = view.view == EVERY_WEEK, view.first.isoformat()
        with Tag("div", "lw-calbar"):
            with Tag("div", "lw-wrap1"):
                if weekly:
                    h2("Every week")
                else:
                    for icon, name, days in (
                        ("chevron-left", "Earlier week", -7),
                        ("chevron-right", "Later week", 7),
                    ):
                        if days > 0:
                            h2(week_words(view.first, self._visit.wall.today))
                        day = view.first + timedelta(days=days)
                        icon_link(icon, name, f"{base}?{self._query(week=day.isoformat())}")
            tabs = [
                Tab("Every week", f"{base}?{self._query(week=week, view=EVERY_WEEK)}", weekly),
                Tab("This week", f"{base}?{self._query(week=week)}", not weekly),
            ]
            folders("View", tabs)

    def _rules(self) -> None:
        h2("Booking rules")
        with Tag("dl", "lw-sum", style="margin-top:16px"):
            for name, words in self._view.rules:
                Tag("dt", "", name)
                Tag("dd", "", words)
        with Tag("p", "lw-s14", style="margin-top:16px"):
            link("Change booking rules", f"/practice/settings/booking-rules?{self._query()}")

    def _fill(self) -> None:
        view = self._view
        wall = Wall(ZoneInfo(view.zone), self._visit.wall.now)
        weekly = view.view == EVERY_WEEK
        shown = view.usual if weekly else view.week
        days = [view.first + timedelta(days=n) for n in range(7)]
        used = {b.starts_at.astimezone(wall.zone).date() for b in shown if b.kind != "closed"}
        days = [d for d in days if d.weekday() < 5 or d in used]
        who = [(view.clinician, view.clinician_name)]
        columns = columns_of(days, who, (), shown, wall, dated=not weekly)
        label = "Weekly hours" if weekly else "Bookable hours of the week"
        self._grid.show_columns(columns, wall, label)
        self._parts.clear()
        with self._parts:
            if weekly:
                with heading("Weekly hours"):
                    self._hours()
            else:
                with heading("Days that differ"):
                    self._exceptions()

    def _link_to_table(self) -> None:
        query = self._query(week=self._view.first.isoformat(), view=EVERY_WEEK)
        with Tag("p", "lw-muted lw-s14", style="margin-top:12px"):
            Tag("span", "", "Prefer a list? ")
            link("Edit hours as a table", f"/practice/settings/availability?{query}")

    async def refresh(self) -> None:
        """Read it again, and draw it anew where it differs: a button must not go under the hand."""
        view = self._view
        newer = await run(
            availability.availability,
            self._visit.actor,
            view.clinician,
            view.first.isoformat(),
            view.view,
        )
        if newer != self._view:
            self._view = newer
            self._fill()

    def _hours(self) -> None:
        if not self._view.hours:
            Tag("p", "lw-soft", "No hours yet. Nobody can book online.")
            return
        with Tag("ul", "lw-panel"):
            for row in self._view.hours:
                with Tag("li", "lw-row"):
                    with Tag("div", "lw-grow"):
                        Tag(
                            "p",
                            "lw-b",
                            f"{DAYS[row.weekday]}, {_clock(row.start)} to {_clock(row.end)}",
                        )
                        Tag("p", "lw-m", _details(row))
                    Button(
                        "Remove",
                        lambda key=row.id: self._remove(REMOVE_HOURS, key),
                        kind="txt",
                        aria_label=f"Remove {DAYS[row.weekday]}, {_clock(row.start)}",
                    )

    def _exceptions(self) -> None:
        view = self._view
        if not view.exceptions:
            Tag("p", "lw-soft", "No time off and no extra hours ahead.")
        else:
            with Tag("ul", "lw-panel"):
                for row in view.exceptions:
                    with Tag("li", "lw-row"):
                        with Tag("div", "lw-grow"):
                            Tag("p", "lw-b", _span(row))
                            Tag("p", "lw-m", _kind(row))
                        if not row.everybody or self._settles:
                            Button(
                                "Remove",
                                lambda key=row.id: self._remove(REMOVE_EXCEPTION, key),
                                kind="txt",
                                aria_label=f"Remove {_span(row)}",
                            )
        if self._settles and view.holidays:
            self._holidays()

    @property
    def _settles(self) -> bool:
        return Permission.PRACTICE_SETTINGS in self._visit.permissions

    def _holidays(self) -> None:
        words = "Public holidays ahead, on which you are not closed yet:"
        Tag("p", "lw-soft", words, style="margin:24px 0 12px")
        with Tag("ul", "lw-panel"):
            for day, name in self._view.holidays[:HOLIDAYS_SHOWN]:
                with Tag("li", "lw-row"):
                    with Tag("div", "lw-grow"):
                        Tag("p", "lw-b", name)
                        Tag("p", "lw-m", _day(day))
                    Button(
                        "Close",
                        lambda d=day, n=name: self._close(d, n),
                        kind="txt",
                        aria_label=f"Close on {name}",
                    )

    async def _close(self, day: date, name: str) -> None:
        await self._after(CLOSE_HOLIDAY(self._visit.actor, day, name), f"Closed on {name}")

    async def _remove(self, perform: Callable[..., Awaitable[None]], key: str) -> None:
        await self._after(perform(self._visit.actor, self._view.clinician, key), "Removed")

    async def _after(self, work: Awaitable[None], said: str) -> None:
        done, _ = await self._visit.attempt(work, lambda e: self._visit.say(e.message))
        if done:
            self._visit.say(said)
            await self.refresh()


def _clock(text: str) -> str:
    hour, minute = (int(part) for part in text.split(":"))
    return f"{hour % 12 or 12}:{minute:02} {'AM' if hour % 24 < 12 else 'PM'}"


def _day(day: date) -> str:
    return f"{day:%A}, {day:%B} {day.day}, {day.year}"


def _span(row: ExceptionRow) -> str:
    words = _day(row.first_day)
    if row.last_day != row.first_day:
        words += f" to {_day(row.last_day)}"
    return f"{words}, {_clock(row.start)} to {_clock(row.end)}" if row.start else words


def _kind(row: ExceptionRow) -> str:
    kind = "Extra hours" if row.kind == "extra" else "Closed"
    who = " for the whole practice" if row.everybody else ""
    return f"{kind}{who}. {row.reason}".strip()


def _details(row: HoursRow) -> str:
    parts = [row.words]
    if row.every_weeks > 1:
        parts.append(f"every {row.every_weeks} weeks")
    if row.location:
        parts.append(row.location)
    if row.valid_until:
        parts.append(f"until {_day(row.valid_until)}")
    return ", ".join(parts)
