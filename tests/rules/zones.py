"""Zones by hand-written rules, so that what the zone database says is held to something else."""

import calendar
import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

YEARS = range(2025, 2031)
Offset = Callable[[datetime], int]
"""How many minutes the wall is ahead of UTC at a moment."""

RULES = {
    "Africa/Cairo": "EET-2EEST,M4.5.5/0,M10.5.4/24",
    "America/Havana": "CST5CDT,M3.2.0/0,M11.1.0/1",
    "America/Los_Angeles": "PST8PDT,M3.2.0,M11.1.0",
    "America/New_York": "EST5EDT,M3.2.0,M11.1.0",
    "America/Nuuk": "<-02>2<-01>,M3.5.0/-1,M10.5.0/0",
    "America/Phoenix": "MST7",
    "America/Santiago": "<-04>4<-03>,M9.1.6/24,M4.1.6/24",
    "America/Sao_Paulo": "<-03>3",
    "America/St_Johns": "NST3:30NDT,M3.2.0,M11.1.0",
    "Antarctica/Troll": "<+00>0<+02>-2,M3.5.0/1,M10.5.0/3",
    "Asia/Beirut": "EET-2EEST,M3.5.0/0,M10.5.0/0",
    "Asia/Jerusalem": "IST-2IDT,M3.4.4/26,M10.5.0",
    "Asia/Kathmandu": "<+0545>-5:45",
    "Asia/Kolkata": "IST-5:30",
    "Asia/Tokyo": "JST-9",
    "Atlantic/Azores": "<-01>1<+00>,M3.5.0/0,M10.5.0/1",
    "Australia/Adelaide": "ACST-9:30ACDT,M10.1.0,M4.1.0/3",
    "Australia/Lord_Howe": "<+1030>-10:30<+11>-11,M10.1.0,M4.1.0",
    "Europe/Berlin": "CET-1CEST,M3.5.0,M10.5.0/3",
    "Europe/Dublin": "IST-1GMT0,M10.5.0,M3.5.0/1",
    "Europe/London": "GMT0BST,M3.5.0/1,M10.5.0",
    "Pacific/Apia": "<+13>-13",
    "Pacific/Auckland": "NZST-12NZDT,M9.5.0,M4.1.0/3",
    "Pacific/Chatham": "<+1245>-12:45<+1345>,M9.5.0/2:45,M4.1.0/3:45",
    "Pacific/Kiritimati": "<+14>-14",
    "Pacific/Norfolk": "<+11>-11<+12>,M10.1.0,M4.1.0/3",
    "UTC": "UTC0",
}
RAMADAN = ["2025-02-23", "2025-04-06", "2026-02-15", "2026-03-22", "2027-02-07", "2027-03-14"]
RAMADAN += ["2028-01-23", "2028-03-05", "2029-01-14", "2029-02-18", "2029-12-30", "2030-02-10"]
_FORM = re.compile(
    r"(?:<.*?>|[A-Z]+)(?P<std>[-\d:]+)(?:(?:<.*?>|[A-Z]+)(?P<dst>[-\d:]*),(?P<on>.*),(?P<off>.*))?"
)


def minutes(text: str) -> int:
    """Read -5:45 as minutes."""
    hours, _, rest = text.lstrip("-").partition(":")
    return (int(hours) * 60 + int(rest or 0)) * (-1 if text.startswith("-") else 1)


def wall_of(rule: str, year: int) -> datetime:
    """Read M3.2.0/2: the second Sunday of March at two; the fifth is the last one."""
    day, _, clock = rule.removeprefix("M").partition("/")
    month, week, weekday = map(int, day.split("."))
    column = [w[(weekday - 1) % 7] for w in calendar.monthcalendar(year, month)]
    days = [d for d in column if d]
    midnight = datetime(year, month, days[min(week, len(days)) - 1], tzinfo=UTC)
    return midnight + timedelta(minutes=minutes(clock or "2"))


def turns_of(rule: str) -> Iterator[tuple[datetime, int]]:
    """Give when the clock is turned, and to which offset."""
    read = _FORM.fullmatch(rule)
    assert read
    standard = -minutes(read["std"])
    yield datetime(2000, 1, 1, tzinfo=UTC), standard
    if read["on"]:
        summer = -minutes(read["dst"]) if read["dst"] else standard + 60
        for year in YEARS:
            yield wall_of(read["on"], year) - timedelta(minutes=standard), summer
            yield wall_of(read["off"], year) - timedelta(minutes=summer), standard


def moroccan() -> Iterator[tuple[datetime, int]]:
    """An hour ahead of Greenwich, but not in the month of Ramadan."""
    yield datetime(2000, 1, 1, tzinfo=UTC), 60
    for number, day in enumerate(RAMADAN):
        yield datetime.fromisoformat(f"{day}T02:00+00:00"), 60 * (number % 2)


TURNS = {zone: sorted(turns_of(rule)) for zone, rule in RULES.items()}
TURNS["Africa/Casablanca"] = list(moroccan())


def offset_of(zone: str) -> Offset:
    moments = [moment for moment, _ in TURNS[zone]]
    return lambda moment: TURNS[zone][bisect_right(moments, moment) - 1][1]


ZONES: dict[str, Offset] = {zone: offset_of(zone) for zone in sorted(TURNS)}
