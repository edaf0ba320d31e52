"""Who may open a portal, and as whom it is seen."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import ValidationInfo, field_validator
from sqlmodel import Field, SQLModel

from portal_app.rules.family import AgeRules
from portal_app.rules.permissions import Permission


@dataclass(frozen=True)
class SeenAs:
    """Somebody as whom the portal can be seen; an empty key is the patient."""

    key: str
    name: str
    relationship: str = ""


@dataclass(frozen=True)
class GrantRow:
    """Somebody's access to a patient's portal."""

    id: str
    name: str
    email: str
    relationship: str
    basis: str
    scopes: frozenset[Permission]
    valid_until: datetime | None
    follows_age: bool
    agreed: frozenset[Permission]
    holds: bool
    now: frozenset[Permission]
    """What is left of the scopes today: age, block and dates considered."""
    ends_at: datetime | None
    """When it ends by date or birthday, whichever comes first."""
    ended_at: datetime | None = None
    granted_by: str = ""

    @property
    def is_own(self) -> bool:
        """Whether it is the patient herself."""
        return self.relationship == "self"


@dataclass(frozen=True)
class InvitedRow:
    """Somebody who was invited and has not come yet."""

    id: str
    name: str
    email: str
    relationship: str
    expires_at: datetime
    may_take_back: bool = False
    """Whether the patient herself has invited."""


@dataclass(frozen=True)
class AccessView:
    """The tab Portal access: what the patient may do, and who else may see it."""

    chart: str
    patient: str
    first_name: str
    permissions: frozenset[Permission]
    ceiling: frozenset[Permission]
    grants: tuple[GrantRow, ...]
    invited: tuple[InvitedRow, ...]
    status: str
    is_minor: bool
    age: int | None
    is_blocked: bool
    block_reason: str
    ages: AgeRules
    topic: str


@dataclass(frozen=True)
class DefaultsView:
    """Settings, Portal defaults: what new charts begin with, what nobody has, and the birthdays."""

    defaults: frozenset[Permission]
    ceiling: frozenset[Permission]
    ages: AgeRules


class GrantInput(SQLModel):
    """What somebody may see of a portal, why, and until when."""

    relationship: str = Field(title="Relationship")
    basis: str = Field(title="Why")
    scopes: list[Permission] = Field(default_factory=list, title="What this person may do")
    until: date | None = Field(default=None, title="Last day")
    follows_age: bool = Field(default=False, title="Follow the child’s birthdays")
    agreed: list[Permission] = Field(default_factory=list)

    @field_validator("until", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return value or None


class InviteInput(GrantInput):
    """Who is invited to see somebody's portal."""

    name: str = Field(min_length=1, max_length=120, title="Name")
    email: str = Field(min_length=3, max_length=254, title="Email")
    email_again: str = Field(min_length=3, max_length=254, title="Email again")

    @field_validator("email_again")
    @classmethod
    def _same(cls, value: str, info: ValidationInfo) -> str:
        if value.strip().casefold() != str(info.data.get("email", "")).strip().casefold():
            raise ValueError("This is not the same address.")
        return value


class EndInput(SQLModel):
    """Why somebody's access ends, or is blocked; only the practice reads it."""

    reason: str = Field(min_length=3, max_length=500, title="Reason")


class AgesInput(SQLModel):
    """The birthdays that change what parents and guardians see."""

    limited_from: int = Field(ge=1, le=21, title="Parents see less from age")
    ends_at: int = Field(ge=1, le=25, title="Parents’ access ends at age")
    own_from: int = Field(ge=0, le=25, title="Own sign-in from age")
    limited: list[Permission] = Field(default_factory=list)


@dataclass(frozen=True)
class Shared:
    """Somebody who may see the open portal, as its person reads it."""

    id: str
    name: str
    relationship: str
    scopes: frozenset[Permission]
    ends_at: datetime | None
    may_stop: bool


@dataclass(frozen=True)
class SharingView:
    """Account, Family access."""

    chart: str
    patient: str
    is_own: bool
    may_share: bool
    people: tuple[Shared, ...]
    invited: tuple[InvitedRow, ...]
    offered: frozenset[Permission]
    usual_end: date
    topic: str


class ShareInput(SQLModel):
    """With whom somebody shares her portal, what of it, and until when."""

    name: str = Field(min_length=1, max_length=120, title="Name")
    email: str = Field(min_length=3, max_length=254, title="Email")
    relationship: str = Field(title="Who is this?")
    scopes: list[Permission] = Field(default_factory=list)
    until: date | None = Field(default=None, title="Last day")

    @field_validator("until", mode="before")
    @classmethod
    def _empty(cls, value: object) -> object:
        return value or None
