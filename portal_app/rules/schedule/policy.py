"""What cancelling a visit costs, and until when it costs nothing."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

from portal_app.rules.hours import Hours
from portal_app.rules.schedule.limits import business_days_before


class Mode(StrEnum):
    """What the practice does about a late cancellation: say it, have it accepted, or refuse it."""

    INFORM = "inform"
    ACKNOWLEDGE = "acknowledge"
    BLOCK = "block"


@dataclass(frozen=True)
class Policy:
    """The practice's limit: hours before the visit, or business days where they are given."""

    mode: Mode
    hours: int
    fee_minor: int
    currency: str
    business_days: int = 0


@dataclass(frozen=True)
class Consequence:
    """What cancelling would mean, until when it is free, and the fee that would be due."""

    kind: Literal["free", "late", "blocked"]
    until: datetime
    fee_minor: int


def limit(start: datetime, policy: Policy, hours: Hours) -> datetime:
    """Give the last moment at which a visit is cancelled freely."""
    if policy.business_days:
        return business_days_before(start, policy.business_days, hours)
    return start.astimezone(UTC) - timedelta(hours=policy.hours)


def consequence(now: datetime, start: datetime, policy: Policy, calendar: Hours) -> Consequence:
    """Tell what cancelling now would mean; at the limit itself it is still free."""
    until = limit(start, policy, calendar)
    if now <= until:
        return Consequence("free", until, 0)
    if policy.mode == Mode.BLOCK:
        return Consequence("blocked", until, 0)
    return Consequence("late", until, policy.fee_minor)
