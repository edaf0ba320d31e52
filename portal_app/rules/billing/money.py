"""Amounts are whole minor units of one currency; what is split loses nothing."""

from collections.abc import Sequence

MOST = 1_000_000_00
"""The largest amount that can be typed, so that a slip of a finger is caught."""
LEAST_PAYMENT = 1_00
"""A payment is at least this much, or everything that is left."""
METHODS = {
    "card": "Card",
    "cash": "Cash",
    "check": "Check",
    "bank": "Bank transfer",
    "external_card": "Card, elsewhere",
}
BY_HAND = ("cash", "check", "bank", "external_card")
"""What the practice records itself."""


def split(amount: int, shares: Sequence[int]) -> tuple[int, ...]:
    """Split an amount in a ratio, by the largest remainder: 25000 at 2:1 is 16667 and 8333.

    Raises:
        ValueError: a share is below zero, or there is none above it.
    """
    whole = sum(shares)
    if whole <= 0 or any(share < 0 for share in shares):
        raise ValueError("shares are above zero")
    sign, rest = (-1, -amount) if amount < 0 else (1, amount)
    parts = [rest * share // whole for share in shares]
    missing = rest - sum(parts)
    # who has lost most by rounding down gets the units that are left; the first of equals
    order = sorted(range(len(shares)), key=lambda i: (-(rest * shares[i] % whole), i))
    for index in order[:missing]:
        parts[index] += 1
    return tuple(sign * part for part in parts)
