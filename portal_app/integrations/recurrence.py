"""Recurring days by the rules of RFC 5545, through dateutil."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import islice

from dateutil.rrule import MO, WEEKLY, rrule

MOST = 104
"""Visits that one series may have: two years, week by week."""


def weekly_days(
    weekday: int,
    every_weeks: int,
    valid_from: date,
    valid_until: date | None,
    first: date,
    last: date,
) -> tuple[date, ...]:
    """List the days of a weekly rule between two days, both inclusive.

    Weeks begin on Monday and are counted from the week of ``valid_from``.
    """
    until = min(last, valid_until) if valid_until else last
    if until < max(first, valid_from):
        return ()
    # the first step back to Monday keeps "every second week" in step with the anchor's own week
    anchor = valid_from - timedelta(days=valid_from.weekday())
    rule = rrule(
        WEEKLY,
        interval=max(1, every_weeks),
        byweekday=weekday,
        dtstart=_midnight(anchor),
        wkst=MO,
        cache=False,
    )
    found = rule.between(_midnight(max(first, valid_from)), _midnight(until), inc=True)
    return tuple(moment.date() for moment in found)


def series_days(
    first: date, every_weeks: int, *, count: int = 0, until: date | None = None
) -> Iterator[date]:
    """Give the days of a weekly series from its first day, by number or until a day."""
    rule = rrule(
        WEEKLY,
        interval=max(1, every_weeks),
        dtstart=_midnight(first),
        until=_midnight(until) if until else None,
    )
    most = min(count or MOST, MOST) if until is None else MOST
    return (moment.date() for moment in islice(rule, most))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time())
