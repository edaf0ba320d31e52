"""What is taken from Stripe: a few words and sums of each object, and what can go wrong."""

from dataclasses import dataclass


class UnreachableError(RuntimeError):
    """No answer, or none that says what happened."""


class DeclinedError(RuntimeError):
    """The card was refused; ``intent`` is the payment that failed."""

    def __init__(self, message: str, intent: str = "") -> None:
        """Keep Stripe's words for the card's owner."""
        super().__init__(message)
        self.intent = intent


class ImpossibleError(RuntimeError):
    """Stripe says that this can't be done."""


class ForgedError(RuntimeError):
    """An event that Stripe has not signed, or not now."""


@dataclass(frozen=True)
class CardSeen:
    """A saved card."""

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    customer: str


@dataclass(frozen=True)
class SessionSeen:
    """A visit to the hosted page."""

    id: str
    status: str
    url: str
    ref: str
    intent: str
    setup: str


@dataclass(frozen=True)
class IntentSeen:
    """A payment, as Stripe has it now."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    customer: str
    ref: str
    charge: str
    method: str
    detail: str
    url: str
    """Where 3-D Secure is asked."""
    declined: str
    """Why the last card was refused."""


@dataclass(frozen=True)
class MoneyBack:
    """A refund or a dispute."""

    id: str
    intent: str
    amount: int
    status: str
    ref: str
    currency: str = "USD"


@dataclass(frozen=True)
class ChargeSeen:
    """A charge in a list."""

    id: str
    intent: str
    amount: int
    currency: str
    ref: str


@dataclass(frozen=True)
class EventSeen:
    """What an event is about; nothing else of it is believed."""

    id: str
    kind: str
    session: str
    intent: str
    method: str


BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express"}


def card_words(brand: str, last4: str) -> str:
    """Name a card by its brand and ending."""
    return f"{BRANDS.get(brand, brand.title() or 'Card')} ending in {last4}"
