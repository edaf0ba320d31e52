"""States of an invoice. All but draft and void follow from its sums; overdue is never stored."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class State(StrEnum):
    """What has become of an invoice."""

    DRAFT = "draft"
    OPEN = "open"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    VOID = "void"
    CREDITED = "credited"
    PARTLY_REFUNDED = "partly_refunded"
    REFUNDED = "refunded"
    WRITTEN_OFF = "written_off"


OPEN = frozenset({State.OPEN, State.PARTLY_PAID})
"""Something is due."""
WORDS = {
    State.DRAFT: "Draft",
    State.OPEN: "Open",
    State.PARTLY_PAID: "Partly paid",
    State.PAID: "Paid",
    State.VOID: "Void",
    State.CREDITED: "Credited",
    State.PARTLY_REFUNDED: "Partly refunded",
    State.REFUNDED: "Refunded",
    State.WRITTEN_OFF: "Written off",
}


@dataclass(frozen=True)
class Sums:
    """What was asked for, and what has come against it."""

    total: int
    paid: int = 0
    credited: int = 0
    written_off: int = 0
    refunded: int = 0

    @property
    def due(self) -> int:
        """What is still due."""
        return self.total - self.paid - self.credited - self.written_off


def state(sums: Sums) -> State:
    """Tell the state of an issued invoice."""
    if sums.due > 0:
        return State.PARTLY_PAID if sums.due < sums.total else State.OPEN
    if sums.written_off > 0:
        return State.WRITTEN_OFF
    if sums.refunded > 0:
        return State.PARTLY_REFUNDED if sums.paid > 0 else State.REFUNDED
    return State.CREDITED if sums.credited == sums.total > 0 else State.PAID


def may_issue(now: State, lines: int) -> bool:
    """Whether a draft can get its number."""
    return now is State.DRAFT and lines > 0


def may_void(now: State, sums: Sums) -> bool:
    """Whether an invoice can be made void: only if nothing has come against it."""
    return now is State.OPEN and sums.due == sums.total and sums.refunded == 0


def is_overdue(now: State, due_on: date | None, today: date) -> bool:
    """Whether an invoice should have been paid before today, on the practice's wall."""
    return now in OPEN and due_on is not None and due_on < today
