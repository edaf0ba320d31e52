"""Signing in, and who a signed-in person is."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import (
    Chart,
    Grant,
    Patient,
    Practitioner,
    StaffMember,
    User,
)
from portal_app.rules import access as rule
from portal_app.rules.permissions import Permission
from portal_app.rules.names import initials
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor


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

    @property
    def is_own(self) -> bool:
        """Whether the record is the person's own."""
        return self.relationship == "self"


def _choices(work: Work) -> tuple[ChartChoice, ...]:
    rows = (
        select(Chart, Patient, Practitioner, Grant)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
        .join(Grant, col(Grant.patient_id) == Patient.id)
        .where(Grant.user_id == work.person.id)
        .order_by(col(Patient.birth_date), col(Chart.created_at), col(Practitioner.name))
    )
    found = []
    for chart, patient, practitioner, grant in work.session.exec(rows).all():
        if not access.grant_facts(grant).holds(work.now):
            continue
        facts = rule.Facts(
            signed_in=True,
            grant=access.grant_facts(grant),
            chart=access.chart_facts(work.practice, chart, patient),
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
    )


def charts(actor: Actor) -> tuple[ChartChoice, ...]:
    """List the charts that the signed-in person may open, her own first."""
    with access.open(actor, Permission.ACCOUNT) as work:
        return _choices(work)


@dataclass(frozen=True)
class Landing:
    """Where a signed-in person starts."""

    path: str


def landing(actor: Actor) -> Landing:
    """Choose the first page: the practice's Today, or Home of the chart that was open last."""
    with access.open(actor, Permission.ACCOUNT) as work:
        if work.staff is not None:
            return Landing("/practice/today")
        choices = _choices(work)
        last = [c for c in choices if c.chart == work.person.last_chart]
        first = (last or list(choices))[:1]
        return Landing(f"/portal/{first[0].chart}/home" if first else "/no-chart")
