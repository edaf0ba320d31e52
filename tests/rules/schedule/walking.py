"""A wall that is read every five minutes, over zone rules written by hand."""

from datetime import UTC, date, datetime, time, timedelta
from functools import cache

from tests.rules.zones import ZONES

STEP = timedelta(minutes=5)
"""No clock is turned, and no time is asked for, between two steps."""


@cache
def walk(zone: str, day: date) -> tuple[tuple[datetime, datetime], ...]:
    """The steps around a day: the moment, and what the wall shows, written without a zone."""
    noon = datetime.combine(day, time(12), UTC)
    offset = ZONES[zone]
    moments = [noon + STEP * count for count in range(-40 * 12, 40 * 12)]
    return tuple((m, m.replace(tzinfo=None) + timedelta(minutes=offset(m))) for m in moments)


def shown_at(zone: str, day: date, clock: time) -> tuple[datetime, ...]:
    """The steps at which the wall shows this."""
    return tuple(m for m, wall in walk(zone, day) if wall == datetime.combine(day, clock))


def reached(zone: str, day: date, clock: time) -> datetime:
    """The first step that is not before this on the wall."""
    wanted = datetime.combine(day, clock)
    return next(m for m, wall in walk(zone, day) if wall >= wanted)


def passed(zone: str, day: date, clock: time) -> datetime:
    """The end of the last step that is before this on the wall."""
    wanted = datetime.combine(day, clock)
    return max(m for m, wall in walk(zone, day) if wall < wanted) + STEP
