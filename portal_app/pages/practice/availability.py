"""Settings, Availability: when a clinician can be booked."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from portal_app.components.button import Button, icon_link
from portal_app.components.controls import SelectControl
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.panel import section as heading
from portal_app.components.schedule.calendar import CalendarGrid, columns_of
from portal_app.components.tag import Tag
from portal_app.components.text import h2, link
from portal_app.data.schemas.schedule import (
    AvailabilityView,
    ExceptionInput,
    ExceptionRow,
    HoursInput,
    HoursRow,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.areas import settings_head
from portal_app.pages.practice.time_off import TimeOff
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.services.schedule import availability
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_SCHEDULE
ADD_HOURS = action(availability.add_hours, needs=NEEDS)
ADD_EXTRA = action(availability.add_extra_hours, needs=NEEDS)
REMOVE_HOURS = action(availability.remove_hours, needs=NEEDS)
REMOVE_EXCEPTION = action(availability.remove_exception, needs=NEEDS)
CLOSE_HOLIDAY = action(availability.close_for_holiday, needs=Permission.PRACTICE_SETTINGS)
DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ONCE = "once"
HOLIDAYS_SHOWN = 6


@section(
    "practice",
    "/settings/availability",
    needs=NEEDS,
    title="Availability",
    nav="settings",
    load=availability.availability,
    query=("clinician", "week"),
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
                self._whose()
            self._week_bar()
            self._grid = CalendarGrid()
            with Tag("p", "lw-muted lw-s14", style="margin-top:12px"):
                link("Booking rules", f"/practice/settings/booking-rules?{self._query()}")
            self._table = Tag("div", "lw-part1")
            self._days = Tag("div", "lw-part1")
        self._fill()
        time_off = TimeOff(visit, view.clinicians, view.clinician, self.refresh)
        self._dialog = Dialog("Add hours", keep=True)
        off.on_click(lambda: time_off.open(self._view.first))
        more.on_click(self._open_hours)

    def _query(self, **more: str) -> str:
        return urlencode({"clinician": self._view.clinician} | more)

    def _whose(self) -> None:
        with Tag("div", "lw-field", style="max-width:336px;margin-bottom:16px"):
            label = Tag("label", "", "Whose hours")

            def choose(key: str) -> None:
                self._visit.go(f"/practice/settings/availability?{urlencode({'clinician': key})}")

            control = SelectControl(
                list(self._view.clinicians), value=self._view.clinician, on_change=choose
            )
            label.set(for_=control.html_id)

    def _week_bar(self) -> None:
        first, base = self._view.first, "/practice/settings/availability"
        last = first + timedelta(days=6)
        words = f"{first:%B} {first.day} to {last:%B} {last.day}"
        with Tag("div", "lw-calbar"), Tag("div", "lw-wrap1"):
            for icon, name, day in (
                ("chevron-left", "Earlier week", first - timedelta(days=7)),
                ("chevron-right", "Later week", first + timedelta(days=7)),
            ):
                if icon == "chevron-right":
                    h2(words)
                icon_link(icon, name, f"{base}?{self._query(week=day.isoformat())}")

    def _fill(self) -> None:
        view = self._view
        wall = Wall(ZoneInfo(view.zone), self._visit.wall.now)
        days = [view.first + timedelta(days=n) for n in range(7)]
        used = {b.starts_at.astimezone(wall.zone).date() for b in view.week if b.kind != "closed"}
        days = [d for d in days if d.weekday() < 5 or d in used]
        who = [(view.clinician, view.clinician_name)]
        columns = columns_of(days, who, (), view.week, wall)
        self._grid.show_columns(columns, wall, "Bookable hours of the week")
        self._table.clear()
        with self._table, heading("Every week"):
            self._hours()
        self._days.clear()
        with self._days, heading("Days that differ"):
            self._exceptions()

    async def refresh(self) -> None:
        """Read it again."""
        view = self._view
        self._view = await run(
            availability.availability, self._visit.actor, view.clinician, view.first.isoformat()
        )
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

    # ------------------------------------------------------------ add hours
    def _open_hours(self) -> None:
        view, dialog = self._view, self._dialog
        dialog.body.clear()
        dialog.foot.clear()
        repeats = [
            ("1", "Every week"),
            ("2", "Every 2 weeks"),
            ("4", "Every 4 weeks"),
            (ONCE, "Once"),
        ]
        with dialog.body, Tag("div", "lw-stack"):
            repeat = Field("Repeat", "1", kind="select", options=repeats)
            fields = {
                "weekday": Field(
                    "Weekday", "0", kind="select", options=[(str(n), d) for n, d in enumerate(DAYS)]
                ),
                "start": Field("From", "09:00", kind="time"),
                "end": Field("To", "12:00", kind="time"),
                "valid_from": Field(
                    "First day",
                    self._visit.wall.today.isoformat(),
                    kind="date",
                ),
                "valid_until": Field("Last day", kind="date", optional=True),
                "visit_type": Field(
                    "Visit type", kind="select", options=[("", "Any visit"), *view.types]
                ),
                "mode": Field(
                    "How",
                    kind="select",
                    options=[
                        ("", "Any way"),
                        ("in_person", "In person only"),
                        ("video", "Video only"),
                        ("phone", "Phone only"),
                    ],
                ),
                "location": Field(
                    "Location",
                    view.locations[0][0] if view.locations else "",
                    kind="select",
                    options=[("", "None"), *view.locations],
                ),
            }

        async def save() -> None:
            once = repeat.value == ONCE
            schema = ExceptionInput if once else HoursInput
            names = ("start", "end") if once else tuple(fields)
            form: Form = Form(schema, {n: fields[n] for n in names})  # type: ignore[type-arg]
            day = fields["valid_from"].value
            last = fields["valid_until"].value
            more = (
                {"first_day": day, "last_day": last or day}
                if once
                else {"every_weeks": repeat.value}
            )
            command = form.check(**more)
            if command is None:
                return
            perform = ADD_EXTRA if once else ADD_HOURS
            work = perform(self._visit.actor, view.clinician, command)

            def refuse(error: PortalError) -> None:
                if not form.refuse(error.field, error.message):
                    fields["start"].set_error(error.message)

            done, _ = await self._visit.attempt(work, refuse)
            if done:
                dialog.close()
                self._visit.say("Hours added")
                await self.refresh()

        with dialog.foot:
            Button("Add", save)
            Button("Close", kind="sec", data_lw_close=True)
        dialog.open()


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
