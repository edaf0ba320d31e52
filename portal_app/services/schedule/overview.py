"""A chart's visits: what is coming, what has been, and one of them in full."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, or_
from sqlmodel import col, func, select

from portal_app.data.models import Appointment, Location
from portal_app.data.schemas.schedule import ScheduleView, VisitRow, VisitView
from portal_app.integrations.money import money
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.schedule import clinician_time, feeds, views, visits
from portal_app.services.schedule.setup import Setup, load

PAGE = 10
UPCOMING_SHOWN = 60


def overview(actor: Actor, chart: str, cursor: str | None = None) -> ScheduleView:
    """List the upcoming visits and one page of the past ones of a chart."""
    with access.open(actor, Permission.SCHEDULE_VIEW, chart=chart) as work:
        setup = load(work, work.practitioner.id, work.today)
        upcoming = _ahead(work, visits.COMING)
        called_off = _ahead(work, visits.CALLED_OFF)
        gone = visits.of_chart(work).where(
            col(Appointment.ends_at) <= work.now, col(Appointment.status).not_in(visits.NEVER)
        )
        number = work.session.exec(select(func.count()).select_from(gone.subquery())).one()
        if cursor:
            gone = gone.where(_before(cursor))
        order = col(Appointment.starts_at).desc(), col(Appointment.public_id).desc()
        past = work.session.exec(gone.order_by(*order).limit(PAGE + 1)).all()
        rows = visits.rows(work, setup, [*upcoming, *called_off, *past[:PAGE]])
        why_not = visits.why_not(setup, len(upcoming))
        books = work.may(Permission.SCHEDULE_BOOK)
        return ScheduleView(
            topic=clinician_time.visits_topic(chart),
            zone=setup.zone.key,
            zone_words=views.zone_words(setup.zone.key, work.now),
            clinician=setup.practitioner.name,
            upcoming=tuple(rows[v.public_id] for v in upcoming),
            called_off=tuple(rows[v.public_id] for v in called_off),
            past=tuple(rows[v.public_id] for v in past[:PAGE]),
            past_count=number,
            next_cursor=_cursor(past[PAGE - 1]) if len(past) > PAGE else None,
            mode=setup.rules.mode,
            may_book=books and not why_not,
            why_not=why_not if books else "",
            policy=views.policy_view(setup.policy),
            changes_online=setup.rules.changes_online and work.may(Permission.SCHEDULE_CHANGE),
            phone=work.practice.phone,
            feed=feeds.of_person(work) is not None,
            read_at=work.now,
        )


def _ahead(work: Work, statuses: Sequence[str]) -> Sequence[Appointment]:
    rows = visits.of_chart(work).where(
        col(Appointment.ends_at) > work.now, col(Appointment.status).in_(statuses)
    )
    order = col(Appointment.starts_at), col(Appointment.public_id)
    return work.session.exec(rows.order_by(*order).limit(UPCOMING_SHOWN)).all()


def _cursor(last: Appointment) -> str:
    return f"{last.starts_at.isoformat()} {last.public_id}"


def _before(cursor: str) -> ColumnElement[bool]:
    """Keep what comes after a page's last visit; two can begin at the same moment."""
    moment, public_id = cursor.split(" ")
    starts_at, start = col(Appointment.starts_at), datetime.fromisoformat(moment)
    return or_(starts_at < start, and_(starts_at == start, col(Appointment.public_id) < public_id))


def next_visit(work: Work) -> VisitRow | None:
    """Give the next visit of an open chart, for Home."""
    rows = visits.of_chart(work).where(
        col(Appointment.ends_at) > work.now, col(Appointment.status).in_(visits.COMING)
    )
    found = work.session.exec(rows.order_by(col(Appointment.starts_at)).limit(1)).first()
    if found is None:
        return None
    return visits.rows(work, load(work, work.practitioner.id, work.today), [found])[found.public_id]


def visit(actor: Actor, chart: str, visit_id: str) -> VisitView:
    """Show one visit in full."""
    with access.open(actor, Permission.SCHEDULE_VIEW, chart=chart, target=visit_id) as work:
        setup = load(work, work.practitioner.id, work.today)
        found = clinician_time.find(work, visit_id)
        place = work.session.get(Location, found.location_id) if found.location_id else None
        return VisitView(
            row=visits.rows(work, setup, [found])[found.public_id],
            address=place.address if place else "",
            phone=(place.phone if place else "") or work.practice.phone,
            price=money(found.price_minor, found.currency) if found.price_minor else "",
            policy=views.policy_view(clinician_time.policy_of_visit(work, found)),
            history=_history(work, setup, found),
            topic=clinician_time.visits_topic(chart),
        )


def _history(work: Work, setup: Setup, found: Appointment) -> tuple[str, ...]:
    lines = [f"Booked on {_day(setup, found.booked_at)}"]
    if (before := clinician_time.replaced(work, found.replaces_id)) is not None:
        lines.append(f"Moved from {_day(setup, before.starts_at)}")
    if found.policy_accepted_at:
        lines.append(f"The policy was accepted on {_day(setup, found.policy_accepted_at)}")
    return tuple(lines)


def _day(setup: Setup, moment: datetime) -> str:
    day = moment.astimezone(setup.zone).date()
    return f"{day:%B} {day.day}, {day.year}"
