"""When the demo's people have visits: eighteen months behind, some weeks ahead, and today."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal_app.data.demo.people import PEOPLE

ZONE = ZoneInfo("America/Los_Angeles")
WEEKS_BEHIND = 78
WEEKS_AHEAD = 5
FOLLOW_UP, NEW_VISIT, THERAPY, CHILD = (
    "Medication follow-up",
    "New patient visit",
    "Therapy session",
    "Child and family visit",
)


@dataclass(frozen=True)
class DemoType:
    """A visit type of the demo practice."""

    name: str
    description: str
    minutes: int
    price_minor: int
    modes: tuple[str, ...]
    clinicians: tuple[str, ...]
    books: str = "all"
    seats: int = 1
    after: int = 0
    instructions: str = ""


@dataclass(frozen=True)
class DemoVisit:
    """One visit of the demo."""

    person: str
    clinician: str
    title: str
    mode: str
    starts_at: datetime
    minutes: int
    status: str


TYPES = (
    DemoType(
        FOLLOW_UP,
        "How the medicine works for you, and refills.",
        25,
        160_00,
        ("in_person", "video"),
        ("osei",),
        after=5,
        instructions="Have your medicines at hand, with their boxes.",
    ),
    DemoType(
        CHILD,
        "For young people, with a parent for part of the time.",
        45,
        190_00,
        ("in_person", "video"),
        ("lena",),
        instructions="A parent or guardian comes along.",
    ),
    DemoType(
        THERAPY,
        "One hour, less the notes.",
        53,
        175_00,
        ("in_person", "video"),
        ("ben",),
        instructions="Bring your worksheet, finished or not.",
    ),
    DemoType(
        NEW_VISIT,
        "The first visit. We take time for your whole story.",
        60,
        350_00,
        ("in_person", "video"),
        ("osei", "lena", "ben"),
        books="new",
        instructions="Come ten minutes early, with a list of your medicines.",
    ),
    DemoType(
        "Skills group",
        "Eight places. The group meets at fixed times.",
        90,
        60_00,
        ("in_person",),
        ("ben",),
        books="existing",
        seats=8,
    ),
)

# clinician -> weekday -> (from, to, only this type, only this way)
Hours = tuple[str, str, str, str]
HOURS: dict[str, dict[int, tuple[Hours, ...]]] = {
    "osei": {
        0: (("09:00", "12:00", "", ""), ("13:00", "16:30", "", "")),
        1: (("09:00", "12:00", "", ""), ("13:00", "15:00", NEW_VISIT, "")),
        2: (("10:00", "12:00", "", ""), ("13:00", "17:00", "", "video")),
        3: (("09:00", "12:00", "", ""), ("13:00", "15:00", NEW_VISIT, "")),
        4: (("09:00", "12:00", "", ""),),
    },
    "ben": dict.fromkeys((0, 1, 2, 3), (("08:00", "12:00", "", ""), ("13:00", "18:00", "", ""))),
    "lena": dict.fromkeys(
        (0, 1, 2, 3, 4), (("09:00", "12:00", "", ""), ("13:00", "16:00", "", ""))
    ),
}
RHYTHM = {"osei": (4, 30, 25, FOLLOW_UP), "ben": (2, 60, 53, THERAPY), "lena": (6, 60, 45, CHILD)}
"""Clinician -> weeks between visits, minutes of the grid, minutes of a visit, its type."""
TODAY = (
    ("luis", 9, 0, FOLLOW_UP, "in_person", 25),
    ("grace", 10, 0, NEW_VISIT, "video", 60),
    ("ivy", 13, 0, FOLLOW_UP, "video", 25),
    ("theo", 14, 0, FOLLOW_UP, "in_person", 25),
    ("june", 15, 30, FOLLOW_UP, "video", 25),
)


def closed_days(today: date) -> tuple[date, date]:
    """Name the Thursday and Friday on which the demo practice is closed."""
    thursday = today + timedelta(days=(3 - today.weekday()) % 7 + 7)
    return thursday, thursday + timedelta(days=1)


def visits(now: datetime) -> list[DemoVisit]:
    """Plan all visits; nobody and no clinician has two at a time."""
    today = now.astimezone(ZONE).date()
    fixed = [*_today(today, now), *_named(today)]
    taken = [_span(v) for v in fixed]
    found = list(fixed)
    for visit in _series(today):
        start, end = _span(visit)[2:]
        free = all(
            end <= a or b <= start
            for who, clinician, a, b in taken
            if visit.person == who or visit.clinician == clinician
        )
        ahead_named = visit.starts_at > now and visit.person in {"dana", "nora", "theo"}
        if free and not ahead_named:
            found.append(visit)
    return sorted(found, key=lambda v: v.starts_at)


def _span(visit: DemoVisit) -> tuple[str, str, datetime, datetime]:
    ends_at = visit.starts_at + timedelta(minutes=visit.minutes)
    return visit.person, visit.clinician, visit.starts_at, ends_at


def _at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime.combine(day, time(hour, minute), ZONE).astimezone(UTC)


def _today(today: date, now: datetime) -> Iterator[DemoVisit]:
    for person, hour, minute, title, mode, minutes in TODAY:
        starts_at = _at(today, hour, minute)
        over = starts_at + timedelta(minutes=minutes) <= now
        # the last one of the day is left for whoever tries the demo
        status = "fulfilled" if over and person != "june" else "booked"
        yield DemoVisit(person, "osei", title, mode, starts_at, minutes, status)


def _named(today: date) -> Iterator[DemoVisit]:
    closed = closed_days(today)

    def following(weekday: int, least: int) -> date:
        day = today + timedelta(days=least)
        day += timedelta(days=(weekday - day.weekday()) % 7)
        while day in closed:
            day += timedelta(days=7)
        return day

    tuesday, wednesday, monday = following(1, 5), following(2, 5), following(0, 3)
    yield DemoVisit("dana", "osei", FOLLOW_UP, "video", _at(tuesday, 10, 30), 25, "booked")
    yield DemoVisit("dana", "ben", THERAPY, "in_person", _at(wednesday, 16), 53, "booked")
    week_later = wednesday + timedelta(days=7)
    yield DemoVisit("dana", "ben", THERAPY, "in_person", _at(week_later, 16), 53, "pending")
    yield DemoVisit("nora", "osei", FOLLOW_UP, "in_person", _at(monday, 9, 30), 25, "booked")
    yield DemoVisit("theo", "osei", FOLLOW_UP, "in_person", _at(following(0, 24), 15), 25, "booked")


def _series(today: date) -> Iterator[DemoVisit]:
    closed = closed_days(today)
    monday = today - timedelta(days=today.weekday())
    for clinician, (weeks, grid, minutes, title) in RHYTHM.items():
        times = list(_grid(clinician, grid))
        people = [p.key for p in PEOPLE if clinician in p.clinicians and p.key != "grace"]
        for number, person in enumerate(people):
            weekday, hour, minute, mode = times[number * 7 % len(times)]
            for week in range(-WEEKS_BEHIND, WEEKS_AHEAD):
                if week % weeks != number % weeks:
                    continue
                day = monday + timedelta(days=7 * week + weekday)
                if day == today or day in closed:
                    continue
                status = _status(number, week) if day < today else "booked"
                yield DemoVisit(
                    person, clinician, title, mode, _at(day, hour, minute), minutes, status
                )


def _grid(clinician: str, minutes: int) -> Iterator[tuple[int, int, int, str]]:
    for weekday, spans in HOURS[clinician].items():
        for start, end, only, mode in spans:
            if only:
                continue
            begin, stop = (int(t[:2]) * 60 + int(t[3:]) for t in (start, end))
            for minute in range(begin, stop - minutes + 1, minutes):
                yield weekday, minute // 60, minute % 60, mode or "in_person"


def _status(number: int, week: int) -> str:
    dice = (number * 31 - week * 7) % 41
    return {3: "noshow", 11: "cancelled", 17: "cancelled", 29: "late"}.get(dice, "fulfilled")
