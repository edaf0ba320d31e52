"""Starts against an oracle that tries every minute; no list of free time is kept in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import process_time
from typing import NamedTuple
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from portal_app.rules.schedule.slots import Gaps, Kind, Taken, fits, grid_of, nearest, starts
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.walls import wall_label, window

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
SECOND = timedelta(seconds=1)
NONE = timedelta()
PLAIN = Gaps()


def at(minute: int) -> datetime:
    """So many minutes after nine."""
    return NINE + minute * MINUTE


def kind(length: int, before: int = 0, after: int = 0, step: int | None = None) -> Kind:
    return Kind(length * MINUTE, before * MINUTE, after * MINUTE, (step or length) * MINUTE)


def taken(start: int, end: int, before: int = 0, after: int = 0) -> Taken:
    return Taken(Span(at(start), at(end)), before * MINUTE, after * MINUTE)


def offered(
    windows: list[tuple[int, int]], busy: list[Taken], visit: Kind, gaps: Gaps = PLAIN
) -> list[int]:
    found = starts(
        [Span(at(a), at(b)) for a, b in windows], busy, visit, gaps, at(-10_000), at(10_000)
    )
    return [(s - NINE) // MINUTE for s in found]


class Day(NamedTuple):
    windows: list[tuple[int, int]]
    busy: list[tuple[int, int, int, int]]
    length: int
    before: int
    after: int
    step: int
    by: str
    least: int
    outside: bool

    def allows(self, start: int) -> bool:
        """The rule, said once more for one start, in whole minutes."""
        end = start + self.length
        inside = (start, end) if self.outside else (start - self.before, end + self.after)
        return any(
            a <= inside[0] and inside[1] <= b and (start - a) % self.step == 0
            for a, b in self.windows
        ) and all(self.beside(start, end, *other) for other in self.busy)

    def beside(self, start: int, end: int, first: int, last: int, before: int, after: int) -> bool:
        if not set(range(start, end)).isdisjoint(range(first, last)):
            return False
        distance, buffers = (
            (first - end, (self.after, before))
            if end <= first
            else (start - last, (after, self.before))
        )
        return distance >= self.least and distance >= (
            sum(buffers) if self.by == "sum" else max(buffers)
        )

    def arguments(self) -> tuple[list[Span], list[Taken], Kind, Gaps]:
        return (
            [Span(at(a), at(b)) for a, b in self.windows],
            [taken(*b) for b in self.busy],
            kind(self.length, self.before, self.after, self.step),
            Gaps("sum" if self.by == "sum" else "max", self.least * MINUTE, self.outside),
        )


buffers = st.sampled_from([0, 0, 5, 10, 15, 30])
spans = st.tuples(st.integers(-6, 60), st.integers(1, 36)).map(lambda p: (p[0] * 5, sum(p) * 5))
busy = st.builds(lambda s, b, a: (*s, b, a), spans, buffers, buffers)
days = st.builds(
    Day,
    st.lists(spans, min_size=1, max_size=3),
    st.lists(busy, max_size=5),
    st.sampled_from([5, 20, 30, 45, 50, 60, 90]),
    buffers,
    buffers,
    st.sampled_from([5, 15, 20, 30, 45, 60]),
    st.sampled_from(["max", "sum"]),
    buffers,
    st.booleans(),
)
LAST = 500
CLOSE = Day([(0, 120)], [(0, 30, 0, 0), (60, 90, 0, 0)], 30, 0, 0, 30, "max", 0, True)


@example(CLOSE, -100, LAST)
@given(days, st.integers(-100, LAST), st.integers(-100, LAST))
def test_exactly_what_the_oracle_allows_is_offered(day: Day, earliest: int, latest: int):
    found = starts(*day.arguments(), at(earliest), at(latest))
    assert [(s - NINE) // MINUTE for s in found] == [
        minute for minute in range(-100, LAST) if earliest <= minute < latest and day.allows(minute)
    ]


@given(days, st.integers(-100 * 60, LAST * 60))
def test_the_check_at_booking_is_the_rule_of_the_offer(day: Day, second: int):
    windows, busy, visit, gaps = day.arguments()
    found = set(starts(windows, busy, visit, gaps, at(-100), at(LAST)))
    for start in {at(0) + second * SECOND, at(second // 60), *found}:
        assert fits(start, visit, windows, busy, gaps) == (start in found), start


@given(days, st.integers(-100 * 60, LAST * 60))
def test_no_visit_ever_overlaps_what_is_taken(day: Day, second: int):
    windows, busy, visit, gaps = day.arguments()
    start = at(0) + second * SECOND
    visit_span = Span(start, start + visit.length)
    with_buffers = Span(start - visit.before, start + visit.length + visit.after)
    if fits(start, visit, None, busy, gaps):
        assert not any(visit_span.overlaps(b.span) for b in busy)
        assert not any(with_buffers.overlaps(b.span) for b in busy)
    else:
        assert not fits(start, visit, windows, busy, gaps)
        assert any(
            Span(start - timedelta(hours=1), start + timedelta(hours=3)).overlaps(b.span)
            for b in busy
        )


@given(days, st.integers(-100, LAST))
def test_what_was_booked_is_offered_no_more_and_nothing_new_appears(day: Day, minute: int):
    windows, busy, visit, gaps = day.arguments()
    found = starts(windows, busy, visit, gaps, at(-100), at(LAST))
    for start in nearest(found, at(minute), 1):
        booked = Taken(Span(start, start + visit.length), visit.before, visit.after)
        left = starts(windows, [*busy, booked], visit, gaps, at(-100), at(LAST))
        assert start not in left
        assert set(left) < set(found)


@pytest.mark.parametrize(
    ("by", "least", "after_first", "before_second", "gap"),
    [
        ("max", 0, 10, 15, 15),
        ("max", 0, 15, 10, 15),
        ("max", 20, 15, 10, 20),
        ("sum", 0, 15, 10, 25),
        ("sum", 20, 15, 10, 25),
        ("sum", 40, 15, 10, 40),
        ("max", 0, 0, 0, 0),
    ],
)
def test_the_gap_between_two_neighbours(
    by: str, least: int, after_first: int, before_second: int, gap: int
):
    gaps = Gaps("sum" if by == "sum" else "max", least * MINUTE)
    visit = kind(30, before=before_second, after=after_first)
    busy = [taken(0, 60, before=before_second, after=after_first)]
    for bound, off in ((at(60 + gap), -SECOND), (at(-30 - gap), SECOND)):
        assert fits(bound, visit, None, busy, gaps)
        assert not fits(bound + off, visit, None, busy, gaps)


def test_the_buffers_of_the_first_and_of_the_second_are_told_apart():
    busy = [taken(0, 60, before=40, after=20)]
    visit = kind(30, before=5, after=10)
    assert fits(at(80), visit, None, busy, Gaps())
    assert not fits(at(79), visit, None, busy, Gaps())
    assert fits(at(-70), visit, None, busy, Gaps())
    assert not fits(at(-69), visit, None, busy, Gaps())


@pytest.mark.parametrize(("outside", "found"), [(True, [0, 30, 60, 90]), (False, [30, 60])])
def test_buffers_leave_the_window_only_where_they_may(outside: bool, found: list[int]):
    gaps = Gaps(outside_window=outside)
    assert offered([(0, 120)], [], kind(30, before=10, after=20), gaps) == found


def test_a_last_visit_ends_with_the_window():
    assert offered([(0, 60)], [], kind(60, step=15)) == [0]
    assert offered([(0, 59)], [], kind(60, step=15)) == []
    assert offered([(0, 75)], [], kind(60, step=15)) == [0, 15]


def test_the_grid_begins_with_each_window():
    assert offered([(7, 70), (100, 160)], [], kind(30)) == [7, 37, 100, 130]


def test_what_is_taken_does_not_move_the_grid():
    assert offered([(0, 120)], [taken(20, 40)], kind(30)) == [60, 90]


def test_windows_that_overlap_offer_a_start_once():
    assert offered([(30, 90), (0, 60)], [], kind(30)) == [0, 30, 60]


def test_a_start_exactly_between_two_neighbours():
    assert offered([(0, 90)], [taken(0, 30), taken(60, 90)], kind(30)) == [30]
    assert offered([(0, 90)], [taken(0, 31), taken(60, 90)], kind(30)) == []


def test_the_earliest_is_offered_and_the_latest_is_not():
    windows, visit = [Span(at(0), at(120))], kind(30)
    assert starts(windows, [], visit, Gaps(), at(30), at(90)) == (at(30), at(60))
    late, early = at(30) + SECOND, at(90) - SECOND
    assert starts(windows, [], visit, Gaps(), late, early) == (at(60),)
    assert starts(windows, [], visit, Gaps(), at(30), at(90) + SECOND)[-1] == at(90)
    assert starts(windows, [], visit, Gaps(), at(90), at(30)) == ()
    assert starts([], [], visit, Gaps(), at(0), at(30)) == ()


def test_staff_may_book_beside_the_grid_but_not_over_a_visit():
    visit, busy = kind(30), [taken(0, 30)]
    assert fits(at(37), visit, None, busy, Gaps())
    assert not fits(at(37), visit, [Span(at(0), at(120))], busy, Gaps())
    assert not fits(at(29), visit, None, busy, Gaps())


def test_nothing_fits_where_nothing_is_open():
    assert fits(at(0), kind(30), None, [], Gaps())
    assert not fits(at(0), kind(30), [], [], Gaps())


@pytest.mark.parametrize(
    ("zone", "day", "count"),
    [
        ("America/New_York", "2026-11-01", 14),
        ("America/New_York", "2027-03-14", 10),
        ("America/New_York", "2027-03-15", 12),
        ("Australia/Lord_Howe", "2026-04-05", 13),
        ("Australia/Lord_Howe", "2026-10-04", 11),
        ("Australia/Lord_Howe", "2026-10-05", 12),
    ],
)
def test_a_night_holds_as_many_half_hours_as_it_has(zone: str, day: str, count: int):
    info, night = ZoneInfo(zone), date.fromisoformat(day)
    span = window(info, night, time(0), time(6))
    assert span
    found = starts([span], [], kind(30), Gaps(), span.start, span.end)
    labels = [wall_label(info, start) for start in found]
    assert len(found) == len(set(labels)) == count


def test_the_labels_of_the_night_on_which_the_clock_goes_back():
    zone = ZoneInfo("America/New_York")
    span = window(zone, date(2026, 11, 1), time(0, 30), time(2, 30))
    assert span
    found = starts([span], [], kind(30), Gaps(), span.start, span.end)
    assert [wall_label(zone, start) for start in found] == [
        "12:30 AM",
        "1:00 AM (UTC−4)",
        "1:30 AM (UTC−4)",
        "1:00 AM (UTC−5)",
        "1:30 AM (UTC−5)",
        "2:00 AM",
    ]


@pytest.mark.parametrize(
    ("length", "step"), [(1, 15), (15, 15), (16, 30), (30, 30), (45, 45), (50, 60), (90, 90)]
)
def test_the_usual_grid(length: int, step: int):
    assert grid_of(length * MINUTE) == step * MINUTE


@pytest.mark.parametrize("wrong", [{"length": NONE}, {"step": NONE}, {"length": -MINUTE}])
def test_a_visit_has_a_length_and_a_grid(wrong: dict[str, timedelta]):
    with pytest.raises(ValueError, match="length"):
        replace(kind(30), **wrong)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [(61, [30, 60, 90]), (0, [30, 60, 90]), (500, [120, 150, 240]), (105, [60, 90, 120])],
)
def test_the_nearest_three_in_order_of_time(wanted: int, found: list[int]):
    free = tuple(at(m) for m in (30, 60, 90, 120, 150, 240))
    assert nearest(free, at(wanted)) == tuple(at(m) for m in found)


def test_the_nearest_of_few():
    assert nearest((), NINE) == ()
    assert nearest((at(5),), NINE) == (at(5),)
    assert nearest((at(-5), at(5), at(20)), NINE, 1) == (at(-5),)


def test_six_weeks_are_read_at_once():
    windows = [Span(at(d * 1440), at(d * 1440 + 480)) for d in range(42)]
    crowd = [taken(n * 30 % 60_480, n * 30 % 60_480 + 15, 5, 10) for n in range(2000)]
    begin = process_time()
    starts(windows, crowd, kind(30, 5, 5, 5), Gaps(), at(0), at(60_480))
    # trying each start against each visit takes half a second and more
    assert process_time() - begin < 0.1
