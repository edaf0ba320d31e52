"""Open windows against a wall on which every five minutes are painted."""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.weekly import Closure, Dated, windows
from tests.rules.schedule.walking import STEP, passed, reached, walk

LONDON = ZoneInfo("Europe/London")
DAY = date(2026, 1, 5)
"""A Monday on which the wall in London shows UTC."""


def clock(text: str) -> time:
    return time.fromisoformat(text)


def pairs(text: str) -> list[Dated]:
    """Read 09:00-12:00 13:00-17:00 as windows of the day."""
    halves = [part.split("-") for part in text.split()]
    return [(DAY, clock(a), clock(b)) for a, b in halves]


def told(found: tuple[Span, ...]) -> str:
    return " ".join(f"{s.start:%H:%M}-{s.end:%H:%M}" for s in found)


@pytest.mark.parametrize(
    ("usual", "closed", "extra", "opened"),
    [
        ("09:00-17:00", "", "", "09:00-17:00"),
        ("09:00-17:00", "12:00-13:00", "", "09:00-12:00 13:00-17:00"),
        ("09:00-17:00", "08:00-10:10", "", "10:10-17:00"),
        ("09:00-17:00 09:00-12:00", "12:00-00:00", "", "09:00-12:00"),
        ("09:00-17:00", "00:00-00:00", "", ""),
        ("09:00-17:00", "00:00-00:00", "10:00-11:00", "10:00-11:00"),
        ("09:00-17:00", "00:00-00:00", "08:00-12:00", "08:00-12:00"),
        ("", "00:00-00:00", "10:00-11:00", "10:00-11:00"),
        ("09:00-17:00", "12:00-14:00", "12:00-14:00", "09:00-17:00"),
        ("09:00-17:00", "12:00-14:00", "12:00-13:00", "09:00-13:00 14:00-17:00"),
        ("09:00-17:00", "12:00-14:00", "13:00-14:00", "09:00-12:00 13:00-14:00 14:00-17:00"),
        ("09:00-17:00", "", "16:00-19:00", "09:00-19:00"),
        ("09:00-17:00", "", "17:00-19:00", "09:00-19:00"),
        ("09:00-17:00", "", "18:00-19:00", "09:00-17:00 18:00-19:00"),
        ("09:00-17:00", "", "08:00-09:00", "08:00-09:00 09:00-17:00"),
        ("09:00-17:00", "", "08:00-18:00", "08:00-09:00 09:00-18:00"),
        ("09:00-12:00 12:00-17:00", "", "", "09:00-12:00 12:00-17:00"),
        ("09:00-12:00 13:00-17:00", "", "12:00-13:00", "09:00-13:00 13:00-17:00"),
        ("09:00-12:00 13:00-17:00", "", "11:00-15:00", "09:00-13:00 13:00-17:00"),
        ("09:00-12:00", "", "14:00-15:00 15:00-16:00", "09:00-12:00 14:00-16:00"),
        ("09:00-17:00 09:00-17:00", "", "", "09:00-17:00"),
        ("09:00-13:00 12:00-17:00", "", "", "09:00-13:00 12:00-17:00"),
        ("22:00-00:00", "23:00-00:00", "", "22:00-23:00"),
        ("17:00-09:00", "", "", ""),
    ],
)
def test_a_day(usual: str, closed: str, extra: str, opened: str):
    found = windows(LONDON, pairs(usual), pairs(closed), pairs(extra))
    assert told(found) == opened


@pytest.mark.parametrize(
    ("start", "end", "opened"),
    [
        (None, None, ""),
        (clock("12:00"), None, "09:00-12:00"),
        (None, clock("12:00"), "12:00-17:00"),
    ],
)
def test_a_closure_without_a_bound_reaches_to_that_end_of_the_day(
    start: time | None, end: time | None, opened: str
):
    assert told(windows(LONDON, pairs("09:00-17:00"), [(DAY, start, end)], [])) == opened


def test_a_closure_without_an_end_reaches_to_midnight():
    assert windows(LONDON, pairs("20:00-00:00"), [(DAY, time(20), None)], []) == ()


def test_a_closed_day_closes_no_other():
    next_day = DAY + timedelta(days=1)
    both = [(DAY, time(9), time(17)), (next_day, time(9), time(17))]
    [left] = windows(LONDON, both, [(DAY, None, None)], [])
    assert left.start == datetime(2026, 1, 6, 9, 0, tzinfo=UTC)


def test_nine_stays_nine_when_the_clocks_change():
    zone = ZoneInfo("America/New_York")
    days = [date(2026, 10, 30), date(2026, 11, 1), date(2027, 3, 14)]
    found = windows(zone, [(d, time(9), time(17)) for d in days], [], [])
    assert [s.start.hour for s in found] == [13, 14, 13]


times = st.integers(0, 47).map(lambda m: time(m // 2, m % 2 * 30))
parts = st.lists(st.tuples(times, times), max_size=3)
places = st.sampled_from(
    [
        ("America/New_York", date(2026, 11, 1)),
        ("America/New_York", date(2027, 3, 14)),
        ("Australia/Lord_Howe", date(2026, 4, 5)),
        ("America/Santiago", date(2026, 9, 6)),
        ("Atlantic/Azores", date(2026, 10, 25)),
        ("Asia/Kathmandu", date(2026, 5, 1)),
    ]
)


def painted(zone: str, day: date, given_parts: list[tuple[time, time]]) -> set[datetime]:
    """The steps of a day that lie in one of its parts."""
    steps: set[datetime] = set()
    for start, end in given_parts:
        if end != time() and end <= start:
            continue
        after = day + timedelta(days=1) if end == time() else day
        begin, finish = reached(zone, day, start), passed(zone, after, end)
        steps |= {m for m, _ in walk(zone, day) if begin <= m < finish}
    return steps


@given(places, parts, parts, parts)
def test_usual_less_closed_plus_extra(
    place: tuple[str, date],
    usual: list[tuple[time, time]],
    closed: list[tuple[time, time]],
    extra: list[tuple[time, time]],
):
    zone, day = place
    shut: list[Closure] = [(day, *p) for p in closed]
    found = windows(ZoneInfo(zone), [(day, *p) for p in usual], shut, [(day, *p) for p in extra])
    steps = {s.start + STEP * n for s in found for n in range((s.end - s.start) // STEP)}
    more = painted(zone, day, extra)
    assert steps == (painted(zone, day, usual) - painted(zone, day, closed)) | more
    assert list(found) == sorted(set(found))
    if len(usual) < 2:
        assert all(a.end <= b.start for a, b in pairwise(found))


@given(places, parts, parts)
def test_extra_hours_never_move_the_start_of_a_window_that_is_open(
    place: tuple[str, date], usual: list[tuple[time, time]], extra: list[tuple[time, time]]
):
    zone, day = place
    info, given_days = ZoneInfo(zone), [(day, *p) for p in usual]
    before = windows(info, given_days, [], [])
    after = windows(info, given_days, [], [(day, *p) for p in extra])
    assert {s.start for s in before} <= {s.start for s in after}
    assert all(
        any(new.start <= old.start and old.end <= new.end for new in after) for old in before
    )
