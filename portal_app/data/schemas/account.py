"""What the account shows, and what is typed into it."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, Field


@dataclass(frozen=True)
class SigningInView:
    """How a person signs in."""

    email: str
    waiting: str
    """A new address that is not confirmed yet."""
    has_password: bool
    password_changed_at: datetime | None
    topic: str


@dataclass(frozen=True)
class TwoStepView:
    """Whether a code is asked for."""

    is_on: bool
    since: datetime | None
    codes_left: int
    is_required: bool
    topic: str


@dataclass(frozen=True)
class NewApp:
    """What an app has to be told, and shown once."""

    key: str
    qr: str


@dataclass(frozen=True)
class SessionRow:
    """One browser that is signed in."""

    key: str
    device: str
    last_at: datetime
    is_this: bool


@dataclass(frozen=True)
class SessionsView:
    """Where a person is signed in."""

    rows: tuple[SessionRow, ...]
    topic: str


class PasswordInput(BaseModel):
    """A new password."""

    current: str = Field(
        "",
        title="Current password",
        max_length=256,
        json_schema_extra={"kind": "password", "autocomplete": "current-password"},
    )
    new: str = Field(
        min_length=1,
        max_length=256,
        title="New password",
        json_schema_extra={"kind": "password", "autocomplete": "new-password"},
    )


class EmailInput(BaseModel):
    """A new address."""

    email: str = Field(
        min_length=3,
        max_length=254,
        title="New email",
        json_schema_extra={"kind": "email", "autocomplete": "email"},
    )
    password: str = Field(
        min_length=1,
        max_length=256,
        title="Password",
        json_schema_extra={"kind": "password", "autocomplete": "current-password"},
    )
