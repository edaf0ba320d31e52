from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.when import Wall, size

PACIFIC = ZoneInfo("America/Los_Angeles")
WALL = Wall(PACIFIC, datetime(2026, 11, 24, 18, 0, tzinfo=UTC))
"""A Tuesday, ten in the morning on the wall."""


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=PACIFIC)


@pytest.mark.parametrize(
    ("moment", "short", "day", "full"),
    [
        ("2026-11-24T09:12", "9:12 AM", "Today", "today, 9:12 AM"),
        ("2026-11-24T00:00", "12:00 AM", "Today", "today, 12:00 AM"),
        ("2026-11-24T12:05", "12:05 PM", "Today", "today, 12:05 PM"),
        ("2026-11-23T23:59", "Monday", "Monday, November 23", "November 23, 11:59 PM"),
        ("2026-11-18T09:00", "Wednesday", "Wednesday, November 18", "November 18, 9:00 AM"),
        ("2026-11-17T09:00", "Nov 17", "Tuesday, November 17", "November 17, 9:00 AM"),
        ("2026-11-25T09:00", "Nov 25", "Wednesday, November 25", "November 25, 9:00 AM"),
        ("2025-12-31T16:30", "Dec 31, 2025", "Wednesday, December 31, 2025", None),
    ],
)
def test_moments_in_words(moment: str, short: str, day: str, full: str | None):
    instant = local(moment)
    assert WALL.short(instant) == short
    assert WALL.day(instant) == day
    assert full is None or WALL.full(instant) == full


def test_the_day_is_the_day_on_the_wall():
    late = Wall(PACIFIC, datetime(2026, 11, 25, 7, 59, tzinfo=UTC))
    assert late.today == date(2026, 11, 24)
    assert late.short(datetime(2026, 11, 25, 7, 30, tzinfo=UTC)) == "11:30 PM"
    assert late.date(date(2026, 11, 25)) == "Wednesday, November 25"


def test_the_hour_that_comes_twice():
    wall = Wall(PACIFIC, datetime(2026, 11, 1, 20, 0, tzinfo=UTC))
    first, second = (datetime(2026, 11, 1, h, 30, tzinfo=UTC) for h in (8, 9))
    assert wall.clock(first) == wall.clock(second) == "1:30 AM"
    assert wall.ago(first) == "11 hours"
    assert wall.ago(second) == "10 hours"


@pytest.mark.parametrize(
    ("minutes", "words"),
    [
        (-5, "0 min"),
        (0, "0 min"),
        (59, "59 min"),
        (60, "1 hour"),
        (119, "1 hour"),
        (120, "2 hours"),
        (1439, "23 hours"),
        (1440, "1 day"),
        (2880, "2 days"),
        (60 * 24 * 400, "400 days"),
    ],
)
def test_how_long_ago(minutes: int, words: str):
    assert WALL.ago(WALL.now - timedelta(minutes=minutes)) == words


@pytest.mark.parametrize(
    ("hour", "words"),
    [
        (0, "Good morning"),
        (11, "Good morning"),
        (12, "Good afternoon"),
        (17, "Good afternoon"),
        (18, "Good evening"),
        (23, "Good evening"),
    ],
)
def test_greeting(hour: int, words: str):
    assert Wall(PACIFIC, local(f"2026-11-24T{hour:02}:30")).greeting() == words


@pytest.mark.parametrize(
    ("count", "words"),
    [
        (0, "1 KB"),
        (1, "1 KB"),
        (1024, "1 KB"),
        (240 * 1024, "240 KB"),
        (1024 * 1024 - 1, "1.0 MB"),
        (1024 * 1024, "1.0 MB"),
        (10 * 1024 * 1024, "10.0 MB"),
    ],
)
def test_sizes(count: int, words: str):
    assert size(count) == words


@given(st.integers(0, 10 * 366 * 1440))
def test_the_clock_reads_twelve_hours(minutes: int):
    moment = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    words = WALL.clock(moment)
    hour, minute, half = words.replace(":", " ").split()
    back = int(hour) % 12 + (12 if half == "PM" else 0)
    wall = moment.astimezone(PACIFIC)
    assert (back, int(minute)) == (wall.hour, wall.minute)


@pytest.mark.parametrize(
    ("moment", "narrow"),
    [
        ("2026-11-24T09:12", "9:12 AM"),
        ("2026-11-23T23:59", "Mon"),
        ("2026-11-17T09:00", "Nov 17"),
    ],
)
def test_a_narrow_list_shortens_the_weekday(moment: str, narrow: str):
    assert WALL.short(local(moment), narrow=True) == narrow
