"""Open time against an oracle that walks the clock minute by minute over hand-written zone rules."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portal_app.rules.hours import DAYS, Hours
from tests.rules.zones import ZONES

WEEK = {d: [["09:00", "17:00"]] for d in ("mon", "tue", "wed", "thu", "fri")}
MINUTE = timedelta(minutes=1)
NAMES = [
    "America/Los_Angeles",
    "America/New_York",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Europe/Berlin",
    "Europe/London",
    "Pacific/Kiritimati",
    "UTC",
]


class Walker:
    """Knows of an instant whether the wall clock stands inside a span; everything else is counted."""

    def __init__(self, zone: str, week: dict[str, list[list[str]]], closed: list[str]) -> None:
        self.offset = ZONES[zone]
        self.week, self.closed = week, closed

    def is_open(self, moment: datetime) -> bool:
        wall = moment + timedelta(minutes=self.offset(moment))
        if wall.strftime("%Y-%m-%d") in self.closed:
            return False
        spans = self.week.get(DAYS[wall.weekday()], [])
        return any(a <= wall.strftime("%H:%M") < b for a, b in spans)

    def minutes(self, moment: datetime) -> Iterator[datetime]:
        while True:
            if self.is_open(moment):
                yield moment
            moment += MINUTE

    def after(self, moment: datetime, open_minutes: int) -> datetime:
        """The end of the n-th open minute."""
        walk = self.minutes(moment)
        for _ in range(open_minutes - 1):
            next(walk)
        return next(walk) + MINUTE


# where a clock is turned, a bound inside the turned hour has no single meaning: tested below
BOUNDS = ["00:00", "05:00", "07:30", "09:00", "12:15", "13:00", "17:00", "20:45", "23:59"]
spans = st.lists(st.sampled_from(BOUNDS), min_size=2, max_size=4, unique=True).map(
    lambda b: [list(p) for p in zip(sorted(b)[::2], sorted(b)[1::2], strict=False)]
)
weeks = st.dictionaries(st.sampled_from(DAYS), spans, min_size=1)
turns = st.sampled_from(
    [
        datetime(2026, 3, 7, tzinfo=UTC),
        datetime(2026, 3, 28, tzinfo=UTC),
        datetime(2026, 4, 4, tzinfo=UTC),
        datetime(2026, 10, 3, tzinfo=UTC),
        datetime(2026, 10, 24, tzinfo=UTC),
        datetime(2026, 10, 31, tzinfo=UTC),
        datetime(2026, 12, 30, tzinfo=UTC),
        datetime(2028, 2, 28, tzinfo=UTC),
    ]
)
moments = st.builds(
    lambda day, minutes: day + timedelta(minutes=minutes), turns, st.integers(0, 3 * 1440)
)
zones = st.sampled_from(NAMES)


@given(zones, weeks, moments, st.sets(st.integers(0, 5), max_size=2))
def test_open_and_closed_as_the_oracle_says(
    zone: str, week: dict[str, list[list[str]]], moment: datetime, off: set[int]
):
    closed = [(moment.date() + timedelta(days=d)).isoformat() for d in off]
    hours, walker = Hours.of(zone, week, closed), Walker(zone, week, closed)
    for step in range(0, 2880, 97):
        instant = moment + timedelta(minutes=step)
        assert hours.is_open(instant) == walker.is_open(instant), instant


@settings(max_examples=60)
@given(zones, weeks, moments, st.integers(1, 600), st.sets(st.integers(0, 5), max_size=2))
def test_business_time_as_the_oracle_counts_it(
    zone: str, week: dict[str, list[list[str]]], moment: datetime, minutes: int, off: set[int]
):
    closed = [(moment.date() + timedelta(days=d)).isoformat() for d in off]
    hours, walker = Hours.of(zone, week, closed), Walker(zone, week, closed)
    given_time = hours.add_business_time(moment, timedelta(minutes=minutes))
    assert given_time == walker.after(moment, minutes)


@given(zones, weeks, moments)
def test_a_closed_period_is_named_by_the_next_opening(
    zone: str, week: dict[str, list[list[str]]], moment: datetime
):
    hours, walker = Hours.of(zone, week, []), Walker(zone, week, [])
    name = hours.closed_period(moment)
    assert (name == "") == walker.is_open(moment)
    if name:
        assert datetime.fromisoformat(name) == next(walker.minutes(moment))


@example(datetime(2026, 11, 1, 4, 0, tzinfo=UTC), 300, 0)
@given(moments, st.integers(1, 400), st.integers(-12, 14))
def test_the_zone_in_which_a_moment_is_given_does_not_matter(
    moment: datetime, minutes: int, shift: int
):
    hours = Hours.of("America/New_York", {d: [["00:00", "23:59"]] for d in DAYS}, [])
    span = timedelta(minutes=minutes)
    plain = hours.add_business_time(moment, span)
    for zone in (timezone(timedelta(hours=shift)), hours.zone):
        assert hours.add_business_time(moment.astimezone(zone), span).timestamp() == (
            plain.timestamp()
        )


@given(zones, moments, st.integers(0, 400), st.integers(0, 400))
def test_two_waits_are_as_long_as_one(zone: str, moment: datetime, first: int, second: int):
    hours = Hours.of(zone, WEEK, [])
    once = hours.add_business_time(moment, timedelta(minutes=first + second))
    between = hours.add_business_time(moment, timedelta(minutes=first))
    assert hours.add_business_time(between, timedelta(minutes=second)) == once


def at(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(
    ("wall", "instant"),
    [
        ("2026-10-30T09:00", "2026-10-30T13:00"),
        ("2026-11-01T09:00", "2026-11-01T14:00"),
        ("2026-11-02T09:00", "2026-11-02T14:00"),
        ("2027-03-12T09:00", "2027-03-12T14:00"),
        ("2027-03-14T09:00", "2027-03-14T13:00"),
        ("2027-03-15T09:00", "2027-03-15T13:00"),
    ],
)
def test_nine_in_new_york(wall: str, instant: str):
    hours = Hours.of("America/New_York", {d: [["09:00", "17:00"]] for d in DAYS}, [])
    opening, _ = next(hours.spans(date.fromisoformat(wall[:10])))
    assert opening == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert hours.is_open(opening)
    assert not hours.is_open(opening - MINUTE)


@pytest.mark.parametrize(
    ("zone", "day", "half_hours"),
    [
        ("America/New_York", "2026-11-01", 14),
        ("America/New_York", "2027-03-14", 10),
        ("America/New_York", "2027-03-15", 12),
        ("Australia/Lord_Howe", "2026-04-05", 13),
        ("Australia/Lord_Howe", "2026-10-04", 11),
        ("Australia/Lord_Howe", "2026-10-05", 12),
    ],
)
def test_a_night_is_as_long_as_the_clock_makes_it(zone: str, day: str, half_hours: int):
    hours = Hours.of(zone, {d: [["00:00", "06:00"]] for d in DAYS}, [])
    [(start, end)] = hours.spans(date.fromisoformat(day))
    assert end - start == half_hours * timedelta(minutes=30)


@pytest.mark.parametrize(("start", "end"), [("02:30", "03:00"), ("02:00", "02:45")])
def test_a_span_that_the_clock_skips_neither_opens_nor_lengthens_a_wait(start: str, end: str):
    hours = Hours.of("America/New_York", {"sun": [[start, end], ["09:00", "17:00"]]}, [])
    night = datetime(2027, 3, 14, 5, 0, tzinfo=UTC)
    for begin, finish in hours.spans(date(2027, 3, 14)):
        assert begin < finish
    morning = at("America/New_York", "2027-03-14T09:00")
    waited = hours.add_business_time(night, timedelta(hours=2))
    assert waited <= morning + timedelta(hours=2)


def test_the_end_of_a_day_is_exclusive():
    hours = Hours.of("America/Los_Angeles", WEEK, [])
    five = at("America/Los_Angeles", "2026-11-24T17:00")
    assert hours.is_open(five - timedelta(microseconds=1))
    assert not hours.is_open(five)


def test_a_weekend_and_a_holiday_do_not_count():
    hours = Hours.of("America/Los_Angeles", WEEK, ["2026-11-26", "2026-11-27"])
    wednesday = at("America/Los_Angeles", "2026-11-25T16:00")
    monday = at("America/Los_Angeles", "2026-11-30T10:00")
    assert hours.add_business_time(wednesday, timedelta(hours=2)) == monday
    evening = at("America/Los_Angeles", "2026-11-25T20:00")
    saturday = at("America/Los_Angeles", "2026-11-28T12:00")
    assert hours.closed_period(evening) == hours.closed_period(saturday) != ""


def test_a_practice_that_never_opens():
    hours = Hours.of("UTC", {}, [])
    moment = datetime(2026, 1, 1, tzinfo=UTC)
    assert hours.closed_period(moment) == "always"
    assert hours.add_business_time(moment, timedelta(hours=3)) == moment + timedelta(hours=3)


@pytest.mark.parametrize(
    ("week", "words"),
    [
        (WEEK, "Monday to Friday, 9 AM to 5 PM"),
        ({}, ""),
        ({"sat": [["09:30", "12:00"]]}, "Saturday, 9:30 AM to 12 PM"),
        (
            {"mon": [["08:00", "12:00"], ["13:00", "18:00"]], "thu": [["09:00", "17:00"]]}
            | {"fri": [["09:00", "17:00"]]},
            "Monday, 8 AM to 12 PM and 1 PM to 6 PM; Thursday and Friday, 9 AM to 5 PM",
        ),
    ],
)
def test_the_week_is_said_in_words(week: dict[str, list[list[str]]], words: str):
    assert Hours.of("America/Los_Angeles", week, ()).in_words() == words
