"""Which invoice a payment counts for: the oldest first, or as somebody has chosen."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

K = TypeVar("K")


class AllocationError(ValueError):
    """More was chosen than is due, than there is, or less than nothing."""


@dataclass(frozen=True)
class Owed(Generic[K]):
    """An invoice with what is still due on it."""

    key: K
    due: int
    due_on: date
    number: int


@dataclass(frozen=True)
class Spread(Generic[K]):
    """What goes where, and what is left over as a credit."""

    parts: tuple[tuple[K, int], ...]
    rest: int


def oldest_first(amount: int, owed: Iterable[Owed[K]]) -> Spread[K]:
    """Let an amount pay what is due first; of the same day the lower number."""
    parts: list[tuple[K, int]] = []
    for invoice in sorted(owed, key=lambda o: (o.due_on, o.number)):
        part = min(amount, invoice.due)
        if part > 0:
            parts.append((invoice.key, part))
            amount -= part
    return Spread(tuple(parts), amount)


def as_chosen(amount: int, owed: Iterable[Owed[K]], chosen: Mapping[K, int]) -> Spread[K]:
    """Let an amount pay what was chosen; what is left over stays a credit.

    Raises:
        AllocationError: it does not fit.
    """
    due = {invoice.key: invoice.due for invoice in owed}
    if any(part < 0 or part > due.get(key, 0) for key, part in chosen.items()):
        raise AllocationError("more than is due")
    if sum(chosen.values()) > amount:
        raise AllocationError("more than there is")
    parts = tuple((key, part) for key, part in chosen.items() if part)
    return Spread(parts, amount - sum(chosen.values()))


def newest_back(amount: int, held: Sequence[tuple[K, int]]) -> tuple[tuple[K, int], ...]:
    """Take an amount back from what a payment counts for, beginning with the last.

    Raises:
        AllocationError: it has not paid that much.
    """
    parts: list[tuple[K, int]] = []
    for key, counted in reversed(held):
        part = min(amount, counted)
        if part > 0:
            parts.append((key, part))
            amount -= part
    if amount:
        raise AllocationError("more than it has paid")
    return tuple(parts)
