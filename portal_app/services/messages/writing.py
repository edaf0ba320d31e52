"""What both sides do when a message is written, read or taken back."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, delete, func, select, update

from portal_app.data.models import (
    Draft,
    Message,
    SearchTerm,
    StoredFile,
    Thread,
    ThreadReader,
)
from portal_app.data.queries import messages as queries
from portal_app.data.schemas.messages import AttachmentView, DraftView, MessageView
from portal_app.data.types import MessageId, PatientId
from portal_app.rules import messages as rule
from portal_app.rules import search
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.security.access import Work
from portal_app.security.system import open_system

INBOX_TOPIC = "practice:messages"


def chart_topic(chart: str) -> str:
    """Name the topic of a chart's conversations (public id)."""
    return f"messages:{chart}"


@dataclass(frozen=True)
class Sent:
    """A message that is committed."""

    thread: str
    message: str
    to: str


def already_sent(work: Work, client_key: str) -> Message | None:
    """Find the message that the same press of the button has sent before."""
    if not client_key:
        return None
    rows = select(Message).where(
        Message.author_id == work.person.id, Message.client_key == client_key
    )
    return work.session.exec(rows).first()


def add(work: Work, thread: Thread, message: Message) -> None:
    """Append a message to its conversation and keep every counter in step."""
    thread.seq += 1
    message.seq = thread.seq
    if message.from_staff:
        thread.staff_seq = thread.seq
    else:
        thread.patient_seq = thread.seq
    thread.last_at = message.sent_at
    thread.last_author = message.author_name
    thread.last_from_staff = message.from_staff
    thread.snippet = rule.snippet(message.body)
    work.session.add(thread)
    work.session.flush()
    work.session.add(message)
    _index(work, thread, message.body)
    # a new message brings the conversation back into every inbox
    work.session.exec(
        update(ThreadReader)
        .where(col(ThreadReader.thread_id) == thread.id)
        .values(archived_at=None)
    )
    if message.author_id is not None:
        reader = reader_of(work, thread)
        reader.seen_seq, reader.seen_at = thread.seq, work.now
        work.session.add(reader)
    announce(work, thread)


def announce(work: Work, thread: Thread) -> None:
    """Tell the open pages of both sides that a conversation has changed."""
    work.announce(INBOX_TOPIC, chart_topic(work.chart.public_id), f"thread:{thread.public_id}")


def _index(work: Work, thread: Thread, *texts: str) -> None:
    words = frozenset().union(*(search.words(t) for t in texts))
    add_terms(work, thread, {work.keyring.term(w) for w in words})


def index_subject(work: Work, thread: Thread) -> None:
    """Make the subject findable, also by the beginnings of its words."""
    words = search.words(thread.subject) | search.prefixes(thread.subject)
    add_terms(work, thread, {work.keyring.term(w) for w in words})


def add_terms(work: Work, thread: Thread, terms: set[int]) -> None:
    """Add the terms that the conversation does not have yet."""
    known = select(SearchTerm.term).where(
        SearchTerm.thread_id == thread.id, col(SearchTerm.term).in_(terms)
    )
    for term in terms - set(work.session.exec(known).all()):
        work.session.add(
            SearchTerm(
                term=term,
                thread_id=thread.id,
                chart_id=thread.chart_id,
                patient_id=thread.patient_id,
            )
        )


def terms_of(work: Work, query: str) -> list[int]:
    """Turn what was typed into the search field into keyed hashes; at most six words count."""
    return [work.keyring.term(word) for word in sorted(search.words(query))[:6]]


def reader_of(work: Work, thread: Thread) -> ThreadReader:
    """Find or make the person's place in a conversation."""
    found = work.session.get(ThreadReader, (thread.id, work.person.id))
    return found or ThreadReader(
        thread_id=thread.id,
        user_id=work.person.id,
        chart_id=thread.chart_id,
        patient_id=thread.patient_id,
    )


def mark_seen(work: Work, thread: Thread, *, by_staff: bool) -> None:
    """Note that the person has the conversation on screen up to its newest message."""
    reader = reader_of(work, thread)
    if reader.seen_seq < thread.seq:
        reader.seen_seq, reader.seen_at = thread.seq, work.now
        work.session.add(reader)
    work.session.exec(
        update(Message)
        .where(
            col(Message.thread_id) == thread.id,
            col(Message.from_staff).is_(not by_staff),
            col(Message.seen_at).is_(None),
        )
        .values(seen_at=work.now)
    )
    announce(work, thread)


def take_back(work: Work, thread: Thread, public_id: str) -> None:
    """Withdraw the person's own message while nobody has read it.

    Raises:
        ConflictError: two minutes have passed, or it has been read.
    """
    rows = select(Message).where(
        Message.thread_id == thread.id,
        Message.public_id == public_id,
        Message.author_id == work.person.id,
    )
    message = work.session.exec(rows).first()
    if message is None or message.taken_back_at is not None:
        raise NotFoundError
    if not rule.may_take_back(message.sent_at, message.seen_at, work.now):
        text = "This message can’t be taken back any more. It was read, or two minutes have passed."
        raise ConflictError(text)
    message.taken_back_at = work.now
    work.session.add(message)
    work.session.flush()
    _recount(work, thread)
    announce(work, thread)


def _recount(work: Work, thread: Thread) -> None:
    left = work.session.exec(queries.standing(thread.id)).all()
    thread.staff_seq = max((m.seq for m in left if m.from_staff), default=0)
    thread.patient_seq = max((m.seq for m in left if not m.from_staff), default=0)
    people = [m for m in left if not m.is_automatic]
    if not people:
        thread.status = queries.WITHDRAWN
    else:
        newest = left[-1]
        thread.last_at, thread.last_author = newest.sent_at, newest.author_name
        thread.last_from_staff, thread.snippet = newest.from_staff, rule.snippet(newest.body)
        thread.status = "waiting" if newest.from_staff else "open"
    # the words of what was taken back must not be found any more
    work.session.exec(delete(SearchTerm).where(col(SearchTerm.thread_id) == thread.id))
    if people:
        index_subject(work, thread)
        _index(work, thread, *(m.body for m in left))
    work.session.add(thread)


# ---------------------------------------------------------------- drafts
def draft_of(work: Work, slot: str) -> Draft:
    """Find or make the person's draft for a conversation, or for a new one."""
    rows = select(Draft).where(
        Draft.user_id == work.person.id, Draft.chart_id == work.chart.id, Draft.slot == slot
    )
    # nobody but the person reads what she has not sent
    kept = None if work.only_looks else work.session.exec(rows).first()
    return kept or Draft(
        user_id=work.person.id,
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        slot=slot,
        updated_at=work.now,
    )


def draft_view(work: Work, slot: str) -> DraftView:
    """Show what was typed and not sent."""
    draft = draft_of(work, slot)
    return DraftView(
        id=str(draft.id),
        client_key=draft.client_key,
        recipient=draft.recipient,
        category=draft.category,
        subject=draft.subject,
        body=draft.body,
        attachments=attachments_of_draft(work, draft),
    )


def attachments_of_draft(work: Work, draft: Draft) -> tuple[AttachmentView, ...]:
    """List the files that wait in a draft."""
    rows = select(StoredFile).where(
        StoredFile.draft_id == draft.id, col(StoredFile.message_id).is_(None)
    )
    files = work.session.exec(rows.order_by(col(StoredFile.uploaded_at))).all()
    return tuple(attachment_view(f) for f in files)


def attachment_view(file: StoredFile) -> AttachmentView:
    """Show a file's name and size."""
    return AttachmentView(file.public_id, file.name, file.size, file.media_type)


def use_draft(work: Work, slot: str, message: Message) -> None:
    """Give the draft's files to the message and forget what was typed."""
    draft = draft_of(work, slot)
    work.session.exec(
        update(StoredFile)
        .where(col(StoredFile.draft_id) == draft.id, col(StoredFile.message_id).is_(None))
        .values(message_id=message.id, draft_id=None)
    )
    work.session.exec(delete(Draft).where(col(Draft.id) == draft.id))


# ---------------------------------------------------------------- views
def message_views(work: Work, thread: Thread, *, by_staff: bool) -> tuple[MessageView, ...]:
    """Show the messages of a conversation with their files, in two queries."""
    rows = work.session.exec(queries.standing(thread.id)).all()
    files: dict[MessageId, list[AttachmentView]] = {}
    ids = [m.id for m in rows]
    stored = select(StoredFile).where(col(StoredFile.message_id).in_(ids))
    for file in work.session.exec(stored).all():
        if file.message_id is not None:
            files.setdefault(file.message_id, []).append(attachment_view(file))
    return tuple(_view(work, m, tuple(files.get(m.id, ())), by_staff=by_staff) for m in rows)


def _view(
    work: Work, message: Message, files: tuple[AttachmentView, ...], *, by_staff: bool
) -> MessageView:
    mine = message.author_id == work.person.id
    until: datetime | None = None
    if mine and rule.may_take_back(message.sent_at, message.seen_at, work.now):
        until = message.sent_at + rule.TAKE_BACK
    shows_seen = by_staff or work.practice.shows_seen
    return MessageView(
        id=message.public_id,
        seq=message.seq,
        author=message.author_name,
        mine=mine,
        from_staff=message.from_staff,
        automatic=message.is_automatic,
        on_behalf_of=message.on_behalf_of,
        body=message.body,
        sent_at=message.sent_at,
        seen_at=message.seen_at if shows_seen and message.from_staff == by_staff else None,
        take_back_until=until,
        attachments=files,
    )


def messages_since(patient: PatientId, moment: datetime) -> int:
    """Count what a patient's side has written since then, on all of her charts.

    The open unit of work sees one chart only, so this looks through the machine's own door.
    """
    rows = select(func.count()).select_from(Message)
    with open_system("messages of an hour are counted", writes=False) as work:
        return work.session.exec(
            rows.where(
                col(Message.patient_id) == patient,
                col(Message.sent_at) > moment,
                col(Message.from_staff).is_(False),
            )
        ).one()
