"""Logins and what protects them: users, sessions, throttles, invitations, resets."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import JSON, LargeBinary, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InCompartment
from portal_app.data.types import (
    ChartRef,
    EncryptedText,
    PatientRef,
    UserId,
    UserRef,
    UtcDateTime,
)


def _now() -> datetime:
    return datetime.now(UTC)


class User(SQLModel, table=True):
    """A login; not a patient. Staff are users too."""

    id: UserId = Field(default_factory=lambda: UserId(uuid.uuid4()), sa_type=Uuid, primary_key=True)
    email: str = Field(sa_type=EncryptedText("user.email"))
    email_index: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    name: str
    password_hash: str | None = None
    password_changed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    disabled_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    plain_email_since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class UserSession(SQLModel, table=True):
    """A signed-in browser. The cookie's token is stored only as a hash."""

    id: str = Field(primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    user_id: UserRef
    is_staff: bool = False
    created_at: datetime = Field(sa_type=UtcDateTime)
    last_event_at: datetime = Field(sa_type=UtcDateTime)
    idle_seconds: int
    absolute_until: datetime = Field(sa_type=UtcDateTime)
    step_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ip: str = ""
    user_agent: str = ""
    method: str = Field(default="password", sa_column_kwargs={"server_default": "password"})
    """How the person has proved who she is: "password", or "password and code"."""
    needs_second_step: bool = Field(default=False, sa_column_kwargs={"server_default": "0"})
    """Opens nothing but the setting up of a second step, which the practice's people must have."""
    last_chart: str = ""
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AuthBucket(SQLModel, table=True):
    """Failed tries under one key (account or address); survives restarts."""

    key: str = Field(primary_key=True)
    failures: int = 0
    window_start: datetime = Field(sa_type=UtcDateTime)
    next_try_at: datetime = Field(sa_type=UtcDateTime)


class Invitation(SQLModel, InCompartment, table=True):
    """A one-use link with which a person gains a chart. The token is stored only as a hash."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    patient_id: PatientRef
    chart_id: ChartRef
    email: str = Field(sa_type=EncryptedText("invitation.email"))
    email_index: bytes = Field(sa_type=LargeBinary, index=True)
    """Where the mail goes, or nothing: then the person writes her address on the page."""
    relationship: str = "self"
    basis: str = "invitation"
    scopes: list[str] | None = Field(default=None, sa_type=JSON)
    """What the person will be allowed; all rights where nothing is named."""
    grant_until: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When the access that the link gives ends."""
    follows_age: bool = False
    name: str | None = Field(default=None, sa_type=EncryptedText("invitation.name"))
    """Who is invited, where it is not the patient."""
    invited_by: str = ""
    way: str = "link"
    """How the link travels: "mail", "letter", or "link" for one that was handed over."""
    code: str | None = Field(default=None, sa_type=EncryptedText("invitation.code"))
    """What stands in a letter, until the invitation is used or replaced."""
    follows_id: uuid.UUID | None = Field(default=None, sa_type=Uuid, foreign_key="invitation.id")
    """The invitation of the same person with which this one is used: one link for a family."""
    mail_key: str = ""
    """Key of the mail in which it travels, its own or that of who is invited along."""
    tries: int = 0
    """How often a wrong date of birth was given."""
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ResetRequest(SQLModel, table=True):
    """Somebody asked for a new password; whether the address is known is looked up later.

    To write this row takes the same time for every address.
    """

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    email_index: bytes = Field(sa_type=LargeBinary)
    at: datetime = Field(sa_type=UtcDateTime)


class PasswordReset(SQLModel, table=True):
    """A one-use link with which a person chooses another password; the token is only a hash."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    user_id: UserRef
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
