"""The practice's own side: Today, the roster, settings."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, exists, func, select
from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import (
    Chart,
    DashboardMessage,
    EmergencyContact,
    Grant,
    Patient,
    Practitioner,
    SavedReply,
    StaffMember,
    User,
)
from portal_app.data.schemas.messages import QueueRow
from portal_app.data.schemas.practice import (
    AbsenceInput,
    ClinicianSettings,
    DashboardInput,
    MessageSettings,
    OverviewView,
    PatientHead,
    PatientRow,
    RosterView,
    SavedReplyInput,
    SettingsView,
    Task,
    TodayView,
)
from portal_app.data.schemas.schedule import StaffVisitRow
from portal_app.integrations import phones
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.names import fold
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import VisitStatus, can_be_completed
from portal_app.rules.schedule.walls import day_span
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import undelivered
from portal_app.services.billing import overview as billing
from portal_app.services.billing import reconciling
from portal_app.services.demographics import facts, requests
from portal_app.services.demographics import practice as details
from portal_app.services.documents import reviewing as documents
from portal_app.services.documents.consents import desk as consents
from portal_app.services.family import seeing
from portal_app.services.messages import practice as messages
from portal_app.services.records import amendments
from portal_app.services.schedule import calendar

PAGE = 50
WAITING = 6
RECENT = 12


def today(actor: Actor) -> TodayView:
    """Show what waits for the person."""
    with access.open(actor, Permission.PRACTICE_ENTER) as work:
        reads, plans = (
            work.may(Permission.PRACTICE_INBOX),
            work.may(Permission.PRACTICE_SCHEDULE),
        )
        visits = _visits_today(work) if plans else None
        records = work.may(Permission.PRACTICE_RECORDS)
        return TodayView(
            messages=messages.first_waiting(work, WAITING) if reads else None,
            waiting=messages.count_waiting(work) if reads else 0,
            visits=visits,
            tasks=(
                documents.tasks(work)
                + consents.tasks(work)
                + (_approvals(work) if plans else ())
                + requests.tasks(work)
                + (amendments.tasks(work, WAITING) if records else ())
                + billing.tasks(work)
                + reconciling.tasks(work)
                + undelivered.tasks(work)
            ),
            to_complete=_to_complete(visits or (), work.now),
            to_invoice=billing.to_invoice(work, visits or ()),
        )


def _visits_today(work: Work) -> tuple[StaffVisitRow, ...]:
    people = [p.id for p in calendar.clinicians(work)]
    return calendar.visits_between(work, people, day_span(work.zone, work.today))


def _to_complete(visits: Sequence[StaffVisitRow], now: datetime) -> frozenset[str]:
    """Name the visits that can be closed: those that have begun, and the next of each clinician."""
    open_ones = [v for v in visits if can_be_completed(VisitStatus(v.status))]
    begun = {v.id for v in open_ones if v.starts_at <= now or v.status == VisitStatus.ARRIVED.value}
    following = {v.clinician_id: v.id for v in reversed(open_ones) if v.id not in begun}
    return frozenset(begun.union(following.values()))


def _approvals(work: Work) -> tuple[Task, ...]:
    wall = Wall(work.zone, work.now)
    return tuple(
        Task(
            title=f"Approve booking: {wall.brief(v.starts_at)}",
            detail=f"{v.patient}, {v.title}",
            href=f"/practice/calendar/{v.id}",
            aside=v.clinician,
        )
        for v in calendar.waiting(work, WAITING)
    )


# ---------------------------------------------------------------- roster
def roster(actor: Actor, query: str = "") -> RosterView:
    """List patients within reach by name; at most fifty, the search finds the others."""
    with access.open(actor, Permission.PRACTICE_ROSTER) as work:
        rows = (
            select(Chart, Patient, Practitioner, _has_sign_in())
            .join(Patient, col(Chart.patient_id) == Patient.id)
            .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
        )
        for word in fold(query).split()[:5]:
            rows = rows.where(col(Patient.search_name).contains(word, autoescape=True))
        order = col(Patient.family), col(Patient.given), col(Chart.created_at)
        found = work.session.execute(rows.order_by(*order).limit(PAGE + 1)).all()
        return RosterView(
            tuple(_row(*r) for r in found[:PAGE]),
            query,
            len(found) > PAGE,
            may_create=work.may(Permission.PRACTICE_DEMOGRAPHICS),
        )


def _has_sign_in() -> ColumnElement[bool]:
    return exists(
        select(col(Grant.id)).where(
            col(Grant.patient_id) == Patient.id, col(Grant.revoked_at).is_(None)
        )
    )


def _row(chart: Chart, patient: Patient, practitioner: Practitioner, signed: bool) -> PatientRow:
    return PatientRow(
        chart=chart.public_id,
        name=patient.name,
        birth_date=patient.birth_date,
        clinician=practitioner.name,
        status="deceased" if patient.is_deceased else patient.status,
        is_test=patient.is_test,
        has_sign_in=bool(signed),
    )


def patient_head(actor: Actor, chart: str) -> PatientHead:
    """Tell whose page it is, and what may be begun from it."""
    with access.open(actor, Permission.PRACTICE_ROSTER, chart=chart) as work:
        return PatientHead(
            _row(work.chart, work.patient, work.practitioner, signed=False),
            may_write=work.may(Permission.PRACTICE_INBOX),
            may_plan=work.may(Permission.PRACTICE_SCHEDULE) and work.patient.status == "active",
            seen_as=seeing.people_of(work),
        )


def overview(actor: Actor, chart: str) -> OverviewView:
    """Show whom to call, who has a sign-in, and the newest visits and conversations."""
    with access.open(actor, Permission.PRACTICE_ROSTER, chart=chart) as work:
        contacts = facts.held(work).contacts
        people = (
            pick(User, Grant)
            .join(Grant, col(Grant.user_id) == User.id)
            .where(Grant.patient_id == work.patient.id, col(Grant.revoked_at).is_(None))
        )
        plans, reads = work.may(Permission.PRACTICE_SCHEDULE), work.may(Permission.PRACTICE_INBOX)
        return OverviewView(
            details=details.panel_of(work) if work.may(details.NEEDS) else None,
            contacts=tuple(_contact(c, work.practice.country) for c in contacts),
            people=tuple(f"{u.name} ({g.relationship})" for u, g in work.session.exec(people)),
            messages=messages.of_chart(work)[:WAITING] if reads else None,
            visits=calendar.of_chart(work)[:RECENT] if plans else None,
        )


def conversations(actor: Actor, chart: str) -> tuple[QueueRow, ...]:
    """List the newest conversations of a chart."""
    with access.open(actor, Permission.PRACTICE_INBOX, chart=chart) as work:
        return messages.of_chart(work)


def visits(actor: Actor, chart: str) -> tuple[StaffVisitRow, ...]:
    """List the newest visits of a chart."""
    with access.open(actor, Permission.PRACTICE_SCHEDULE, chart=chart) as work:
        return calendar.of_chart(work)


def _contact(contact: EmergencyContact, country: str) -> str:
    parts = (contact.name, contact.relationship, phones.shown(contact.phone or "", country))
    return ", ".join(p for p in parts if p)


# ---------------------------------------------------------------- settings
def settings(actor: Actor, area: str) -> SettingsView:
    """Show an area of the settings.

    Raises:
        NotFoundError: no such area, or not for this person.
    """
    with access.open(actor, Permission.PRACTICE_PROFILE) as work:
        if area == "messages" and not work.may(Permission.PRACTICE_SETTINGS):
            raise NotFoundError
        practice = work.practice
        staff = work.session.exec(
            pick(StaffMember).where(col(StaffMember.is_active)).order_by(col(StaffMember.name))
        ).all()
        return SettingsView(
            tuple(_editable(work)),
            tuple((str(s.id), s.name, s.title) for s in staff),
            MessageSettings(
                reply_promise=practice.reply_promise,
                answer_hours=practice.answer_hours,
                urgent_notice=practice.urgent_notice,
                auto_reply=practice.auto_reply,
            )
            if work.may(Permission.PRACTICE_SETTINGS)
            else None,
            _saved_replies(work) if work.may(Permission.PRACTICE_SETTINGS) else (),
            leads=work.may(Permission.PRACTICE_STAFF),
        )


def _saved_replies(work: Work) -> tuple[tuple[str, str, str], ...]:
    rows = work.session.exec(pick(SavedReply).order_by(col(SavedReply.title)).limit(PAGE)).all()
    return tuple((str(r.id), r.title, r.body) for r in rows)


def _editable(work: Work) -> list[ClinicianSettings]:
    rows = pick(Practitioner).where(col(Practitioner.is_active))
    if not work.may(Permission.PRACTICE_STAFF):
        rows = rows.where(Practitioner.id == work.member.practitioner_id)
    found = work.session.exec(rows.order_by(col(Practitioner.name))).all()
    return [
        ClinicianSettings(
            str(p.id), p.name, p.dashboard_message, p.away_until, str(p.stand_in_id or "")
        )
        for p in found
    ]


def save_dashboard_message(actor: Actor, clinician: str, command: DashboardInput) -> None:
    """Save a new version of a clinician's dashboard message; her patients see it at once."""
    with access.open(
        actor,
        Permission.PRACTICE_PROFILE,
        writes=True,
        action="practice.dashboard_message",
        target=clinician,
    ) as work:
        row = _clinician(work, clinician)
        row.dashboard_message = command.text.strip()
        version = DashboardMessage(
            practitioner_id=row.id,
            text=row.dashboard_message,
            author=work.member.name,
            saved_at=work.now,
        )
        work.session.add_all([row, version])


def _clinician(work: Work, clinician: str) -> Practitioner:
    allowed = {c.id for c in _editable(work)}
    rows = work.session.exec(pick(Practitioner)).all()
    row = next((p for p in rows if str(p.id) == clinician and clinician in allowed), None)
    if row is None:
        raise NotFoundError
    return row


def save_absence(actor: Actor, clinician: str, command: AbsenceInput) -> None:
    """Save until when a clinician is away; her new messages go to the stand-in meanwhile."""
    with access.open(
        actor,
        Permission.PRACTICE_PROFILE,
        writes=True,
        action="practice.absence",
        target=clinician,
    ) as work:
        row = _clinician(work, clinician)
        staff = work.session.exec(pick(StaffMember).where(col(StaffMember.is_active))).all()
        stand_in = next((s for s in staff if str(s.id) == command.stand_in), None)
        if command.stand_in and stand_in is None:
            raise InvalidError("Choose somebody of the practice.", field="stand_in")
        row.away_until = command.away_until
        row.stand_in_id = stand_in.id if stand_in else None
        work.session.add(row)


def save_messages(actor: Actor, command: MessageSettings) -> None:
    """Save how the practice answers messages."""
    with access.open(
        actor, Permission.PRACTICE_SETTINGS, writes=True, action="practice.messages"
    ) as work:
        for name, value in command.model_dump().items():
            setattr(work.practice, name, value)
        work.session.add(work.practice)


def add_saved_reply(actor: Actor, command: SavedReplyInput) -> None:
    """Keep words that the practice uses often."""
    with access.open(
        actor, Permission.PRACTICE_SETTINGS, writes=True, action="practice.saved_reply"
    ) as work:
        count = work.session.exec(pick(func.count()).select_from(SavedReply)).one()
        if count >= PAGE:
            raise InvalidError(f"{PAGE} saved replies are kept. Remove one first.", field="title")
        work.session.add(SavedReply(title=command.title.strip(), body=command.body.strip()))


def remove_saved_reply(actor: Actor, reply: str) -> None:
    """Forget a saved reply."""
    with access.open(
        actor, Permission.PRACTICE_SETTINGS, writes=True, action="practice.saved_reply"
    ) as work:
        rows = work.session.exec(pick(SavedReply).limit(PAGE)).all()
        row = next((r for r in rows if str(r.id) == reply), None)
        if row is None:
            raise NotFoundError
        work.session.delete(row)
