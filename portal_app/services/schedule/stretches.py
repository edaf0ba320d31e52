"""The stretch of a clinician's time that a visit takes: made, shared by a group, given back."""

from datetime import datetime
from uuid import UUID

from sqlmodel import col, select, update

from portal_app.data.models import Appointment, BusyTime, VisitType
from portal_app.data.types import PractitionerId
from portal_app.security.access import Work
from portal_app.services.schedule import clinician_time
from portal_app.services.schedule.clinician_time import TakenError


def stretch(
    practitioner_id: PractitionerId, visit_type: VisitType, starts_at: datetime, ends_at: datetime
) -> BusyTime:
    """Make the row of a visit's time, with its padding and its seats; it is not written yet."""
    return BusyTime(
        practitioner_id=practitioner_id,
        kind="group" if visit_type.seats > 1 else "visit",
        starts_at=starts_at,
        ends_at=ends_at,
        minutes_before=visit_type.minutes_before,
        minutes_after=visit_type.minutes_after,
        visit_type_id=visit_type.id,
        seats=visit_type.seats,
    )


def take(work: Work, row: BusyTime) -> UUID:
    """Write the time of a visit, or take a seat where its group meets already; gives the row's id.

    Raises:
        TakenError: the time is not free, or the last seat has gone.
    """
    if row.kind == "group" and (shared := _seat(work, row)):
        return shared
    work.session.add(row)
    clinician_time.flush(work)
    return row.id


def _seat(work: Work, row: BusyTime) -> UUID | None:
    rows = select(BusyTime.id).where(
        BusyTime.practitioner_id == row.practitioner_id,
        BusyTime.visit_type_id == row.visit_type_id,
        BusyTime.kind == "group",
        BusyTime.starts_at == row.starts_at,
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
    if clinician_time.rows_changed(changed) == 0:
        raise TakenError
    return found


def give_back(work: Work, visit: Appointment) -> None:
    """Free the time of a visit, or its seat where others have seats too."""
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
