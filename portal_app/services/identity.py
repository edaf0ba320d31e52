"""Signing in, and who a signed-in person is."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal_app.data.models import (
    Chart,
    Grant,
    Patient,
    Practice,
    Practitioner,
    UserSession,
)
from portal_app.rules import access as rule
from portal_app.rules import family
from portal_app.rules.errors import NotFoundError
from portal_app.rules.hours import Hours
from portal_app.rules.names import initials
from portal_app.rules.permissions import Permission
from portal_app.security import access, standing
from portal_app.security.access import Work
from portal_app.security.actor import ANONYMOUS, Actor
from portal_app.services.family import topics


@dataclass(frozen=True)
class ChartChoice:
    """A chart that a login may open."""

    chart: str
    patient: str
    first_name: str
    initials: str
    relationship: str
    clinician: str
    clinician_short: str
    permissions: frozenset[Permission]
    is_test: bool = False
    topic: str = ""

    @property
    def is_own(self) -> bool:
        """Whether the record is the person's own."""
        return self.relationship == "self"


def permissions(actor: Actor, enter: Permission, chart: str = "") -> frozenset[Permission]:
    """List what the person may do, on a chart or anywhere, that she may open with that permission.

    Raises:
        NotFoundError: out of reach.
    """
    with access.open(actor, enter, chart=chart or None, quiet=True) as work:
        return work.permissions


def choices(work: Work) -> tuple[ChartChoice, ...]:
    """List the charts of the signed-in person inside an open unit of work."""
    rows = (
        select(Chart, Patient, Practitioner, Grant)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
        .join(Grant, col(Grant.patient_id) == Patient.id)
        .where(Grant.user_id == work.person.id)
        .order_by(
            col(Patient.birth_date).nulls_first(), col(Chart.created_at), col(Practitioner.name)
        )
    )
    found = []
    for chart, patient, practitioner, grant in work.session.exec(rows).all():
        granted = standing.grant_facts(work, grant, patient)
        if not granted.holds(work.now):
            continue
        facts = rule.Facts(
            signed_in=True,
            grant=granted,
            chart=standing.chart_facts(work.practice, chart, patient),
        )
        permissions = rule.portal_permissions(facts, work.now)
        if Permission.HOME in permissions:
            found.append(_choice(chart, patient, practitioner, grant, permissions))
    return tuple(sorted(found, key=lambda c: not c.is_own))


def _choice(
    chart: Chart,
    patient: Patient,
    practitioner: Practitioner,
    grant: Grant,
    permissions: frozenset[Permission],
) -> ChartChoice:
    return ChartChoice(
        chart=chart.public_id,
        patient=patient.name,
        first_name=patient.first_name,
        initials=initials(patient.name),
        relationship=grant.relationship,
        clinician=practitioner.name,
        clinician_short=practitioner.short_name,
        permissions=permissions,
        is_test=patient.is_test,
        topic=topics.of_patient(patient.id),
    )


def charts(actor: Actor) -> tuple[ChartChoice, ...]:
    """List the charts that the signed-in person may open, her own first."""
    with access.open(actor, Permission.ACCOUNT) as work:
        return choices(work)


@dataclass(frozen=True)
class Landing:
    """Where a signed-in person starts."""

    path: str


def landing(actor: Actor) -> Landing:
    """Choose the first page: the practice's Today, or Home of the chart that was open last."""
    with access.open(actor, Permission.ACCOUNT) as work:
        if work.staff is not None:
            begins = work.staff.role == rule.Role.OWNER and not work.practice.is_demo
            if begins and work.session.exec(select(Chart.id).limit(1)).first() is None:
                return Landing("/practice/settings/set-up")
            return Landing("/practice/today")
        held = choices(work)
        opened = work.session.get(UserSession, actor.session_id)
        last = [c for c in held if opened and c.chart == opened.last_chart]
        first = (last or list(held))[:1]
        return Landing(f"/portal/{first[0].chart}/home" if first else "/no-chart")


@dataclass(frozen=True)
class PortalFrame:
    """What stands around every page of a patient's portal."""

    practice: str
    practice_second_line: str
    phone: str
    hours: str
    zone: str
    crisis_line: str
    emergency_number: str
    user_id: str
    person: str
    current: ChartChoice
    choices: tuple[ChartChoice, ...]
    seen_as: str = ""
    """As whom somebody of the practice sees it; empty in a portal that is opened by right."""
    is_staff: bool = False
    topics: tuple[str, ...] = ()
    """What to hear so that a change of access shows at once."""

    @property
    def permissions(self) -> frozenset[Permission]:
        """What the person may do on the open chart."""
        return self.current.permissions


def portal_frame(actor: Actor, chart: str) -> PortalFrame:
    """Read what stands around a chart's pages, and remember for this session that it was open last.

    Raises:
        NotFoundError: the chart is out of reach.
    """
    with access.open(actor, Permission.ACCOUNT) as work:
        held, practice, person = choices(work), work.practice, work.person
        is_staff, seen_as = work.staff is not None, ""
        opened = work.session.get(UserSession, actor.session_id)
        last = opened.last_chart if opened else chart
    if is_staff:
        seen, seen_as = _seen(actor, chart)
        held = seen or held
    current = next((c for c in held if c.chart == chart), None)
    if current is None:
        raise NotFoundError
    frame = PortalFrame(
        practice=practice.name,
        practice_second_line=practice.name_second_line,
        phone=practice.phone,
        hours=_hours(practice),
        zone=practice.zone,
        crisis_line=practice.crisis_line,
        emergency_number=practice.emergency_number,
        user_id=str(person.id),
        person=person.name,
        current=current,
        choices=held,
        seen_as=seen_as,
        is_staff=is_staff,
        topics=(topics.PRACTICE, topics.of_user(person.id), *sorted({c.topic for c in held})),
    )
    changed = last != chart and not seen_as
    if changed:
        with access.open(actor, Permission.ACCOUNT, writes=True, quiet=True) as work:
            opened = work.session.get_one(UserSession, actor.session_id)
            opened.last_chart = chart
            work.session.add(opened)
    return frame


def _seen(actor: Actor, chart: str) -> tuple[tuple[ChartChoice, ...], str]:
    """Ask the gate whether this session sees that chart's portal as somebody, and as whom."""
    try:
        with access.open(actor, Permission.HOME, chart=chart, quiet=True) as work:
            looks, patient = work.facts.looks if work.facts else None, work.patient
            if looks is None:
                return (), ""
            granted = standing.seen(work, looks, patient)
    except NotFoundError:
        return (), ""
    own = looks.grant.relationship == family.SELF
    name = patient.name if own or looks.person is None else looks.person.name
    return _looked_at(actor, patient, looks.grant, granted), name


def _looked_at(
    actor: Actor, patient: Patient, grant: Grant, granted: rule.GrantFacts
) -> tuple[ChartChoice, ...]:
    """List the charts of the patient whose portal is seen, as far as the practice's member may."""
    rows = (
        select(Chart, Practitioner)
        .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
        .where(Chart.patient_id == patient.id)
        .order_by(col(Chart.created_at), col(Practitioner.name))
    )
    found = []
    with access.open(actor, Permission.PRACTICE_ROSTER) as work:
        for chart, practitioner in work.session.exec(rows).all():
            facts = rule.Facts(
                signed_in=True,
                grant=granted,
                chart=standing.chart_facts(work.practice, chart, patient),
            )
            permissions = rule.portal_permissions(facts, work.now)
            if Permission.HOME in permissions:
                found.append(_choice(chart, patient, practitioner, grant, permissions))
    return tuple(found)


@dataclass(frozen=True)
class PracticeFrame:
    """What stands around every page of the practice console."""

    practice: str
    zone: str
    person: str
    permissions: frozenset[Permission]
    is_demo: bool


def practice_frame(actor: Actor) -> PracticeFrame:
    """Read what stands around the console's pages.

    Raises:
        NotFoundError: nobody of the practice.
    """
    with access.open(actor, Permission.PRACTICE_ENTER) as work:
        return PracticeFrame(
            practice=work.practice.name,
            zone=work.practice.zone,
            person=work.member.name,
            permissions=work.permissions,
            is_demo=work.practice.is_demo,
        )


@dataclass(frozen=True)
class DoorView:
    """What stands on the sign-in page."""

    practice: str
    practice_second_line: str
    phone: str
    hours: str
    crisis_line: str
    emergency_number: str
    is_demo: bool


def door() -> DoorView:
    """Read the practice's name and numbers for people who have not signed in."""
    with access.open(ANONYMOUS, Permission.PUBLIC) as work:
        practice = work.practice
        return DoorView(
            practice=practice.name,
            practice_second_line=practice.name_second_line,
            phone=practice.phone,
            hours=_hours(practice),
            crisis_line=practice.crisis_line,
            emergency_number=practice.emergency_number,
            is_demo=practice.is_demo,
        )


def _hours(practice: Practice) -> str:
    return Hours.of(practice.zone, practice.weekly_hours, ()).in_words()
