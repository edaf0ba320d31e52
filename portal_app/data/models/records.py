"""Health records of a chart: the files that were imported, and the entries read from them."""

import uuid
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart
from portal_app.data.types import (
    ChartRef,
    EncryptedText,
    PatientRef,
    UserId,
    UtcDateTime,
    new_public_id,
)


def _now() -> datetime:
    return datetime.now(UTC)


class RecordSource(SQLModel, InChart, table=True):
    """A file that entries were read from; the original is kept as a stored file."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    file_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="storedfile.id")
    format: str
    name: str = Field(sa_type=EncryptedText("record_source.name"))
    sha256: bytes = Field(sa_type=LargeBinary)
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    unread: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    imported_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    imported_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class RecordEntry(SQLModel, InChart, table=True):
    """One entry of a chart's record; visible to the patient from ``released_at`` on."""

    __table_args__ = (
        UniqueConstraint("chart_id", "identity"),
        Index("ix_recordentry_shown", "chart_id", "kind", "happened_at"),
        Index("ix_recordentry_released", "released_at"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    source_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="recordsource.id", index=True
    )
    file_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="storedfile.id")
    kind: str
    body: str = Field(sa_type=EncryptedText("record_entry.body"))
    """JSON of ``rules.records.Entry``."""
    identity: bytes = Field(sa_type=LargeBinary)
    """Keyed hash that is equal for the same entry of the same source: no duplicates."""
    happened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    negated: bool = False
    label: str = "general"
    hide_from_proxies: bool = False
    released_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    withdrawn_reason: str | None = Field(
        default=None, sa_type=EncryptedText("record_entry.withdrawn_reason")
    )
    amended_by_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="recordentry.id"
    )
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class AmendmentRequest(SQLModel, InChart, table=True):
    """A patient's wish that something in the record be corrected (45 CFR 164.526)."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    entry_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="recordentry.id", index=True
    )
    """What it is about; nothing where it is about the whole record."""
    text: str = Field(sa_type=EncryptedText("amendment.text"))
    client_key: str = Field(unique=True)
    """The same press is never taken twice."""
    asked_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    asked_by_name: str = Field(default="", sa_type=EncryptedText("amendment.asked_by"))
    asked_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    status: str = Field(default="open", index=True)
    """open, accepted, declined."""
    answer: str = Field(default="", sa_type=EncryptedText("amendment.answer"))
    answered_by: str = ""
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
