"""Wishes to correct the record: asked by the patient's side, answered by the practice.

A practice has 60 days to answer (45 CFR 164.526(b)(2)).
"""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, func, select

from portal_app.data.models import AmendmentRequest, Chart, Patient, RecordEntry
from portal_app.data.schemas.practice import Task
from portal_app.data.schemas.records import AmendmentAnswer, AmendmentInput, AmendmentView
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import news
from portal_app.services.records import entries

ANSWER_WITHIN = timedelta(days=60)
OPEN_MOST = 20
SHOWN = 20
OPEN, ACCEPTED, DECLINED = "open", "accepted", "declined"
TOPIC = "amendments"


def request_amendment(
    actor: Actor, chart: str, command: AmendmentInput, client_key: str, entry: str = ""
) -> AmendmentView:
    """Ask for a correction of an entry, or of the record as a whole; the same press counts once.

    Raises:
        NotFoundError: an entry that the person can't see.
        InvalidError: too many wishes wait already.
    """
    with access.open(
        actor, Permission.RECORDS_VIEW, chart=chart, writes=True, action="records.amendment"
    ) as work:
        key = f"{work.chart.id.hex}:{client_key[:80]}"
        known = select(AmendmentRequest).where(AmendmentRequest.client_key == key)
        row = work.session.exec(known).first()
        if row is None:
            row = _asked(work, command, key, entry)
        return views(work, [row])[0]


def _asked(work: Work, command: AmendmentInput, key: str, entry: str) -> AmendmentRequest:
    about = None
    if entry:
        rows = select(RecordEntry).where(RecordEntry.public_id == entry, entries.visible(work))
        about = work.session.exec(rows).first()
        if about is None:
            raise NotFoundError
    waiting = select(func.count()).where(
        AmendmentRequest.chart_id == work.chart.id, AmendmentRequest.status == OPEN
    )
    if work.session.exec(waiting.select_from(AmendmentRequest)).one() >= OPEN_MOST:
        raise InvalidError(
            f"{OPEN_MOST} requests wait for an answer. Please wait for the first answers.",
            field="text",
        )
    row = AmendmentRequest(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        entry_id=about.id if about else None,
        text=command.text,
        client_key=key,
        asked_by=work.person.id,
        asked_by_name=work.person.name,
        asked_at=work.now,
    )
    work.session.add(row)
    work.session.flush()
    _announce(work)
    return row


def answer_amendment(
    actor: Actor, chart: str, request: str, command: AmendmentAnswer, public_url: str
) -> None:
    """Accept or decline a wish; the patient's side sees the answer, and a mail says that there is one.

    Raises:
        NotFoundError: no such wish on the chart.
        ConflictError: somebody has answered it.
        InvalidError: declined without a reason.
    """
    if not command.is_accepted and not command.answer.strip():
        raise InvalidError("Say why. The patient has a right to the reason.", field="answer")
    with access.open(
        actor,
        Permission.PRACTICE_RECORDS,
        chart=chart,
        writes=True,
        action="records.amendment.answer",
        target=request,
    ) as work:
        rows = select(AmendmentRequest).where(AmendmentRequest.public_id == request)
        row = work.session.exec(rows).first()
        if row is None:
            raise NotFoundError
        if row.status != OPEN:
            raise ConflictError(f"{row.answered_by} has answered this request.")
        row.status = ACCEPTED if command.is_accepted else DECLINED
        row.answer = command.answer.strip()
        row.answered_by, row.answered_at = work.member.name, work.now
        work.session.add(row)
        news.tell_patient_side(
            work,
            f"amendment-{row.public_id}",
            Permission.RECORDS_VIEW,
            "Your request to correct your record was answered.",
            "demographics?tab=records",
            public_url,
        )
        _announce(work)


def _announce(work: Work) -> None:
    work.announce(entries.topic(work.chart.public_id), TOPIC)


def requests(work: Work, *, only_open: bool = False) -> tuple[AmendmentView, ...]:
    """List the wishes of the open chart, the newest first."""
    rows = select(AmendmentRequest).where(AmendmentRequest.chart_id == work.chart.id)
    if only_open:
        rows = rows.where(AmendmentRequest.status == OPEN)
    rows = rows.order_by(col(AmendmentRequest.asked_at).desc()).limit(SHOWN)
    return views(work, work.session.exec(rows).all())


def views(work: Work, rows: Sequence[AmendmentRequest]) -> tuple[AmendmentView, ...]:
    """Show wishes with what they are about, as far as the person may see that."""
    ids = [r.entry_id for r in rows if r.entry_id]
    about = select(RecordEntry).where(col(RecordEntry.id).in_(ids))
    if work.staff is None:
        about = about.where(entries.visible(work))
    found = {e.id: e for e in work.session.exec(about).all()} if ids else {}
    return tuple(
        _view(work, row, found.get(row.entry_id) if row.entry_id else None) for row in rows
    )


def _view(work: Work, row: AmendmentRequest, entry: RecordEntry | None) -> AmendmentView:
    return AmendmentView(
        id=row.public_id,
        about=entries.load(entry).title if entry else "",
        entry=entry.public_id if entry else "",
        text=row.text,
        asked_by=row.asked_by_name,
        asked_at=row.asked_at,
        due_on=(row.asked_at + ANSWER_WITHIN).astimezone(work.zone).date(),
        status=row.status,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )


def tasks(work: Work, most: int) -> tuple[Task, ...]:
    """List what waits for an answer within the person's reach, the oldest first."""
    rows = (
        select(AmendmentRequest, Chart, Patient)
        .join(Chart, col(AmendmentRequest.chart_id) == Chart.id)
        .join(Patient, col(AmendmentRequest.patient_id) == Patient.id)
        .where(AmendmentRequest.status == OPEN)
        .order_by(col(AmendmentRequest.asked_at))
        .limit(most)
    )
    wall = Wall(work.zone, work.now)
    found = work.session.exec(rows).all()
    due = {r.id: (r.asked_at + ANSWER_WITHIN).astimezone(work.zone).date() for r, *_ in found}
    return tuple(
        Task(
            title="Answer: a request to correct the record",
            detail=patient.name,
            href=f"/practice/patients/{chart.public_id}?tab=records",
            aside=f"by {wall.date(due[request.id])}",
        )
        for request, chart, patient in found
    )
