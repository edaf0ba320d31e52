"""Consents: the exact bytes that are shown, what happened with them, and who has signed."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart
from portal_app.data.types import (
    ChartRef,
    EncryptedText,
    PatientRef,
    UserId,
    UserRef,
    UtcDateTime,
    new_public_id,
)


def _now() -> datetime:
    return datetime.now(UTC)


class ConsentSource(SQLModel, table=True):
    """The PDF of a consent that the practice has uploaded: no patient's data, so not encrypted.

    Beside its definition, so that a list of definitions does not read it.
    """

    definition_id: uuid.UUID = Field(
        sa_type=Uuid, foreign_key="documentdefinition.id", primary_key=True
    )
    pdf: bytes = Field(sa_type=LargeBinary)
    pages: list[str] = Field(default_factory=list, sa_type=JSON)
    """The words of each page."""


class ConsentPaper(SQLModel, InChart, table=True):
    """The document of one assignment as it is shown: made once, and never changed."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    assignment_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="documentassignment.id", unique=True)
    file_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="storedfile.id", unique=True)
    sha256: bytes = Field(sa_type=LargeBinary)
    """Of the exact bytes."""
    pages: int = 1
    body: str = Field(default="", sa_type=EncryptedText("consent.body"))
    """JSON of what the page shows: the words of each page, or the Markdown they were made of."""
    made_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class ConsentEvent(SQLModel, InChart, table=True):
    """Something that happened with a consent; only ever added."""

    __table_args__ = (Index("ix_consentevent_assignment", "assignment_id", "at"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    assignment_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="documentassignment.id")
    kind: str
    """opened, read, downloaded, signed, countersigned, declined, withdrawn."""
    user_id: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    by: str = Field(default="", sa_type=EncryptedText("consentevent.by"))
    reason: str = Field(default="", sa_type=EncryptedText("consentevent.reason"))
    session_id: str = ""
    at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class ConsentSignature(SQLModel, InChart, table=True):
    """A signature with its evidence; written in one transaction with the signed file's row."""

    __table_args__ = (
        UniqueConstraint("assignment_id", "user_id", "role", name="uq_consentsignature_person"),
        UniqueConstraint("assignment_id", "number", name="uq_consentsignature_number"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    assignment_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="documentassignment.id", index=True)
    user_id: UserRef
    number: int = 1
    """Which signature of its document it is; the signed PDF of the last one holds them all."""
    role: str = "signer"
    """signer, or counter: the clinician's signature beside it."""
    relationship: str = "self"
    evidence: str = Field(sa_type=EncryptedText("consent.evidence"))
    """JSON, byte by byte as it was signed."""
    key_id: str
    signature: bytes = Field(sa_type=LargeBinary)
    """Ed25519, over the evidence."""
    file_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="storedfile.id", unique=True)
    """The signed PDF that this signature has made."""
    signed_at: datetime = Field(sa_type=UtcDateTime)


class DisclosureAcceptance(SQLModel, table=True):
    """Somebody has agreed to sign on screen; once a version of the words."""

    __table_args__ = (UniqueConstraint("user_id", "version"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    version: str
    words: list[str] = Field(default_factory=list, sa_type=JSON)
    session_id: str = ""
    ip: str = ""
    at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


__all__ = [
    "ConsentEvent",
    "ConsentPaper",
    "ConsentSignature",
    "ConsentSource",
    "DisclosureAcceptance",
]
