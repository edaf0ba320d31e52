"""The practice's calendar, and what it does with visits."""

from dataclasses import dataclass, field
from datetime import date, datetime

from sqlmodel import Field, SQLModel

from portal_app.data.schemas.schedule.clock import OptionalDay, WallTime
from portal_app.data.schemas.schedule.picker import TypeOption


@dataclass(frozen=True)
class StaffVisitRow:
    """A visit on the practice's calendar."""

    id: str
    chart: str
    patient: str
    initials: str
    clinician_id: str
    clinician: str
    title: str
    mode: str
    place: str
    starts_at: datetime
    ends_at: datetime
    status: str
    status_words: str
    status_tone: str
    series: bool


@dataclass(frozen=True)
class BlockRow:
    """Time on the calendar that is no visit: time off, a closed day, open hours."""

    id: str
    kind: str
    title: str
    clinician_id: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True)
class CalendarView:
    """A day or a week of the practice's calendar."""

    topic: str
    zone: str
    view: str
    first: date
    last: date
    today: date
    clinicians: tuple[tuple[str, str], ...]
    clinician: str
    visits: tuple[StaffVisitRow, ...]
    blocks: tuple[BlockRow, ...]
    more: bool = False


@dataclass(frozen=True)
class StaffVisitView:
    """One visit for the practice, with what may be done with it now."""

    row: StaffVisitRow
    zone: str
    address: str
    video_url: str
    price: str
    patient_reason: str
    practice_reason: str
    override_reason: str
    booked: str
    policy_accepted: str
    may: frozenset[str]
    reminders: tuple[str, ...]


@dataclass(frozen=True)
class NewVisitView:
    """What the dialog for a new visit offers."""

    clinicians: tuple[tuple[str, str], ...]
    types: tuple[TypeOption, ...]
    zone: str


@dataclass(frozen=True)
class Conflict:
    """A visit of a series that does not fit, and why."""

    day: date
    words: str


@dataclass(frozen=True)
class Placed:
    """What the practice has booked; ``conflicts`` were left out or stand in the way."""

    ids: tuple[str, ...]
    conflicts: tuple[Conflict, ...] = field(default=())


class NewVisitInput(SQLModel):
    """A visit, or a series of visits, that the practice books."""

    chart: str = Field(min_length=1, max_length=40, title="Patient")
    visit_type: str = Field(min_length=1, max_length=40, title="Visit type")
    mode: str = Field(default="", max_length=20, title="How")
    day: date = Field(title="Day")
    time: WallTime = Field(title="Time")
    override_reason: str = Field(default="", max_length=500, title="Reason")
    every_weeks: int = Field(default=0, ge=0, le=8, title="Repeat every (weeks)")
    count: int = Field(default=0, ge=0, le=104, title="Number of visits")
    until: OptionalDay = Field(default=None, title="Until")
    skip_conflicts: bool = Field(default=False, title="Leave these out")
    client_key: str = Field(default="", max_length=64)


class MoveInput(SQLModel):
    """Another time for a visit."""

    day: date = Field(title="Day")
    time: WallTime = Field(title="Time")
    override_reason: str = Field(default="", max_length=500, title="Reason")
    client_key: str = Field(default="", max_length=64)
