"""Stripe through its own library: only ids, amounts and "Invoice 1043" go there."""

from portal_app.integrations.stripe.account import Stripe
from portal_app.integrations.stripe.seen import (
    CardSeen,
    ChargeSeen,
    DeclinedError,
    EventSeen,
    ForgedError,
    ImpossibleError,
    IntentSeen,
    MoneyBack,
    SessionSeen,
    UnreachableError,
    card_words,
)

__all__ = [
    "CardSeen",
    "ChargeSeen",
    "DeclinedError",
    "EventSeen",
    "ForgedError",
    "ImpossibleError",
    "IntentSeen",
    "MoneyBack",
    "SessionSeen",
    "Stripe",
    "UnreachableError",
    "card_words",
]
