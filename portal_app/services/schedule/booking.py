"""The one way in which visits come, move and go, inside an open unit of work.

The database has the last word: two stretches of a clinician's time, or two visits of one person,
cannot overlap. What is checked here first is checked for the sake of a clear answer.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select, update

from portal_app.data.models import (
    Appointment,
    BookingPolicy,
    BusyTime,
    Chart,
    DraftCharge,
    Practitioner,
    VisitType,
)
from portal_app.data.types import AppointmentId, PractitionerId, new_public_id
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.schedule.slots import fits
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.states import VisitStatus, may_become
from portal_app.security.access import Work
from portal_app.services.schedule import notices
from portal_app.services.schedule.setup import Setup, kind_of
from portal_app.services.schedule.times import busy_rows, taken

HOLD = timedelta(minutes=5)
UNDO = timedelta(minutes=3)
GONE = "That time was just taken."
TWICE = "You already have a visit at that time."


class TakenError(ConflictError):
    """The time is gone; ``nearest`` are open times close to it."""

    def __init__(self, message: str = GONE, nearest: tuple[datetime, ...] = ()) -> None:
        """Keep the times beside the words."""
        super().__init__(message, field="starts_at")
        self.nearest = nearest


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


CALENDAR_TOPIC = "calendar"
"""What every calendar of the practice listens to."""


def topic(practitioner_id: PractitionerId) -> str:
    """Name the topic of a clinician's time: open pickers and calendars listen."""
    return f"time:{practitioner_id}"


def visits_topic(chart: str) -> str:
    """Name the topic of a chart's visits."""
    return f"visits:{chart}"


def lock(work: Work, practitioner_id: PractitionerId) -> None:
    """Let one writer at a time change a clinician's time.

    SQLite has one writer anyhow; PostgreSQL locks the clinician's row until the commit.
    """
    row = select(Practitioner.id).where(Practitioner.id == practitioner_id).with_for_update()
    work.session.exec(row).one()
    gone = delete(BusyTime).where(
        col(BusyTime.practitioner_id) == practitioner_id, col(BusyTime.expires_at) <= work.now
    )
    work.session.exec(gone)


# ---------------------------------------------------------------- a time that is kept
def hold(work: Work, setup: Setup, visit_type: VisitType, starts_at: datetime) -> datetime:
    """Keep a time for the session's person for five minutes; her earlier hold is let go.

    Raises:
        TakenError: somebody was faster.
    """
    release_holds(work)
    until = work.now + HOLD
    if visit_type.seats == 1:
        row = _busy(setup, visit_type, starts_at, kind="hold")
        row.expires_at, row.holder = until, work.actor.session_id
        work.session.add(row)
        _flush(work)
    work.announce(topic(setup.practitioner.id))
    return until


def release_holds(work: Work) -> None:
    """Let go what the session's person keeps."""
    rows = select(BusyTime).where(BusyTime.holder == work.actor.session_id)
    for row in work.session.exec(rows).all():
        work.announce(topic(row.practitioner_id))
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
    overrides = bool(plan.override_reason)
    release_holds(work)
    if replaces is not None:
        _leave(work, replaces)
    if not overrides:
        check_free(work, setup, plan.visit_type, plan.starts_at)
    visit = _visit(work, setup, plan, replaces)
    visit.busy_id = _take(work, setup, plan, overrides=overrides)
    work.session.add(visit)
    _flush(work)
    if replaces is not None:
        replaces.replaced_by_id = visit.id
        work.session.add(replaces)
    announce(work, setup.practitioner.id)
    return visit


def check_free(work: Work, setup: Setup, visit_type: VisitType, starts_at: datetime) -> None:
    """Refuse a time that touches what is taken, padding included.

    Raises:
        TakenError: it does.
    """
    kind = kind_of(visit_type)
    span = Span(starts_at, starts_at + kind.length)
    rows = [
        row
        for row in busy_rows(work, setup, span)
        if not (_same_group(row, visit_type, starts_at) and row.taken < row.seats)
    ]
    if not fits(starts_at, kind, None, taken(rows), setup.gaps):
        raise TakenError


def _same_group(row: BusyTime, visit_type: VisitType, starts_at: datetime) -> bool:
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


def _busy(setup: Setup, visit_type: VisitType, starts_at: datetime, kind: str) -> BusyTime:
    return BusyTime(
        practitioner_id=setup.practitioner.id,
        kind=kind,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=visit_type.minutes),
        minutes_before=visit_type.minutes_before,
        minutes_after=visit_type.minutes_after,
        visit_type_id=visit_type.id,
        seats=visit_type.seats,
    )


def _take(work: Work, setup: Setup, plan: Plan, *, overrides: bool) -> UUID:
    visit_type = plan.visit_type
    if visit_type.seats > 1 and (shared := _seat(work, setup, plan)):
        return shared
    row = _busy(setup, visit_type, plan.starts_at, "group" if visit_type.seats > 1 else "visit")
    row.overrides = overrides
    work.session.add(row)
    _flush(work)
    return row.id


def _seat(work: Work, setup: Setup, plan: Plan) -> UUID | None:
    rows = select(BusyTime.id).where(
        BusyTime.practitioner_id == setup.practitioner.id,
        BusyTime.visit_type_id == plan.visit_type.id,
        BusyTime.kind == "group",
        BusyTime.starts_at == plan.starts_at,
    )
    found = work.session.exec(rows).first()
    if found is None:
        return None
    # the row counts its own seats: of two who want the last one, one changes no row
    changed = work.session.exec(
        update(BusyTime)
        .where(col(BusyTime.id) == found, col(BusyTime.taken) < col(BusyTime.seats))
        .values(taken=BusyTime.taken + 1)
    )
    if _rows(changed) == 0:
        raise TakenError
    return found


def _flush(work: Work) -> None:
    try:
        work.session.flush()
    except IntegrityError as error:
        words = str(error.orig)
        if "appointment_no_overlap" in words:
            raise TakenError(TWICE) from error
        if "busytime" in words:
            raise TakenError from error
        raise


# ---------------------------------------------------------------- what becomes of it
def find(work: Work, public_id: str) -> Appointment:
    """Find a visit inside the compartment.

    Raises:
        NotFoundError: none, or out of reach.
    """
    rows = select(Appointment).where(Appointment.public_id == public_id)
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def become(work: Work, visit: Appointment, status: VisitStatus, reason: str = "") -> None:
    """Change what a visit is, once: of two who decide at the same time the second is refused.

    Raises:
        ConflictError: it has become something else meanwhile.
    """
    before = VisitStatus(visit.status)
    if not may_become(before, status):
        raise ConflictError("This visit has changed meanwhile. Look at it again.")
    changed = work.session.exec(
        update(Appointment)
        .where(col(Appointment.id) == visit.id, col(Appointment.status) == before.value)
        .values(status=status.value)
        .execution_options(synchronize_session=False)
    )
    if _rows(changed) == 0:
        raise ConflictError("This visit has changed meanwhile. Look at it again.")
    work.session.refresh(visit)
    visit.status_at, visit.status_reason = work.now, reason
    visit.sequence += 1
    work.session.add(visit)
    work.session.flush()
    announce(work, visit.practitioner_id)


def end(work: Work, visit: Appointment, status: VisitStatus, reason: str = "") -> None:
    """End a visit before it happened, and give its time back."""
    become(work, visit, status, reason)
    _give_back(work, visit)
    notices.forget(work, visit)


def _leave(work: Work, visit: Appointment) -> None:
    become(work, visit, VisitStatus.RESCHEDULED)
    _give_back(work, visit)
    notices.forget(work, visit)


def _give_back(work: Work, visit: Appointment) -> None:
    busy = visit.busy_id
    if busy is None:
        return
    visit.busy_id = None
    work.session.add(visit)
    work.session.flush()
    row = work.session.get(BusyTime, busy, with_for_update=True)
    if row is None:
        return
    if row.taken > 1:
        row.taken -= 1
        work.session.add(row)
    else:
        work.session.delete(row)
    work.session.flush()


def shift(work: Work, visit: Appointment, starts_at: datetime) -> None:
    """Move a visit's moment while its wall time stays.

    Raises:
        TakenError: another visit is there.
    """
    length = visit.ends_at - visit.starts_at
    row = work.session.get(BusyTime, visit.busy_id) if visit.busy_id else None
    if row is not None:
        row.starts_at, row.ends_at = starts_at, starts_at + length
        work.session.add(row)
    visit.starts_at, visit.ends_at = starts_at, starts_at + length
    visit.sequence, visit.status_at = visit.sequence + 1, work.now
    work.session.add(visit)
    _flush(work)
    announce(work, visit.practitioner_id)


def restore(work: Work, visit: Appointment) -> None:
    """Bring back a visit whose move is taken back, if its time is still free.

    What the practice had not approved still waits for it.

    Raises:
        TakenError: somebody has taken it meanwhile.
    """
    visit_type = work.session.get_one(VisitType, visit.visit_type_id)
    row = BusyTime(
        practitioner_id=visit.practitioner_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        minutes_before=visit_type.minutes_before,
        minutes_after=visit_type.minutes_after,
        visit_type_id=visit.visit_type_id,
    )
    work.session.add(row)
    _flush(work)
    status = VisitStatus.REQUESTED if visit.request_until else VisitStatus.BOOKED
    visit.status, visit.status_at = status.value, work.now
    visit.busy_id, visit.replaced_by_id = row.id, None
    visit.sequence += 2
    work.session.add(visit)
    _flush(work)


def charge_late(work: Work, visit: Appointment, policy: BookingPolicy) -> None:
    """Propose the late fee; the practice decides. A second one for the same visit is refused."""
    if policy.fee_minor == 0:
        return
    work.session.add(
        DraftCharge(
            chart_id=visit.chart_id,
            patient_id=visit.patient_id,
            appointment_id=visit.id,
            amount_minor=policy.fee_minor,
            currency=policy.currency,
            created_at=work.now,
        )
    )


def policy_of_visit(work: Work, visit: Appointment) -> BookingPolicy:
    """Give the version of the policy that was shown when the visit was booked."""
    held = work.session.get(BookingPolicy, visit.policy_id) if visit.policy_id else None
    return held or BookingPolicy(practitioner_id=visit.practitioner_id, version=0)


def announce(work: Work, practitioner_id: PractitionerId) -> None:
    """Tell open pickers, calendars and the person's own pages."""
    work.announce(topic(practitioner_id), CALENDAR_TOPIC)
    if work.facts is not None:
        work.announce(visits_topic(work.chart.public_id))


def aware(moment: datetime) -> datetime:
    """Refuse a time without a zone: it would mean another moment on another machine.

    Raises:
        InvalidError: it has none.
    """
    if moment.tzinfo is None:
        raise InvalidError("Choose a time.", field="starts_at")
    return moment


def chart_of(work: Work, visit: Appointment) -> Chart:
    """Give the chart of a visit."""
    return work.session.get_one(Chart, visit.chart_id)


def replaced(work: Work, visit_id: AppointmentId | None) -> Appointment | None:
    """Give the visit that another took the place of."""
    return work.session.get(Appointment, visit_id) if visit_id else None


def _rows(result: object) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
