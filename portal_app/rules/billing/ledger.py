"""The ledger: kinds of entries, the balance, and how it came about."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an entry is."""

    CHARGE = "charge"
    LATE_FEE = "late_fee"
    PAYMENT = "payment"
    CREDIT = "credit"
    WRITE_OFF = "write_off"
    VOID = "void"
    REFUND = "refund"


ADDS = frozenset({Kind.CHARGE, Kind.LATE_FEE, Kind.REFUND})
"""What makes the balance larger."""
COUNTS = frozenset({Kind.PAYMENT, Kind.CREDIT, Kind.WRITE_OFF})
"""What can count for an invoice."""
WORDS = {
    Kind.CHARGE: "Charge",
    Kind.LATE_FEE: "Late fee",
    Kind.PAYMENT: "Payment",
    Kind.CREDIT: "Credit",
    Kind.WRITE_OFF: "Written off",
    Kind.VOID: "Void",
    Kind.REFUND: "Refund",
}


@dataclass(frozen=True)
class Booked:
    """An entry, as far as sums are concerned: its amount with its sign."""

    kind: Kind
    amount: int


def signed(kind: Kind, amount: int) -> int:
    """Give an amount its sign.

    Raises:
        ValueError: it is not above zero.
    """
    if amount <= 0:
        raise ValueError("amounts of entries are above zero")
    return amount if kind in ADDS else -amount


def balance(entries: Iterable[Booked]) -> int:
    """Sum up a ledger: above zero something is due, below there is a credit."""
    return sum(entry.amount for entry in entries)


@dataclass(frozen=True)
class Explained:
    """The balance in the words of a sum."""

    lines: tuple[tuple[str, int], ...]
    balance: int


EXPLAINED = (
    ("Visits and other charges", (Kind.CHARGE, Kind.VOID)),
    ("Late fees", (Kind.LATE_FEE,)),
    ("Payments", (Kind.PAYMENT,)),
    ("Credits", (Kind.CREDIT,)),
    ("Written off", (Kind.WRITE_OFF,)),
    ("Money given back", (Kind.REFUND,)),
)
"""Words of the sum, and the kinds that are in it. What was made void was never owed."""


def explain(entries: Iterable[Booked]) -> Explained:
    """Tell how a balance came about; a kind that never happened is left out."""
    sums: dict[Kind, int] = {}
    for entry in entries:
        sums[entry.kind] = sums.get(entry.kind, 0) + entry.amount
    lines = [
        (words, sum(sums[k] for k in kinds if k in sums))
        for words, kinds in EXPLAINED
        if any(k in sums for k in kinds)
    ]
    return Explained(tuple(line for line in lines if line[1]), sum(sums.values()))


def shown(balance: int, due: int) -> tuple[int, int]:
    """Tell what is due, never below zero, and apart from it the credit that is not used yet.

    Args:
        balance: the sum of the ledger.
        due: what is still due on all invoices.
    """
    return max(0, balance), max(0, due - balance)
