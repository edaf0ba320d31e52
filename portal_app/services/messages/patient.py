"""A patient's or proxy's side of the conversations."""

from datetime import timedelta
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import Chart, Message, Thread, ThreadReader
from portal_app.data.queries import messages as queries
from portal_app.data.schemas.messages import (
    ComposeView,
    FolderRow,
    FolderView,
    MessageInput,
    Option,
    ReplyInput,
    ThreadView,
)
from portal_app.rules import hours
from portal_app.rules import messages as rule
from portal_app.rules.errors import InvalidError, NotFoundError, TooManyError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import identity, notifications
from portal_app.services.messages import absence, writing
from portal_app.services.messages.writing import Sent

NEW = "new"
HOUR = timedelta(hours=1)
FRONT_DESK = "front_desk"
CLINICIAN = "clinician"
CATEGORIES = (
    Option("clinical", "A health question"),
    Option("prescription", "A prescription"),
    Option("appointment", "An appointment"),
    Option("billing", "Billing"),
    Option("form", "A form"),
    Option("other", "Something else"),
)


def _is_own(work: Work) -> bool:
    return work.facts is not None and work.facts.relationship == "self"


def _visible(work: Work) -> ColumnElement[bool]:
    return queries.visible_to_patient(work.person.id, own=_is_own(work))


# ---------------------------------------------------------------- reading
def folder(
    actor: Actor, chart: str, view: str = "inbox", cursor: str | None = None, query: str = ""
) -> FolderView:
    """List one page of Inbox, Sent or Archived, or of what matches the words searched for."""
    with access.open(actor, Permission.MESSAGES_READ, chart=chart) as work:
        return folder_of(work, view, cursor, query)


def folder_of(
    work: Work,
    view: str,
    cursor: str | None = None,
    query: str = "",
    *,
    most: int = queries.PAGE,
) -> FolderView:
    """List one page inside an open unit of work."""
    rows = queries.with_reader(work.person.id).where(
        _visible(work), col(Thread.chart_id) == work.chart.id
    )
    if view == "sent":
        rows = rows.where(queries.written_by(work.person.id))
    elif view == "archived":
        rows = rows.where(queries.in_archive())
    else:
        rows = rows.where(queries.in_inbox())
    terms = writing.terms_of(work, query)
    rows = rows.where(*queries.having(terms))
    found = list(work.session.execute(queries.page(rows, cursor, most)))
    shown = found[:most]
    more = len(found) > most
    return FolderView(
        view=view,
        rows=tuple(_row(work, thread, seen) for thread, seen in shown),
        next_cursor=queries.cursor_after(shown[-1][0]) if more else None,
        query=query,
        promise=work.practice.reply_promise,
    )


def _row(work: Work, thread: Thread, seen: int) -> FolderRow:
    counterpart = thread.last_author if thread.last_from_staff else _counterpart(work, thread)
    clinician = work.practitioner
    return FolderRow(
        id=thread.public_id,
        subject=thread.subject,
        counterpart=counterpart,
        counterpart_short=clinician.short_name if counterpart == clinician.name else counterpart,
        snippet=thread.snippet if thread.last_from_staff else f"You: {thread.snippet}",
        last_at=thread.last_at,
        unread=thread.staff_seq > seen,
    )


def _counterpart(work: Work, thread: Thread) -> str:
    return "Front desk" if thread.recipient == FRONT_DESK else work.practitioner.name


def _counterpart_short(work: Work, thread: Thread) -> str:
    return "Front desk" if thread.recipient == FRONT_DESK else work.practitioner.short_name


def unread_by_chart(actor: Actor) -> dict[str, int]:
    """Count the unread conversations of every chart that the person may read, in one query."""
    with access.open(actor, Permission.ACCOUNT) as work:
        readable = {
            c.chart: c.is_own
            for c in identity.choices(work)
            if Permission.MESSAGES_READ in c.permissions
        }
        own = [c for c, is_own in readable.items() if is_own]
        others = [c for c, is_own in readable.items() if not is_own]
        me = work.person.id
        reach = or_(
            and_(col(Chart.public_id).in_(own), queries.visible_to_patient(me, own=True)),
            and_(col(Chart.public_id).in_(others), queries.visible_to_patient(me, own=False)),
        )
        rows = (
            select(col(Chart.public_id), func.count())
            .select_from(Thread)
            .join(Chart, col(Thread.chart_id) == Chart.id)
            .join(
                ThreadReader,
                and_(col(ThreadReader.thread_id) == Thread.id, col(ThreadReader.user_id) == me),
                isouter=True,
            )
            .where(
                reach,
                col(Thread.status) != queries.WITHDRAWN,
                queries.unread_by_patient(),
                queries.in_inbox(),
            )
            .group_by(col(Chart.public_id))
        )
        found = dict(work.session.execute(rows).all())
        return {chart: found.get(chart, 0) for chart in readable}


def thread(actor: Actor, chart: str, thread_id: str) -> ThreadView:
    """Show a conversation."""
    with access.open(actor, Permission.MESSAGES_READ, chart=chart, target=thread_id) as work:
        row = find(work, thread_id)
        reader = work.session.get(ThreadReader, (row.id, work.person.id))
        return ThreadView(
            id=row.public_id,
            topic=writing.chart_topic(chart),
            subject=row.subject,
            counterpart=_counterpart(work, row),
            counterpart_short=_counterpart_short(work, row),
            participants=_participants(work, row),
            readers=_readers(work, row.recipient),
            messages=writing.message_views(work, row, by_staff=False),
            unseen=row.staff_seq > (reader.seen_seq if reader else 0),
            archived=bool(reader and reader.archived_at),
            may_send=work.may(Permission.MESSAGES_SEND),
            promise=work.practice.reply_promise,
            urgent=work.practice.urgent_notice,
            absence=absence.words(work),
            draft=writing.draft_view(work, thread_id),
        )


def find(work: Work, thread_id: str) -> Thread:
    """Find a conversation that the person may see, inside an open unit of work."""
    rows = pick(Thread).where(
        Thread.public_id == thread_id,
        Thread.chart_id == work.chart.id,
        Thread.status != queries.WITHDRAWN,
    )
    found = work.session.exec(rows.where(_visible(work))).first()
    if found is None:
        raise NotFoundError
    return found


def _participants(work: Work, row: Thread) -> str:
    other = _counterpart(work, row)
    if _is_own(work):
        return f"You and {other}"
    if row.guardian_user_id is None:
        return f"{work.patient.first_name} and {other}"
    return f"You and {other}, about {work.patient.first_name}"


def _readers(work: Work, recipient: str) -> str:
    if recipient == FRONT_DESK:
        return f"The front desk and {work.practitioner.short_name} can read this."
    return f"{work.practitioner.short_name} and the practice team can read this."


def compose(actor: Actor, chart: str) -> ComposeView:
    """Show the page on which a conversation begins."""
    with access.open(
        actor, Permission.MESSAGES_SEND, chart=chart, action="message.compose"
    ) as work:
        return ComposeView(
            recipients=(
                Option(CLINICIAN, work.practitioner.name),
                Option(FRONT_DESK, "Front desk"),
            ),
            categories=CATEGORIES,
            readers=_readers(work, CLINICIAN),
            promise=work.practice.reply_promise,
            urgent=work.practice.urgent_notice,
            absence=absence.words(work),
            draft=writing.draft_view(work, NEW),
        )


# ---------------------------------------------------------------- writing
def send(actor: Actor, chart: str, command: MessageInput, public_url: str) -> Sent:
    """Begin a conversation.

    Raises:
        TooManyError: twenty messages were sent within an hour.
        InvalidError: somebody to write to, or the subject, is missing.
    """
    with access.open(
        actor, Permission.MESSAGES_SEND, chart=chart, writes=True, action="message.send"
    ) as work:
        if before := writing.already_sent(work, command.client_key):
            return _sent(work, work.session.get_one(Thread, before.thread_id), before)
        if command.recipient not in {CLINICIAN, FRONT_DESK}:
            raise InvalidError("Choose who the message is for.", field="recipient")
        if command.category not in {c.value for c in CATEGORIES}:
            raise InvalidError("Choose what the message is about.", field="category")
        _limit(work)
        row = Thread(
            chart_id=work.chart.id,
            patient_id=work.patient.id,
            subject=command.subject,
            category=command.category,
            recipient=command.recipient,
            guardian_user_id=None if _is_own(work) else work.person.id,
            assignee_id=absence.assignee(work, command.recipient),
            created_at=work.now,
        )
        message = _write(work, row, command, NEW, public_url)
        writing.index_subject(work, row)
        return _sent(work, row, message)


def reply(actor: Actor, chart: str, thread_id: str, command: ReplyInput, public_url: str) -> Sent:
    """Answer in a conversation; it waits for the practice again.

    Raises:
        TooManyError: twenty messages were sent within an hour.
    """
    with access.open(
        actor,
        Permission.MESSAGES_SEND,
        chart=chart,
        writes=True,
        action="message.reply",
        target=thread_id,
    ) as work:
        row = find(work, thread_id)
        if before := writing.already_sent(work, command.client_key):
            return _sent(work, row, before)
        _limit(work)
        return _sent(work, row, _write(work, row, command, thread_id, public_url))


def _limit(work: Work) -> None:
    if writing.messages_since(work.patient.id, work.now - HOUR) >= rule.MESSAGES_PER_HOUR:
        text = f"That is {rule.MESSAGES_PER_HOUR} messages in an hour. Wait a little, or call us."
        raise TooManyError(f"{text} {work.practice.phone}".strip())


def _write(work: Work, row: Thread, command: ReplyInput, slot: str, public_url: str) -> Message:
    own = _is_own(work)
    row.status = "open"
    calendar = hours.Hours.of(
        work.practice.zone, work.practice.weekly_hours, work.practice.closures
    )
    row.due_at = calendar.add_business_time(work.now, timedelta(hours=work.practice.answer_hours))
    message = Message(
        thread_id=row.id,
        chart_id=row.chart_id,
        patient_id=row.patient_id,
        seq=0,
        author_id=work.person.id,
        author_name=work.patient.name if own else work.person.name,
        on_behalf_of="" if own else work.patient.name,
        from_staff=False,
        body=command.body,
        client_key=command.client_key or uuid4().hex,
        sent_at=work.now,
    )
    writing.add(work, row, message)
    writing.use_draft(work, slot, message)
    _auto_reply(work, row, calendar)
    notifications.to_staff(work, row, public_url)
    return message


def _auto_reply(work: Work, row: Thread, calendar: hours.Hours) -> None:
    practice = work.practice
    period = calendar.closed_period(work.now)
    if not practice.auto_reply_on or not practice.auto_reply or not period:
        return
    if row.auto_reply_period == period:
        return
    row.auto_reply_period = period
    before = row.last_at, row.last_author, row.snippet, row.staff_seq
    automatic = Message(
        thread_id=row.id,
        chart_id=row.chart_id,
        patient_id=row.patient_id,
        seq=0,
        author_name=f"{practice.name} {practice.name_second_line}".strip(),
        from_staff=True,
        is_automatic=True,
        body=practice.auto_reply,
        client_key=uuid4().hex,
        sent_at=work.now,
    )
    writing.add(work, row, automatic)
    # an automatic answer is no answer: the conversation still shows and waits as it did
    row.last_at, row.last_author, row.snippet, row.staff_seq = before
    row.last_from_staff = False
    work.session.add(row)


def _sent(work: Work, row: Thread, message: Message) -> Sent:
    return Sent(row.public_id, message.public_id, _counterpart_short(work, row))


def take_back(actor: Actor, chart: str, thread_id: str, message_id: str) -> None:
    """Withdraw an own message within two minutes, while nobody has read it."""
    with access.open(
        actor,
        Permission.MESSAGES_SEND,
        chart=chart,
        writes=True,
        action="message.take_back",
        target=message_id,
    ) as work:
        writing.take_back(work, find(work, thread_id), message_id)


def set_archived(actor: Actor, chart: str, thread_id: str, *, archived: bool) -> None:
    """Move a conversation to the person's archive or back to her inbox."""
    with access.open(
        actor,
        Permission.MESSAGES_READ,
        chart=chart,
        writes=True,
        action="message.archive" if archived else "message.unarchive",
        target=thread_id,
    ) as work:
        row = find(work, thread_id)
        reader = writing.reader_of(work, row)
        reader.archived_at = work.now if archived else None
        work.session.add(reader)
        work.announce(writing.chart_topic(chart))


def mark_seen(actor: Actor, chart: str, thread_id: str) -> None:
    """Note that the conversation is on the person's screen."""
    with access.open(
        actor,
        Permission.MESSAGES_READ,
        chart=chart,
        writes=True,
        action="message.seen",
        target=thread_id,
    ) as work:
        writing.mark_seen(work, find(work, thread_id), by_staff=False)


def save_draft(
    actor: Actor,
    chart: str,
    slot: str,
    *,
    body: str,
    subject: str = "",
    recipient: str = "",
    category: str = "",
) -> None:
    """Keep what is being typed; nothing of it leaves the person's own page."""
    with access.open(actor, Permission.MESSAGES_SEND, chart=chart, writes=True, quiet=True) as work:
        if slot != NEW:
            find(work, slot)
        draft = writing.draft_of(work, slot)
        draft.body = body[: rule.BODY_MOST * 2]
        draft.subject = subject[: rule.SUBJECT_MOST * 2]
        draft.recipient, draft.category = recipient[:40], category[:20]
        draft.updated_at = work.now
        work.session.add(draft)
