"""The picker of open times: what is shown, and what a patient decides."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Field, SQLModel

from portal_app.data.schemas.schedule.visits import PolicyView, VisitRow


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
