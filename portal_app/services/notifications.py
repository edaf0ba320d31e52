"""What to tell whom by mail: that something is there, and no word of it without consent."""

from collections.abc import Iterator

from sqlmodel import col, select

from portal_app.data.models import (
    Chart,
    Grant,
    Message,
    OutboxMail,
    Patient,
    StaffMember,
    Thread,
    ThreadReader,
    User,
)
from portal_app.rules import access as access_rule
from portal_app.rules import mail_words
from portal_app.rules import messages as rule
from portal_app.rules.notices import Content, Event
from portal_app.rules.permissions import Permission
from portal_app.security import standing
from portal_app.security.access import Work
from portal_app.services.notices import choices

TO_PATIENT_SIDE = "message"
TO_PRACTICE = "message.practice"
NOTICES = frozenset({TO_PATIENT_SIDE, TO_PRACTICE})


def to_patient_side(work: Work, thread: Thread, public_url: str) -> None:
    """Plan a notice to everybody on the patient's side who may read the conversation."""
    link = f"{public_url}/portal/{work.chart.public_id}/messages/{thread.public_id}"
    practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
    for user in _readers(work, thread):
        _plan(work, TO_PATIENT_SIDE, thread, user, mail_words.new_message(practice, link), link)


def to_staff(work: Work, thread: Thread, public_url: str) -> None:
    """Plan a notice to the member of the practice to whom the conversation is assigned."""
    user = _assignee(work, thread)
    if user is not None:
        link = f"{public_url}/practice/inbox/{thread.public_id}"
        text = mail_words.notice("A patient has written.", "Sign in to read it and to answer", link)
        _plan(work, TO_PRACTICE, thread, user, text, link)


def readers_of_chart(work: Work) -> list[User]:
    """List who on the patient's side reads a conversation that the practice begins."""
    whole = Thread(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        subject="",
        recipient="",
        status="new",
    )
    return _readers(work, whole)


def text_now(work: Work, mail: OutboxMail) -> str | None:
    """Give a notice's text at the moment of sending; nothing where it has become needless.

    What was planned may have been read or taken back meanwhile, and rights and consent may have
    ended. The words of messages are added only here, so that no waiting mail holds them.
    """
    thread = work.session.exec(select(Thread).where(Thread.public_id == mail.thread_id)).first()
    if thread is None:
        return None
    practice = mail.kind == TO_PRACTICE
    assignee = _assignee(work, thread) if practice else None
    people = _readers(work, thread) if not practice else [assignee] if assignee else []
    user = next((u for u in people if str(u.id) == mail.user_id), None)
    if user is None:
        return None
    reader = work.session.get(ThreadReader, (thread.id, user.id))
    seen = reader.seen_seq if reader else 0
    if (thread.patient_seq if practice else thread.staff_seq) <= seen:
        return None
    if practice:
        return mail.text
    told = choices.told(work, user, Event.MESSAGE)
    if told is Content.DETAILS:
        return mail_words.with_words(mail.text, _unread(work, thread, seen))
    return mail.text if told is Content.NEWS else None


def _unread(work: Work, thread: Thread, seen: int) -> list[str]:
    rows = select(Message).where(
        Message.thread_id == thread.id,
        col(Message.from_staff),
        col(Message.is_automatic).is_(False),
        col(Message.taken_back_at).is_(None),
        Message.seq > seen,
    )
    return [m.body for m in work.session.exec(rows.order_by(col(Message.seq))).all()]


def _assignee(work: Work, thread: Thread) -> User | None:
    member = work.session.get(StaffMember, thread.assignee_id) if thread.assignee_id else None
    if member is None or not member.is_active:
        return None
    user = work.session.get(User, member.user_id)
    return user if user is not None and user.disabled_at is None else None


def people_who_may(
    work: Work, chart: Chart, permission: Permission
) -> Iterator[tuple[Grant, User]]:
    """List who on the patient's side holds a permission on a chart at this moment."""
    patient = work.session.get_one(Patient, chart.patient_id)
    opened = standing.chart_facts(work.practice, chart, patient)
    rows = (
        select(Grant, User)
        .join(User, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == chart.patient_id, col(User.disabled_at).is_(None))
    )
    for grant, user in work.session.exec(rows).all():
        granted = standing.grant_facts(work, grant, patient)
        facts = access_rule.Facts(signed_in=True, grant=granted, chart=opened)
        if access_rule.allows(facts, permission, work.now):
            yield grant, user


def _readers(work: Work, thread: Thread) -> list[User]:
    chart = work.session.get_one(Chart, thread.chart_id)
    people: dict[object, User] = {}
    for grant, user in people_who_may(work, chart, Permission.MESSAGES_READ):
        if thread.guardian_user_id is not None and thread.guardian_user_id != user.id:
            continue
        if thread.private_to_patient and grant.relationship != "self":
            continue
        people[user.id] = user
    return list(people.values())


def _plan(work: Work, kind: str, thread: Thread, user: User, text: str, link: str) -> None:
    begins = f"message:{thread.public_id}:{user.id}:"
    before = select(OutboxMail).where(
        col(OutboxMail.unique_key).startswith(begins, autoescape=True), OutboxMail.kind == kind
    )
    earlier = work.session.exec(before).all()
    # a mail that waits will tell of this message too, unless it is on its way already
    if any(m.status == "due" and not _on_its_way(m, work) for m in earlier):
        return
    left = [m.sent_at or work.now for m in earlier if m.status in {"due", "sent"}]
    key = f"{begins}{thread.seq}"
    mail = OutboxMail(
        unique_key=key,
        kind=kind,
        address=user.email,
        subject="You have a new message",
        text=text,
        message_id=f"<{work.keyring.mac('form', key.encode()).hex()[:32]}@{public_host(link)}>",
        due_at=rule.notice_due(work.now, max(left, default=None)),
        thread_id=thread.public_id,
        user_id=str(user.id),
        created_at=work.now,
    )
    work.session.add(mail)


def _on_its_way(mail: OutboxMail, work: Work) -> bool:
    return mail.lease_until is not None and mail.lease_until > work.now


def public_host(link: str) -> str:
    """Give the host of an address, for the fixed Message-ID."""
    return link.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0] or "localhost"
