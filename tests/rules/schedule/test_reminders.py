from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.schedule.reminders import (
    Offset,
    Quiet,
    Reminder,
    plan,
    still_useful,
)
from tests.rules.zones import TURNS, ZONES

NEW_YORK = ZoneInfo("America/New_York")
QUIET = Quiet()
LOUD = Quiet(time(0), time(0))
SECOND = timedelta(seconds=1)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


def due(
    start: str, offset: Offset, quiet: Quiet = LOUD, booked_at: datetime = LONG_AGO
) -> list[datetime]:
    return [r.due for r in plan(at(start), NEW_YORK, [offset], booked_at, quiet)]


@pytest.mark.parametrize(
    ("start", "offset", "moment"),
    [
        ("2026-11-01T09:00", Offset(hours=24), "2026-10-31T10:00"),
        ("2026-11-02T09:00", Offset(hours=24), "2026-11-01T09:00"),
        ("2026-11-01T09:00", Offset(days=1), "2026-10-31T09:00"),
        ("2026-11-02T09:00", Offset(days=1), "2026-11-01T09:00"),
        ("2026-11-05T09:00", Offset(days=7), "2026-10-29T09:00"),
        ("2027-03-14T09:00", Offset(hours=24), "2027-03-13T08:00"),
        ("2027-03-14T09:00", Offset(days=1), "2027-03-13T09:00"),
        ("2027-03-15T02:30", Offset(days=1), "2027-03-14T03:00"),
        ("2027-03-15T01:59", Offset(days=1), "2027-03-14T01:59"),
        ("2026-11-02T01:30", Offset(days=1), "2026-11-01T01:30"),
        ("2026-11-08T09:00", Offset(days=7, hours=3), "2026-11-01T06:00"),
        ("2026-11-08T03:00", Offset(days=7, hours=3), "2026-11-01T01:00"),
    ],
)
def test_days_are_counted_on_the_wall_and_hours_as_they_pass(
    start: str, offset: Offset, moment: str
):
    assert due(start, offset) == [at(moment)]
    local = at(start).astimezone(NEW_YORK)
    assert [r.due for r in plan(local, NEW_YORK, [offset], LONG_AGO, LOUD)] == [at(moment)]


def test_the_second_reading_of_a_time_is_not_the_first():
    start = at("2026-11-01T01:30", fold=1)
    [reminder] = plan(start, NEW_YORK, [Offset(hours=1)], LONG_AGO, LOUD)
    assert reminder.due == at("2026-11-01T01:30")


@pytest.mark.parametrize(
    ("start", "offset", "moment"),
    [
        ("2026-11-24T23:00", Offset(hours=2), "2026-11-24T21:00"),
        ("2026-11-24T22:59:59", Offset(hours=2), "2026-11-24T20:59:59"),
        ("2026-11-24T10:00", Offset(hours=2), "2026-11-24T08:00"),
        ("2026-11-24T09:59:59", Offset(hours=2), "2026-11-24T08:00"),
        ("2026-11-24T08:00:01", Offset(hours=2), "2026-11-24T08:00"),
        ("2026-11-24T08:00", Offset(hours=2), "2026-11-23T21:00"),
        ("2026-11-24T07:00", Offset(hours=2), "2026-11-23T21:00"),
        ("2026-11-24T07:00", Offset(days=7), "2026-11-17T08:00"),
        ("2026-11-24T22:00", Offset(days=7), "2026-11-18T08:00"),
        ("2026-11-01T08:00", Offset(hours=2), "2026-10-31T21:00"),
    ],
)
def test_nothing_is_sent_in_quiet_hours(start: str, offset: Offset, moment: str):
    assert due(start, offset, QUIET) == [at(moment)]


@pytest.mark.parametrize(
    ("moment", "begin", "end"),
    [
        ("2026-11-24T20:59:59", None, None),
        ("2026-11-24T21:00", "2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-11-25T00:00", "2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-11-25T07:59:59", "2026-11-24T21:00", "2026-11-25T08:00"),
        ("2026-11-25T08:00", None, None),
    ],
)
def test_a_night_is_quiet(moment: str, begin: str | None, end: str | None):
    span = QUIET.around(at(moment), NEW_YORK)
    assert (span and span.start) == (begin and at(begin))
    assert (span and span.end) == (end and at(end))


def test_quiet_hours_within_a_day():
    noon = Quiet(time(12), time(13))
    assert due("2026-11-24T14:30", Offset(hours=2), noon) == [at("2026-11-24T13:00")]
    assert due("2026-11-24T15:00", Offset(hours=2), noon) == [at("2026-11-24T13:00")]
    assert due("2026-11-24T13:59:59", Offset(hours=2), noon) == [at("2026-11-24T11:59:59")]


def test_quiet_hours_may_end_in_an_hour_that_is_shown_twice():
    quiet = Quiet(time(21), time(1, 30))
    start = at("2026-11-01T02:15")
    [reminder] = plan(start, NEW_YORK, [Offset(hours=1)], LONG_AGO, quiet)
    assert reminder.due == at("2026-11-01T01:30", fold=1)


def test_equal_bounds_are_no_quiet_hours():
    for clock in (time(0), time(1, 30), time(21)):
        for moment in ("2026-11-24T21:00", "2026-11-01T01:30"):
            assert Quiet(clock, clock).around(at(moment), NEW_YORK) is None


def test_what_was_booked_later_than_the_offset_gets_no_reminder():
    moment = at("2026-11-24T12:00")
    for booked_at, expected in ((moment - SECOND, 1), (moment, 1), (moment + SECOND, 0)):
        assert len(due("2026-11-24T14:00", Offset(hours=2), QUIET, booked_at)) == expected


def test_a_reminder_is_never_moved_to_before_the_booking():
    night = at("2026-11-23T21:00")
    for booked_at, expected in ((night - SECOND, [night]), (night, [night]), (night + SECOND, [])):
        assert due("2026-11-24T07:00", Offset(hours=2), QUIET, booked_at) == expected


def test_a_booking_in_the_night_is_reminded_in_the_morning():
    booked_at = at("2026-11-23T23:00")
    assert due("2026-11-24T09:30", Offset(hours=2), QUIET, booked_at) == [at("2026-11-24T08:00")]
    assert due("2026-11-24T09:30", Offset(hours=11), QUIET, booked_at) == []


def test_no_reminder_comes_with_the_visit_itself():
    assert due("2026-11-24T12:00", Offset()) == []


def test_the_usual_reminders_in_order_of_time():
    usual = [Offset(hours=2), Offset(hours=48), Offset(days=7)]
    found = plan(at("2026-11-24T09:00"), NEW_YORK, usual, LONG_AGO, QUIET)
    assert found == (
        Reminder("7d", at("2026-11-17T09:00")),
        Reminder("48h", at("2026-11-22T09:00")),
        Reminder("2h", at("2026-11-24T08:00")),
    )


def test_reminders_that_fall_together_are_one():
    offsets = [Offset(hours=2), Offset(hours=2), Offset(hours=5)]
    found = plan(at("2026-11-24T09:00"), NEW_YORK, offsets, LONG_AGO, QUIET)
    assert found == (Reminder("2h", at("2026-11-24T08:00")),)


@pytest.mark.parametrize(
    ("offset", "key"),
    [
        (Offset(days=7), "7d"),
        (Offset(hours=48), "48h"),
        (Offset(days=1, hours=2), "1d2h"),
        (Offset(), "0h"),
    ],
)
def test_the_key_of_an_offset(offset: Offset, key: str):
    assert offset.key == key


def test_a_late_reminder_is_useful_until_the_visit():
    start = at("2026-11-24T09:00")
    assert still_useful(start - SECOND, start)
    assert not still_useful(start, start)
    assert not still_useful(start + SECOND, start)


clocks = st.integers(0, 47).map(lambda m: time(m // 2, m % 2 * 30))
turned = [(z, t) for z, turns in TURNS.items() for t, _ in turns if 2026 <= t.year < 2028]


@given(
    st.sampled_from(turned),
    st.integers(-48, 9 * 48),
    st.lists(st.builds(Offset, st.integers(0, 8), st.integers(0, 60)), max_size=4),
    st.integers(0, 9 * 24 * 60),
    st.builds(Quiet, clocks, clocks),
)
def test_reminders_come_between_the_booking_and_the_visit_and_not_at_night(
    place: tuple[str, datetime],
    half_hours: int,
    offsets: list[Offset],
    ahead: int,
    quiet: Quiet,
):
    zone, turn = place
    start = turn + timedelta(minutes=30) * half_hours
    booked_at = start - timedelta(minutes=ahead)
    found = plan(start, ZoneInfo(zone), offsets, booked_at, quiet)
    assert len({r.key for r in found}) == len(found)
    assert [r.due for r in found] == sorted({r.due for r in found})
    for reminder in found:
        assert booked_at <= reminder.due < start
        wall = reminder.due + timedelta(minutes=ZONES[zone](reminder.due))
        if abs(reminder.due - turn) > timedelta(hours=3):
            assert not silent(wall, quiet)


def silent(wall: datetime, quiet: Quiet) -> bool:
    """Whether the wall shows a time after the beginning of the quiet hours and before their end."""
    shown, start, end = (f"{t:%H:%M:%S}" for t in (wall, quiet.start, quiet.end))
    if start < end:
        return start < shown < end
    return start != end and (shown > start or shown < end)


def test_the_day_that_the_calendar_skipped():
    apia = ZoneInfo("Pacific/Apia")
    turn = datetime(2011, 12, 30, 10, 0, tzinfo=UTC)
    begin = datetime(2011, 1, 1, tzinfo=UTC)
    morning = datetime.combine(date(2011, 12, 31), time(9), apia).astimezone(UTC)
    [reminder] = plan(morning, apia, [Offset(days=1)], begin, LOUD)
    assert reminder.due == turn
    assert plan(turn, apia, [Offset(days=1)], begin, LOUD) == ()
