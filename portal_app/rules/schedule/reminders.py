"""When a visit's reminders are due."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.walls import DAY, first_moment, last_moment, wall_day


@dataclass(frozen=True)
class Offset:
    """How long ahead: days are counted on the wall clock, hours as they pass."""

    days: int = 0
    hours: int = 0

    @property
    def key(self) -> str:
        """Name it, the same for the same offset: 7d, 48h, 1d2h."""
        days = f"{self.days}d" if self.days else ""
        return f"{days}{self.hours}h" if self.hours or not days else days

    def ahead_of(self, start: datetime, zone: ZoneInfo) -> datetime:
        """Give the moment so long before a visit; a time that the wall skips moves behind the gap."""
        if self.days:
            local = start.astimezone(zone)
            day = local.date() - timedelta(days=self.days)
            start = first_moment(zone, day, local.time())
        return start.astimezone(UTC) - timedelta(hours=self.hours)


@dataclass(frozen=True)
class Quiet:
    """Hours in which nothing is sent, on the wall clock; without length where both are the same."""

    start: time = time(21)
    end: time = time(8)

    def around(self, moment: datetime, zone: ZoneInfo) -> Span | None:
        """Give the quiet hours that a moment lies in."""
        today = wall_day(zone, moment)
        over_night = DAY if self.end < self.start else timedelta()
        for day in (today - DAY, today):
            begin = first_moment(zone, day, self.start)
            end = last_moment(zone, day + over_night, self.end)
            if self.start != self.end and begin <= moment < end:
                return Span(begin, end)
        return None


@dataclass(frozen=True)
class Reminder:
    """A reminder that is owed; the key is unique for one visit."""

    key: str
    due: datetime


def plan(
    start: datetime,
    zone: ZoneInfo,
    offsets: Iterable[Offset],
    booked_at: datetime,
    quiet: Quiet,
) -> tuple[Reminder, ...]:
    """Give the reminders of a visit, in order; those that fall together are one."""
    planned: dict[datetime, Reminder] = {}
    for offset in offsets:
        due = offset.ahead_of(start, zone)
        if due < booked_at:
            continue
        if hours := quiet.around(due, zone):
            due = hours.end if hours.end < start else hours.start
        if booked_at <= due < start:
            planned.setdefault(due, Reminder(offset.key, due))
    return tuple(planned[due] for due in sorted(planned))


def still_useful(now: datetime, start: datetime) -> bool:
    """Whether a reminder that is late is still worth sending."""
    return now < start
