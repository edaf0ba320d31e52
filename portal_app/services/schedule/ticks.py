"""What happens to visits by the clock alone."""

from datetime import UTC, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal_app.data.models import Appointment, BusyTime
from portal_app.rules.schedule.states import ACTIVE, VisitStatus
from portal_app.rules.schedule.walls import instants
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.schedule import changes, clinician_time, notices
from portal_app.services.schedule.clinician_time import TakenError

BATCH = 50


def expire_requests(public_url: str) -> int:
    """End the requests that nobody has answered in time, and tell both sides; returns how many."""
    with open_system("requests that expire", writes=False) as work:
        due = _due(work)
    ended = 0
    for key in due:
        with open_system("a request has expired", logged=True) as work:
            found = work.session.get(Appointment, key)
            if found is None or found.status != VisitStatus.REQUESTED.value:
                continue
            work.focus(clinician_time.chart_of(work, found))
            clinician_time.lock(work, found.practitioner_id)
            changes.end(work, found, VisitStatus.EXPIRED)
            notices.tell_patient(work, found, "expired", public_url)
            notices.tell_clinician(work, found, "expired", public_url)
            ended += 1
    return ended


def _due(work: Work) -> list[UUID]:
    rows = select(Appointment.id).where(
        Appointment.status == VisitStatus.REQUESTED.value,
        (col(Appointment.request_until) <= work.now) | (col(Appointment.starts_at) <= work.now),
    )
    return list(work.session.exec(rows.limit(BATCH)).all())


def sweep_holds() -> int:
    """Remove what was held and has run out, and tell open pickers."""
    with open_system("holds that ran out", writes=False) as work:
        rows = select(BusyTime.id).where(col(BusyTime.expires_at) <= work.now)
        if work.session.exec(rows.limit(1)).first() is None:
            return 0
    with open_system("holds that ran out") as work:
        gone = work.session.exec(
            select(BusyTime).where(col(BusyTime.expires_at) <= work.now).limit(BATCH)
        ).all()
        for row in gone:
            work.announce(clinician_time.topic(row.practitioner_id))
            work.session.delete(row)
        return len(gone)


def follow_zones() -> tuple[int, int]:
    """Keep the wall time of coming visits where a government has changed a zone's rules.

    Run at start, since new rules arrive with an update. Returns how many visits were moved to
    another moment, and how many could not be, because the time is taken.
    """
    moved = stuck = 0
    with open_system("zones that changed", writes=False) as work:
        rows = select(
            Appointment.id, Appointment.starts_at, Appointment.zone, Appointment.wall_start
        )
        coming = work.session.exec(
            rows.where(
                col(Appointment.starts_at) > work.now,
                col(Appointment.status).in_([s.value for s in ACTIVE]),
            )
        ).all()
    for key, starts_at, zone, wall in coming:
        local = datetime.fromisoformat(wall)
        found = instants(ZoneInfo(zone), local.date(), local.time())
        if not found or starts_at.astimezone(UTC) in found:
            continue
        try:
            with open_system("a zone has changed", logged=True) as work:
                _shift(work, work.session.get_one(Appointment, key), found[0])
            moved += 1
        except TakenError:
            stuck += 1
    return moved, stuck


def _shift(work: Work, visit: Appointment, starts_at: datetime) -> None:
    clinician_time.lock(work, visit.practitioner_id)
    work.focus(clinician_time.chart_of(work, visit))
    changes.shift(work, visit, starts_at)
