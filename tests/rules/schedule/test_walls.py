"""The wall against one that is read every five minutes; and the vectors, as they were worked out."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.walls import (
    day_span,
    first_moment,
    instants,
    last_moment,
    wall_day,
    wall_label,
    window,
)
from tests.rules.schedule.walking import passed, reached, shown_at, walk
from tests.rules.zones import TURNS, ZONES

NEW_YORK = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
TURNED = [
    (zone, (turn + timedelta(minutes=ZONES[zone](turn))).date() + shift * DAY)
    for zone, turns in TURNS.items()
    for turn, _ in turns
    if 2026 <= turn.year < 2028
    for shift in (-1, 0, 1)
]
times = st.integers(0, 287).map(lambda m: time(m // 12, m % 12 * 5))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "moments"),
    [
        ("2026-10-30T09:00", ["2026-10-30T13:00"]),
        ("2026-11-01T01:30", ["2026-11-01T05:30", "2026-11-01T06:30"]),
        ("2026-11-01T00:59:59", ["2026-11-01T04:59:59"]),
        ("2026-11-01T01:00", ["2026-11-01T05:00", "2026-11-01T06:00"]),
        ("2026-11-01T01:59:59", ["2026-11-01T05:59:59", "2026-11-01T06:59:59"]),
        ("2026-11-01T02:00", ["2026-11-01T07:00"]),
        ("2026-11-01T09:00", ["2026-11-01T14:00"]),
        ("2026-11-02T09:00", ["2026-11-02T14:00"]),
        ("2027-03-12T09:00", ["2027-03-12T14:00"]),
        ("2027-03-14T01:30", ["2027-03-14T06:30"]),
        ("2027-03-14T01:59:59", ["2027-03-14T06:59:59"]),
        ("2027-03-14T02:00", []),
        ("2027-03-14T02:30", []),
        ("2027-03-14T02:59:59", []),
        ("2027-03-14T03:00", ["2027-03-14T07:00"]),
        ("2027-03-14T09:00", ["2027-03-14T13:00"]),
        ("2027-03-15T09:00", ["2027-03-15T13:00"]),
    ],
)
def test_a_time_in_new_york(wall: str, moments: list[str]):
    local = datetime.fromisoformat(wall)
    assert instants(NEW_YORK, local.date(), local.time()) == tuple(utc(m) for m in moments)


def test_which_reading_a_time_was_meant_for_is_not_asked():
    both = instants(NEW_YORK, date(2026, 11, 1), time(1, 30, fold=1))
    assert both == instants(NEW_YORK, date(2026, 11, 1), time(1, 30))


@pytest.mark.parametrize(
    ("moment", "label"),
    [
        ("2026-11-01T04:59", "12:59 AM"),
        ("2026-11-01T05:30", "1:30 AM (UTC−4)"),
        ("2026-11-01T06:30", "1:30 AM (UTC−5)"),
        ("2026-11-01T07:00", "2:00 AM"),
        ("2026-11-01T17:00", "12:00 PM"),
        ("2026-11-01T18:05", "1:05 PM"),
    ],
)
def test_a_time_that_is_shown_twice_is_told_with_its_offset(moment: str, label: str):
    assert wall_label(NEW_YORK, utc(moment)) == label


@pytest.mark.parametrize(
    ("zone", "moment", "label"),
    [
        ("Australia/Lord_Howe", "2026-04-04T14:45", "1:45 AM (UTC+11)"),
        ("Australia/Lord_Howe", "2026-04-04T15:15", "1:45 AM (UTC+10:30)"),
        ("Atlantic/Azores", "2026-10-25T00:30", "12:30 AM (UTC+0)"),
        ("Atlantic/Azores", "2026-10-25T01:30", "12:30 AM (UTC−1)"),
        ("America/St_Johns", "2026-11-01T03:30", "1:00 AM (UTC−2:30)"),
    ],
)
def test_odd_offsets_are_told(zone: str, moment: str, label: str):
    assert wall_label(ZoneInfo(zone), utc(moment)) == label


@pytest.mark.parametrize(
    ("zone", "day", "start", "end", "span"),
    [
        ("America/New_York", "2027-03-14", "02:00", "02:45", None),
        ("America/New_York", "2027-03-14", "02:30", "03:00", None),
        ("America/New_York", "2027-03-14", "02:30", "03:01", ("07:00", "07:01")),
        ("America/New_York", "2027-03-14", "01:59", "02:30", ("06:59", "07:00")),
        ("America/New_York", "2026-11-01", "01:30", "01:45", ("05:30", "06:45")),
        ("America/New_York", "2026-11-01", "01:00", "02:00", ("05:00", "07:00")),
        ("America/New_York", "2026-11-01", "00:00", "01:00", ("04:00", "05:00")),
        ("America/New_York", "2026-11-01", "00:00", "01:01", ("04:00", "06:01")),
        ("America/New_York", "2026-11-01", "01:45", "01:30", None),
        ("America/New_York", "2026-11-01", "01:30", "01:30", None),
        ("America/New_York", "2026-10-30", "09:00", "09:00", None),
        ("America/New_York", "2026-10-30", "17:00", "09:00", None),
        ("Europe/London", "2026-01-05", "22:00", "00:00", ("22:00", "24:00")),
        ("Europe/London", "2026-01-05", "00:00", "00:00", ("00:00", "24:00")),
        ("America/Santiago", "2026-09-06", "00:00", "01:30", ("04:00", "04:30")),
        ("America/Nuuk", "2026-03-28", "22:00", "00:00", ("24:00", "25:00")),
        ("Atlantic/Azores", "2026-10-24", "23:00", "00:00", ("23:00", "24:00")),
        ("Atlantic/Azores", "2026-10-25", "00:00", "01:00", ("00:00", "02:00")),
    ],
)
def test_a_window_of_a_day(zone: str, day: str, start: str, end: str, span: tuple[str, str] | None):
    begin = utc(day)
    expected = span and Span(
        *(begin + timedelta(hours=int(t[:2]), minutes=int(t[3:])) for t in span)
    )
    given_day, given_times = date.fromisoformat(day), map(time.fromisoformat, (start, end))
    assert window(ZoneInfo(zone), given_day, *given_times) == expected


def test_a_day_that_the_calendar_skipped():
    apia, skipped = ZoneInfo("Pacific/Apia"), date(2011, 12, 30)
    turn = utc("2011-12-30T10:00")
    assert instants(apia, skipped, time(12)) == ()
    assert window(apia, skipped, time(9), time(17)) is None
    assert day_span(apia, skipped) == Span(turn, turn)
    assert day_span(apia, skipped - DAY) == Span(turn - DAY, turn)
    assert day_span(apia, skipped + DAY) == Span(turn, turn + DAY)
    assert first_moment(apia, skipped, time(12, 30, 30, 5)) == turn


@pytest.mark.parametrize(("zone", "day"), TURNED)
def test_the_days_on_which_clocks_are_turned(zone: str, day: date):
    shown: dict[datetime, list[datetime]] = {}
    for moment, wall in walk(zone, day):
        shown.setdefault(wall, []).append(moment)
    info = ZoneInfo(zone)
    for minute in range(0, 1440, 5):
        clock = time(minute // 60, minute % 60)
        expected = shown.get(datetime.combine(day, clock), [])
        assert list(instants(info, day, clock)) == expected, clock
    for minute in range(0, 1440, 30):
        clock = time(minute // 60, minute % 60)
        assert first_moment(info, day, clock) == reached(zone, day, clock), clock
        assert last_moment(info, day, clock) == passed(zone, day, clock), clock
    begin, end = reached(zone, day, time()), reached(zone, day + DAY, time())
    assert day_span(info, day) == Span(begin, end)


@given(st.sampled_from(TURNED), times, times)
def test_a_window_as_the_walk_finds_it(place: tuple[str, date], start: time, end: time):
    zone, day = place
    found = window(ZoneInfo(zone), day, start, end)
    if end != time() and start >= end:
        assert found is None
        return
    opening = reached(zone, day, start)
    closing = passed(zone, day, end) if end != time() else reached(zone, day + DAY, end)
    assert found == (Span(opening, closing) if opening < closing else None)


@given(st.sampled_from(sorted(ZONES)), st.dates(date(2026, 1, 1), date(2027, 12, 31)), times)
def test_any_time_of_two_years(zone: str, day: date, clock: time):
    assert instants(ZoneInfo(zone), day, clock) == shown_at(zone, day, clock)


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_every_moment_of_two_years_is_one_that_its_wall_time_has(zone: str):
    info, offset = ZoneInfo(zone), ZONES[zone]
    moment, step = datetime(2026, 1, 1, tzinfo=UTC), timedelta(minutes=315)
    while moment.year < 2028:
        wall = moment + timedelta(minutes=offset(moment))
        assert moment in instants(info, wall.date(), wall.time()), moment
        assert wall_day(info, moment) == wall.date()
        moment += step


@pytest.mark.parametrize("zone", sorted(ZONES))
def test_days_follow_each_other_without_a_hole(zone: str):
    info, day = ZoneInfo(zone), date(2026, 1, 1)
    end = day_span(info, day).start
    while day.year < 2028:
        span = day_span(info, day)
        assert span.start == end
        end, day = span.end, day + DAY
