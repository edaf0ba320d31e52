from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.hours import DAYS, Hours
from portal_app.rules.schedule.policy import Consequence, Mode, Policy, consequence, limit

NEW_YORK = ZoneInfo("America/New_York")
HOURS = Hours.of("America/New_York", {d: [["09:00", "17:00"]] for d in DAYS[:5]}, ["2026-11-26"])
POLICY = Policy(Mode.INFORM, hours=24, fee_minor=7500, currency="USD")
SECOND = timedelta(seconds=1)
modes = pytest.mark.parametrize("mode", Mode)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=NEW_YORK).astimezone(UTC)


@pytest.mark.parametrize(
    ("start", "hours", "until"),
    [
        ("2026-11-01T09:00", 24, "2026-10-31T10:00"),
        ("2026-11-02T09:00", 24, "2026-11-01T09:00"),
        ("2027-03-14T09:00", 24, "2027-03-13T08:00"),
        ("2026-11-24T09:00", 48, "2026-11-22T09:00"),
        ("2026-11-24T09:00", 0, "2026-11-24T09:00"),
    ],
)
def test_hours_are_elapsed(start: str, hours: int, until: str):
    policy = replace(POLICY, hours=hours)
    assert limit(at(start), policy, HOURS) == at(until)
    assert limit(at(start).astimezone(NEW_YORK), policy, HOURS) == at(until)


@pytest.mark.parametrize(
    ("start", "days", "until"),
    [
        ("2026-11-23T10:00", 1, "2026-11-20T10:00"),
        ("2026-11-27T10:00", 1, "2026-11-25T10:00"),
        ("2026-11-02T09:00", 1, "2026-10-30T09:00"),
    ],
)
def test_business_days_take_the_place_of_hours(start: str, days: int, until: str):
    assert limit(at(start), replace(POLICY, business_days=days), HOURS) == at(until)


@modes
def test_at_the_limit_itself_it_is_free_and_a_second_later_it_is_not(mode: Mode):
    policy, start, until = (
        replace(POLICY, mode=mode),
        at("2026-11-01T09:00"),
        at("2026-10-31T10:00"),
    )
    free = Consequence("free", until, 0)
    assert consequence(until - SECOND, start, policy, HOURS) == free
    assert consequence(until, start, policy, HOURS) == free
    late = consequence(until + SECOND, start, policy, HOURS)
    assert late == (
        Consequence("blocked", until, 0) if mode is Mode.BLOCK else Consequence("late", until, 7500)
    )
    assert consequence(start + SECOND, start, policy, HOURS) == late


def test_a_mode_that_was_read_from_a_column_is_the_same_mode():
    start = at("2026-11-01T09:00")
    policy = replace(POLICY, mode=Mode("block"))
    assert consequence(start, start, policy, HOURS).kind == "blocked"


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 96), st.integers(0, 3))
def test_what_was_late_never_becomes_free_again(
    first: int, second: int, hours: int, business_days: int
):
    start = at("2026-11-03T09:00")
    policy = replace(POLICY, hours=hours, business_days=business_days)
    earlier, later = (
        consequence(start - s * SECOND, start, policy, HOURS)
        for s in (max(first, second), min(first, second))
    )
    assert earlier.until == later.until <= start
    assert earlier.fee_minor <= later.fee_minor
    assert (later.fee_minor == 0) is (later.kind == "free")
