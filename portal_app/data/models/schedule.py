"""Visits and the time they take. FHIR R4 Appointment; hours are computed, never stored as slots."""

import uuid
from datetime import UTC, date, datetime

from sqlalchemy import JSON, CheckConstraint, Index, LargeBinary, UniqueConstraint, Uuid, column
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart
from portal_app.data.types import (
    AppointmentId,
    ChartRef,
    EncryptedText,
    PatientRef,
    PractitionerId,
    PractitionerRef,
    UserRef,
    UtcDateTime,
    new_public_id,
)

HELD = column("expires_at").is_not(None)


def _now() -> datetime:
    return datetime.now(UTC)


class Location(SQLModel, table=True):
    """A place where visits happen, with the zone of its wall clock."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    name: str
    address: str = ""
    phone: str = ""
    zone: str = ""
    is_active: bool = True


class VisitType(SQLModel, table=True):
    """What can be booked: length, hidden padding, price, who may book it and how.

    ``books`` is ``new``, ``existing``, ``all`` or ``nobody``; ``approval`` is ``auto`` or
    ``request``; ``reminders`` are offsets such as ``2d`` (wall clock) and ``2h`` (elapsed).
    """

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    name: str
    description: str = ""
    minutes: int
    minutes_before: int = 0
    minutes_after: int = 0
    step_minutes: int = 0
    price_minor: int = 0
    currency: str = "USD"
    modes: list[str] = Field(default_factory=lambda: ["in_person"], sa_type=JSON)
    practitioner_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    books: str = "all"
    approval: str = "auto"
    seats: int = 1
    reminders: list[str] = Field(default_factory=lambda: ["2d", "2h"], sa_type=JSON)
    instructions: str = ""
    position: int = 0
    is_active: bool = True


class OpenHours(SQLModel, table=True):
    """Weekly hours in which a clinician can be booked, on the wall clock of the place."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    practitioner_id: PractitionerRef
    location_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="location.id")
    weekday: int
    start: str
    end: str
    valid_from: date
    valid_until: date | None = None
    every_weeks: int = 1
    visit_type_ids: list[str] = Field(default_factory=list, sa_type=JSON)
    modes: list[str] = Field(default_factory=list, sa_type=JSON)


class HoursException(SQLModel, table=True):
    """Days or hours that differ: closed (of one clinician, or of everybody) or extra.

    The reason is the practice's own affair and stands on no patient's page.
    """

    __table_args__ = (Index("ix_hoursexception_days", "practitioner_id", "last_day"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    practitioner_id: PractitionerId | None = Field(
        default=None, sa_type=Uuid, foreign_key="practitioner.id"
    )
    location_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="location.id")
    kind: str
    first_day: date
    last_day: date
    start: str = ""
    end: str = ""
    reason: str = Field(default="", sa_type=EncryptedText("hoursexception.reason"))
    holiday: str = ""


class BookingRules(SQLModel, table=True):
    """How one clinician is booked online; ``mode`` is ``direct``, ``request`` or ``view_only``."""

    practitioner_id: PractitionerId = Field(
        sa_type=Uuid, foreign_key="practitioner.id", primary_key=True
    )
    mode: str = "direct"
    changes_online: bool = True
    lead_minutes: int = 24 * 60
    horizon_days: int = 56
    gap_minutes: int = 0
    gap_rule: str = "max"
    buffers_outside: bool = True
    upcoming_most: int = 3
    per_day_most: int = 1
    clinician_day_most: int = 0
    moves_most: int = 2
    approves_first: bool = False
    request_days: int = 2
    video_url: str = ""


class BookingPolicy(SQLModel, table=True):
    """A version of a clinician's cancellation policy; the newest counts for new bookings.

    ``mode`` is ``inform``, ``acknowledge`` or ``block``.
    """

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    practitioner_id: PractitionerRef
    version: int = 1
    mode: str = "inform"
    hours: int = 24
    business_days: int = 0
    fee_minor: int = 0
    currency: str = "USD"
    text: str = ""
    author: str = ""
    saved_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class BusyTime(SQLModel, table=True):
    """A stretch of a clinician's time that is taken, and nothing about by whom.

    The database refuses two that overlap (migration 0002), unless one ``overrides`` by a typed
    reason. ``kind`` is ``visit``, ``group``, ``block`` or ``hold``; a hold counts until
    ``expires_at``. The seats of a group are counted by the row itself.
    """

    __table_args__ = (
        Index("ix_busytime_span", "practitioner_id", "ends_at"),
        # what is held is a handful of rows, and looked through every few seconds
        Index("ix_busytime_expires", "expires_at", sqlite_where=HELD, postgresql_where=HELD),
        CheckConstraint("taken >= 0 AND taken <= seats", name="seats"),
        CheckConstraint("starts_at < ends_at", name="span"),
    )

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    practitioner_id: PractitionerId = Field(sa_type=Uuid, foreign_key="practitioner.id")
    kind: str = "visit"
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    minutes_before: int = 0
    minutes_after: int = 0
    visit_type_id: uuid.UUID | None = Field(default=None, sa_type=Uuid)
    exception_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, index=True)
    seats: int = 1
    taken: int = 1
    overrides: bool = False
    expires_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    holder: str = Field(default="", index=True)


class Appointment(SQLModel, InChart, table=True):
    """A visit, from the wish to the end. FHIR R4 Appointment.

    ``wall_start`` is the local time as it was booked, kept beside the moment so that a change of
    the zone's rules can be followed. The policy and its fee are those that were shown.
    """

    __table_args__ = (
        UniqueConstraint("booked_by", "client_key"),
        Index("ix_appointment_chart_start", "chart_id", "starts_at"),
        Index("ix_appointment_day", "practitioner_id", "starts_at"),
        Index("ix_appointment_patient_span", "patient_id", "ends_at"),
        Index("ix_appointment_status", "status", "request_until"),
        CheckConstraint("starts_at < ends_at", name="span"),
    )

    id: AppointmentId = Field(
        default_factory=lambda: AppointmentId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    practitioner_id: PractitionerId = Field(sa_type=Uuid, foreign_key="practitioner.id")
    visit_type_id: uuid.UUID = Field(sa_type=Uuid, foreign_key="visittype.id")
    location_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="location.id")
    busy_id: uuid.UUID | None = Field(
        default=None, sa_type=Uuid, foreign_key="busytime.id", index=True
    )
    mode: str = "in_person"
    status: str
    starts_at: datetime = Field(sa_type=UtcDateTime)
    ends_at: datetime = Field(sa_type=UtcDateTime)
    zone: str
    wall_start: str
    title: str
    price_minor: int = 0
    currency: str = "USD"
    policy_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="bookingpolicy.id")
    policy_accepted_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    booked_by: UserRef
    booked_by_staff: bool = False
    booked_at: datetime = Field(sa_type=UtcDateTime)
    undo_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    request_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    client_key: str
    overrides: bool = False
    override_reason: str = Field(default="", sa_type=EncryptedText("appointment.override"))
    status_reason: str = Field(default="", sa_type=EncryptedText("appointment.reason"))
    status_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    replaces_id: AppointmentId | None = Field(default=None, sa_type=Uuid, index=True)
    replaced_by_id: AppointmentId | None = Field(default=None, sa_type=Uuid)
    series_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, index=True)
    moves: int = 0
    calendar_uid: str = Field(default_factory=new_public_id, index=True)
    sequence: int = 0
    video_url: str = Field(default="", sa_type=EncryptedText("appointment.video"))


class DraftCharge(SQLModel, InChart, table=True):
    """A charge that a rule proposes and the practice decides on; once for each visit."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    appointment_id: AppointmentId = Field(sa_type=Uuid, foreign_key="appointment.id", unique=True)
    kind: str = "late_cancellation"
    amount_minor: int
    currency: str
    status: str = "draft"
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class VisitLink(SQLModel, InChart, table=True):
    """A link in a reminder that opens one visit only. The token is stored only as a hash."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    appointment_id: AppointmentId = Field(sa_type=Uuid, foreign_key="appointment.id", index=True)
    user_id: UserRef
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class CalendarFeed(SQLModel, InChart, table=True):
    """A private calendar address of one login for one chart. The token is stored as a hash."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    user_id: UserRef
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
