"""The practice's side of the conversations: the inbox as a work queue."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from uuid import uuid4

from sqlalchemy import ScalarSelect, and_, func, select
from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import (
    Chart,
    InternalNote,
    Message,
    Patient,
    SavedReply,
    StaffMember,
    Thread,
    ThreadReader,
    User,
)
from portal_app.data.queries import messages as queries
from portal_app.data.schemas.messages import (
    MessageInput,
    NoteView,
    Option,
    PracticeThreadView,
    QueueRow,
    QueueView,
    ReplyInput,
)
from portal_app.data.schemas.practice import AddressView
from portal_app.data.types import PatientId
from portal_app.rules import messages as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.names import spoken
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import notifications
from portal_app.services.messages import queues, writing
from portal_app.services.messages.writing import Sent

COUNTED = 100
"""More than so many are not told apart."""


# ---------------------------------------------------------------- reading
def waiting_count(actor: Actor) -> int:
    """Count what the person has to answer: the badge."""
    with access.open(actor, Permission.PRACTICE_INBOX) as work:
        return count_waiting(work)


def count_waiting(work: Work) -> int:
    """Count what the person has to answer, inside an open unit of work."""
    return _counts(work)["answer"]


def queue(
    actor: Actor, name: str = "answer", cursor: str | None = None, query: str = ""
) -> QueueView:
    """List one page of a queue with the numbers beside every queue's name."""
    name = name if name in queues.QUEUES else "answer"
    with access.open(actor, Permission.PRACTICE_INBOX) as work:
        rows, more = _rows(work, name, cursor, query)
        return QueueView(queue=name, rows=rows, next_cursor=more, counts=_counts(work), query=query)


def of_chart(work: Work) -> tuple[QueueRow, ...]:
    """List the newest conversations of the open chart."""
    rows = queries.with_reader(work.person.id).where(
        queues.visible(work), col(Thread.chart_id) == work.chart.id
    )
    return _shown(work, list(work.session.execute(queries.page(rows, None))))[0]


def first_waiting(work: Work, most: int) -> tuple[QueueRow, ...]:
    """List what has waited longest, for Today."""
    return _rows(work, "answer", None, "")[0][:most]


def _rows(
    work: Work, name: str, cursor: str | None, query: str
) -> tuple[tuple[QueueRow, ...], str | None]:
    visible = queues.visible(work)
    rows = queries.with_reader(work.person.id).where(visible)
    terms = writing.terms_of(work, query)
    if terms:
        rows = rows.where(*queries.having(terms))
    elif name == "answer":
        both = [and_(visible, queues.condition(work, part)) for part in ("mine", "unassigned")]
        rows = rows.where(queries.in_page_of_any(both, cursor))
    else:
        rows = rows.where(queues.condition(work, name))
    return _shown(work, list(work.session.execute(queries.page(rows, cursor))))


def _shown(
    work: Work, found: Sequence[tuple[Thread, int]]
) -> tuple[tuple[QueueRow, ...], str | None]:
    shown = found[: queries.PAGE]
    patients = _names(work, {t.patient_id for t, _ in shown})
    staff = _staff_names(work)
    more = queries.cursor_after(shown[-1][0]) if len(found) > queries.PAGE else None
    return tuple(_row(work, t, seen, patients, staff) for t, seen in shown), more


def _row(
    work: Work,
    thread: Thread,
    seen: int,
    patients: dict[PatientId, str],
    staff: dict[object, str],
) -> QueueRow:
    overdue = thread.status == "open" and thread.due_at is not None and thread.due_at < work.now
    return QueueRow(
        id=thread.public_id,
        patient=patients.get(thread.patient_id, ""),
        subject=thread.subject,
        snippet=thread.snippet,
        last_author=thread.last_author,
        last_at=thread.last_at,
        assignee=staff.get(thread.assignee_id, ""),
        status=thread.status,
        due_at=thread.due_at,
        overdue=overdue,
        unread=thread.patient_seq > seen,
    )


def _names(work: Work, ids: set[PatientId]) -> dict[PatientId, str]:
    # the name alone: a whole row would decrypt phone and address of everybody in the list
    columns = col(Patient.id), col(Patient.given), col(Patient.preferred), col(Patient.family)
    rows = work.session.execute(select(*columns).where(col(Patient.id).in_(ids))).all()
    return {PatientId(r[0]): spoken(r[1], r[2], r[3]) for r in rows}


def _staff_names(work: Work) -> dict[object, str]:
    return {s.id: s.name for s in work.session.exec(pick(StaffMember)).all()}


def _counts(work: Work) -> dict[str, int]:
    # counted up to a limit, so that ten thousand conversations cost what a hundred cost; the
    # finished ones are not counted at all
    def some(queue: str) -> ScalarSelect[int]:
        rows = select(col(Thread.id)).where(queues.visible(work), queues.condition(work, queue))
        return select(func.count()).select_from(rows.limit(COUNTED).subquery()).scalar_subquery()

    names = ("mine", "unassigned", "overdue", "waiting")
    found = work.session.execute(select(*(some(n) for n in names))).one()
    counts = {name: int(number) for name, number in zip(names, found, strict=True)}
    return {"answer": min(COUNTED, counts["mine"] + counts["unassigned"]), **counts}


def thread(actor: Actor, thread_id: str) -> PracticeThreadView:
    """Show a conversation with the practice's own notes."""
    with access.open(
        actor, Permission.PRACTICE_INBOX, action="message.open", target=thread_id
    ) as work:
        row = find(work, thread_id)
        reader = work.session.get(ThreadReader, (row.id, work.person.id))
        staff = work.session.exec(pick(StaffMember).where(col(StaffMember.is_active))).all()
        assignee = next((s for s in staff if s.id == row.assignee_id), None)
        return PracticeThreadView(
            id=row.public_id,
            topic=writing.INBOX_TOPIC,
            chart=work.chart.public_id,
            subject=row.subject,
            category=row.category,
            patient=work.patient.name,
            patient_short=_addressee(work, row),
            patient_since=work.practitioner.short_name,
            about=_about(work, row),
            status=row.status,
            assignee=assignee.name if assignee else "",
            assignee_id=str(assignee.id) if assignee else "",
            due_at=row.due_at,
            overdue=row.status == "open" and row.due_at is not None and row.due_at < work.now,
            messages=writing.message_views(work, row, by_staff=True),
            notes=_notes(work, row),
            unseen=row.patient_seq > (reader.seen_seq if reader else 0),
            colleagues=tuple(Option(str(s.id), s.name) for s in sorted(staff, key=_by_name)),
            saved_replies=_saved_replies(work),
            draft=writing.draft_view(work, thread_id),
        )


def _by_name(member: StaffMember) -> str:
    return member.name


def find(work: Work, thread_id: str) -> Thread:
    """Find a conversation that the person may see and narrow the work to its chart."""
    rows = pick(Thread).where(Thread.public_id == thread_id, Thread.status != queries.WITHDRAWN)
    found = work.session.exec(rows.where(queues.visible(work))).first()
    if found is None:
        raise NotFoundError
    work.focus(work.session.get_one(Chart, found.chart_id))
    return found


def _addressee(work: Work, row: Thread) -> str:
    guardian = work.session.get(User, row.guardian_user_id) if row.guardian_user_id else None
    return guardian.name if guardian else work.patient.name


def _about(work: Work, row: Thread) -> str:
    if row.guardian_user_id is None:
        return f"{work.patient.name}, chart of {work.practitioner.name}"
    who = _addressee(work, row)
    return f"{who}, about {work.patient.name}, chart of {work.practitioner.name}"


def _notes(work: Work, row: Thread) -> tuple[NoteView, ...]:
    rows = pick(InternalNote).where(InternalNote.thread_id == row.id)
    found = work.session.exec(rows.order_by(col(InternalNote.written_at))).all()
    return tuple(NoteView(str(n.id), n.author_name, n.body, n.written_at) for n in found)


def _saved_replies(work: Work) -> tuple[Option, ...]:
    words = {
        "first name": work.patient.first_name,
        "clinician": work.practitioner.short_name,
        "practice phone": work.practice.phone,
    }
    rows = work.session.exec(pick(SavedReply).order_by(col(SavedReply.title)).limit(50)).all()
    return tuple(Option(rule.filled(r.body, words), r.title) for r in rows)


# ---------------------------------------------------------------- acting
def _right(row: Thread) -> Permission:
    desk = row.recipient == "front_desk"
    return Permission.PRACTICE_MESSAGES if desk else Permission.PRACTICE_CLINICIAN_MESSAGES


@contextmanager
def _acting(actor: Actor, action: str, thread_id: str) -> Iterator[tuple[Work, Thread]]:
    with access.open(
        actor, Permission.PRACTICE_INBOX, writes=True, action=action, target=thread_id
    ) as work:
        row = find(work, thread_id)
        _may_answer(work, row)
        yield work, row


def _may_answer(work: Work, row: Thread) -> None:
    if row.assignee_id != work.member.id and not work.may(_right(row)):
        raise NotFoundError


def reply(
    actor: Actor, thread_id: str, command: ReplyInput, public_url: str, *, done: bool
) -> Sent:
    """Answer a patient; the conversation waits for the patient, or is done."""
    with access.open(
        actor,
        Permission.PRACTICE_INBOX,
        writes=True,
        action="message.answer",
        target=thread_id,
    ) as work:
        row = find(work, thread_id)
        _may_answer(work, row)
        message = writing.already_sent(work, command.client_key)
        if message is None:
            row.status, row.due_at = ("done" if done else "waiting"), None
            row.assignee_id = row.assignee_id or work.member.id
            message = _message(work, row, command)
            writing.add(work, row, message)
            writing.use_draft(work, thread_id, message)
            notifications.to_patient_side(work, row, public_url)
        return Sent(row.public_id, message.public_id, _addressee(work, row))


def _message(work: Work, row: Thread, command: ReplyInput) -> Message:
    return Message(
        thread_id=row.id,
        chart_id=row.chart_id,
        patient_id=row.patient_id,
        seq=0,
        author_id=work.person.id,
        author_name=work.member.name,
        from_staff=True,
        body=command.body,
        client_key=command.client_key or uuid4().hex,
        sent_at=work.now,
    )


def address(actor: Actor, chart: str) -> AddressView:
    """Say to whom a new conversation on a chart would go."""
    with access.open(
        actor, Permission.PRACTICE_INBOX, chart=chart, action="message.compose"
    ) as work:
        readers = notifications.readers_of_chart(work)
        names = ", ".join(sorted(u.name for u in readers))
        return AddressView(
            patient=work.patient.name,
            readers=f"{names} can read it." if names else "",
            readers_exist=bool(readers),
            client_key=uuid4().hex,
        )


def start(actor: Actor, chart: str, command: MessageInput, public_url: str) -> Sent:
    """Begin a conversation with a patient; it is the sender's own until somebody else takes it."""
    with access.open(
        actor, Permission.PRACTICE_INBOX, chart=chart, writes=True, action="message.start"
    ) as work:
        message = writing.already_sent(work, command.client_key)
        if message is not None:
            row = work.session.get_one(Thread, message.thread_id)
            return Sent(row.public_id, message.public_id, work.patient.name)
        own = work.member.practitioner_id == work.practitioner.id
        row = Thread(
            chart_id=work.chart.id,
            patient_id=work.patient.id,
            subject=command.subject,
            category=command.category,
            recipient="clinician" if own else "front_desk",
            status="waiting",
            assignee_id=work.member.id,
            created_at=work.now,
        )
        message = _message(work, row, command)
        writing.add(work, row, message)
        writing.index_subject(work, row)
        writing.use_draft(work, "new", message)
        notifications.to_patient_side(work, row, public_url)
        return Sent(row.public_id, message.public_id, work.patient.name)


def mark_done(actor: Actor, thread_id: str) -> None:
    """Take a conversation off the queue; a new message of the patient brings it back."""
    with _acting(actor, "message.done", thread_id) as (work, row):
        row.status, row.due_at = "done", None
        work.session.add(row)
        writing.announce(work, row)


def assign(actor: Actor, thread_id: str, staff_id: str) -> str:
    """Hand a conversation to a colleague, or to nobody; returns her name."""
    with _acting(actor, "message.assign", thread_id) as (work, row):
        member = next(
            (s for s in work.session.exec(pick(StaffMember)).all() if str(s.id) == staff_id), None
        )
        if staff_id and (member is None or not member.is_active):
            raise InvalidError("Choose somebody of the practice.", field="assignee")
        row.assignee_id = member.id if member else None
        work.session.add(row)
        writing.announce(work, row)
        return member.name if member else ""


def add_note(actor: Actor, thread_id: str, body: str) -> None:
    """Write a note that only the practice sees."""
    text = body.strip()
    if not text:
        raise InvalidError("Write a note first.", field="note")
    if len(text) > rule.BODY_MOST:
        raise InvalidError(f"Keep the note under {rule.BODY_MOST:,} characters.", field="note")
    with _acting(actor, "message.note", thread_id) as (work, row):
        note = InternalNote(
            thread_id=row.id,
            chart_id=row.chart_id,
            patient_id=row.patient_id,
            author_id=work.person.id,
            author_name=work.member.name,
            body=text,
            written_at=work.now,
        )
        work.session.add(note)
        work.announce(writing.INBOX_TOPIC)


def mark_seen(actor: Actor, thread_id: str) -> None:
    """Note that the conversation is on the screen of somebody of the practice."""
    with access.open(
        actor, Permission.PRACTICE_INBOX, writes=True, action="message.seen", target=thread_id
    ) as work:
        writing.mark_seen(work, find(work, thread_id), by_staff=True)


def take_back(actor: Actor, thread_id: str, message_id: str) -> None:
    """Withdraw an own answer within two minutes, while the patient has not read it."""
    with _acting(actor, "message.take_back", thread_id) as (work, row):
        writing.take_back(work, row, message_id)


def save_draft(actor: Actor, thread_id: str, body: str) -> None:
    """Keep what is being typed."""
    with access.open(actor, Permission.PRACTICE_INBOX, writes=True, quiet=True) as work:
        find(work, thread_id)
        draft = writing.draft_of(work, thread_id)
        draft.body, draft.updated_at = body[: rule.BODY_MOST * 2], work.now
        work.session.add(draft)
