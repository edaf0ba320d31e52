"""How soon, how far ahead and how often somebody may book, and how business days are counted."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal_app.rules.hours import HORIZON, Hours
from portal_app.rules.schedule.walls import day_span, first_moment, wall_day

REQUEST_DAYS = 2


@dataclass(frozen=True)
class Caps:
    """How many visits are allowed: ahead of one patient, and on one day; 0 is no cap."""

    upcoming: int = 3
    per_day: int = 1
    clinician_per_day: int = 0


def earliest_start(now: datetime, lead: timedelta) -> datetime:
    """Give the first moment that is far enough ahead, in elapsed time."""
    return now.astimezone(UTC) + lead


def last_day(now: datetime, zone: ZoneInfo, horizon_days: int) -> date:
    """Give the last day that is offered: today on the wall, and so many days of the calendar."""
    return wall_day(zone, now) + timedelta(days=horizon_days)


def latest_start(now: datetime, zone: ZoneInfo, horizon_days: int) -> datetime:
    """Give the end of the last day that is offered, exclusive."""
    return day_span(zone, last_day(now, zone, horizon_days)).end


def caps_left(caps: Caps, upcoming: int) -> int | None:
    """Give how many more visits a patient may book; None without a cap."""
    return max(0, caps.upcoming - upcoming) if caps.upcoming else None


def days_full(
    caps: Caps, zone: ZoneInfo, own: Iterable[datetime], clinicians: Iterable[datetime]
) -> frozenset[date]:
    """Give the days that the patient's or the clinician's visits, told by their starts, fill."""
    return frozenset(
        day
        for starts, most in ((own, caps.per_day), (clinicians, caps.clinician_per_day))
        for day, count in Counter(wall_day(zone, start) for start in starts).items()
        if most and count >= most
    )


def may_move(moves: int, most: int) -> bool:
    """Whether a patient may still move a visit; with a most of 0 she never may."""
    return moves < most


def business_days_before(moment: datetime, days: int, hours: Hours) -> datetime:
    """Give the same time on the wall, so many business days earlier; later where it is skipped."""
    clock = moment.astimezone(hours.zone).time()
    return first_moment(hours.zone, _business_day(moment, -days, hours), clock)


def request_expires(asked_at: datetime, hours: Hours, days: int = REQUEST_DAYS) -> datetime:
    """Give when a request lapses: as the practice closes, after so many whole business days."""
    day = _business_day(asked_at, days, hours)
    return max((end for _, end in hours.spans(day)), default=day_span(hours.zone, day).end)


def _business_day(moment: datetime, days: int, hours: Hours) -> date:
    """Count days on which the practice opens; days of the calendar where it never does."""
    today = wall_day(hours.zone, moment)
    step = timedelta(days=1 if days > 0 else -1)
    open_days: Iterator[date] = (
        day for offset in range(1, HORIZON) if any(hours.spans(day := today + step * offset))
    )
    found = today
    for _ in range(abs(days)):
        found = next(open_days, today + timedelta(days=days))
    return found
