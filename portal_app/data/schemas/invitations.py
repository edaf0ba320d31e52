"""Invitations as pages and forms have them."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Field, SQLModel

from portal_app.data.types import PatientId


class InviteInput(SQLModel):
    """Whom to invite, and how the link travels."""

    email: str = Field(
        default="",
        max_length=254,
        title="Email",
        description="The link goes there. Leave it empty to print a letter.",
        schema_extra={"json_schema_extra": {"kind": "email", "optional": True}},
    )
    who: str = Field(
        default="self",
        title="Who is invited",
        schema_extra={
            "json_schema_extra": {
                "kind": "select",
                "options": [["self", "The patient"], ["parent", "A parent or guardian"]],
            }
        },
    )
    name: str = Field(
        default="",
        max_length=120,
        title="Name",
        description="Of the parent or guardian.",
        schema_extra={"json_schema_extra": {"optional": True}},
    )


@dataclass(frozen=True)
class Wish:
    """What an invitation is made of."""

    email: str = ""
    """Nothing for a letter to somebody whose address is not known."""
    relationship: str = "self"
    name: str = ""
    way: str = "link"
    """"mail", "letter" or "link"."""
    basis: str = "invitation"
    scopes: tuple[str, ...] | None = None
    grant_until: datetime | None = None
    follows_age: bool = False


@dataclass(frozen=True)
class Typed:
    """What was typed on the page behind a link, and where from."""

    born: str
    email: str
    password: str
    ip: str
    agent: str


@dataclass(frozen=True)
class InvitationView:
    """What the page behind a link shows."""

    email: str
    """Masked; nothing where the person writes her address herself."""
    practice: str
    has_sign_in: bool
    asks_email: bool


@dataclass(frozen=True)
class Made:
    """An invitation that was made."""

    chart: str
    way: str
    email: str = ""


@dataclass(frozen=True)
class BoardRow:
    """A patient and how far she has come to her portal."""

    chart: str
    patient_id: PatientId
    name: str
    born: date | None
    status: str
    """"not invited", "sent", "opened", "active", "bounced" or "expired"."""
    detail: str
    may_be_mailed: bool


@dataclass(frozen=True)
class BoardView:
    """The board of invitations: how many stand where, and the rows of one state."""

    counts: tuple[tuple[str, int], ...]
    status: str
    rows: tuple[BoardRow, ...]
    more: bool
    mailable: int
    """How many could be invited by mail at once."""
