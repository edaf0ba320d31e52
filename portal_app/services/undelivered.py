"""Mail that could not be sent: a task of the practice until somebody has seen it."""

import re
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Uuid, cast, func, select
from sqlmodel import col

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
    newest = col(OutboxMail.due_at).desc()
    found = [
        row
        for rows in _within_reach(work)
        for row in work.session.execute(rows.order_by(newest).limit(READ)).all()
    ]
    found.sort(key=lambda row: row[0].due_at, reverse=True)
    return tuple(
        Task(
            title="Check: a mail could not be sent",
            detail=f"{patient.name}: {WORDS.get(mail.kind, 'a mail')}, {_why(mail)}",
            href=f"/practice/{_section(mail)}/{about}",
            mail=str(mail.id),
        )
        for mail, patient, about in found[:READ]
    )


def note(actor: Actor, mail: str) -> None:
    """Mark a failed mail as seen; it is no task any more.

    Raises:
        NotFoundError: no such task, or out of reach.
    """
    with access.open(
        actor, Permission.PRACTICE_ENTER, writes=True, action="mail.noted", target=mail
    ) as work:
        row = _reached(work, mail)
        row.status = NOTED
        work.session.add(row)
        work.announce(TOPIC)


def _reached(work: Work, mail: str) -> OutboxMail:
    try:
        key = UUID(mail)
    except ValueError:
        raise NotFoundError from None
    for rows in _within_reach(work):
        found = work.session.execute(rows.where(col(OutboxMail.id) == key)).first()
        if found is not None:
            return work.session.get_one(OutboxMail, key)
    raise NotFoundError


def _within_reach(work: Work) -> list[Select[OutboxMail, Patient, str]]:
    """Select what failed, with the patient and what it is about; the session knows the reach."""
    found = []
    if work.may(Permission.PRACTICE_SCHEDULE):
        found.append(
            select(OutboxMail, Patient, col(Appointment.public_id))
            .join(Appointment, _visit_id() == col(Appointment.id))
            .join(Patient, col(Appointment.patient_id) == Patient.id)
            .where(col(OutboxMail.status) == FAILED)
        )
    if work.may(Permission.PRACTICE_INBOX):
        found.append(
            select(OutboxMail, Patient, col(Thread.public_id))
            .join(Thread, col(OutboxMail.thread_id) == Thread.public_id)
            .join(Patient, col(Thread.patient_id) == Patient.id)
            .where(
                col(OutboxMail.status) == FAILED,
                col(OutboxMail.appointment_id) == "",
                queues.visible(work),
            )
        )
    if work.may(Permission.PRACTICE_FORMS):
        place = col(Chart.public_id) + "/documents/" + col(DocumentAssignment.public_id)
        found.append(
            select(OutboxMail, Patient, place)
            .join(DocumentAssignment, col(OutboxMail.thread_id) == DocumentAssignment.public_id)
            .join(Chart, col(DocumentAssignment.chart_id) == Chart.id)
            .join(Patient, col(DocumentAssignment.patient_id) == Patient.id)
            .where(
                col(OutboxMail.status) == FAILED,
                col(OutboxMail.kind).in_(paper_notices.KINDS),
            )
        )
    if work.may(Permission.PRACTICE_ROSTER):
        found.append(
            select(OutboxMail, Patient, col(Chart.public_id))
            .join(Chart, col(OutboxMail.chart) == Chart.public_id)
            .join(Patient, col(Chart.patient_id) == Patient.id)
            .where(
                col(OutboxMail.status) == FAILED,
                col(OutboxMail.appointment_id) == "",
                col(OutboxMail.thread_id) == "",
            )
        )
    return found


def _section(mail: OutboxMail) -> str:
    if mail.appointment_id:
        return "calendar"
    return "inbox" if mail.thread_id and mail.kind not in paper_notices.KINDS else "patients"


def _visit_id() -> ColumnElement[UUID]:
    # text with hyphens to what each database keeps an id as; no text is no id
    bare = func.replace(col(OutboxMail.appointment_id), "-", "")
    return cast(func.nullif(bare, ""), Uuid)


def _why(mail: OutboxMail) -> str:
    code = CODE.search(mail.last_error)
    # a server's own words may hold anything; its number says enough
    if code:
        return f"refused by the mail server ({code[0]})"
    return "given up after three days" if mail.attempts > 1 else "the address is not valid"
