"""Files with everything that a person has asked for: while they are made, and until they end."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import LargeBinary, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart
from portal_app.data.types import ChartRef, PatientRef, UserRef, UtcDateTime, new_public_id


def _now() -> datetime:
    return datetime.now(UTC)


class RecordExport(SQLModel, InChart, table=True):
    """One file with everything, for the person who asked for it and nobody else."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    user_id: UserRef
    status: str = "due"
    """``due``, ``ready``, ``failed`` or ``ended``."""
    done: int = 0
    """Percent."""
    file_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="storedfile.id")
    pdf_file_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="storedfile.id")
    """The same record as one PDF."""
    holds: bytes = Field(default=b"", sa_type=LargeBinary)
    """Hash of what is in it: once some of that may not be seen any more, the file is not given."""
    heard_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    """When whoever makes it was last heard of."""
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    ready_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
