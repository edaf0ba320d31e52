"""Card payments: attempts, saved cards, refunds, what Stripe has told, and where the books differ.

Ids of Stripe stand here, and nothing of a card but its brand, its last four digits and its expiry.
"""

import uuid
from datetime import UTC, datetime

from sqlalchemy import Boolean, CheckConstraint, Index, Uuid, column
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart, InCompartment, StaffOnly
from portal_app.data.types import (
    ChartRef,
    EncryptedText,
    PatientId,
    PatientRef,
    UserRef,
    UtcDateTime,
    new_public_id,
)


def _now() -> datetime:
    return datetime.now(UTC)


class CardCustomer(SQLModel, InCompartment, table=True):
    """A patient, as Stripe knows her: an id and no name."""

    patient_id: PatientId = Field(sa_type=Uuid, foreign_key="patient.id", primary_key=True)
    ref: str = Field(default_factory=new_public_id, unique=True)
    customer_id: str = ""


class SavedCard(SQLModel, InCompartment, table=True):
    """A card that Stripe keeps for later payments."""

    __table_args__ = (
        Index(
            "uq_savedcard_default",
            "patient_id",
            unique=True,
            sqlite_where=column("is_default", Boolean),
            postgresql_where=column("is_default", Boolean),
        ),
        CheckConstraint("removed_at IS NULL OR NOT is_default", name="default"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    patient_id: PatientRef
    method_id: str = Field(unique=True)
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    label: str = Field(default="", sa_type=EncryptedText("savedcard.label"))
    is_default: bool = False
    added_by: UserRef
    added_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    removed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CardSetup(SQLModel, InChart, table=True):
    """One visit to the hosted page that saves a card."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    user_id: UserRef
    session_id: str = Field(default="", index=True)
    status: str = Field(default="open", index=True)
    """open, saved or ended."""
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CardPayment(SQLModel, InChart, table=True):
    """One attempt to pay by card; written before Stripe is asked."""

    __table_args__ = (CheckConstraint("amount_minor > 0", name="amount"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    """Names it at Stripe too; the idempotency key is made of it."""
    chart_id: ChartRef
    patient_id: PatientRef
    user_id: UserRef
    nonce: str = Field(unique=True)
    """Of the dialog: a second click is the same attempt."""
    amount_minor: int
    currency: str = "USD"
    card_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="savedcard.id")
    """The saved card; none where a new one is asked for on the hosted page."""
    status: str = Field(default="created", index=True)
    """``rules.billing.payments.State``."""
    session_id: str = Field(default="", index=True)
    intent_id: str = Field(default="", index=True)
    entry_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="ledgerentry.id", unique=True
    )
    detail: str = Field(default="", sa_type=EncryptedText("cardpayment.detail"))
    """Such as "Visa ending in 4242"."""
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    checked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    settled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CardPaymentPart(SQLModel, InChart, table=True):
    """What an attempt is for. One open attempt an invoice: the database refuses a second."""

    __table_args__ = (
        Index(
            "uq_cardpaymentpart_open",
            "invoice_id",
            unique=True,
            sqlite_where=column("is_open", Boolean),
            postgresql_where=column("is_open", Boolean),
        ),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    payment_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="cardpayment.id", index=True)
    invoice_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="invoice.id", index=True)
    amount_minor: int
    is_open: bool = True


class CardRefund(SQLModel, InChart, table=True):
    """Money to give back to a card; written before Stripe is asked."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    payment_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="cardpayment.id", index=True)
    user_id: UserRef
    nonce: str = Field(unique=True)
    amount_minor: int
    reason: str = Field(default="", sa_type=EncryptedText("cardrefund.reason"))
    status: str = Field(default="open", index=True)
    """open, done or refused."""
    refund_id: str = Field(default="", index=True)
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class StripeEvent(SQLModel, StaffOnly, table=True):
    """An event that was told and dealt with; its id, kind and time only."""

    id: str = Field(primary_key=True)
    kind: str
    done_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class StripeDifference(SQLModel, StaffOnly, table=True):
    """Where Stripe and the ledger differ; the practice sees it until it is gone."""

    id: str = Field(primary_key=True)
    """Stripe's id of what differs."""
    kind: str
    """charge, refund, dispute, amount or missing."""
    amount_minor: int
    currency: str = "USD"
    seen_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    gone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


__all__ = [
    "CardCustomer",
    "CardPayment",
    "CardPaymentPart",
    "CardRefund",
    "CardSetup",
    "SavedCard",
    "StripeDifference",
    "StripeEvent",
]
