"""Counts failed tries in the database, so that a restart or a second address forgives nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network

from sqlmodel import Session

from portal_app.data.models import AuthBucket
from portal_app.rules import throttle as rule

Keys = Mapping[str, rule.Limit]


def address_key(ip: str) -> str:
    """Name the bucket of a network address: one host for IPv4, one /64 for IPv6."""
    try:
        address = ip_address(ip)
    except ValueError:
        return "address:unknown"
    if isinstance(address, IPv6Address):
        return f"address:{ip_network((address, 64), strict=False)}"
    return f"address:{address}"


def take(session: Session, keys: Keys, now: datetime) -> timedelta:
    """Take one try from every bucket, before the try is made; says how long to wait if refused.

    The try is counted as failed at once, inside the write lock: of two hundred guesses at the same
    moment only as many get through as the rule allows. ``give_back`` undoes it after a success.
    """
    rows = {key: _row(session, key, now) for key in keys}
    waits = (rule.wait(_bucket(rows[key]), limit, now) for key, limit in keys.items())
    longest = max(waits, default=timedelta(0))
    if longest > timedelta(0):
        return longest
    for key, limit in keys.items():
        bucket = rule.failed(_bucket(rows[key]), limit, now)
        row = rows[key]
        row.failures, row.window_start = bucket.failures, bucket.window_start
        row.next_try_at = bucket.next_try_at
        session.add(row)
    return timedelta(0)


def give_back(session: Session, keys: Keys, now: datetime) -> None:
    """Forgive after a success: the account's bucket is empty, an address gets its one try back."""
    for key, limit in keys.items():
        row = _row(session, key, now)
        row.failures = 0 if limit.grows else max(0, row.failures - 1)
        row.next_try_at = now
        session.add(row)


def _row(session: Session, key: str, now: datetime) -> AuthBucket:
    return session.get(AuthBucket, key) or AuthBucket(key=key, window_start=now, next_try_at=now)


def _bucket(row: AuthBucket) -> rule.Bucket:
    return rule.Bucket(row.failures, row.window_start, row.next_try_at)
