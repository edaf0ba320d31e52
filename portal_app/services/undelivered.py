"""Mail that could not be sent: a task of the practice until somebody has seen it."""

import re
from collections.abc import Iterable
from uuid import UUID

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import (
    Appointment,
    Chart,
    DocumentAssignment,
    OutboxMail,
    Patient,
    Thread,
)
from portal_app.data.schemas.practice import Task
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import news, notifications
from portal_app.services.documents import notices as paper_notices
from portal_app.services.messages import queues
from portal_app.services.schedule import notices

TOPIC = "undelivered"
FAILED, NOTED = "failed", "noted"
READ = 50
"""Failed mails that one look goes through; what is seen makes room for the others."""
CODE = re.compile(r"\b5\d\d\b")
WORDS = {
    notifications.TO_PATIENT_SIDE: "notice of a message",
    notifications.TO_PRACTICE: "notice of a message to the practice",
    news.PORTAL_NEWS: "notice of something new in the portal",
    notices.NEWS: "news about a visit",
    notices.REMINDER: "reminder of a visit",
    notices.STAFF_NEWS: "news about a visit to the clinician",
    paper_notices.NEWS: "notice of a document",
    paper_notices.REMINDER: "reminder of a document",
}


def tasks(work: Work) -> tuple[Task, ...]:
    """List the mail that failed and concerns patients whom the person reaches, the newest first."""
    rows = pick(OutboxMail).where(col(OutboxMail.status) == FAILED)
    mails = work.session.exec(rows.order_by(col(OutboxMail.due_at).desc()).limit(READ)).all()
    if not mails:
        return ()
    found = _visits(work, mails) | _threads(work, mails)
    found |= _papers(work, mails) | _charts(work, mails)
    return tuple(
        Task(
            title="Check: a mail could not be sent",
            detail=f"{patient}: {WORDS.get(mail.kind, 'a mail')}, {_why(mail)}",
            href=href,
            mail=str(mail.id),
        )
        for mail in mails
        if (named := found.get(mail.appointment_id or mail.thread_id or mail.chart))
        for patient, href in [named]
    )


def note(actor: Actor, mail: str) -> None:
    """Mark a failed mail as seen; it is no task any more.

    Raises:
        NotFoundError: no such task, or out of reach.
    """
    with access.open(
        actor, Permission.PRACTICE_ENTER, writes=True, action="mail.noted", target=mail
    ) as work:
        if mail not in {t.mail for t in tasks(work)}:
            raise NotFoundError
        row = work.session.get_one(OutboxMail, UUID(mail))
        row.status = NOTED
        work.session.add(row)
        work.announce(TOPIC)


def _visits(work: Work, mails: Iterable[OutboxMail]) -> dict[str, tuple[str, str]]:
    ids = [UUID(m.appointment_id) for m in mails if m.appointment_id]
    if not ids or not work.may(Permission.PRACTICE_SCHEDULE):
        return {}
    rows = (
        select(Appointment, Patient)
        .join(Patient, col(Appointment.patient_id) == Patient.id)
        .where(col(Appointment.id).in_(ids))
    )
    return {
        str(visit.id): (patient.name, f"/practice/calendar/{visit.public_id}")
        for visit, patient in work.session.execute(rows).all()
    }


def _threads(work: Work, mails: Iterable[OutboxMail]) -> dict[str, tuple[str, str]]:
    ids = [m.thread_id for m in mails if m.thread_id]
    if not ids or not work.may(Permission.PRACTICE_INBOX):
        return {}
    rows = (
        select(Thread, Patient)
        .join(Patient, col(Thread.patient_id) == Patient.id)
        .where(col(Thread.public_id).in_(ids), queues.visible(work))
    )
    return {
        thread.public_id: (patient.name, f"/practice/inbox/{thread.public_id}")
        for thread, patient in work.session.execute(rows).all()
    }


def _papers(work: Work, mails: Iterable[OutboxMail]) -> dict[str, tuple[str, str]]:
    ids = [m.thread_id for m in mails if m.kind in paper_notices.KINDS]
    if not ids or not work.may(Permission.PRACTICE_FORMS):
        return {}
    rows = (
        select(DocumentAssignment, Patient, Chart)
        .join(Patient, col(DocumentAssignment.patient_id) == Patient.id)
        .join(Chart, col(DocumentAssignment.chart_id) == Chart.id)
        .where(col(DocumentAssignment.public_id).in_(ids))
    )
    return {
        paper.public_id: (
            patient.name,
            f"/practice/patients/{chart.public_id}/documents/{paper.public_id}",
        )
        for paper, patient, chart in work.session.execute(rows).all()
    }


def _charts(work: Work, mails: Iterable[OutboxMail]) -> dict[str, tuple[str, str]]:
    ids = [m.chart for m in mails if m.chart]
    if not ids or not work.may(Permission.PRACTICE_ROSTER):
        return {}
    rows = (
        select(Chart, Patient)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .where(col(Chart.public_id).in_(ids))
    )
    return {
        chart.public_id: (patient.name, f"/practice/patients/{chart.public_id}")
        for chart, patient in work.session.execute(rows).all()
    }


def _why(mail: OutboxMail) -> str:
    code = CODE.search(mail.last_error)
    # a server's own words may hold anything; its number says enough
    if code:
        return f"refused by the mail server ({code[0]})"
    return "given up after three days" if mail.attempts > 1 else "the address is not valid"
