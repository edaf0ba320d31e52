"""Writes imported visits into a chart."""

from collections.abc import Sequence
from uuid import uuid4

from sqlmodel import select

from portal_app.data.models import Appointment, Chart, VisitType
from portal_app.data.types import UserId
from portal_app.integrations.fhir.appointment import Visit
from portal_app.rules.schedule.states import TAKES_TIME, VisitStatus
from portal_app.security.access import Work
from portal_app.services.schedule.setup import load
from portal_app.services.schedule.stretches import stretch, take


def write_appointments(
    work: Work, chart: Chart, found: Sequence[Visit], *, booked_by: UserId
) -> list[Appointment]:
    """Write visits as they were; those to come take their clinician's time.

    Args:
        work: an open unit of work without limits.
        chart: where they go; the clinician is the chart's.
        found: the visits; a type is found by its name, the first one stands in for the others.
        booked_by: who stands as having booked them.
    """
    types = work.session.exec(select(VisitType)).all()
    if not types:
        return []
    setup = load(work, chart.practitioner_id, work.today)
    named = {t.name: t for t in types}
    rows = []
    for visit in found:
        visit_type = named.get(visit.title, types[0])
        status = VisitStatus(visit.status)
        place = setup.location(visit_type, visit.mode)
        zone = setup.zone_of(place.id if place else None)
        row = Appointment(
            chart_id=chart.id,
            patient_id=chart.patient_id,
            practitioner_id=chart.practitioner_id,
            visit_type_id=visit_type.id,
            location_id=place.id if place else None,
            mode=visit.mode,
            status=status.value,
            starts_at=visit.starts_at,
            ends_at=visit.ends_at,
            zone=zone.key,
            wall_start=visit.starts_at.astimezone(zone).replace(tzinfo=None).isoformat(),
            title=visit.title,
            price_minor=visit_type.price_minor,
            currency=visit_type.currency,
            policy_id=setup.policy.id if setup.policy.version else None,
            booked_by=booked_by,
            booked_by_staff=True,
            booked_at=min(visit.booked_at or work.now, work.now),
            client_key=uuid4().hex,
            status_at=min(visit.booked_at or work.now, work.now),
            video_url=setup.rules.video_url if visit.mode == "video" else "",
        )
        if status in TAKES_TIME and visit.ends_at > work.now:
            taken = stretch(row.practitioner_id, visit_type, row.starts_at, row.ends_at)
            row.busy_id = take(work, taken)
        rows.append(row)
    work.session.add_all(rows)
    work.session.flush()
    return rows
