"""Open times: what is free of a clinician's hours, for one person and one type of visit.

What is taken is read as bare intervals (``BusyTime``), which name nobody; a person's own visits
with other clinicians are read the same way, through the system's door.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import select as plain_select
from sqlmodel import col, select

from portal_app.data.models import Appointment, BusyTime, VisitType
from portal_app.data.types import PatientId
from portal_app.rules.schedule import limits
from portal_app.rules.schedule.slots import Taken, nearest, starts
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.states import ACTIVE, TAKES_TIME
from portal_app.rules.schedule.walls import day_span
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.schedule.setup import Setup, kind_of

MARGIN = timedelta(hours=4)
"""The longest padding: neighbours that begin later have no bearing on a visit."""


@dataclass(frozen=True)
class Own:
    """A person's own visits that a new one must not touch, and the days that are full."""

    spans: tuple[Span, ...]
    upcoming: int
    full_days: frozenset[date]


class Busy(NamedTuple):
    """A stretch of time that is taken, as it is read: bare columns are half the work of rows."""

    id: UUID
    starts_at: datetime
    ends_at: datetime
    minutes_before: int
    minutes_after: int
    kind: str
    visit_type_id: UUID | None
    free_seats: int
    holder: str


def busy(work: Work, setup: Setup, span: Span) -> list[Busy]:
    """Read what is taken of a clinician's time around a span: one query."""
    rows = plain_select(
        col(BusyTime.id),
        col(BusyTime.starts_at),
        col(BusyTime.ends_at),
        col(BusyTime.minutes_before),
        col(BusyTime.minutes_after),
        col(BusyTime.kind),
        col(BusyTime.visit_type_id),
        col(BusyTime.seats) - col(BusyTime.taken),
        col(BusyTime.holder),
    ).where(
        col(BusyTime.practitioner_id) == setup.practitioner.id,
        col(BusyTime.ends_at) > span.start - MARGIN,
        col(BusyTime.starts_at) < span.end + MARGIN,
        col(BusyTime.expires_at).is_(None) | (col(BusyTime.expires_at) > work.now),
    )
    return [Busy(*row) for row in work.session.execute(rows).all()]


def taken(rows: Iterable[Busy]) -> list[Taken]:
    """Turn rows into what the rule asks for."""
    return [
        Taken(
            Span(row.starts_at, row.ends_at),
            timedelta(minutes=row.minutes_before),
            timedelta(minutes=row.minutes_after),
        )
        for row in rows
    ]


def _in_the_way(rows: Iterable[Busy], work: Work, moving: Appointment | None) -> list[Busy]:
    """Leave out what does not stand in this person's way: her held time, and what she moves."""
    mine = moving.busy_id if moving else None
    session = work.actor.session_id
    return [r for r in rows if r.id != mine and not (r.kind == "hold" and r.holder == session)]


def own(work: Work, setup: Setup, *, moving: Appointment | None = None) -> Own:
    """Read the person's own visits from now on; the one that is being moved does not count."""
    rows = select(Appointment.id, Appointment.starts_at).where(
        Appointment.chart_id == work.chart.id,
        col(Appointment.status).in_([s.value for s in ACTIVE]),
        col(Appointment.ends_at) > work.now,
    )
    found = work.session.exec(rows).all()
    ahead = [start for key, start in found if moving is None or key != moving.id]
    full = limits.days_full(setup.caps, setup.zone, ahead, ())
    return Own(_elsewhere(work.patient.id, work.now, moving), len(ahead), full)


def _elsewhere(patient: PatientId, now: datetime, moving: Appointment | None) -> tuple[Span, ...]:
    with open_system("times at which a person has a visit", writes=False) as system:
        rows = select(Appointment.id, Appointment.starts_at, Appointment.ends_at).where(
            Appointment.patient_id == patient,
            col(Appointment.status).in_([s.value for s in TAKES_TIME]),
            col(Appointment.ends_at) > now,
        )
        found = system.session.exec(rows).all()
    return tuple(Span(a, b) for key, a, b in found if moving is None or key != moving.id)


def open_starts(
    work: Work,
    setup: Setup,
    visit_type: VisitType,
    mode: str,
    first: date,
    last: date,
    mine: Own,
    *,
    moving: Appointment | None = None,
) -> tuple[datetime, ...]:
    """Give the times at which the person can book, between two days inclusive, in order."""
    rules, zone = setup.rules, setup.zone
    earliest = limits.earliest_start(work.now, timedelta(minutes=rules.lead_minutes))
    latest = limits.latest_start(work.now, zone, rules.horizon_days)
    span = Span(day_span(zone, first).start, day_span(zone, last).end)
    if span.end <= earliest or latest <= span.start:
        return ()
    rows = _in_the_way(busy(work, setup, span), work, moving)
    kind = kind_of(visit_type)
    windows = setup.windows(visit_type, mode, first, last)
    found = set(starts(windows, taken(rows), kind, setup.gaps, earliest, latest))
    if visit_type.seats > 1:
        found |= {
            row.starts_at
            for row in rows
            if row.visit_type_id == visit_type.id
            and row.free_seats > 0
            and earliest <= row.starts_at < latest
            and span.start <= row.starts_at < span.end
        }
    visits = (row.starts_at for row in rows if row.kind in {"visit", "group"})
    full = mine.full_days | limits.days_full(setup.caps, zone, (), visits)
    return tuple(
        s
        for s in sorted(found)
        if s.astimezone(zone).date() not in full
        and not any(o.overlaps(Span(s, s + kind.length)) for o in mine.spans)
    )


def near(
    work: Work,
    setup: Setup,
    visit_type: VisitType,
    mode: str,
    wanted: datetime,
    mine: Own,
    *,
    moving: Appointment | None = None,
) -> tuple[datetime, ...]:
    """Give the three open times nearest to one that is gone, within two weeks of it."""
    day = wanted.astimezone(setup.zone).date()
    first, last = day - timedelta(days=14), day + timedelta(days=14)
    found = open_starts(work, setup, visit_type, mode, first, last, mine, moving=moving)
    return tuple(nearest(found, wanted))
