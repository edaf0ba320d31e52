"""What the clock on a wall shows, and the moments at which it shows it.

Twice a year the clock is turned: some times are shown twice (a fold), some never (a gap).
"""

from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal_app.rules.schedule.spans import Span

MIDNIGHT = time()
DAY = timedelta(days=1)


def instants(zone: ZoneInfo, day: date, clock: time) -> tuple[datetime, ...]:
    """Give the moments at which the wall shows this time, in order: none, one or two."""
    wall = datetime.combine(day, clock)
    moments = {wall.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)}
    return tuple(sorted(m for m in moments if m.astimezone(zone).replace(tzinfo=None) == wall))


def first_moment(zone: ZoneInfo, day: date, clock: time) -> datetime:
    """Give the first moment at which it is that late; in a gap, the moment after it."""
    found = instants(zone, day, clock)
    return found[0] if found else _end_of_gap(zone, day, clock)


def last_moment(zone: ZoneInfo, day: date, clock: time) -> datetime:
    """Give the moment from which on it is never earlier again; in a gap, the moment after it."""
    found = instants(zone, day, clock)
    if not found:
        return _end_of_gap(zone, day, clock)
    just_before = (found[-1] - datetime.resolution).astimezone(zone).replace(tzinfo=None)
    # the clock is turned back to exactly this time: what is shown anew is later already
    turned_to = just_before >= datetime.combine(day, clock)
    return found[0] if turned_to else found[-1]


def window(zone: ZoneInfo, day: date, start: time, end: time) -> Span | None:
    """Give the time between two times of a day; an end of 00:00 is the end of the day."""
    if MIDNIGHT < end <= start:
        return None
    opening = first_moment(zone, day, start)
    closing = last_moment(zone, day + DAY if end == MIDNIGHT else day, end)
    return Span(opening, closing) if opening < closing else None


def day_span(zone: ZoneInfo, day: date) -> Span:
    """Give the time from midnight to midnight; empty for a day that the calendar skipped."""
    return Span(first_moment(zone, day, MIDNIGHT), first_moment(zone, day + DAY, MIDNIGHT))


def wall_day(zone: ZoneInfo, moment: datetime) -> date:
    """Give the date on the wall."""
    return moment.astimezone(zone).date()


def wall_label(zone: ZoneInfo, moment: datetime) -> str:
    """Say the time: 1:30 AM, and which of the two where it is shown twice: 1:30 AM (UTC−4)."""
    local = moment.astimezone(zone)
    label = f"{local.hour % 12 or 12}:{local.minute:02} {'AM' if local.hour < 12 else 'PM'}"
    if len(instants(zone, local.date(), local.time())) == 1:
        return label
    return f"{label} (UTC{_offset(local.utcoffset() or timedelta())})"


def _offset(offset: timedelta) -> str:
    sign = "−" if offset < timedelta() else "+"
    hours, minutes = divmod(abs(offset) // timedelta(minutes=1), 60)
    return f"{sign}{hours}:{minutes:02}" if minutes else f"{sign}{hours}"


def _end_of_gap(zone: ZoneInfo, day: date, clock: time) -> datetime:
    wall = datetime.combine(day, clock.replace(microsecond=0), zone)
    # read with the offset after the gap it lies before it, read with the one before, after it
    before, after = (wall.replace(fold=fold).astimezone(UTC) for fold in (1, 0))
    turned = after.astimezone(zone).utcoffset()

    def is_turned(second: int) -> bool:
        return (before + timedelta(seconds=second)).astimezone(zone).utcoffset() == turned

    seconds = range((after - before) // timedelta(seconds=1))
    return before + timedelta(seconds=bisect_left(seconds, True, key=is_turned))
