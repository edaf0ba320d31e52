"""Billing: what things cost, what was asked for, and the ledger of what became of it.

The ledger is only ever added to. Each entry carries the balance after it, and the database refuses
one that does not follow from the entry before (migration 0012).
"""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart
from portal_app.data.types import (
    AppointmentId,
    ChartRef,
    EncryptedText,
    PatientRef,
    PractitionerId,
    UserId,
    UtcDateTime,
    new_public_id,
)


def _now() -> datetime:
    return datetime.now(UTC)


class BillingSettings(SQLModel, table=True):
    """What the practice prints on what it asks for, and how it asks."""

    id: int = Field(default=1, primary_key=True)
    legal_name: str = ""
    remit_to: str = ""
    """Where a check goes: the lines of an address."""
    billing_phone: str = ""
    tax_id: str = Field(default="", sa_type=EncryptedText("billing.tax_id"))
    npi: str = ""
    group_npi: str = ""
    net_days: int = 0
    """From issue to due; 0 is due on receipt."""
    currency: str = "USD"
    next_number: int = 1001
    """Of the next invoice. It moves in the transaction that issues, so that no number is lost."""
    closing_words: str = ""


class Fee(SQLModel, table=True):
    """What the practice charges for, in its own words and with codes that it has typed itself."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    name: str
    code: str = ""
    modifiers: str = ""
    amount_minor: int
    currency: str = "USD"
    parts: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    """Codes that share one fee: ``code``, ``name`` and ``share`` of each."""
    visit_type_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="visittype.id")
    """The visits for which it is proposed."""
    position: int = 0
    is_active: bool = True


class Invoice(SQLModel, InChart, table=True):
    """What was asked for. Once it has its number, what it says never changes.

    ``status`` and the sums say what the ledger has made of it; ``rules.billing.invoices`` tells
    the one from the others.
    """

    __table_args__ = (
        Index("ix_invoice_chart_due", "chart_id", "due_minor"),
        Index("ix_invoice_chart_number", "chart_id", "number"),
        Index("ix_invoice_status", "status", "due_on"),
        CheckConstraint("paid_minor >= 0", name="paid"),
        CheckConstraint("credited_minor >= 0", name="credited"),
        CheckConstraint("written_off_minor >= 0", name="written_off"),
        CheckConstraint("due_minor >= 0", name="due"),
        CheckConstraint(
            "due_minor = CASE WHEN status IN ('draft', 'void') THEN 0 "
            "ELSE total_minor - paid_minor - credited_minor - written_off_minor END",
            name="sums",
        ),
        CheckConstraint("(status = 'draft') = (number IS NULL)", name="numbered"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    number: int | None = Field(default=None, unique=True)
    status: str = "draft"
    """``rules.billing.invoices.State``."""
    currency: str = "USD"
    total_minor: int = 0
    paid_minor: int = 0
    credited_minor: int = 0
    written_off_minor: int = 0
    refunded_minor: int = 0
    due_minor: int = 0
    issued_on: date | None = None
    due_on: date | None = None
    settled_on: date | None = None
    """Since when nothing is due."""
    payer: str = Field(default="", sa_type=EncryptedText("invoice.payer"))
    """Who is asked: the patient, or whoever pays for her."""
    notes: str = Field(default="", sa_type=EncryptedText("invoice.notes"))
    snapshot: str = Field(default="", sa_type=EncryptedText("invoice.snapshot"))
    """JSON of everything that its PDF says, from the moment of issue."""
    file_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="storedfile.id", unique=True
    )
    sha256: bytes = Field(default=b"", sa_type=LargeBinary)
    """Of the PDF."""
    created_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    issued_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was made void."""
    reason: str = Field(default="", sa_type=EncryptedText("invoice.reason"))


class InvoiceLine(SQLModel, InChart, table=True):
    """One thing that is charged for."""

    __table_args__ = (
        UniqueConstraint("invoice_id", "position"),
        CheckConstraint("amount_minor = units * unit_minor", name="amount"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    invoice_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="invoice.id")
    position: int = 1
    kind: str = "service"
    """service, or late_fee: what a superbill leaves out."""
    served_on: date
    description: str = Field(default="", sa_type=EncryptedText("invoiceline.description"))
    code: str = Field(default="", sa_type=EncryptedText("invoiceline.code"))
    modifiers: str = Field(default="", sa_type=EncryptedText("invoiceline.modifiers"))
    units: int = 1
    unit_minor: int
    amount_minor: int
    practitioner_id: PractitionerId | None = Field(
        default=None, sa_type=Uuid, foreign_key="practitioner.id"
    )
    appointment_id: AppointmentId | None = Field(
        default=None, sa_type=Uuid, foreign_key="appointment.id", index=True
    )
    draft_charge_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="draftcharge.id", index=True
    )


class LedgerEntry(SQLModel, InChart, table=True):
    """One thing that happened with money; never changed, never taken away.

    Charges and refunds are above zero, payments, credits, write-offs and voids below. So the
    balance is the sum.
    """

    __table_args__ = (
        UniqueConstraint("source", "external_id", name="uq_ledgerentry_source"),
        UniqueConstraint("chart_id", "position", name="uq_ledgerentry_position"),
        Index("ix_ledgerentry_day", "chart_id", "booked_on", "position"),
        CheckConstraint("amount_minor <> 0", name="amount"),
        CheckConstraint(
            "(amount_minor > 0) = (kind IN ('charge', 'late_fee', 'refund'))", name="sign"
        ),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    position: int
    """1, 2, 3 … on its chart."""
    kind: str
    """``rules.billing.ledger.Kind``."""
    amount_minor: int
    balance_after_minor: int
    currency: str = "USD"
    method: str = ""
    """card, cash, check, bank or external_card."""
    source: str
    """Who knows this event; with ``external_id`` it is booked once only."""
    external_id: str
    invoice_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="invoice.id", index=True
    )
    refers_to_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="ledgerentry.id", index=True
    )
    """The payment that a refund gives back."""
    detail: str = Field(default="", sa_type=EncryptedText("ledgerentry.detail"))
    """Such as the ending of a card, or the number of a check."""
    reason: str = Field(default="", sa_type=EncryptedText("ledgerentry.reason"))
    booked_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    booked_on: date
    """The day on the practice's wall."""
    booked_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class Allocation(SQLModel, InChart, table=True):
    """How much of a payment, credit or write-off counts for which invoice; only ever added.

    Below zero it takes back an earlier one.
    """

    __table_args__ = (CheckConstraint("amount_minor <> 0", name="amount"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    entry_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="ledgerentry.id", index=True)
    invoice_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="invoice.id", index=True)
    amount_minor: int
    made_by_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="ledgerentry.id")
    """The entry with which it was made: the same, or the refund that takes it back."""
    at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


__all__ = [
    "Allocation",
    "BillingSettings",
    "Fee",
    "Invoice",
    "InvoiceLine",
    "LedgerEntry",
]
