"""The practice, its people, its patients, and who may see whom."""

import uuid
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import JSON, Index, LargeBinary, UniqueConstraint, Uuid, column
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InCompartment
from portal_app.data.types import (
    ChartId,
    EncryptedText,
    PatientId,
    PatientRef,
    PractitionerId,
    PractitionerRef,
    StaffId,
    StaffRef,
    UserId,
    UserRef,
    UtcDateTime,
    new_public_id,
)
from portal_app.rules.names import spoken


def _now() -> datetime:
    return datetime.now(UTC)


class Practice(SQLModel, table=True):
    """The one practice of this installation and what it decided on screen."""

    id: int = Field(default=1, primary_key=True)
    name: str
    name_second_line: str = ""
    zone: str = "America/Los_Angeles"
    phone: str = ""
    crisis_line: str = "988"
    emergency_number: str = "911"
    portal_ceiling: list[str] = Field(default_factory=list, sa_type=JSON)
    chart_defaults: list[str] = Field(default_factory=list, sa_type=JSON)
    weekly_hours: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    closures: list[str] = Field(default_factory=list, sa_type=JSON)
    answer_hours: int = 16
    reply_promise: str = "Replies come within 2 business days."
    urgent_notice: str = ""
    auto_reply: str = ""
    auto_reply_on: bool = True
    shows_seen: bool = True
    dashboard_message: str = ""
    country: str = "US"
    region: str = ""
    quiet_from: str = "21:00"
    quiet_until: str = "08:00"
    age_rules: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """``rules.family.AgeRules``; empty as long as nobody has confirmed them."""
    accent: str = ""
    """Colour of buttons and links, as #rrggbb; empty for the house's own."""
    document_rules: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)
    """What is assigned by itself: "first" or a visit type's id -> keys of documents."""
    notices: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    """The most that is told of a kind of event; ``rules.notices``."""
    is_demo: bool = False


class Practitioner(SQLModel, table=True):
    """A clinician whose charts patients have."""

    id: PractitionerId = Field(
        default_factory=lambda: PractitionerId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    name: str
    short_name: str
    credentials: str = ""
    dashboard_message: str = ""
    away_until: date | None = None
    stand_in_id: StaffId | None = Field(default=None, sa_type=Uuid)
    is_active: bool = True


class DashboardMessage(SQLModel, table=True):
    """A version of a clinician's dashboard message; the newest is the one that shows."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    practitioner_id: PractitionerRef
    text: str
    author: str
    saved_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class StaffMember(SQLModel, table=True):
    """A login's place in the practice."""

    id: StaffId = Field(
        default_factory=lambda: StaffId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    user_id: UserRef = Field(sa_type=Uuid, foreign_key="user.id", unique=True)
    name: str
    title: str = ""
    role: str
    boxes: list[str] = Field(default_factory=list, sa_type=JSON)
    practitioner_id: PractitionerId | None = Field(
        default=None, sa_type=Uuid, foreign_key="practitioner.id"
    )
    all_charts: bool = False
    is_active: bool = True


class StaffReach(SQLModel, table=True):
    """A clinician whose charts a member of the staff may open."""

    staff_id: StaffRef = Field(sa_type=Uuid, foreign_key="staffmember.id", primary_key=True)
    practitioner_id: PractitionerRef = Field(
        sa_type=Uuid, foreign_key="practitioner.id", primary_key=True
    )


class Patient(SQLModel, table=True):
    """A person with a record. FHIR R4 Patient."""

    id: PatientId = Field(
        default_factory=lambda: PatientId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    family: str
    given: str
    preferred: str = ""
    search_name: str = Field(default="", index=True)
    names: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    birth_date: date | None = None
    gender: str | None = None
    deceased_on: date | None = None
    is_deceased: bool = False
    phone: str | None = Field(default=None, sa_type=EncryptedText("patient.phone"))
    phone_index: bytes | None = Field(default=None, sa_type=LargeBinary, index=True)
    email: str | None = Field(default=None, sa_type=EncryptedText("patient.email"))
    phone_home: str | None = Field(default=None, sa_type=EncryptedText("patient.phone_home"))
    address: str | None = Field(default=None, sa_type=EncryptedText("patient.address"))
    """The whole address in one line; its parts stand below, where they are known."""
    street: str | None = Field(default=None, sa_type=EncryptedText("patient.street"))
    unit: str | None = Field(default=None, sa_type=EncryptedText("patient.unit"))
    city: str | None = Field(default=None, sa_type=EncryptedText("patient.city"))
    state: str | None = Field(default=None, sa_type=EncryptedText("patient.state"))
    postal_code: str | None = Field(default=None, sa_type=EncryptedText("patient.postal_code"))
    pronouns: str = ""
    language: str = ""
    status: str = "active"
    is_test: bool = False
    no_proxy_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """Nobody but the patient has access, whatever was granted; proxies are told no reason."""
    no_proxy_reason: str | None = Field(
        default=None, sa_type=EncryptedText("patient.no_proxy_reason")
    )
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)

    @property
    def name(self) -> str:
        """The name as people say it."""
        return spoken(self.given, self.preferred, self.family)

    @property
    def first_name(self) -> str:
        """What we call the person."""
        return self.preferred or self.given.split(" ")[0] or self.family


class EmergencyContact(SQLModel, InCompartment, table=True):
    """Whom to call. FHIR R4 Patient.contact."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    patient_id: PatientRef
    name: str = Field(sa_type=EncryptedText("contact.name"))
    relationship: str = ""
    phone: str | None = Field(default=None, sa_type=EncryptedText("contact.phone"))
    rank: int = 1
    """Whom to call first."""


class Coverage(SQLModel, InCompartment, table=True):
    """Who pays. FHIR R4 Coverage; ``rank`` 1 is the primary one."""

    __table_args__ = (UniqueConstraint("patient_id", "rank"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    patient_id: PatientRef
    rank: int = 1
    payer: str = Field(default="", sa_type=EncryptedText("coverage.payer"))
    member_id: str = Field(default="", sa_type=EncryptedText("coverage.member_id"))
    group_number: str = Field(default="", sa_type=EncryptedText("coverage.group_number"))
    holder: str = Field(default="", sa_type=EncryptedText("coverage.holder"))
    holder_relation: str = ""
    front_file: str = Field(default="", index=True)
    """Public id of the stored photo of the card's front; the same for the back."""
    front_added_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    back_file: str = Field(default="", index=True)
    back_added_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ChangeRequest(SQLModel, InCompartment, table=True):
    """A change of who a patient is: made at once, or waiting for the practice.

    It belongs to the person and not to a chart: each clinician of hers sees it, and one decides.
    """

    __table_args__ = (
        Index("ix_changerequest_newest", "patient_id", "asked_at"),
        Index(
            "uq_changerequest_waiting",
            "patient_id",
            "field",
            unique=True,
            sqlite_where=column("state") == "pending",
            postgresql_where=column("state") == "pending",
        ),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    patient_id: PatientRef
    field: str
    """A key of ``rules.demographics``."""
    old: str = Field(default="", sa_type=EncryptedText("change.old"))
    new: str = Field(default="", sa_type=EncryptedText("change.new"))
    state: str = Field(default="pending", index=True)
    """``rules.demographics.State``."""
    source: str = "portal"
    asked_by: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    asked_by_name: str = ""
    asked_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    decided_by: str = ""
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reason: str = Field(default="", sa_type=EncryptedText("change.reason"))


class Chart(SQLModel, InCompartment, table=True):
    """One patient with one clinician; the context that everything hangs on."""

    __table_args__ = (UniqueConstraint("patient_id", "practitioner_id"),)

    id: ChartId = Field(
        default_factory=lambda: ChartId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    patient_id: PatientRef
    practitioner_id: PractitionerRef
    permissions: list[str] = Field(default_factory=list, sa_type=JSON)
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class Grant(SQLModel, InCompartment, table=True):
    """A login's way to a patient: relationship, scopes, dates."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    patient_id: PatientRef
    relationship: str = "self"
    basis: str = ""
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    valid_from: datetime | None = Field(default=None, sa_type=UtcDateTime)
    valid_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_by: str = ""
    revoked_reason: str | None = Field(default=None, sa_type=EncryptedText("grant.revoked_reason"))
    follows_age: bool = False
    """The practice's birthdays narrow and end it (``rules.family.AgeRules``)."""
    agreed: list[str] = Field(default_factory=list, sa_type=JSON)
    """What the teenager has agreed to beyond the rule of her age."""
    granted_by: str = ""


class PortalView(SQLModel, InCompartment, table=True):
    """A member of the practice sees a portal as its patient or a proxy does, for a while."""

    session_id: str = Field(primary_key=True)
    patient_id: PatientRef = Field(sa_type=Uuid, foreign_key="patient.id", primary_key=True)
    grant_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="grant.id")
    """The proxy as whom she looks; nobody for the patient."""
    started_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
