"""How often somebody may guess. NIST SP 800-63B 5.2.2, without a lock that a stranger can cause."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)
FREE = 5
SLOWEST = 60.0


@dataclass(frozen=True)
class Limit:
    """How many failures an hour, and whether each one makes the next try wait longer."""

    per_hour: int
    grows: bool


ACCOUNT = Limit(per_hour=20, grows=True)
ADDRESS = Limit(per_hour=50, grows=False)
RESETS = Limit(per_hour=3, grows=False)
"""Mails with a link for one sign-in."""


@dataclass(frozen=True)
class Bucket:
    """Failures under one key."""

    failures: int
    window_start: datetime
    next_try_at: datetime


def fresh(now: datetime) -> Bucket:
    """Give the bucket of a key that has never failed."""
    return Bucket(0, now, now)


def wait(bucket: Bucket, limit: Limit, now: datetime) -> timedelta:
    """Give how long the next try has to wait; zero when it may come now."""
    if now >= bucket.window_start + HOUR:
        return timedelta(0)
    if bucket.failures >= limit.per_hour:
        return bucket.window_start + HOUR - now
    return max(timedelta(0), bucket.next_try_at - now)


def failed(bucket: Bucket, limit: Limit, now: datetime) -> Bucket:
    """Count a failure."""
    if now >= bucket.window_start + HOUR:
        bucket = fresh(now)
    failures = bucket.failures + 1
    if limit.grows:
        # counted from the latest failure on, so that no hour at all holds more than the limit
        bucket = replace(bucket, window_start=now)
    delay = 0.0
    if limit.grows and failures > FREE:
        delay = min(SLOWEST, 2.0 ** (failures - FREE - 1))
    return replace(bucket, failures=failures, next_try_at=now + timedelta(seconds=delay))
