"""Superbills: what an insurance company reads, and the facts that only they need."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import Index, LargeBinary, UniqueConstraint, Uuid
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


class ClinicianBilling(SQLModel, table=True):
    """How an insurance company knows a clinician."""

    practitioner_id: PractitionerId = Field(
        sa_type=Uuid, foreign_key="practitioner.id", primary_key=True
    )
    npi: str = ""
    license_number: str = ""
    license_state: str = ""
    taxonomy: str = ""
    supervisor: str = ""


class SuperbillSettings(SQLModel, table=True):
    """How the practice's superbills look, and the number of the next one."""

    id: int = Field(default=1, primary_key=True)
    year: int = 0
    next_number: int = 1
    """Of that year. It moves in the transaction that makes a superbill."""
    shows_unpaid: bool = True
    shows_descriptions: bool = True
    video_modifier: str = "95"
    phone_modifier: str = "93"


class VisitCodes(SQLModel, InChart, table=True):
    """What a visit was for, as an insurance company reads it; one row for each visit."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    appointment_id: AppointmentId = Field(sa_type=Uuid, foreign_key="appointment.id", unique=True)
    diagnoses: str = Field(default="[]", sa_type=EncryptedText("visitcodes.diagnoses"))
    """JSON: codes with their descriptions of that day, the most important first."""
    code_set: str = ""
    place: str = ""
    """Of service; nothing: as the visit was held."""
    code: str = Field(default="", sa_type=EncryptedText("visitcodes.code"))
    """Procedure code where the charge carries none, or another one."""
    modifiers: str = Field(default="", sa_type=EncryptedText("visitcodes.modifiers"))
    given_by: str = ""
    given_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class Superbill(SQLModel, InChart, table=True):
    """A superbill. What it says never changes; another one can take its place."""

    __table_args__ = (
        UniqueConstraint("year", "sequence"),
        Index("ix_superbill_newest", "chart_id", "made_at"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    year: int
    sequence: int
    first_day: date
    last_day: date
    made_on: date
    made_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    made_by_name: str = ""
    made_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    snapshot: str = Field(sa_type=EncryptedText("superbill.snapshot"))
    """JSON of everything that its PDF says."""
    replaces_number: str = ""
    replaced_by_number: str = ""
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the practice made it void."""
    reason: str = Field(default="", sa_type=EncryptedText("superbill.reason"))
    file_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="storedfile.id", unique=True
    )
    sha256: bytes = Field(default=b"", sa_type=LargeBinary)
    """Of the PDF."""

    @property
    def number(self) -> str:
        """Its number, such as 2026-118."""
        return f"{self.year}-{self.sequence}"


__all__ = ["ClinicianBilling", "Superbill", "SuperbillSettings", "VisitCodes"]
