"""The practice console: Today, the roster, and what a practice decides on screen."""

from dataclasses import dataclass
from datetime import date

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from portal_app.data.schemas.demographics import DetailsPanel
from portal_app.data.schemas.family import SeenAs
from portal_app.data.schemas.messages import QueueRow
from portal_app.data.schemas.schedule import StaffVisitRow
from portal_app.data.schemas.staff import StaffView


@dataclass(frozen=True)
class Task:
    """Something that somebody of the practice decides; the title begins with its verb.

    ``mail`` names a mail that failed; the task ends when it is marked as seen.
    """

    title: str
    detail: str
    href: str
    aside: str = ""
    mail: str = ""


@dataclass(frozen=True)
class TodayView:
    """What waits for a member of the practice; what she may not see is ``None``."""

    messages: tuple[QueueRow, ...] | None
    waiting: int
    visits: tuple[StaffVisitRow, ...] | None = None
    tasks: tuple[Task, ...] = ()
    to_complete: frozenset[str] = frozenset()
    """Ids of the visits that have a button to close them."""
    to_invoice: frozenset[str] = frozenset()
    """Ids of the visits that have a button to issue their invoice."""


@dataclass(frozen=True)
class PatientRow:
    """A patient in the roster."""

    chart: str
    name: str
    birth_date: date | None
    clinician: str
    status: str
    is_test: bool
    has_sign_in: bool


@dataclass(frozen=True)
class RosterView:
    """One page of the roster."""

    rows: tuple[PatientRow, ...]
    query: str
    more: bool
    may_create: bool = False


@dataclass(frozen=True)
class PatientHead:
    """Whose page it is in the console, and what may be begun from it."""

    row: PatientRow
    may_write: bool
    may_plan: bool
    seen_as: tuple[SeenAs, ...] = ()


@dataclass(frozen=True)
class OverviewView:
    """The first tab of a patient's page; what the person may not see is ``None``."""

    details: DetailsPanel | None
    contacts: tuple[str, ...]
    people: tuple[str, ...]
    messages: tuple[QueueRow, ...] | None
    visits: tuple[StaffVisitRow, ...] | None


@dataclass(frozen=True)
class AddressView:
    """To whom the practice is about to write."""

    patient: str
    readers: str
    readers_exist: bool
    client_key: str


@dataclass(frozen=True)
class ClinicianSettings:
    """A clinician whose dashboard message the person may edit."""

    id: str
    name: str
    message: str
    away_until: date | None
    stand_in: str


@dataclass(frozen=True)
class SettingsView:
    """What the person may change about the practice."""

    clinicians: tuple[ClinicianSettings, ...]
    staff: tuple[tuple[str, str, str], ...]
    messages: "MessageSettings | None"
    saved_replies: tuple[tuple[str, str, str], ...] = ()
    leads: bool = False
    everybody: StaffView | None = None
    """All who work here, for who decides about them."""


class MessageSettings(SQLModel):
    """How the practice answers messages."""

    reply_promise: str = Field(max_length=200, title="Reply promise")
    answer_hours: int = Field(ge=1, le=200, title="Open hours until an answer is due")
    urgent_notice: str = Field(max_length=500, title="Notice for emergencies")
    auto_reply: str = Field(max_length=2000, title="Automatic answer when we are closed")


class SavedReplyInput(SQLModel):
    """Words that the practice uses often."""

    title: str = Field(min_length=1, max_length=80, title="Title")
    body: str = Field(min_length=1, max_length=4000, title="Text")


class AbsenceInput(SQLModel):
    """When a clinician is away, and who answers meanwhile."""

    away_until: date | None = Field(default=None, title="Back on")
    stand_in: str = Field(default="", max_length=40, title="Who answers meanwhile")

    @field_validator("away_until", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return value or None


class DashboardInput(SQLModel):
    """A clinician's words to all of her patients."""

    text: str = Field(default="", max_length=4000, title="Portal dashboard message")
