"""What a clinician has written for a patient to follow. FHIR R4 CarePlan."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart
from portal_app.data.types import (
    ChartRef,
    EncryptedText,
    PatientRef,
    UserRef,
    UtcDateTime,
    new_public_id,
)


def _now() -> datetime:
    return datetime.now(UTC)


class Instruction(SQLModel, InChart, table=True):
    """A note for the patient; its draft, and which version is shown (0: none)."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    title: str = Field(default="", sa_type=EncryptedText("instruction.title"))
    draft: str | None = Field(default=None, sa_type=EncryptedText("instruction.draft"))
    """JSON of ``InstructionInput`` that is not shared yet; nothing: no change since it was."""
    version: int = 0
    is_shown: bool = False
    author_name: str = ""
    changed_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class InstructionVersion(SQLModel, InChart, table=True):
    """What was shared, word for word; never changed afterwards."""

    __table_args__ = (UniqueConstraint("instruction_id", "version"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    instruction_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="instruction.id", index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    version: int
    content: str = Field(sa_type=EncryptedText("instruction.content"))
    """JSON of ``InstructionInput``."""
    author_name: str
    shared_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class InstructionMark(SQLModel, InChart, table=True):
    """That a person has opened a version, has said so, or has done a step of it."""

    __table_args__ = (UniqueConstraint("instruction_id", "version", "user_id", "what"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    instruction_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="instruction.id", index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    version: int
    user_id: UserRef
    what: str
    """"opened", "read", or "step:2"."""
    name: str = ""
    marked_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
