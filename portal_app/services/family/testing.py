"""A patient who is none: made by a member of the practice, to try the portal herself."""

from sqlmodel import col, func, select

from portal_app.data.models import Chart, Grant, Patient, Practitioner
from portal_app.rules.errors import InvalidError
from portal_app.rules.names import search_name
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
BASIS = "test"
MOST = 20


def create(actor: Actor) -> str:
    """Make a test patient whose portal the person may open and use; returns the chart.

    Her notices go to the member who made her, because it is that member's sign-in.

    Raises:
        InvalidError: there is no clinician yet, or there are enough test patients.
    """
    with access.open(actor, NEEDS, writes=True, action="patients.test") as work:
        clinician = _clinician(work)
        if clinician is None:
            raise InvalidError("Add a clinician first.")
        count = work.session.exec(
            select(func.count()).select_from(Patient).where(col(Patient.is_test))
        ).one()
        if count >= MOST:
            raise InvalidError(f"There are {MOST} test patients already.")
        family = "Patient" if not count else f"Patient {count + 1}"
        patient = Patient(
            family=family,
            given="Test",
            search_name=search_name("Test", family),
            is_test=True,
            created_at=work.now,
        )
        work.session.add(patient)
        work.session.flush()
        chart = Chart(
            patient_id=patient.id,
            practitioner_id=clinician.id,
            permissions=sorted(work.practice.chart_defaults),
            created_at=work.now,
        )
        grant = Grant(
            user_id=work.person.id,
            patient_id=patient.id,
            basis=BASIS,
            scopes=sorted(p.value for p in PORTAL),
            valid_from=work.now,
            granted_by=work.member.name,
        )
        work.session.add_all([chart, grant])
        work.focus(chart)
        return chart.public_id


def _clinician(work: Work) -> Practitioner | None:
    """Choose whose patient she is: the member's own, or the first within reach."""
    rows = select(Practitioner).where(col(Practitioner.is_active))
    found = work.session.exec(rows.order_by(col(Practitioner.name))).all()
    within = [p for p in found if work.reach is None or p.id in work.reach]
    own = [p for p in within if p.id == work.member.practitioner_id]
    return next(iter([*own, *within]), None)
