"""When a visit can start: the one rule behind the offer and behind the booking itself."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from heapq import nsmallest
from itertools import groupby
from operator import itemgetter
from typing import Literal

from portal_app.rules.schedule.spans import Span

QUARTER = timedelta(minutes=15)


@dataclass(frozen=True)
class Taken:
    """Busy time: a visit with its own buffers, a hold, or a block without any."""

    span: Span
    before: timedelta = timedelta()
    after: timedelta = timedelta()


@dataclass(frozen=True)
class Kind:
    """How much time a type of visit needs, and how far apart its starts are offered."""

    length: timedelta
    before: timedelta
    after: timedelta
    step: timedelta

    def __post_init__(self) -> None:
        if min(self.length, self.step) <= timedelta():
            raise ValueError("A visit has a length, and its starts lie apart.")


@dataclass(frozen=True)
class Gaps:
    """How the buffers of two neighbours add up, and whether they may leave the window."""

    by: Literal["max", "sum"] = "max"
    least: timedelta = timedelta()
    outside_window: bool = True

    def between(self, after: timedelta, before: timedelta) -> timedelta:
        """Give the time that has to lie between the end of a visit and the start of the next."""
        return max(after + before if self.by == "sum" else max(after, before), self.least)


def grid_of(length: timedelta) -> timedelta:
    """Give the usual distance of starts: the length, rounded up to a quarter of an hour."""
    return -(-length // QUARTER) * QUARTER


def starts(
    windows: Sequence[Span],
    taken: Sequence[Taken],
    kind: Kind,
    gaps: Gaps,
    earliest: datetime,
    latest: datetime,
) -> tuple[datetime, ...]:
    """Give every start that can be offered, from the earliest up to the latest, which is exclusive.

    Each window has a grid of its own, which begins with it and is laid in elapsed time.
    """
    lows, highs = _joined(_barred(taken, kind, gaps))
    found: list[datetime] = []
    for window in windows:
        first, last = _room(window, kind, gaps)
        cursor, end = max(first, earliest), min(last, latest - datetime.resolution)
        following = bisect_right(highs, cursor)
        while following < len(lows) and lows[following] < end:
            found += _grid(window.start, kind.step, cursor, lows[following])
            cursor = highs[following]
            following += 1
        found += _grid(window.start, kind.step, cursor, end)
    return tuple(start for start, _ in groupby(sorted(found)))


def fits(
    start: datetime,
    kind: Kind,
    windows: Sequence[Span] | None,
    taken: Sequence[Taken],
    gaps: Gaps,
) -> bool:
    """Whether a start would be offered; without windows, whether it leaves what is taken alone."""
    if windows is not None and not any(_offers(w, start, kind, gaps) for w in windows):
        return False
    return not any(low < start < high for low, high in _barred(taken, kind, gaps))


def nearest(starts: Iterable[datetime], wanted: datetime, count: int = 3) -> tuple[datetime, ...]:
    """Give the starts closest to the one that was wanted, in order of time."""
    return tuple(sorted(nsmallest(count, starts, key=lambda s: (abs(s - wanted), s))))


def _room(window: Span, kind: Kind, gaps: Gaps) -> tuple[datetime, datetime]:
    """Give the first and the last start that a window has room for."""
    if gaps.outside_window:
        return window.start, window.end - kind.length
    return window.start + kind.before, window.end - kind.length - kind.after


def _offers(window: Span, start: datetime, kind: Kind, gaps: Gaps) -> bool:
    first, last = _room(window, kind, gaps)
    return first <= start <= last and not (start - window.start) % kind.step


def _grid(anchor: datetime, step: timedelta, first: datetime, last: datetime) -> Iterator[datetime]:
    """Give the grid from one moment to another, both inclusive."""
    steps = range(-((anchor - first) // step), (last - anchor) // step + 1)
    return (anchor + step * count for count in steps)


def _barred(taken: Iterable[Taken], kind: Kind, gaps: Gaps) -> Iterator[tuple[datetime, datetime]]:
    """Give, for all that is taken, between which two moments no start may lie."""

    @cache
    def margins(before: timedelta, after: timedelta) -> tuple[timedelta, timedelta]:
        return kind.length + gaps.between(kind.after, before), gaps.between(after, kind.before)

    for busy in taken:
        ahead, behind = margins(busy.before, busy.after)
        yield busy.span.start - ahead, busy.span.end + behind


def _joined(
    barred: Iterable[tuple[datetime, datetime]],
) -> tuple[list[datetime], list[datetime]]:
    """Join what overlaps; where two only touch, a start fits exactly between them."""
    lows: list[datetime] = []
    highs: list[datetime] = []
    for low, high in sorted(barred, key=itemgetter(0)):
        if highs and low < highs[-1]:
            highs[-1] = max(highs[-1], high)
        else:
            lows.append(low)
            highs.append(high)
    return lows, highs
