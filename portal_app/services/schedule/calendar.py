"""The practice's calendar: a day, a week, one visit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Select
from sqlalchemy import select as plain_select
from sqlmodel import col, select

from portal_app.data.models import (
    Appointment,
    BusyTime,
    Chart,
    HoursException,
    Location,
    OutboxMail,
    Patient,
    Practitioner,
)
from portal_app.data.schemas.schedule import BlockRow, CalendarView, StaffVisitRow, StaffVisitView
from portal_app.data.types import PractitionerId
from portal_app.integrations.money import money
from portal_app.rules.errors import NotFoundError
from portal_app.rules.names import initials
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.states import (
    ACTIVE,
    TAKES_TIME,
    VisitStatus,
    can_be_completed,
    may_become,
)
from portal_app.rules.schedule.walls import day_span
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.schedule import clinician_time, notices, views

VIEWS = ("day", "week", "list")
MOST = 500
"""Visits that one view draws; a month of a large practice is a list with a search."""
BY_PATIENT = {VisitStatus.CANCELLED_BY_PATIENT.value, VisitStatus.LATE_CANCELLED.value}
SHOWN = [s.value for s in TAKES_TIME] + [VisitStatus.NO_SHOW.value]


def calendar(actor: Actor, date: str = "", view: str = "", clinician: str = "") -> CalendarView:
    """Show a day or a week of the clinicians within reach.

    Args:
        actor: who looks.
        date: a day as YYYY-MM-DD; today where it is none.
        view: ``day``, ``week`` or ``list`` (a week as a list).
        clinician: id of one clinician; all of them where it is empty.
    """
    with access.open(actor, Permission.PRACTICE_SCHEDULE) as work:
        people = clinicians(work)
        chosen = next((p for p in people if str(p.id) == clinician), None)
        shown = [chosen] if chosen else people
        day = views.day_of(date) or work.today
        view = view if view in VIEWS else "day"
        first = day if view == "day" else views.monday(day)
        last = first if view == "day" else first + timedelta(days=6)
        span = Span(day_span(work.zone, first).start, day_span(work.zone, last).end)
        ids = [p.id for p in shown]
        visits = visits_between(work, ids, span)
        return CalendarView(
            topic=clinician_time.CALENDAR_TOPIC,
            zone=work.practice.zone,
            view=view,
            first=first,
            last=last,
            today=work.today,
            clinicians=tuple((str(p.id), p.name) for p in people),
            clinician=str(chosen.id) if chosen else "",
            visits=visits[:MOST],
            blocks=_named(_blocks(work, ids, span), shown if view != "day" else []),
            more=len(visits) > MOST,
        )


def clinicians(work: Work) -> list[Practitioner]:
    """List the active clinicians within reach."""
    rows = select(Practitioner).where(col(Practitioner.is_active))
    if work.reach is not None:
        rows = rows.where(col(Practitioner.id).in_(work.reach))
    return list(work.session.exec(rows.order_by(col(Practitioner.name))).all())


def visits_between(
    work: Work, practitioners: Sequence[PractitionerId], span: Span
) -> tuple[StaffVisitRow, ...]:
    """List the visits of some clinicians that begin in a span, in order: one query."""
    rows = (
        _joined()
        .where(
            col(Appointment.practitioner_id).in_(practitioners),
            col(Appointment.status).in_(SHOWN),
            col(Appointment.starts_at) >= span.start,
            col(Appointment.starts_at) < span.end,
        )
        .order_by(col(Appointment.starts_at), col(Appointment.public_id))
        .limit(MOST + 1)
    )
    return tuple(_row(*found) for found in work.session.execute(rows).all())


def waiting(work: Work, most: int) -> tuple[StaffVisitRow, ...]:
    """List requests that wait for an answer, the earliest visit first."""
    rows = (
        _joined()
        .where(
            col(Appointment.status) == VisitStatus.REQUESTED.value,
            col(Appointment.ends_at) > work.now,
        )
        .order_by(col(Appointment.starts_at))
        .limit(most)
    )
    return tuple(_row(*found) for found in work.session.execute(rows).all())


def of_chart(work: Work, most: int = 50) -> tuple[StaffVisitRow, ...]:
    """List the visits of the open chart, the newest first."""
    rows = _joined().where(col(Appointment.chart_id) == work.chart.id)
    rows = rows.order_by(col(Appointment.starts_at).desc()).limit(most)
    return tuple(_row(*found) for found in work.session.execute(rows).all())


def _joined() -> Select[Appointment, Chart, Patient, Practitioner, Location]:
    return (
        plain_select(Appointment, Chart, Patient, Practitioner, Location)
        .join(Chart, col(Appointment.chart_id) == Chart.id)
        .join(Patient, col(Appointment.patient_id) == Patient.id)
        .join(Practitioner, col(Appointment.practitioner_id) == Practitioner.id)
        .join(Location, col(Appointment.location_id) == Location.id, isouter=True)
    )


def _row(
    visit: Appointment,
    chart: Chart,
    patient: Patient,
    clinician: Practitioner,
    place: Location | None,
) -> StaffVisitRow:
    status = VisitStatus(visit.status)
    words, tone = views.status_words(status, clinician.short_name)
    return StaffVisitRow(
        id=visit.public_id,
        chart=chart.public_id,
        patient=patient.name,
        initials=initials(patient.name),
        clinician_id=str(clinician.id),
        clinician=clinician.name,
        title=visit.title,
        mode=visit.mode,
        place=place.name if place else "",
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        status=visit.status,
        status_words=words,
        status_tone=tone,
        series=visit.series_id is not None,
    )


def _blocks(work: Work, ids: Sequence[PractitionerId], span: Span) -> tuple[BlockRow, ...]:
    timed = select(BusyTime).where(
        col(BusyTime.practitioner_id).in_(ids),
        BusyTime.kind == "block",
        col(BusyTime.ends_at) > span.start,
        col(BusyTime.starts_at) < span.end,
    )
    rows = work.session.exec(timed.limit(MOST)).all()
    reasons = _reasons(work, {r.exception_id for r in rows if r.exception_id})
    return tuple(
        BlockRow(
            id=str(row.exception_id or ""),
            kind="off",
            title=reasons.get(row.exception_id) or "Time off",
            clinician_id=str(row.practitioner_id),
            starts_at=row.starts_at,
            ends_at=row.ends_at,
        )
        for row in rows
    ) + tuple(_closed(work, ids, span))


def _named(blocks: tuple[BlockRow, ...], people: list[Practitioner]) -> tuple[BlockRow, ...]:
    """Say whose time off it is, where several people's lie in one column."""
    names = {str(p.id): p.short_name for p in people} if len(people) > 1 else {}
    return tuple(
        replace(b, title=f"{names[b.clinician_id]}: {b.title}") if b.clinician_id in names else b
        for b in blocks
    )


def _reasons(work: Work, ids: set[UUID]) -> dict[UUID | None, str]:
    if not ids:
        return {}
    rows = work.session.exec(select(HoursException).where(col(HoursException.id).in_(ids))).all()
    return {row.id: row.reason or row.holiday for row in rows}


def _closed(work: Work, ids: Sequence[PractitionerId], span: Span) -> list[BlockRow]:
    first = span.start.astimezone(work.zone).date()
    last = (span.end - timedelta(seconds=1)).astimezone(work.zone).date()
    rows = select(HoursException).where(
        HoursException.kind == "closed",
        HoursException.start == "",
        col(HoursException.first_day) <= last,
        col(HoursException.last_day) >= first,
        col(HoursException.practitioner_id).is_(None)
        | col(HoursException.practitioner_id).in_(ids),
    )
    return [
        BlockRow(
            id=str(row.id),
            kind="closed",
            title=row.reason or row.holiday or "Time off",
            clinician_id=str(row.practitioner_id or ""),
            starts_at=day_span(work.zone, max(first, row.first_day)).start,
            ends_at=day_span(work.zone, min(last, row.last_day)).end,
        )
        for row in work.session.exec(rows.limit(MOST)).all()
    ]


def visit(actor: Actor, visit_id: str) -> StaffVisitView:
    """Show one visit with what may be done with it now."""
    with access.open(
        actor, Permission.PRACTICE_SCHEDULE, action="visit.open", target=visit_id
    ) as work:
        found = clinician_time.find(work, visit_id)
        work.focus(clinician_time.chart_of(work, found))
        place = work.session.get(Location, found.location_id) if found.location_id else None
        row = _row(found, work.chart, work.patient, work.practitioner, place)
        return StaffVisitView(
            row=row,
            zone=found.zone,
            address=place.address if place else "",
            video_url=found.video_url,
            price=money(found.price_minor, found.currency) if found.price_minor else "",
            patient_reason=found.status_reason if found.status in BY_PATIENT else "",
            practice_reason="" if found.status in BY_PATIENT else found.status_reason,
            override_reason=found.override_reason,
            booked=_booked(work, found),
            policy_accepted=_stamp(work, found.policy_accepted_at),
            may=_may(work, found),
            reminders=_reminders(work, found),
        )


def _booked(work: Work, found: Appointment) -> str:
    who = "the practice" if found.booked_by_staff else "the patient’s side"
    return f"{_stamp(work, found.booked_at)}, by {who}"


def _stamp(work: Work, moment: datetime | None) -> str:
    if moment is None:
        return ""
    local = moment.astimezone(work.zone)
    return f"{local:%B} {local.day}, {local.year}, {local.hour % 12 or 12}:{local:%M %p}"


def _may(work: Work, found: Appointment) -> frozenset[str]:
    status = VisitStatus(found.status)
    verbs = {
        "approve": VisitStatus.BOOKED,
        "decline": VisitStatus.DECLINED,
        "arrive": VisitStatus.ARRIVED,
        "complete": VisitStatus.COMPLETED,
        "no_show": VisitStatus.NO_SHOW,
        "cancel": VisitStatus.CANCELLED_BY_PRACTICE,
    }
    may = {verb for verb, to in verbs.items() if may_become(status, to)}
    if status is not VisitStatus.REQUESTED:
        may -= {"approve"}
    if can_be_completed(status):
        may.add("complete")
    zone = ZoneInfo(found.zone)
    if found.starts_at.astimezone(zone).date() > work.now.astimezone(zone).date():
        may -= {"arrive", "complete", "no_show"}
    if status in ACTIVE and status is not VisitStatus.ARRIVED:
        may.add("move")
    return frozenset(may)


def _reminders(work: Work, found: Appointment) -> tuple[str, ...]:
    rows = select(OutboxMail).where(OutboxMail.appointment_id == str(found.id))
    mails = work.session.exec(rows.order_by(col(OutboxMail.due_at)).limit(20)).all()
    words = {
        "due": "planned for",
        "sent": "sent",
        "failed": "NOT SENT",
        "noted": "NOT SENT",
        "skipped": "not needed",
    }
    names = {notices.REMINDER: "Reminder", notices.NEWS: "News", notices.STAFF_NEWS: "News to you"}
    return tuple(
        f"{names.get(m.kind, 'Mail')}: {words.get(m.status, m.status)} "
        f"{_stamp(work, m.sent_at or m.due_at)}"
        + (f" ({m.last_error})" if m.status in {"failed", "noted"} else "")
        for m in mails
    )


def chosen(work: Work, people: Sequence[Practitioner], clinician: str) -> Practitioner:
    """Find the clinician that was asked for; the person's own, or the first, where none was.

    Raises:
        NotFoundError: out of reach, or there is none.
    """
    own = work.member.practitioner_id
    wanted = clinician or str(own or "")
    found = next((p for p in people if str(p.id) == wanted), None)
    if found is None and clinician:
        raise NotFoundError
    if found is None and not people:
        raise NotFoundError
    return found or people[0]


def practitioner_of(work: Work, clinician: str) -> Practitioner:
    """Find a clinician within reach.

    Raises:
        NotFoundError: none.
    """
    found = next((p for p in clinicians(work) if str(p.id) == clinician), None)
    if found is None:
        raise NotFoundError
    return found
