from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.schedule.spans import Span, merged, without

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def span(start: int, end: int) -> Span:
    return Span(NOON + start * MINUTE, NOON + end * MINUTE)


def painted(spans: tuple[Span, ...] | list[Span]) -> set[int]:
    return {m for m in range(60) for s in spans if s.start <= NOON + m * MINUTE < s.end}


many = st.lists(
    st.tuples(st.integers(0, 59), st.integers(0, 20)).map(lambda p: span(p[0], sum(p))), max_size=6
)


@pytest.mark.parametrize(
    ("other", "overlaps"),
    [
        ((10, 20), True),
        ((11, 19), True),
        ((9, 20), True),
        ((10, 21), True),
        ((19, 30), True),
        ((20, 30), False),
        ((0, 11), True),
        ((0, 10), False),
        ((15, 15), False),
    ],
)
def test_two_spans(other: tuple[int, int], overlaps: bool):
    this, that = span(10, 20), span(*other)
    assert this.overlaps(that) is that.overlaps(this) is overlaps


@pytest.mark.parametrize(
    "zone", [None, ZoneInfo("Europe/London"), timezone(timedelta(hours=1)), ZoneInfo("UTC")]
)
def test_only_utc_comes_in(zone: timezone | ZoneInfo | None):
    elsewhere = NOON.replace(tzinfo=zone)
    with pytest.raises(ValueError, match="UTC"):
        Span(elsewhere, NOON)
    with pytest.raises(ValueError, match="UTC"):
        Span(NOON, elsewhere)


def test_a_span_does_not_run_backwards():
    assert span(5, 5).start == span(5, 5).end
    with pytest.raises(ValueError, match="before it starts"):
        span(6, 5)


@given(many)
def test_merging_keeps_the_time_and_leaves_distances(spans: list[Span]):
    whole = merged(spans)
    assert painted(whole) == painted(spans)
    assert all(a.end < b.start for a, b in pairwise(whole))
    assert all(s.start < s.end for s in whole)


@given(many, many)
def test_cutting_leaves_what_is_not_taken(spans: list[Span], taken: list[Span]):
    left = without(spans, taken)
    assert painted(left) == painted(spans) - painted(taken)
    assert all(any(s.start <= piece.start and piece.end <= s.end for s in spans) for piece in left)
    assert all(s.start < s.end for s in left)


def test_spans_that_touch_stay_apart_when_they_are_cut():
    assert without([span(0, 10), span(10, 20)], [span(4, 5)]) == (
        span(0, 4),
        span(5, 10),
        span(10, 20),
    )
    assert merged([span(10, 20), span(0, 10)]) == (span(0, 20),)
