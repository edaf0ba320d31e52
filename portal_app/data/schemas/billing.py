"""Billing, as pages show it: amounts are words already."""

from dataclasses import dataclass, field
from datetime import date

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from portal_app.rules.billing import codes


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


# ---------------------------------------------------------------- the practice's side
@dataclass(frozen=True)
class PaymentRow:
    """Money that has come, and how much of it can be given back."""

    id: str
    words: str
    booked_on: date
    amount: str
    left: str
    left_minor: int
    by_hand: bool


@dataclass(frozen=True)
class DraftRow:
    """An invoice without a number."""

    id: str
    title: str
    total: str


@dataclass(frozen=True)
class UnbilledRow:
    """A completed visit on no invoice."""

    id: str
    chart: str
    patient: str
    title: str
    served_on: date
    amount: str


@dataclass(frozen=True)
class ChargeRow:
    """A late fee on which the practice decides."""

    id: str
    chart: str
    patient: str
    title: str
    served_on: date
    amount: str


@dataclass(frozen=True)
class ChartMoneyView:
    """A chart's money, for the practice."""

    balance: BalanceView
    open: tuple[InvoiceRow, ...]
    settled: tuple[InvoiceRow, ...]
    page: int
    has_more: bool
    drafts: tuple[DraftRow, ...]
    unbilled: tuple[UnbilledRow, ...]
    charges: tuple[ChargeRow, ...]
    payments: tuple[PaymentRow, ...]
    fees: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class MoneyRow:
    """An open invoice of somebody, in the list of the whole practice."""

    chart: str
    patient: str
    row: InvoiceRow


@dataclass(frozen=True)
class PracticeMoneyView:
    """What waits in the whole practice."""

    due: str
    overdue_sum: str
    overdue: tuple[MoneyRow, ...]
    overdue_count: int
    open: tuple[MoneyRow, ...]
    open_count: int
    drafts: tuple[tuple[str, str, DraftRow], ...]
    """Chart, name of the patient, draft."""
    unbilled: tuple[UnbilledRow, ...]
    unbilled_count: int
    charges: tuple[ChargeRow, ...]


@dataclass(frozen=True)
class Issued:
    """An invoice that has its number now."""

    id: str
    number: int
    chart: str
    total: str


@dataclass(frozen=True)
class FeeRow:
    """A fee in the practice's list."""

    id: str
    command: "FeeInput"
    amount: str
    visit: str
    is_active: bool


@dataclass(frozen=True)
class FeesView:
    """The fee list, and the visit types that a fee can be proposed for."""

    rows: tuple[FeeRow, ...]
    types: tuple[tuple[str, str], ...]


class FeeInput(SQLModel):
    """Something that the practice charges for, in its own words."""

    name: str = Field(min_length=1, max_length=120, title="Service")
    code: str = Field(default="", max_length=60, title="Code")
    modifiers: str = Field(default="", max_length=20, title="Modifiers")
    amount: str = Field(min_length=1, max_length=20, title="Fee")
    visit_type: str = Field(default="", max_length=40, title="For visits of the type")
    shares: str = Field(default="", max_length=300, title="Split between codes")


class BillingInput(SQLModel):
    """What the practice prints on its invoices, and how it asks."""

    legal_name: str = Field(default="", max_length=120, title="Legal name")
    remit_to: str = Field(default="", max_length=300, title="Remit to")
    billing_phone: str = Field(default="", max_length=40, title="Phone for questions about bills")
    tax_id: str = Field(default="", max_length=20, title="Tax ID")
    npi: str = Field(default="", max_length=10, title="NPI")
    group_npi: str = Field(default="", max_length=10, title="Group NPI")
    net_days: int = Field(default=0, ge=0, le=180, title="Days to pay")
    currency: str = Field(default="USD", min_length=3, max_length=3, title="Currency")
    next_number: int = Field(default=1001, ge=1, le=999_999_999, title="Next invoice number")
    closing_words: str = Field(default="", max_length=500, title="Words at the end of an invoice")

    @field_validator("tax_id")
    @classmethod
    def _tax_id(cls, value: str) -> str:
        return codes.tax_id(value) if value.strip() else ""

    @field_validator("npi", "group_npi")
    @classmethod
    def _npi(cls, value: str) -> str:
        return codes.npi(value) if value.strip() else ""


@dataclass(frozen=True)
class BillingView:
    """What invoices say, and whether there is one already."""

    command: BillingInput
    has_begun: bool


class PaymentInput(SQLModel):
    """Money that the practice has received."""

    amount: str = Field(min_length=1, max_length=20, title="Amount")
    method: str = Field(min_length=1, max_length=20, title="Method")
    detail: str = Field(default="", max_length=60, title="Note")
    invoice: str = Field(default="", max_length=40, title="For")
    client_key: str = Field(min_length=1, max_length=64)


class RefundInput(SQLModel):
    """Money that goes back."""

    payment: str = Field(min_length=1, max_length=40, title="Payment")
    amount: str = Field(min_length=1, max_length=20, title="Amount")
    reason: str = Field(min_length=1, max_length=300, title="Reason")
    reopens: bool = False
    client_key: str = Field(min_length=1, max_length=64)


class ReduceInput(SQLModel):
    """A credit or a write-off."""

    amount: str = Field(min_length=1, max_length=20, title="Amount")
    reason: str = Field(min_length=1, max_length=300, title="Reason")
    invoice: str = Field(default="", max_length=40, title="Invoice")
    client_key: str = Field(min_length=1, max_length=64)


class VoidInput(SQLModel):
    """Why an invoice is taken back."""

    reason: str = Field(min_length=1, max_length=300, title="Reason")


class InvoiceInput(SQLModel):
    """A new invoice: visits, or a fee or words of one's own."""

    visits: list[str] = Field(default_factory=list, max_length=50)
    fee: str = Field(default="", max_length=40, title="Service")
    description: str = Field(default="", max_length=200, title="Description")
    amount: str = Field(default="", max_length=20, title="Amount")
    units: int = Field(default=1, ge=1, le=99, title="Units")
    day: str = Field(default="", max_length=10, title="Date")
    notes: str = Field(default="", max_length=500, title="Note to the patient")
