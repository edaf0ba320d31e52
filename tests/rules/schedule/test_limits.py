from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.hours import DAYS, Hours
from portal_app.rules.schedule.limits import (
    Caps,
    business_days_before,
    caps_left,
    days_full,
    earliest_start,
    last_day,
    latest_start,
    may_move,
    request_expires,
)
from portal_app.rules.schedule.slots import Gaps, Kind, starts
from portal_app.rules.schedule.spans import Span

NEW_YORK = ZoneInfo("America/New_York")
WEEK = {d: [["09:00", "12:00"], ["13:00", "17:00"]] for d in DAYS[:5]}
HOURS = Hours.of("America/New_York", WEEK, ["2026-11-26", "2026-11-27"])
NEVER = Hours.of("America/New_York", {}, [])
SECOND = timedelta(seconds=1)


def at(text: str, fold: int = 0) -> datetime:
    """A time on the wall in New York as a moment."""
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK, fold=fold).astimezone(UTC)


@pytest.mark.parametrize(
    ("now", "lead", "earliest"),
    [
        ("2026-11-23T09:00", timedelta(days=1), "2026-11-24T09:00"),
        ("2026-10-31T10:00", timedelta(hours=24), "2026-11-01T09:00"),
        ("2026-11-01T09:00", timedelta(hours=24), "2026-11-02T09:00"),
        ("2027-03-13T09:00", timedelta(days=1), "2027-03-14T10:00"),
        ("2026-11-23T09:00", timedelta(), "2026-11-23T09:00"),
    ],
)
def test_the_lead_is_elapsed_time(now: str, lead: timedelta, earliest: str):
    assert earliest_start(at(now), lead) == at(earliest)
    assert earliest_start(at(now).astimezone(NEW_YORK), lead) == at(earliest)


@pytest.mark.parametrize("now", ["2027-01-01T00:00", "2027-01-01T23:59:59"])
def test_the_horizon_is_whole_days_and_the_last_one_counts(now: str):
    assert last_day(at(now), NEW_YORK, 30) == date(2027, 1, 31)
    assert latest_start(at(now), NEW_YORK, 30) == at("2027-02-01T00:00")
    assert last_day(at(now) + timedelta(days=1), NEW_YORK, 30) == date(2027, 2, 1)
    assert last_day(at(now), NEW_YORK, 0) == date(2027, 1, 1)


def test_the_day_of_the_horizon_is_the_one_on_the_wall():
    now = datetime(2027, 1, 1, 4, 59, 59, tzinfo=UTC)
    assert last_day(now, NEW_YORK, 30) == date(2027, 1, 30)
    assert last_day(now + SECOND, NEW_YORK, 30) == date(2027, 1, 31)
    assert latest_start(at("2026-10-02T12:00"), NEW_YORK, 30) == at("2026-11-02T00:00")


def test_the_last_start_lies_before_the_midnight_that_ends_the_horizon():
    now, hour = at("2027-01-01T12:00"), timedelta(hours=1)
    window = Span(at("2027-01-31T22:00"), at("2027-02-01T04:00"))
    visit = Kind(hour, timedelta(), timedelta(), hour)
    found = starts([window], [], visit, Gaps(), now, latest_start(now, NEW_YORK, 30))
    assert found == (at("2027-01-31T22:00"), at("2027-01-31T23:00"))


@pytest.mark.parametrize(("upcoming", "left"), [(0, 3), (2, 1), (3, 0), (4, 0)])
def test_visits_ahead(upcoming: int, left: int):
    assert caps_left(Caps(), upcoming) == left
    assert caps_left(Caps(upcoming=0), upcoming) is None


def test_a_day_is_full_by_the_wall():
    own = [at("2026-12-01T23:30"), at("2026-12-03T00:00")]
    clinicians = [at("2026-12-02T09:00"), at("2026-12-02T10:00"), at("2026-12-04T09:00")]
    first, second, third = (date(2026, 12, d) for d in (1, 2, 3))
    assert days_full(Caps(), NEW_YORK, own, clinicians) == {first, third}
    assert days_full(Caps(per_day=2), NEW_YORK, own, clinicians) == set()
    assert days_full(Caps(clinician_per_day=2), NEW_YORK, own, clinicians) == {first, second, third}
    assert days_full(Caps(clinician_per_day=3), NEW_YORK, [], clinicians) == set()
    assert days_full(Caps(per_day=0), NEW_YORK, own * 9, clinicians * 9) == set()


@pytest.mark.parametrize(
    ("moves", "most", "may"), [(0, 2, True), (1, 2, True), (2, 2, False), (0, 0, False)]
)
def test_a_patient_moves_a_visit_only_so_often(moves: int, most: int, may: bool):
    assert may_move(moves, most) is may


@pytest.mark.parametrize(
    ("asked", "expires"),
    [
        ("2026-11-23T09:00", "2026-11-25T17:00"),
        ("2026-11-23T23:59:59", "2026-11-25T17:00"),
        ("2026-11-24T00:00", "2026-11-30T17:00"),
        ("2026-11-25T16:00", "2026-12-01T17:00"),
        ("2026-11-28T11:00", "2026-12-01T17:00"),
        ("2026-10-30T15:00", "2026-11-03T17:00"),
    ],
)
def test_a_request_lapses_after_two_whole_business_days(asked: str, expires: str):
    assert request_expires(at(asked), HOURS) == at(expires)


def test_a_request_lapses_after_as_many_days_as_the_practice_says():
    assert request_expires(at("2026-11-23T09:00"), HOURS, 1) == at("2026-11-24T17:00")
    assert request_expires(at("2026-11-23T09:00"), HOURS, 0) == at("2026-11-23T17:00")
    assert request_expires(at("2026-11-23T09:00"), NEVER) == at("2026-11-26T00:00")


@pytest.mark.parametrize(
    ("moment", "days", "before"),
    [
        ("2026-11-25T10:00", 1, "2026-11-24T10:00"),
        ("2026-11-30T10:00", 1, "2026-11-25T10:00"),
        ("2026-11-30T10:00", 3, "2026-11-23T10:00"),
        ("2026-11-28T10:00", 1, "2026-11-25T10:00"),
        ("2026-11-30T22:00", 1, "2026-11-25T22:00"),
        ("2026-11-02T09:00", 1, "2026-10-30T09:00"),
        ("2026-11-25T10:00", 0, "2026-11-25T10:00"),
    ],
)
def test_business_days_are_counted_back_at_the_same_time(moment: str, days: int, before: str):
    assert business_days_before(at(moment), days, HOURS) == at(before)


def test_a_time_that_the_clock_skips_is_reached_as_it_is_turned():
    sundays = Hours.of("America/New_York", {"sun": [["09:00", "12:00"]]}, [])
    assert business_days_before(at("2027-03-21T02:30"), 1, sundays) == at("2027-03-14T03:00")


def test_days_of_the_calendar_count_where_nothing_is_ever_open():
    assert business_days_before(at("2026-11-30T10:00"), 2, NEVER) == at("2026-11-28T10:00")


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31)),  # noqa: DTZ001 - made aware below
    st.integers(1, 9),
    st.sets(st.sampled_from(DAYS), min_size=1),
)
def test_between_lie_as_many_days_as_were_asked(naive: datetime, days: int, opened: set[str]):
    hours = Hours.of("America/New_York", {d: [["09:00", "17:00"]] for d in opened}, [])
    moment = naive.replace(tzinfo=UTC)
    today = moment.astimezone(NEW_YORK).date()
    last = request_expires(moment, hours, days).astimezone(NEW_YORK).date()
    first = business_days_before(moment, days, hours).astimezone(NEW_YORK).date()
    for begin, end in ((today + timedelta(days=1), last), (first, today - timedelta(days=1))):
        between = [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
        assert sum(DAYS[d.weekday()] in opened for d in between) == days
    assert DAYS[last.weekday()] in opened
    assert DAYS[first.weekday()] in opened
