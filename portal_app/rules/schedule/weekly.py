"""Office hours as moments: the usual windows, less closures, plus extra hours."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, time
from itertools import chain
from zoneinfo import ZoneInfo

from portal_app.rules.schedule.spans import Span, merged, without
from portal_app.rules.schedule.walls import MIDNIGHT, window

Dated = tuple[date, time, time]
Closure = tuple[date, time | None, time | None]
"""A closed part of a day: without a start from its beginning, without an end to its end."""


def windows(
    zone: ZoneInfo, days: Sequence[Dated], closed: Sequence[Closure], extra: Sequence[Dated]
) -> tuple[Span, ...]:
    """Give the open windows, in order; extra hours win over closures.

    Windows that touch stay apart, because each one's start is the anchor of its grid. Extra hours
    that follow on a window prolong it; others are windows of their own.
    """
    shut = merged(_spans(zone, ((d, s or MIDNIGHT, e or MIDNIGHT) for d, s, e in closed)))
    usual = [without([span], shut) for span in set(_spans(zone, days))]
    more = {
        span.start: span.end
        for span in without(merged(_spans(zone, extra)), chain.from_iterable(usual))
    }
    ends = {span.end for spans in usual for span in spans}
    opened = [Span(a, b) for a, b in more.items() if a not in ends]
    for spans in usual:
        opened += merged(Span(s.start, more.get(s.end, s.end)) for s in spans)
    return tuple(sorted(set(opened)))  # a closure can cut two to the same


def _spans(zone: ZoneInfo, dated: Iterable[Dated]) -> Iterator[Span]:
    for day, start, end in dated:
        if span := window(zone, day, start, end):
            yield span
