"""What a person is told by mail, as pages show it."""

from dataclasses import dataclass
from datetime import datetime

from portal_app.rules.notices import Content, Event


@dataclass(frozen=True)
class NoticeRow:
    """One kind of event, and how much of it is told."""

    event: Event
    chosen: Content
    offered: tuple[Content, ...]


@dataclass(frozen=True)
class NoticesView:
    """The panel "Email notices" of a person."""

    rows: tuple[NoticeRow, ...]
    agreed_at: datetime | None
    warning: str
    text_version: int
    without: str
    """A mail as it goes out without consent, and the same one with it."""
    having: str


@dataclass(frozen=True)
class NoticeSettings:
    """The most that the practice tells of each kind of event."""

    rows: tuple[tuple[Event, Content], ...]
    agreed: int
    """How many people on the patients' side agree to plain email at this moment."""
