"""What the practice decides about visits: hours, rules, types and places."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from sqlmodel import Field, SQLModel

from portal_app.data.schemas.schedule.calendar import BlockRow
from portal_app.data.schemas.schedule.clock import OptionalDay, WallTime, Words


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
