"""The one way in which visits come and move, inside an open unit of work.

The database has the last word: two stretches of a clinician's time, or two visits of one person,
cannot overlap. What is checked here first is checked for the sake of a clear answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlmodel import select

from portal_app.data.models import (
    Appointment,
    BusyTime,
    VisitType,
)
from portal_app.data.types import new_public_id
from portal_app.rules.schedule.slots import fits
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security.access import Work
from portal_app.services.schedule import changes, clinician_time, stretches
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.schedule.setup import Setup, kind_of
from portal_app.services.schedule.times import Busy, busy, taken

HOLD = timedelta(minutes=5)
UNDO = timedelta(minutes=3)
CLOSED = "This day is closed."


@dataclass(frozen=True)
class Plan:
    """A visit as it shall be."""

    visit_type: VisitType
    mode: str
    starts_at: datetime
    client_key: str
    status: VisitStatus = VisitStatus.BOOKED
    by_staff: bool = False
    override_reason: str = ""
    accepted: bool = False
    request_until: datetime | None = None
    series_id: UUID | None = None


# ---------------------------------------------------------------- a time that is kept
def hold(work: Work, setup: Setup, visit_type: VisitType, starts_at: datetime) -> datetime:
    """Keep a time for the session's person for five minutes; her earlier hold is let go.

    Raises:
        TakenError: somebody was faster.
    """
    release_holds(work)
    until = work.now + HOLD
    if visit_type.seats == 1:
        row = _stretch(setup, visit_type, starts_at)
        row.kind, row.expires_at, row.holder = "hold", until, work.actor.session_id
        work.session.add(row)
        clinician_time.flush(work)
    work.announce(clinician_time.topic(setup.practitioner.id))
    return until


def release_holds(work: Work) -> None:
    """Let go what the session's person keeps."""
    rows = select(BusyTime).where(BusyTime.kind == "hold", BusyTime.holder == work.actor.session_id)
    for row in work.session.exec(rows).all():
        work.announce(clinician_time.topic(row.practitioner_id))
        work.session.delete(row)
    work.session.flush()


# ---------------------------------------------------------------- a visit
def already(work: Work, client_key: str) -> Appointment | None:
    """Find what the same click has made before, so that a repeated one makes nothing new."""
    if not client_key:
        return None
    rows = select(Appointment).where(
        Appointment.booked_by == work.person.id, Appointment.client_key == client_key
    )
    return work.session.exec(rows).first()


def place(
    work: Work, setup: Setup, plan: Plan, *, replaces: Appointment | None = None
) -> Appointment:
    """Write a visit and the time it takes; the clinician must be locked.

    Raises:
        TakenError: the time is not free.
    """
    release_holds(work)
    if replaces is not None:
        changes.leave(work, replaces)
    overrides = _overrides(work, setup, plan)
    visit = _visit(work, setup, plan, replaces)
    row = _stretch(setup, plan.visit_type, plan.starts_at)
    row.overrides = overrides
    visit.busy_id = stretches.take(work, row)
    work.session.add(visit)
    clinician_time.flush(work)
    if replaces is not None:
        replaces.replaced_by_id = visit.id
        work.session.add(replaces)
    clinician_time.announce(work, setup.practitioner.id)
    return visit


def _stretch(setup: Setup, visit_type: VisitType, starts_at: datetime) -> BusyTime:
    ends_at = starts_at + timedelta(minutes=visit_type.minutes)
    return stretches.stretch(setup.practitioner.id, visit_type, starts_at, ends_at)


def _overrides(work: Work, setup: Setup, plan: Plan) -> bool:
    """Whether the visit takes a time that is not free, for which somebody has typed why."""
    try:
        check_free(work, setup, plan.visit_type, plan.starts_at)
        if plan.by_staff:
            _check_open(setup, plan.starts_at)
    except TakenError:
        if not plan.override_reason:
            raise
        return True
    return False


def _check_open(setup: Setup, starts_at: datetime) -> None:
    if setup.is_closed(starts_at):
        raise TakenError(CLOSED)


def check_free(work: Work, setup: Setup, visit_type: VisitType, starts_at: datetime) -> None:
    """Refuse a time that touches what is taken, padding included.

    Raises:
        TakenError: it does.
    """
    kind = kind_of(visit_type)
    span = Span(starts_at, starts_at + kind.length)
    rows = [
        row
        for row in busy(work, setup, span)
        if not (_same_group(row, visit_type, starts_at) and row.free_seats > 0)
    ]
    if not fits(starts_at, kind, None, taken(rows), setup.gaps):
        raise TakenError


def _same_group(row: Busy, visit_type: VisitType, starts_at: datetime) -> bool:
    return (
        visit_type.seats > 1 and row.visit_type_id == visit_type.id and row.starts_at == starts_at
    )


def _visit(work: Work, setup: Setup, plan: Plan, replaces: Appointment | None) -> Appointment:
    visit_type, place = plan.visit_type, setup.location(plan.visit_type, plan.mode)
    zone = setup.zone_of(place.id if place else None)
    policy = setup.policy
    return Appointment(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        practitioner_id=setup.practitioner.id,
        visit_type_id=visit_type.id,
        location_id=place.id if place else None,
        mode=plan.mode,
        status=plan.status.value,
        starts_at=plan.starts_at,
        ends_at=plan.starts_at + timedelta(minutes=visit_type.minutes),
        zone=zone.key,
        wall_start=plan.starts_at.astimezone(zone).replace(tzinfo=None).isoformat(),
        title=visit_type.name,
        price_minor=replaces.price_minor if replaces else visit_type.price_minor,
        currency=visit_type.currency,
        policy_id=policy.id if policy.version else None,
        policy_accepted_at=work.now if plan.accepted else None,
        booked_by=work.person.id,
        booked_by_staff=plan.by_staff,
        booked_at=work.now,
        undo_until=None if plan.by_staff else work.now + UNDO,
        request_until=plan.request_until,
        client_key=plan.client_key or uuid4().hex,
        overrides=bool(plan.override_reason),
        override_reason=plan.override_reason,
        status_at=work.now,
        replaces_id=replaces.id if replaces else None,
        series_id=plan.series_id,
        moves=replaces.moves + (0 if plan.by_staff else 1) if replaces else 0,
        calendar_uid=replaces.calendar_uid if replaces else new_public_id(),
        sequence=replaces.sequence + 1 if replaces else 0,
        video_url=setup.rules.video_url if plan.mode == "video" else "",
    )
