"""The practice's side of consents: the signed copy on a patient's page, and what waits."""

from typing import Any, cast

from sqlalchemy import ColumnElement, exists, select
from sqlalchemy.orm import aliased
from sqlmodel import col

from portal_app.data.models import (
    Chart,
    ConsentEvent,
    ConsentSignature,
    DocumentAssignment,
    DocumentDefinition,
    Patient,
)
from portal_app.data.schemas.consents import SignedCopy
from portal_app.data.schemas.practice import Task
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents.consents import common, signing

NEEDS = Permission.PRACTICE_FORMS
TASKS = 6


def signed_copy(actor: Actor, chart: str, document: str) -> SignedCopy:
    """Show what has come of a consent: who has signed, the newest signed file, what was said."""
    with access.open(actor, NEEDS, chart=chart, action="documents.look", target=document) as work:
        assignment, definition = common.find(work, document)
        return copy_of(work, assignment, definition)


def copy_of(
    work: Work, assignment: DocumentAssignment, definition: DocumentDefinition
) -> SignedCopy:
    """Show what has come of a consent, inside a unit of work on its chart."""
    signatures = common.signatures_of(work, assignment)
    events = common.events_of(work, assignment)
    ends = [e for e in events if e.kind in {"declined", "withdrawn"}]
    last = ends[-1] if ends else None
    return SignedCopy(
        state=last.kind if last else assignment.status,
        file=common.file_of(work, signatures[-1].file_id).public_id if signatures else "",
        signatures=common.told(signatures),
        reason=f"{last.by}: {last.reason}" if last else "",
        ended_at=last.at if last else None,
        unseen=last is not None and not any(e.kind == "seen" for e in events),
        counter_sign=signing.may_counter_sign(work, assignment, definition),
    )


def acknowledge(actor: Actor, chart: str, document: str) -> None:
    """Note that the practice has seen that somebody said no, or took her consent back."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="documents.acknowledge", target=document
    ) as work:
        assignment, _ = common.find(work, document)
        common.add_event(work, assignment, "seen")
        common.announce(work)


def tasks(work: Work) -> tuple[Task, ...]:
    """List what waits for the practice: a clinician's own signature, and every no."""
    if not work.may(NEEDS):
        return ()
    return (*_to_sign(work), *_said_no(work))


def _to_sign(work: Work) -> tuple[Task, ...]:
    clinician = work.member.practitioner_id
    if clinician is None:
        return ()
    rows = (
        select(DocumentAssignment, Patient, Chart)
        .join(Chart, col(DocumentAssignment.chart_id) == Chart.id)
        .join(Patient, col(DocumentAssignment.patient_id) == Patient.id)
        .join(DocumentDefinition, col(DocumentAssignment.definition_id) == DocumentDefinition.id)
        .where(
            col(DocumentAssignment.kind) == common.KIND,
            col(DocumentAssignment.status) == "submitted",
            col(Chart.practitioner_id) == clinician,
            cast("Any", DocumentDefinition.settings)["countersign"].as_boolean(),
            ~_ended(),
            ~exists(
                select(col(ConsentSignature.id)).where(
                    col(ConsentSignature.assignment_id) == DocumentAssignment.id,
                    col(ConsentSignature.role) == common.COUNTER,
                )
            ),
        )
        .order_by(col(DocumentAssignment.finished_at))
        .limit(TASKS)
    )
    wall = Wall(work.zone, work.now)
    return tuple(
        Task(
            title=f"Sign: {assignment.title}",
            detail=f"{patient.name}, signed {wall.short(assignment.finished_at or work.now)}",
            href=f"/practice/patients/{chart.public_id}/documents/{assignment.public_id}",
            aside="Your signature",
        )
        for assignment, patient, chart in work.session.execute(rows).all()
    )


def _ended(kind: str = "withdrawn") -> ColumnElement[bool]:
    other = aliased(ConsentEvent)
    return exists(
        select(col(other.id)).where(
            col(other.assignment_id) == DocumentAssignment.id, col(other.kind) == kind
        )
    )


def _said_no(work: Work) -> tuple[Task, ...]:
    rows = (
        select(ConsentEvent, DocumentAssignment, Patient, Chart)
        .join(DocumentAssignment, col(ConsentEvent.assignment_id) == DocumentAssignment.id)
        .join(Chart, col(DocumentAssignment.chart_id) == Chart.id)
        .join(Patient, col(DocumentAssignment.patient_id) == Patient.id)
        .where(col(ConsentEvent.kind).in_(["declined", "withdrawn"]), ~_ended("seen"))
        .order_by(col(ConsentEvent.at))
        .limit(TASKS)
    )
    wall = Wall(work.zone, work.now)
    words = {"declined": "said no", "withdrawn": "took it back"}
    return tuple(
        Task(
            title=f"Consent: {assignment.title}",
            detail=f"{patient.name} {words[event.kind]}, {wall.short(event.at)}",
            href=f"/practice/patients/{chart.public_id}/documents/{assignment.public_id}",
            aside="Declined" if event.kind == "declined" else "Withdrawn",
        )
        for event, assignment, patient, chart in work.session.execute(rows).all()
    )
