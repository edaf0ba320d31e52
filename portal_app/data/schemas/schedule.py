"""Visits: what people type in, and what is shown."""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Annotated, Literal

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


# ---------------------------------------------------------------- settings
@dataclass(frozen=True)
class HoursRow:
    """Weekly hours of a clinician."""

    id: str
    weekday: int
    start: str
    end: str
    words: str
    location: str
    valid_from: date
    valid_until: date | None
    every_weeks: int
    types: tuple[str, ...]
    modes: tuple[str, ...]


@dataclass(frozen=True)
class ExceptionRow:
    """Closed days or extra hours."""

    id: str
    kind: str
    first_day: date
    last_day: date
    start: str
    end: str
    reason: str
    everybody: bool


@dataclass(frozen=True)
class AvailabilityView:
    """A clinician's hours, and the days that differ."""

    clinicians: tuple[tuple[str, str], ...]
    clinician: str
    clinician_name: str
    zone: str
    first: date
    view: str
    hours: tuple[HoursRow, ...]
    exceptions: tuple[ExceptionRow, ...]
    week: tuple[BlockRow, ...]
    usual: tuple[BlockRow, ...]
    rules: tuple[tuple[str, str], ...]
    types: tuple[tuple[str, str], ...]
    locations: tuple[tuple[str, str], ...]
    holidays: tuple[tuple[date, str], ...]


class HoursInput(SQLModel):
    """Weekly hours in which a clinician can be booked."""

    weekday: int = Field(ge=0, le=6, title="Weekday")
    start: WallTime = Field(title="From")
    end: WallTime = Field(title="To")
    every_weeks: int = Field(default=1, ge=1, le=8, title="Every (weeks)")
    valid_from: OptionalDay = Field(default=None, title="First day")
    valid_until: OptionalDay = Field(default=None, title="Last day")
    visit_type: str = Field(default="", max_length=40, title="Visit type")
    mode: str = Field(default="", max_length=20, title="How")
    location: str = Field(default="", max_length=40, title="Location")


class ExceptionInput(SQLModel):
    """Time off, closed days, or extra hours."""

    first_day: date = Field(title="First day")
    last_day: date = Field(title="Last day")
    start: WallTime | Literal[""] = Field(default="", title="From")
    end: WallTime | Literal[""] = Field(default="", title="To")
    reason: str = Field(default="", max_length=200, title="Reason")
    keep_visits: bool = Field(default=False, title="Keep the visits in this time")
    everybody: bool = Field(default=False, title="The whole practice is closed")


class RulesInput(SQLModel):
    """How a clinician is booked online, and her cancellation policy."""

    mode: Literal["direct", "request", "view_only"] = Field(
        default="direct", title="Online booking"
    )
    changes_online: bool = Field(default=True, title="Patients may change and cancel online")
    gap_minutes: int = Field(default=0, ge=0, le=240, title="Time between visits")
    gap_rule: Literal["max", "sum"] = Field(default="max", title="Padding of neighbours")
    lead_hours: int = Field(default=24, ge=0, le=24 * 60, title="Book at least")
    horizon_days: int = Field(default=56, ge=1, le=730, title="Book at most")
    upcoming_most: int = Field(default=3, ge=0, le=50, title="Upcoming visits for each patient")
    per_day_most: int = Field(default=1, ge=0, le=20, title="Visits a day for each patient")
    clinician_day_most: int = Field(default=0, ge=0, le=60, title="Visits a day for the clinician")
    moves_most: int = Field(default=2, ge=0, le=20, title="Moves of one visit by the patient")
    approves_first: bool = Field(
        default=False, title="I approve first visits before they are final"
    )
    policy_mode: Literal["inform", "acknowledge", "block"] = Field(
        default="inform", title="Cancellation policy"
    )
    cancel_hours: int = Field(default=24, ge=0, le=24 * 30, title="Change or cancel until")
    fee: Words = Field(default="", max_length=20, title="Fee after that")
    policy_text: Words = Field(default="", max_length=1000, title="Words of the policy")
    video_url: Words = Field(default="", max_length=300, title="Video link")


@dataclass(frozen=True)
class RulesView:
    """How one clinician is booked."""

    clinicians: tuple[tuple[str, str], ...]
    clinician: str
    clinician_name: str
    rules: RulesInput


@dataclass(frozen=True)
class TypeRow:
    """A visit type in the settings."""

    id: str
    command: "TypeInput"
    price: str
    is_active: bool


@dataclass(frozen=True)
class LocationRow:
    """A location in the settings."""

    id: str
    command: "LocationInput"
    is_active: bool


class TypeInput(SQLModel):
    """What can be booked."""

    name: Words = Field(min_length=1, max_length=80, title="Name")
    description: Words = Field(default="", max_length=300, title="What patients read")
    minutes: int = Field(ge=5, le=480, title="Length (minutes)")
    minutes_before: int = Field(default=0, ge=0, le=120, title="Hidden time before (minutes)")
    minutes_after: int = Field(default=0, ge=0, le=120, title="Hidden time after (minutes)")
    price: Words = Field(default="", max_length=20, title="Price")
    in_person: bool = Field(default=True, title="In person")
    video: bool = Field(default=False, title="Video")
    phone: bool = Field(default=False, title="Phone")
    books: Literal["new", "existing", "all", "nobody"] = Field(
        default="all", title="Who may book it"
    )
    approval: Literal["auto", "request"] = Field(default="auto", title="Approval")
    seats: int = Field(default=1, ge=1, le=50, title="Places")
    reminders: str = Field(default="2d, 2h", max_length=60, title="Reminders")
    instructions: Words = Field(default="", max_length=1000, title="How to prepare")


class LocationInput(SQLModel):
    """A place where visits happen."""

    name: Words = Field(min_length=1, max_length=80, title="Name")
    address: Words = Field(default="", max_length=200, title="Address")
    phone: Words = Field(default="", max_length=40, title="Phone")
    zone: Words = Field(default="", max_length=60, title="Time zone")
