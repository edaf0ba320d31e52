"""What becomes of a visit, inside an open unit of work, and what of the time that it took."""

from datetime import datetime

from sqlmodel import col, update

from portal_app.data.models import (
    Appointment,
    BookingPolicy,
    BusyTime,
    DraftCharge,
    VisitType,
)
from portal_app.rules.errors import ConflictError
from portal_app.rules.schedule.states import VisitStatus, may_become
from portal_app.security.access import Work
from portal_app.services.schedule import clinician_time, notices, stretches


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
    if clinician_time.rows_changed(changed) == 0:
        raise ConflictError("This visit has changed meanwhile. Look at it again.")
    work.session.refresh(visit)
    visit.status_at, visit.status_reason = work.now, reason
    visit.sequence += 1
    work.session.add(visit)
    work.session.flush()
    clinician_time.announce(work, visit.practitioner_id)


def end(work: Work, visit: Appointment, status: VisitStatus, reason: str = "") -> None:
    """End a visit before it happened, and give its time back."""
    become(work, visit, status, reason)
    stretches.give_back(work, visit)
    notices.forget(work, visit)


def leave(work: Work, visit: Appointment) -> None:
    """Note that another visit takes the place of this one, and give its time back."""
    become(work, visit, VisitStatus.RESCHEDULED)
    stretches.give_back(work, visit)
    notices.forget(work, visit)


def shift(work: Work, visit: Appointment, starts_at: datetime) -> None:
    """Move a visit's moment while its wall time stays; what waits for it moves along.

    Raises:
        TakenError: another visit is there.
    """
    length = visit.ends_at - visit.starts_at
    notices.follow(work, visit, starts_at)
    row = work.session.get(BusyTime, visit.busy_id) if visit.busy_id else None
    if row is not None:
        row.starts_at, row.ends_at = starts_at, starts_at + length
        work.session.add(row)
    visit.starts_at, visit.ends_at = starts_at, starts_at + length
    visit.sequence, visit.status_at = visit.sequence + 1, work.now
    work.session.add(visit)
    clinician_time.flush(work)
    clinician_time.announce(work, visit.practitioner_id)


def restore(work: Work, visit: Appointment) -> None:
    """Bring back a visit whose move is taken back, if its time is still free.

    What the practice had not approved still waits for it.

    Raises:
        TakenError: somebody has taken it meanwhile.
    """
    visit_type = work.session.get_one(VisitType, visit.visit_type_id)
    row = stretches.stretch(visit.practitioner_id, visit_type, visit.starts_at, visit.ends_at)
    visit.busy_id = stretches.take(work, row)
    status = VisitStatus.REQUESTED if visit.request_until else VisitStatus.BOOKED
    visit.status, visit.status_at = status.value, work.now
    visit.replaced_by_id = None
    visit.sequence += 2
    work.session.add(visit)
    clinician_time.flush(work)


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
