"""Visits for other people's calendars: RFC 5545, through icalendar.

Titles are neutral: a calendar is read over shoulders, on shared screens and by other companies.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from icalendar import Calendar, Event

MEDIA_TYPE = "text/calendar; charset=utf-8"


@dataclass(frozen=True)
class Entry:
    """One visit. ``uid`` stays the same when it is moved; ``sequence`` then grows."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    changed_at: datetime
    title: str
    place: str = ""
    url: str = ""
    cancelled: bool = False
    tentative: bool = False


def write(entries: Iterable[Entry], *, name: str = "") -> bytes:
    """Write a calendar file; moments are in UTC. ``name`` is the title of a feed."""
    entries = list(entries)
    calendar = Calendar()
    calendar.add("prodid", "-//Latchwell//Portal//EN")
    calendar.add("version", "2.0")
    gone = bool(entries) and all(e.cancelled for e in entries) and not name
    calendar.add("method", "CANCEL" if gone else "PUBLISH")
    if name:
        calendar.add("x-wr-calname", name)
    for entry in entries:
        calendar.add_component(_event(entry))
    return bytes(calendar.to_ical())


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at.astimezone(UTC))
    event.add("dtstart", entry.starts_at.astimezone(UTC))
    event.add("dtend", entry.ends_at.astimezone(UTC))
    event.add("summary", entry.title)
    event.add("status", _status(entry))
    event.add("class", "PRIVATE")
    if entry.place:
        event.add("location", entry.place)
    if entry.url:
        event.add("url", entry.url)
    return event


def _status(entry: Entry) -> str:
    if entry.cancelled:
        return "CANCELLED"
    return "TENTATIVE" if entry.tentative else "CONFIRMED"
