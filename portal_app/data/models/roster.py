"""Lists of patients that were read from a file."""

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InCompartment
from portal_app.data.types import (
    EncryptedText,
    PatientId,
    PractitionerId,
    UtcDateTime,
    new_public_id,
)


class PatientImport(SQLModel, table=True):
    """One file: first a draft that is looked at, then done, then perhaps undone."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    file_name: str = Field(sa_type=EncryptedText("import.file_name"))
    text: str = Field(default="", sa_type=EncryptedText("import.text"))
    """The file, while it is a draft."""
    mapping: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """Number of a column -> field that it fills."""
    practitioner_id: PractitionerId | None = Field(
        default=None, sa_type=Uuid, foreign_key="practitioner.id"
    )
    """Whose patients those are whose row names no clinician of the practice."""
    status: str = "draft"
    made_by: str = ""
    created_at: datetime = Field(sa_type=UtcDateTime)
    done_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    undone_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class PatientImportRow(SQLModel, InCompartment, table=True):
    """What became of one row of the file."""

    __table_args__ = (UniqueConstraint("import_id", "number"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    import_id: uuid.UUID = Field(foreign_key="patientimport.id", index=True)
    number: int
    """Counts rows of data from 1."""
    outcome: str
    """``rules.roster.Outcome``."""
    name: str = Field(default="", sa_type=EncryptedText("import.name"))
    why: str = Field(default="", sa_type=EncryptedText("import.why"))
    line: str = Field(default="", sa_type=EncryptedText("import.line"))
    """The row as it was, by its column names, so that nothing of it is lost."""
    external_index: bytes | None = Field(default=None, sa_type=LargeBinary, index=True)
    """Blind index of the id that the person had in the other program."""
    patient_id: PatientId | None = Field(
        default=None, sa_type=Uuid, foreign_key="patient.id", index=True
    )
    chart: str = ""
    """Public id of the chart that was made."""
    made: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """Table -> ids of the rows that were made."""
    mark: bytes = Field(default=b"", sa_type=LargeBinary)
    """Over all that was made; it tells whether somebody has changed it since."""
