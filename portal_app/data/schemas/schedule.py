"""Visits: what people type in, and what is shown."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints
from sqlmodel import Field, SQLModel

WallTime = Annotated[str, StringConstraints(pattern=r"^(([01]?\d|2[0-3]):[0-5]\d|24:00)$")]
"""A time of the wall clock, as 9:00 or 17:30; 24:00 is the end of the day."""
OptionalDay = Annotated[date | None, BeforeValidator(lambda value: value or None)]
"""A day, or nothing where the field is empty."""
Words = Annotated[str, StringConstraints(strip_whitespace=True)]
"""Text without the space around it."""


# ---------------------------------------------------------------- shown to both sides
@dataclass(frozen=True)
class PolicyView:
    """The cancellation policy as it stands; ``fee`` is in words ("$75.00"), empty for none."""

    mode: str
    hours: int
    fee: str
    text: str
    version: int


@dataclass(frozen=True)
class ConsequenceView:
    """What cancelling or moving means at a moment: ``free``, ``late`` or ``blocked``.

    ``fee`` is what a late cancellation costs, in words.
    """

    kind: str
    until: datetime
    fee: str


@dataclass(frozen=True)
class VisitRow:
    """A visit in a list of the patient.

    ``video_url`` is empty until a quarter of an hour before, and after the end.
    """

    id: str
    starts_at: datetime
    ends_at: datetime
    zone: str
    minutes: int
    title: str
    clinician: str
    clinician_short: str
    mode: str
    place: str
    status: str
    status_words: str
    status_tone: str
    video_url: str
    video_from: datetime | None
    instructions: str
    may_move: bool
    may_cancel: bool
    may_confirm: bool
    undo_until: datetime | None
    cancelling: ConsequenceView


@dataclass(frozen=True)
class ScheduleView:
    """The Schedule section of a chart; ``called_off`` are coming visits that will not be."""

    topic: str
    zone: str
    zone_words: str
    clinician: str
    upcoming: tuple[VisitRow, ...]
    called_off: tuple[VisitRow, ...]
    past: tuple[VisitRow, ...]
    past_count: int
    next_cursor: str | None
    mode: str
    may_book: bool
    why_not: str
    policy: PolicyView
    changes_online: bool
    phone: str
    feed: bool
    read_at: datetime


@dataclass(frozen=True)
class VisitView:
    """One visit in full."""

    row: VisitRow
    address: str
    phone: str
    price: str
    policy: PolicyView
    history: tuple[str, ...]
    topic: str


# ---------------------------------------------------------------- booking
@dataclass(frozen=True)
class TypeOption:
    """A visit type that this person may book."""

    id: str
    name: str
    description: str
    minutes: int
    price: str
    modes: tuple[str, ...]
    by_request: bool


@dataclass(frozen=True)
class TimeOption:
    """An open time; ``label`` carries the offset where the wall clock shows it twice."""

    starts_at: datetime
    label: str


@dataclass(frozen=True)
class DayTimes:
    """The open times of one day."""

    day: date
    times: tuple[TimeOption, ...]


@dataclass(frozen=True)
class WeekView:
    """The open times of one week, Monday to Sunday; days without hours are left out of a weekend."""

    first: date
    last: date
    days: tuple[DayTimes, ...]
    earlier: date | None
    later: date | None

    @property
    def times(self) -> tuple[TimeOption, ...]:
        """All open times of the week."""
        return tuple(t for d in self.days for t in d.times)


@dataclass(frozen=True)
class BookView:
    """The picker: for a new visit, or to move one (``moving``)."""

    topic: str
    clinician: str
    clinician_short: str
    zone: str
    zone_words: str
    types: tuple[TypeOption, ...]
    chosen: TypeOption | None
    mode: str
    place: str
    week: WeekView | None
    policy: PolicyView
    acknowledges: bool
    by_request: bool
    returning: bool
    moving: VisitRow | None
    why_not: str
    phone: str
    client_key: str
    read_at: datetime


@dataclass(frozen=True)
class Held:
    """A time that is kept while the person confirms."""

    starts_at: datetime
    until: datetime
    free_until: datetime


@dataclass(frozen=True)
class Booked:
    """What has become of a booking; ``status`` is ``booked`` or ``requested``."""

    id: str
    starts_at: datetime
    status: str
    waits_for: str
    undo_until: datetime | None


class BookInput(SQLModel):
    """A time that a patient wants."""

    visit_type: str = Field(max_length=40, title="Visit type")
    mode: str = Field(max_length=20, title="How")
    starts_at: datetime = Field(title="Time")
    acknowledged: bool = Field(default=False, title="I understand")
    client_key: str = Field(default="", max_length=64)
    moving: str = Field(default="", max_length=40)


class CancelInput(SQLModel):
    """Why a visit is given up; the words are for the practice."""

    reason: str = Field(default="", max_length=500, title="Reason")


# ---------------------------------------------------------------- the practice's side
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
    overrides: bool
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
    may_write: bool
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
    late_fee: str
    reminders: tuple[str, ...]
    history: tuple[str, ...] = ()


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
