"""Billing, as pages show it: amounts are words already."""

from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True)
class DueLine:
    """An amount, and when it is due."""

    amount: str
    due_on: date


@dataclass(frozen=True)
class BalanceView:
    """What a person owes on one chart."""

    due: str
    due_minor: int
    credit: str
    """What is not used yet; empty where there is nothing."""
    lines: tuple[DueLine, ...]
    more: int
    """How many more amounts are due than the lines tell."""
    open_count: int
    may_pay: bool
    currency: str = "USD"


@dataclass(frozen=True)
class InvoiceRow:
    """An invoice in a list."""

    id: str
    number: int
    title: str
    served_on: date | None
    state: str
    words: str
    """Its state in words."""
    is_open: bool
    is_overdue: bool
    due_on: date | None
    settled_on: date | None
    total: str
    due: str
    due_minor: int
    issued_on: date | None = None


@dataclass(frozen=True)
class InvoicesView:
    """The invoices of a chart: what is due first, then a page of the others."""

    open: tuple[InvoiceRow, ...]
    settled: tuple[InvoiceRow, ...]
    page: int
    has_more: bool
    may_pay: bool


@dataclass(frozen=True)
class ExplainedView:
    """How a balance came about."""

    lines: tuple[tuple[str, str], ...]
    balance: str
    words: str
    open: tuple[InvoiceRow, ...] = field(default=())
