"""Forms, questionnaires, rating scales and consents: what is asked, of whom, and the answers."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, UniqueConstraint, Uuid
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


class DocumentDefinition(SQLModel, table=True):
    """A version of a form; immutable once assigned. FHIR R4 Questionnaire."""

    __table_args__ = (UniqueConstraint("key", "version"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    key: str
    """The same for every version of one form."""
    version: int = 1
    kind: str
    """``rules.documents.DocumentKind``: admin_form, questionnaire, rating_scale, e_consent."""
    title: str
    status: str = "active"
    questionnaire: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """FHIR R4 Questionnaire; empty for a consent."""
    settings: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    markdown: str = ""
    """Words of a consent that the practice wrote here."""
    created_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class DocumentAssignment(SQLModel, InChart, table=True):
    """A form that somebody was asked to fill in or to sign."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    definition_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="documentdefinition.id", index=True)
    kind: str
    title: str
    status: str = "assigned"
    """assigned, in_progress, submitted, reviewed, returned, declined, expired, withdrawn."""
    completed_by: str = "either"
    """Who has to complete it: patient, guardian, either, both."""
    due_on: date | None = None
    every: str = ""
    """Recurrence: "" once, "visit" before each visit, "P4W" every four weeks."""
    until: date | None = None
    note: str = Field(default="", sa_type=EncryptedText("assignment.note"))
    """The practice's words to the patient, when it was assigned or returned."""
    assigned_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    assigned_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    series_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, index=True)
    """The first of those that repeat; its own id on the first."""
    occasion: str | None = Field(default=None, unique=True)
    """What made it by itself, so that the same occasion makes it once."""
    appointment_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, index=True)
    """The visit before which it is due, where it comes with visits."""


class DocumentResponse(SQLModel, InChart, table=True):
    """Answers to a form: the draft, and each version that was sent. FHIR QuestionnaireResponse."""

    __table_args__ = (
        UniqueConstraint("assignment_id", "version"),
        UniqueConstraint("assignment_id", "client_key", name="uq_documentresponse_client_key"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    assignment_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="documentassignment.id", index=True)
    version: int = 1
    answers: str = Field(default="{}", sa_type=EncryptedText("response.answers"))
    """JSON of the answers by linkId."""
    score: str = Field(default="", sa_type=EncryptedText("response.score"))
    """JSON of what the rule made of the answers; never taken from outside."""
    written_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    saved_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    submitted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    client_key: str | None = None
    """Key of the press that sent it, so that a repeated one sends nothing new."""
    reviewed_by: str = ""
    reviewed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class DocumentAlert(SQLModel, InChart, table=True):
    """Answers that somebody of the practice has to look at today: one for each assignment."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    assignment_id: uuid.UUID = Field(
        sa_type=Uuid, foreign_key="documentassignment.id", unique=True, index=True
    )
    raised_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    seen_by: str = ""
    """Who of the practice has looked at them; empty: nobody yet."""
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime, index=True)
