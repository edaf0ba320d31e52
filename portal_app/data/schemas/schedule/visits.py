"""Visits as patients see them, and the policy that was shown."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class PolicyView:
    """The cancellation policy as it stands; ``fee`` is in words ("$75.00"), empty for none."""

    mode: str
    hours: int
    fee: str
    text: str


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
