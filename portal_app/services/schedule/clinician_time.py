"""A clinician's time as one writer at a time changes it: lock, refusal, and who is told."""

from datetime import datetime

from sqlalchemy import CursorResult
from sqlalchemy.exc import IntegrityError
from sqlmodel import col, delete, select

from portal_app.data.models import Appointment, BookingPolicy, BusyTime, Chart, Practitioner
from portal_app.data.types import AppointmentId, PractitionerId
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.access import Work

GONE = "That time was just taken."
TWICE = "You already have a visit at that time."
TWICE_FOR_STAFF = "The patient has another visit at that time."
FIRST_YEAR, LAST_YEAR = 1970, 2200
CALENDAR_TOPIC = "calendar"
"""What every calendar of the practice listens to."""


class TakenError(ConflictError):
    """The time is gone; ``nearest`` are open times close to it."""

    def __init__(self, message: str = GONE, nearest: tuple[datetime, ...] = ()) -> None:
        """Keep the times beside the words."""
        super().__init__(message, field="starts_at")
        self.nearest = nearest


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


def flush(work: Work) -> None:
    """Write what waits; what the database refuses becomes a clear answer.

    Raises:
        TakenError: the time overlaps another of the clinician or of the person.
    """
    try:
        work.session.flush()
    except IntegrityError as error:
        words = str(error.orig)
        if "appointment_no_overlap" in words:
            raise TakenError(TWICE_FOR_STAFF if work.staff else TWICE) from error
        if "busytime" in words:
            raise TakenError from error
        raise


def everybody(work: Work) -> list[Practitioner]:
    """List every active clinician, within reach or not: closing the practice concerns them all."""
    rows = select(Practitioner).where(col(Practitioner.is_active))
    return list(work.session.exec(rows).all())


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
    """Refuse a time without a zone, which would mean another moment on another machine.

    A year that no zone can reckon with is refused alike.

    Raises:
        InvalidError: it is one of these.
    """
    if moment.tzinfo is None:
        raise InvalidError("Choose a time.", field="starts_at")
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise InvalidError("Choose a time.", field="starts_at")
    return moment


def chart_of(work: Work, visit: Appointment) -> Chart:
    """Give the chart of a visit."""
    return work.session.get_one(Chart, visit.chart_id)


def replaced(work: Work, visit_id: AppointmentId | None) -> Appointment | None:
    """Give the visit that another took the place of."""
    return work.session.get(Appointment, visit_id) if visit_id else None


def rows_changed(result: object) -> int:
    """Count the rows that a statement has changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0
