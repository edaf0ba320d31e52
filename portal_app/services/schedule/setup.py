"""How one clinician can be booked: rules, policy, types, hours, and what differs from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal_app.data.models import (
    BookingPolicy,
    BookingRules,
    HoursException,
    Location,
    OpenHours,
    Practitioner,
    VisitType,
)
from portal_app.data.types import PractitionerId
from portal_app.integrations.recurrence import weekly_days
from portal_app.rules.errors import NotFoundError
from portal_app.rules.schedule.limits import Caps
from portal_app.rules.schedule.slots import Gaps, Kind, grid_of
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.weekly import Closure, windows
from portal_app.security.access import Work


@dataclass(frozen=True)
class Setup:
    """What a clinician's open times depend on, except the time that is taken."""

    practitioner: Practitioner
    zone: ZoneInfo
    rules: BookingRules
    policy: BookingPolicy
    types: tuple[VisitType, ...]
    hours: tuple[OpenHours, ...]
    exceptions: tuple[HoursException, ...]
    locations: dict[str, Location]

    @property
    def books_online(self) -> bool:
        """Whether patients may book and move visits themselves."""
        return self.practitioner.is_active and self.rules.mode != "view_only"

    @property
    def gaps(self) -> Gaps:
        """The rule for the time between neighbours."""
        return Gaps(
            by="sum" if self.rules.gap_rule == "sum" else "max",
            least=timedelta(minutes=self.rules.gap_minutes),
            outside_window=self.rules.buffers_outside,
        )

    @property
    def caps(self) -> Caps:
        """How many visits are allowed."""
        rules = self.rules
        return Caps(rules.upcoming_most, rules.per_day_most, rules.clinician_day_most)

    def type(self, public_id: str) -> VisitType:
        """Find an active visit type of this clinician.

        Raises:
            NotFoundError: no such type.
        """
        found = next((t for t in self.types if t.public_id == public_id), None)
        if found is None:
            raise NotFoundError
        return found

    def windows(
        self, visit_type: VisitType, mode: str, first: date, last: date
    ) -> tuple[Span, ...]:
        """Give the stretches in which visits of a type can lie, between two days inclusive."""
        return self._windows([h for h in self.hours if _fits(h, visit_type, mode)], first, last)

    def every_window(self, first: date, last: date) -> tuple[Span, ...]:
        """Give the stretches in which any visit can lie."""
        return self._windows(self.hours, first, last)

    def _windows(self, fitting: Sequence[OpenHours], first: date, last: date) -> tuple[Span, ...]:
        closed: list[Closure] = [
            (day, clock(e.start) if e.start else None, clock(e.end) if e.end else None)
            for e, day in self._differing("closed", first, last)
        ]
        extra = [
            (day, clock(e.start), clock(e.end)) for e, day in self._differing("extra", first, last)
        ]
        zones = {self.zone_of(h.location_id) for h in fitting} or {self.zone}
        found: list[Span] = []
        for zone in zones:
            days = [
                (day, clock(h.start), clock(h.end))
                for h in fitting
                if self.zone_of(h.location_id) == zone
                for day in weekly_days(
                    h.weekday, h.every_weeks, h.valid_from, h.valid_until, first, last
                )
            ]
            added = extra if zone == self.zone or len(zones) == 1 else []
            found.extend(windows(zone, days, closed, added))
        return tuple(sorted(found))

    def is_closed(self, moment: datetime) -> bool:
        """Whether a moment lies on a closed day; extra hours open a part of it."""
        day = moment.astimezone(self.zone).date()
        if not any(not e.start for e, _ in self._differing("closed", day, day)):
            return False
        extra = self._windows((), day, day)
        return not any(span.start <= moment < span.end for span in extra)

    def _differing(self, kind: str, first: date, last: date) -> list[tuple[HoursException, date]]:
        return [
            (e, day) for e in self.exceptions if e.kind == kind for day in _days(e, first, last)
        ]

    def zone_of(self, location_id: UUID | None) -> ZoneInfo:
        """Give the wall clock of a place; the practice's own where the place names none."""
        place = self.locations.get(str(location_id))
        return ZoneInfo(place.zone) if place and place.zone else self.zone

    def location(self, visit_type: VisitType, mode: str) -> Location | None:
        """Name where visits of a type happen: the place of the hours they lie in."""
        if mode != "in_person":
            return None
        held = [h.location_id for h in self.hours if _fits(h, visit_type, mode) and h.location_id]
        named = self.locations.get(str(held[0])) if held else None
        return named or next(iter(self.locations.values()), None)


def kind_of(visit_type: VisitType) -> Kind:
    """Turn a visit type into what the rule asks for."""
    length = timedelta(minutes=visit_type.minutes)
    step = (
        timedelta(minutes=visit_type.step_minutes) if visit_type.step_minutes else grid_of(length)
    )
    return Kind(
        length=length,
        before=timedelta(minutes=visit_type.minutes_before),
        after=timedelta(minutes=visit_type.minutes_after),
        step=step,
    )


def load(work: Work, practitioner_id: PractitionerId, since: date) -> Setup:
    """Read a clinician's set-up; exceptions that ended before ``since`` are left out."""
    session = work.session
    practitioner = session.get_one(Practitioner, practitioner_id)
    types = session.exec(
        select(VisitType)
        .where(col(VisitType.is_active))
        .order_by(col(VisitType.position), col(VisitType.name))
    ).all()
    hours = session.exec(
        select(OpenHours)
        .where(OpenHours.practitioner_id == practitioner_id)
        .order_by(col(OpenHours.weekday), col(OpenHours.start))
    ).all()
    exceptions = session.exec(
        select(HoursException).where(
            (col(HoursException.practitioner_id) == practitioner_id)
            | col(HoursException.practitioner_id).is_(None),
            col(HoursException.last_day) >= since,
        )
    ).all()
    places = session.exec(select(Location).where(col(Location.is_active))).all()
    return Setup(
        practitioner=practitioner,
        zone=ZoneInfo(work.practice.zone),
        rules=rules_of(work, practitioner_id),
        policy=policy_of(work, practitioner_id),
        types=tuple(t for t in types if offered_by(t, practitioner_id)),
        hours=tuple(hours),
        exceptions=tuple(exceptions),
        locations={str(p.id): p for p in places},
    )


def offered_by(visit_type: VisitType, practitioner_id: PractitionerId) -> bool:
    """Whether a clinician offers a type; one without names is offered by all."""
    held = visit_type.practitioner_ids
    return not held or str(practitioner_id) in held


def rules_of(work: Work, practitioner_id: PractitionerId) -> BookingRules:
    """Read how a clinician is booked; the defaults where nothing has been saved."""
    found = work.session.get(BookingRules, practitioner_id)
    return found or BookingRules(practitioner_id=practitioner_id)


def policy_of(work: Work, practitioner_id: PractitionerId) -> BookingPolicy:
    """Read the newest version of a clinician's policy; the default where there is none."""
    rows = (
        select(BookingPolicy)
        .where(BookingPolicy.practitioner_id == practitioner_id)
        .order_by(col(BookingPolicy.version).desc())
        .limit(1)
    )
    found = work.session.exec(rows).first()
    return found or BookingPolicy(practitioner_id=practitioner_id, version=0)


def clock(text: str) -> time:
    """Read a time of the wall clock; 24:00 is the end of the day."""
    hour, minute = text.split(":")
    return time(int(hour) % 24, int(minute))


def _fits(hours: OpenHours, visit_type: VisitType, mode: str) -> bool:
    types, modes = hours.visit_type_ids, hours.modes
    return (not types or str(visit_type.id) in types) and (not modes or mode in modes)


def _days(exception: HoursException, first: date, last: date) -> list[date]:
    begin, end = max(first, exception.first_day), min(last, exception.last_day)
    return [begin + timedelta(days=n) for n in range((end - begin).days + 1)]
