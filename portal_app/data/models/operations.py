"""What keeps the house honest: the access log and the mail that waits."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, SQLModel

from portal_app.data.types import EncryptedText, UtcDateTime


def _now() -> datetime:
    return datetime.now(UTC)


class AuditEvent(SQLModel, table=True):
    """Who did what to whose record; a chain of HMACs, neither changed nor deleted."""

    __table_args__ = (Index("ix_audit_patient", "patient_id", "at"),)

    seq: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=UtcDateTime)
    actor: str
    actor_kind: str
    patient_id: str = ""
    chart_id: str = ""
    action: str
    target: str = ""
    outcome: str = "ok"
    why: str = ""
    ip: str = ""
    session_id: str = ""
    previous: bytes = Field(sa_type=LargeBinary)
    mac: bytes = Field(sa_type=LargeBinary)


class OutboxMail(SQLModel, table=True):
    """A mail that is owed, written in the transaction that causes it."""

    __table_args__ = (Index("ix_outbox_due", "status", "due_at"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    unique_key: str = Field(unique=True, index=True)
    kind: str
    address: str = Field(sa_type=EncryptedText("outbox.address"))
    subject: str
    text: str = Field(sa_type=EncryptedText("outbox.text"))
    message_id: str
    status: str = "due"
    due_at: datetime = Field(sa_type=UtcDateTime)
    lease_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    attempts: int = 0
    last_error: str = ""
    thread_id: str = ""
    user_id: str = ""
    appointment_id: str = Field(default="", index=True)
    chart: str = ""
    """Public id of the chart that a notice without any words of its own is about."""
    needs: str = ""
    """The permission without which such a notice is not sent."""
    first_due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
