from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.throttle import ACCOUNT, ADDRESS, Bucket, Limit, failed, fresh, wait

NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def after(failures: int, limit: Limit, now: datetime = NOON) -> Bucket:
    bucket = fresh(now)
    for _ in range(failures):
        bucket = failed(bucket, limit, now)
    return bucket


def test_a_new_key_waits_for_nothing():
    assert wait(fresh(NOON), ACCOUNT, NOON) == timedelta(0)


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(1, 0), (5, 0), (6, 1), (7, 2), (8, 4), (9, 8), (10, 16), (11, 32), (12, 60), (19, 60)],
)
def test_each_failure_on_an_account_makes_the_next_try_slower(failures: int, seconds: int):
    assert wait(after(failures, ACCOUNT), ACCOUNT, NOON) == seconds * SECOND


def test_twenty_failures_an_hour_close_an_account_until_the_hour_is_over():
    bucket = after(20, ACCOUNT)
    assert wait(bucket, ACCOUNT, NOON) == timedelta(hours=1)
    assert wait(bucket, ACCOUNT, NOON + timedelta(hours=1) - SECOND) == SECOND
    assert wait(bucket, ACCOUNT, NOON + timedelta(hours=1)) == timedelta(0)


@pytest.mark.parametrize("failures", [0, 1, 20, 49])
def test_an_address_is_never_slowed_before_its_limit(failures: int):
    assert wait(after(failures, ADDRESS), ADDRESS, NOON) == timedelta(0)


def test_fifty_failures_an_hour_close_an_address():
    assert wait(after(50, ADDRESS), ADDRESS, NOON) == timedelta(hours=1)


def test_an_hour_later_counting_begins_again():
    later = NOON + timedelta(hours=1)
    bucket = failed(after(20, ACCOUNT), ACCOUNT, later)
    assert (bucket.failures, bucket.window_start) == (1, later)


gaps = st.lists(st.integers(0, 4000), min_size=1, max_size=80)


@given(gaps)
def test_nobody_is_shut_out_for_more_than_an_hour(seconds: list[int]):
    bucket, now = fresh(NOON), NOON
    for gap in seconds:
        now += gap * SECOND
        bucket = failed(bucket, ACCOUNT, now)
        assert timedelta(0) <= wait(bucket, ACCOUNT, now) <= timedelta(hours=1)
        assert wait(bucket, ACCOUNT, now + timedelta(hours=1)) == timedelta(0)


@given(gaps, st.sampled_from([ACCOUNT, ADDRESS]))
def test_no_patience_gives_more_tries_than_two_windows_hold(seconds: list[int], limit: Limit):
    bucket, now, tries = fresh(NOON), NOON, []
    for gap in seconds:
        now += gap * SECOND
        if wait(bucket, limit, now) == timedelta(0):
            bucket = failed(bucket, limit, now)
            tries.append(now)
    for begin in tries:
        inside = [t for t in tries if begin <= t < begin + timedelta(hours=1)]
        # one hour of any beginning touches at most two counted hours
        assert len(inside) <= 2 * limit.per_hour


@given(st.integers(1, 19))
def test_waiting_as_long_as_told_is_enough(failures: int):
    bucket = after(failures, ACCOUNT)
    told = wait(bucket, ACCOUNT, NOON)
    assert wait(bucket, ACCOUNT, NOON + told) == timedelta(0)
    if told:
        assert wait(bucket, ACCOUNT, NOON + told - timedelta(milliseconds=1)) > timedelta(0)


@given(st.lists(st.integers(0, 1800), min_size=30, max_size=400))
def test_no_hour_at_all_holds_more_guesses_at_an_account_than_twenty(seconds: list[int]):
    bucket, now, made = fresh(NOON), NOON, []
    for gap in seconds:
        now += gap * SECOND
        if wait(bucket, ACCOUNT, now) == timedelta(0):
            bucket = failed(bucket, ACCOUNT, now)
            made.append(now)
    hour = timedelta(hours=1)
    assert all(sum(first <= t < first + hour for t in made) <= 20 for first in made)
