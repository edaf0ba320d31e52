"""Answers that somebody of the practice has to look at today: one task, until somebody did."""

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import Chart, DocumentAlert, DocumentAssignment, Patient
from portal_app.data.schemas.practice import Task
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import shared

SHOWN = 20


def of(work: Work, assignment: DocumentAssignment) -> DocumentAlert | None:
    """Find the task of an assigned document."""
    rows = pick(DocumentAlert).where(DocumentAlert.assignment_id == assignment.id)
    return work.session.exec(rows).first()


def raise_once(work: Work, assignment: DocumentAssignment) -> None:
    """Make the task; a second press, another tab or a correction finds it made.

    Writers take turns, so that looking first is enough; the unique column is the last word.
    """
    if of(work, assignment) is not None:
        return
    work.session.add(
        DocumentAlert(
            chart_id=assignment.chart_id,
            patient_id=assignment.patient_id,
            assignment_id=assignment.id,
            raised_at=work.now,
        )
    )
    work.session.flush()


def tasks(work: Work) -> tuple[Task, ...]:
    """List what nobody of the practice has looked at, the oldest first, within reach."""
    if not work.may(Permission.PRACTICE_FORMS):
        return ()
    rows = (
        select(DocumentAlert, DocumentAssignment, Patient, Chart)
        .join(DocumentAssignment, col(DocumentAlert.assignment_id) == DocumentAssignment.id)
        .join(Chart, col(DocumentAlert.chart_id) == Chart.id)
        .join(Patient, col(DocumentAlert.patient_id) == Patient.id)
        .where(col(DocumentAlert.seen_at).is_(None))
        .order_by(col(DocumentAlert.raised_at))
        .limit(SHOWN)
    )
    wall = Wall(work.zone, work.now)
    return tuple(
        Task(
            title=f"Look today: {patient.name}",
            detail=f"{assignment.title}, sent {wall.short(alert.raised_at)}",
            href=f"/practice/patients/{chart.public_id}/documents/{assignment.public_id}",
            aside="Urgent",
        )
        for alert, assignment, patient, chart in work.session.execute(rows).all()
    )


def mark_seen(actor: Actor, chart: str, document: str) -> None:
    """Note that somebody of the practice has looked; the first keeps her name and moment.

    Raises:
        NotFoundError: nothing had to be looked at, or out of reach.
    """
    with access.open(
        actor,
        Permission.PRACTICE_FORMS,
        chart=chart,
        writes=True,
        action="documents.looked_at",
        target=document,
    ) as work:
        rows = (
            pick(DocumentAlert)
            .join(DocumentAssignment, col(DocumentAlert.assignment_id) == DocumentAssignment.id)
            .where(
                DocumentAssignment.public_id == document,
                DocumentAlert.chart_id == work.chart.id,
            )
        )
        alert = work.session.exec(rows).first()
        if alert is None:
            raise NotFoundError
        if alert.seen_at is None:
            alert.seen_by, alert.seen_at = work.member.name, work.now
            work.session.add(alert)
            shared.announce(work)
