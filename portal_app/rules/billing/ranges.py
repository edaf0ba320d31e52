"""Days that a list of billing shows; both ends are inside."""

from dataclasses import dataclass
from datetime import date, timedelta

CHOICES = {
    "30": "Last 30 days",
    "90": "Last 90 days",
    "year": "This year",
    "12": "Last 12 months",
    "all": "All",
    "dates": "Choose dates",
}
DEFAULT = "12"
EARLIEST = date(1900, 1, 1)


class RangeError(ValueError):
    """Days in the wrong order, or none at all; the message is for a person."""


@dataclass(frozen=True)
class Days:
    """From a day to a day; without a first one from the beginning."""

    first: date | None
    last: date


def days(key: str, today: date, first: date | None = None, last: date | None = None) -> Days:
    """Give the days of a choice.

    Raises:
        RangeError: days were to be chosen, and they make no range.
    """
    match key:
        case "30" | "90":
            return Days(today - timedelta(days=int(key) - 1), today)
        case "year":
            return Days(date(today.year, 1, 1), today)
        case "all":
            return Days(None, today)
        case "dates":
            return _chosen(today, first, last)
        case _:
            return Days(_year_before(today), today)


def _chosen(today: date, first: date | None, last: date | None) -> Days:
    end = last or today
    if first is None:
        raise RangeError("Choose the first day.")
    if first > end:
        raise RangeError("The first day comes after the last one.")
    if first < EARLIEST:
        raise RangeError("Choose a later first day.")
    return Days(first, end)


def _year_before(day: date) -> date:
    """Give the day after the same day of the year before; both ends make twelve months."""
    past_leap_day = (day.month, day.day) == (2, 29)
    return date(day.year - 1, day.month, 28 if past_leap_day else day.day) + timedelta(days=1)
