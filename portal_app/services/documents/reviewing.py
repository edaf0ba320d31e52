"""The practice's side of assigned documents: read, reviewed, given back, and what still waits."""

from sqlalchemy import select
from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import (
    Chart,
    DocumentAlert,
    DocumentAssignment,
    DocumentDefinition,
    Patient,
)
from portal_app.data.schemas.papers import (
    AssignmentRow,
    ChartPapersView,
    PaperView,
    ReturnInput,
)
from portal_app.data.schemas.practice import Task
from portal_app.rules.documents.states import SENT, PaperStatus
from portal_app.rules.errors import ConflictError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import alerts, assigning, notices, scores, shared

P = Permission
PAGE = 50
ON_TODAY = 6


def of_chart(actor: Actor, chart: str) -> ChartPapersView:
    """Show the documents of a chart: what waits, what came, scores over time, files."""
    with access.open(actor, P.PRACTICE_FORMS, chart=chart) as work:
        rows = pick(DocumentAssignment).where(DocumentAssignment.chart_id == work.chart.id)
        order = col(DocumentAssignment.assigned_at).desc(), col(DocumentAssignment.public_id)
        found = work.session.exec(rows.order_by(*order).limit(PAGE + 1)).all()
        shown = found[:PAGE]
        scored = shared.newest_sent(work, [a.id for a in shown if a.kind == "rating_scale"])
        unseen = _unseen(work)
        return ChartPapersView(
            rows=tuple(_row(a, _score(scored.get(a.id)), look_today=a.id in unseen) for a in shown),
            trends=scores.trends(work, for_patient=False),
            uploads=shared.uploads(work),
            options=assigning.options(work),
            more=len(found) > PAGE,
            may_assign=work.patient.status == "active",
            topic=shared.topic(chart),
        )


def _unseen(work: Work) -> set[object]:
    rows = pick(DocumentAlert.assignment_id).where(
        DocumentAlert.chart_id == work.chart.id, col(DocumentAlert.seen_at).is_(None)
    )
    return set(work.session.exec(rows).all())


def _score(response: object) -> str:
    result = scores.loaded(response)  # type: ignore[arg-type]
    return result.words if result else ""


def _row(
    assignment: DocumentAssignment,
    score: str = "",
    *,
    look_today: bool = False,
    patient: str = "",
    chart: str = "",
) -> AssignmentRow:
    return AssignmentRow(
        id=assignment.public_id,
        title=assignment.title,
        kind=assignment.kind,
        status=assignment.status,
        assigned_at=assignment.assigned_at,
        finished_at=assignment.finished_at,
        due_on=assignment.due_on,
        every=assignment.every,
        until=assignment.until,
        completed_by=assignment.completed_by,
        score=score,
        look_today=look_today,
        patient=patient,
        chart=chart,
    )


def one(actor: Actor, chart: str, document: str) -> PaperView:
    """Show one assigned document with every version that was sent."""
    with access.open(
        actor, P.PRACTICE_FORMS, chart=chart, action="documents.read", target=document
    ) as work:
        row = assigning.find(work, document)
        definition = work.session.get_one(DocumentDefinition, row.definition_id)
        sent = shared.sent_of(work, row) if row.kind != shared.CONSENT else []
        alert = alerts.of(work, row)
        wall = Wall(work.zone, work.now)
        seen = ""
        if alert is not None and alert.seen_at is not None:
            seen = f"{alert.seen_by}, {wall.full(alert.seen_at)}"
        newest = scores.loaded(sent[0]) if sent else None
        return PaperView(
            row=_row(
                row,
                newest.words if newest else "",
                look_today=alert is not None and alert.seen_at is None,
                patient=work.patient.name,
                chart=chart,
            ),
            note=row.note,
            versions=tuple(scores.versions(work, definition, sent, scored=True, marked=True)),
            seen=seen,
            trend=scores.trend(work, definition) if newest else None,
            topic=shared.topic(chart),
        )


def review(actor: Actor, chart: str, document: str) -> None:
    """Note that the answers have been read; whoever presses first is named.

    Raises:
        ConflictError: there is nothing to review.
    """
    with access.open(
        actor,
        P.PRACTICE_FORMS,
        chart=chart,
        writes=True,
        action="documents.review",
        target=document,
    ) as work:
        row = assigning.find(work, document)
        if row.status == PaperStatus.REVIEWED:
            return
        if row.status != PaperStatus.SUBMITTED:
            raise ConflictError("Nothing was sent that could be reviewed.")
        for response in shared.sent_of(work, row)[:1]:
            response.reviewed_by, response.reviewed_at = work.member.name, work.now
            work.session.add(response)
        row.status = PaperStatus.REVIEWED.value
        work.session.add(row)
        shared.announce(work)


def give_back(
    actor: Actor, chart: str, document: str, command: ReturnInput, public_url: str
) -> None:
    """Return a document with a note; what was sent stays, and a new version is asked for.

    Raises:
        ConflictError: nothing was sent, or it is a consent.
    """
    with access.open(
        actor,
        P.PRACTICE_FORMS,
        chart=chart,
        writes=True,
        action="documents.return",
        target=document,
    ) as work:
        row = assigning.find(work, document)
        if PaperStatus(row.status) not in SENT or row.kind == shared.CONSENT:
            raise ConflictError("Nothing was sent that could be returned.")
        row.status, row.note = PaperStatus.RETURNED.value, command.note.strip()
        row.finished_at = None
        work.session.add(row)
        notices.tell(work, row, "returned", public_url)
        shared.announce(work)


# ---------------------------------------------------------------- what waits
def waiting(actor: Actor) -> tuple[AssignmentRow, ...]:
    """List what was sent and nobody has reviewed, within reach, the oldest first."""
    with access.open(actor, P.PRACTICE_FORMS) as work:
        return _waiting(work, PAGE)


def _waiting(work: Work, most: int) -> tuple[AssignmentRow, ...]:
    rows = (
        select(DocumentAssignment, Patient, Chart)
        .join(Chart, col(DocumentAssignment.chart_id) == Chart.id)
        .join(Patient, col(DocumentAssignment.patient_id) == Patient.id)
        .where(
            col(DocumentAssignment.status) == PaperStatus.SUBMITTED.value,
            col(DocumentAssignment.kind) != shared.CONSENT,
        )
        .order_by(col(DocumentAssignment.finished_at))
        .limit(most)
    )
    found = work.session.execute(rows).all()
    scored = shared.newest_sent(work, [a.id for a, _, _ in found])
    return tuple(
        _row(a, _score(scored.get(a.id)), patient=p.name, chart=c.public_id) for a, p, c in found
    )


def tasks(work: Work) -> tuple[Task, ...]:
    """List what Today shows: first what has to be looked at today, then what was sent."""
    if not work.may(P.PRACTICE_FORMS):
        return ()
    wall = Wall(work.zone, work.now)
    urgent = alerts.tasks(work)
    return urgent + tuple(
        Task(
            title=f"Review: {row.title}",
            detail=f"{row.patient}, sent {wall.short(row.finished_at or row.assigned_at)}",
            href=address(row),
        )
        for row in _waiting(work, ON_TODAY)
        if address(row) not in {t.href for t in urgent}
    )


def address(row: AssignmentRow) -> str:
    """Where a member of the practice reads a document."""
    return f"/practice/patients/{row.chart}/documents/{row.id}"
