"""Test cards: what they are, and how they behave."""

from dataclasses import dataclass

TOKENS = {
    "pm_card_visa": "4242424242424242",
    "pm_card_mastercard": "5555555555554444",
    "pm_card_chargeDeclined": "4000000000000002",
    "pm_card_chargeCustomerFail": "4000000000000341",
    "pm_card_authenticationRequired": "4000002760003184",
    "pm_card_createDispute": "4000000000000259",
}
BRANDS = (("4", "visa"), ("5", "mastercard"), ("2", "mastercard"), ("34", "amex"), ("37", "amex"))
DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": (
        "card_declined",
        "insufficient_funds",
        "Your card has insufficient funds.",
    ),
    "4000000000000069": ("expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc", "Your card’s security code is wrong."),
}
LATE_DECLINE = "4000000000000341"
"""Can be saved, and is declined when it is charged."""
ALWAYS_ASKS, ASKS_ONCE = "4000002760003184", "4000002500003155"
DISPUTED = "4000000000000259"


@dataclass(frozen=True)
class Decline:
    """Why a card was refused."""

    code: str
    reason: str
    message: str


def digits(text: str) -> str:
    """Take the digits out of what was typed."""
    return "".join(c for c in text if c.isascii() and c.isdigit())


def luhn(number: str) -> bool:
    """Whether the check digit of a card number is right."""
    total = 0
    for index, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if index % 2 else 1)
        total += value - 9 if value > 9 else value
    return 12 < len(number) < 20 and total % 10 == 0


def brand(number: str) -> str:
    """Name whose card it is."""
    found = [name for start, name in BRANDS if number.startswith(start)]
    return found[-1] if found else "unknown"


def behaviour(number: str) -> str:
    """Name how a card behaves; nothing else of its number is kept."""
    if number in DECLINES:
        return number
    known = {LATE_DECLINE: "late", ALWAYS_ASKS: "asks", ASKS_ONCE: "once", DISPUTED: "disputed"}
    return known.get(number, "")


def decline(behaves: str, *, saving: bool = False) -> Decline | None:
    """Tell whether a card that behaves so is refused."""
    if behaves in DECLINES:
        return Decline(*DECLINES[behaves])
    if behaves == "late" and not saving:
        return Decline(*DECLINES["4000000000000002"])
    return None
