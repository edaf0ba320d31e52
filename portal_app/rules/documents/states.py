"""What becomes of an assigned document, who completes it, and when it comes again."""

import re
from collections.abc import Iterable
from datetime import date, timedelta
from enum import StrEnum


class PaperStatus(StrEnum):
    """Where an assigned document stands."""

    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    SUBMITTED = "submitted"
    REVIEWED = "reviewed"
    RETURNED = "returned"
    DECLINED = "declined"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


S = PaperStatus
TO_DO = frozenset({S.ASSIGNED, S.IN_PROGRESS, S.RETURNED})
"""The person has something to do with it."""
SENT = frozenset({S.SUBMITTED, S.REVIEWED})
"""Answers are there and stay as they are; a correction makes a new version."""
FINISHED = SENT | {S.DECLINED, S.EXPIRED}
"""What the person finds again, and nothing waits for her."""
UNTOUCHED = frozenset({S.ASSIGNED, S.IN_PROGRESS})
"""Nothing was sent, so that nothing is lost when it ends."""
VISIT = "visit"
_WEEKS = re.compile(r"^P(\d{1,2})W$")
WEEKS_MOST = 52


class Completer(StrEnum):
    """Who has to complete a document."""

    PATIENT = "patient"
    GUARDIAN = "guardian"
    EITHER = "either"
    BOTH = "both"


def may_complete(completed_by: str, *, is_patient: bool) -> bool:
    """Whether a person on the patient's side is one of those who are asked."""
    match completed_by:
        case Completer.PATIENT:
            return is_patient
        case Completer.GUARDIAN:
            return not is_patient
        case _:
            return True


def weeks(every: str) -> int:
    """Read "P4W" as 4; 0 for anything else."""
    found = _WEEKS.match(every)
    number = int(found[1]) if found else 0
    return number if number <= WEEKS_MOST else 0


def turns(first: date, every: str, until: date | None, today: date) -> Iterable[int]:
    """Number the turns of a series that have begun, the newest last; the first is 0.

    A series that was asleep for long has one turn to catch up with, not all that were missed.
    """
    step = weeks(every)
    if not step or today < first:
        return
    last = today if until is None or until > today else until
    number = (last - first).days // (7 * step)
    if number > 0:
        yield number


def turn_day(first: date, every: str, number: int) -> date:
    """Give the day on which a turn begins."""
    return first + timedelta(weeks=weeks(every) * number)
