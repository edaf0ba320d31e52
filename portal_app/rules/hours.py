"""Business hours on the practice's wall clock."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import Self
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
NAMES = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
HORIZON = 400
"""Days that are looked at before a practice counts as never open."""


@dataclass(frozen=True)
class Hours:
    """When the practice is open: weekly wall-clock spans less whole closed days."""

    zone: ZoneInfo
    week: tuple[tuple[tuple[time, time], ...], ...]
    closed: frozenset[date]

    @classmethod
    def of(
        cls, zone: str, week: Mapping[str, Sequence[Sequence[str]]], closed: Iterable[str]
    ) -> Self:
        """Read the practice's settings: {"mon": [["09:00", "17:00"]]} and ISO dates."""
        spans = tuple(
            tuple((time.fromisoformat(a), time.fromisoformat(b)) for a, b in week.get(day, ()))
            for day in DAYS
        )
        return cls(ZoneInfo(zone), spans, frozenset(date.fromisoformat(d) for d in closed))

    def in_words(self) -> str:
        """Say the week: "Monday to Friday, 9 AM to 5 PM"; empty where it is never open."""
        parts = []
        for spans, days in groupby(range(7), key=lambda day: self.week[day]):
            if spans:
                names = [NAMES[day] for day in days]
                if len(names) > 1:
                    names = [f"{names[0]} {'and' if len(names) == 2 else 'to'} {names[-1]}"]
                times = " and ".join(f"{_clock(a)} to {_clock(b)}" for a, b in spans)
                parts.append(f"{names[0]}, {times}")
        return "; ".join(parts)

    def spans(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        """Give the open spans of a wall-clock day as moments in UTC, in order."""
        if day in self.closed:
            return
        for start, end in self.week[day.weekday()]:
            opening = datetime.combine(day, start, self.zone).astimezone(UTC)
            closing = datetime.combine(day, end, self.zone).astimezone(UTC)
            # the hour that the clock skips in spring can swallow a span
            if opening < closing:
                yield opening, closing

    def is_open(self, moment: datetime) -> bool:
        """Whether somebody is there; the end of a span is exclusive."""
        day = moment.astimezone(self.zone).date()
        return any(start <= moment < end for start, end in self.spans(day))

    def closed_period(self, moment: datetime) -> str:
        """Name the closed period around a moment by its end; empty while open."""
        if self.is_open(moment):
            return ""
        following = next(self._from(moment), None)
        return following[0].isoformat() if following else "always"

    def add_business_time(self, moment: datetime, duration: timedelta) -> datetime:
        """Give the moment after so much open time; plain time where nothing is ever open."""
        # time on one and the same wall clock would be added by the wall, not by the clock's hand
        left, moment = duration, moment.astimezone(UTC)
        for start, end in self._from(moment):
            begin = max(start, moment)
            if left <= end - begin:
                return begin + left
            left -= end - begin
        return moment + duration

    def _from(self, moment: datetime) -> Iterator[tuple[datetime, datetime]]:
        day = moment.astimezone(self.zone).date()
        for offset in range(HORIZON):
            for start, end in self.spans(day + timedelta(days=offset)):
                if end > moment:
                    yield start, end


def _clock(moment: time) -> str:
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{moment.hour % 12 or 12}{minutes} {'AM' if moment.hour < 12 else 'PM'}"
