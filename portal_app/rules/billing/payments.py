"""The states of a card payment, and what one may come to."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """Where an attempt stands."""

    CREATED = "created"
    OPEN = "open"
    """Stripe knows it."""
    PROCESSING = "processing"
    SUCCEEDED = "succeeded"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    WON = "won"
    LOST = "lost"
    FAILED = "failed"
    EXPIRED = "expired"


UNDER_WAY = frozenset({State.CREATED, State.OPEN, State.PROCESSING})
PAID = frozenset(
    {
        State.SUCCEEDED,
        State.PARTLY_REFUNDED,
        State.REFUNDED,
        State.DISPUTED,
        State.WON,
        State.LOST,
    }
)
INTENT: Mapping[str, State] = {
    "succeeded": State.SUCCEEDED,
    "processing": State.PROCESSING,
    "canceled": State.EXPIRED,
}
"""What Stripe's word for a payment intent means; every other one: still open."""


def after(now: State, told: State) -> State:
    """Move forward only: what was paid is never unpaid, what has come late is still taken."""
    if now in PAID:
        return now
    if told == State.SUCCEEDED:
        return told
    return told if now in UNDER_WAY else now


def money_state(paid: int, refunded: int, dispute: str) -> State:
    """Tell where a paid attempt stands by what was given back and by its dispute."""
    if dispute in {"won", "lost"}:
        return State(dispute)
    if dispute:
        return State.DISPUTED
    if refunded:
        return State.REFUNDED if refunded >= paid else State.PARTLY_REFUNDED
    return State.SUCCEEDED


def expires_soon(month: int, year: int, today: date) -> bool:
    """Whether a card ends within two months."""
    return (year - today.year) * 12 + month - today.month < 2


def has_expired(month: int, year: int, today: date) -> bool:
    """Whether a card has ended; it holds to the last day of its month."""
    return (year, month) < (today.year, today.month)
