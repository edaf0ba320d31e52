"""What to tell whom by mail: that something is there, and no word of it without consent."""

from sqlmodel import col, select

from portal_app.data.models import Grant, Message, OutboxMail, StaffMember, Thread, User
from portal_app.rules import messages as rule
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work

MESSAGE_NOTICE = "message"


def to_patient_side(work: Work, thread: Thread, public_url: str) -> None:
    """Plan a notice to everybody on the patient's side who may read the conversation."""
    link = f"{public_url}/portal/{work.chart.public_id}/messages/{thread.public_id}"
    for user in _readers(work, thread):
        _plan(work, thread, user, link)


def to_staff(work: Work, thread: Thread, public_url: str) -> None:
    """Plan a notice to the member of the practice to whom the conversation is assigned."""
    if thread.assignee_id is None:
        return
    member = work.session.get(StaffMember, thread.assignee_id)
    user = work.session.get(User, member.user_id) if member else None
    if user is not None and user.disabled_at is None:
        link = f"{public_url}/practice/inbox/{thread.public_id}"
        _plan(work, thread, user, link, content=False)


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


def _readers(work: Work, thread: Thread) -> list[User]:
    rows = (
        select(Grant, User)
        .join(User, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == thread.patient_id, col(User.disabled_at).is_(None))
    )
    people: dict[object, User] = {}
    for grant, user in work.session.exec(rows).all():
        facts = access.grant_facts(grant)
        if not facts.holds(work.now) or Permission.MESSAGES_READ not in facts.scopes:
            continue
        if thread.guardian_user_id is not None and thread.guardian_user_id != user.id:
            continue
        if thread.private_to_patient and grant.relationship != "self":
            continue
        people[user.id] = user
    return list(people.values())


def _plan(work: Work, thread: Thread, user: User, link: str, *, content: bool = True) -> None:
    key = rule.notice_key(thread.public_id, str(user.id), work.now)
    planned = select(OutboxMail.id).where(OutboxMail.unique_key == key)
    if work.session.exec(planned).first() is not None:
        return
    practice = f"{work.practice.name} {work.practice.name_second_line}".strip()
    lines = [f"You have a new message from {practice}." if content else "A patient has written."]
    if content and user.plain_email_since is not None:
        lines += ["", _newest(work, thread)]
    lines += ["", "Sign in to read it and to answer:", link, "", "Please don’t answer this mail."]
    host = public_host(link)
    mail = OutboxMail(
        unique_key=key,
        kind=MESSAGE_NOTICE,
        address=user.email,
        subject="You have a new message",
        text="\n".join(lines),
        message_id=f"<{work.keyring.mac('form', key.encode()).hex()[:32]}@{host}>",
        due_at=work.now + rule.NOTICE_AFTER,
        thread_id=thread.public_id,
        user_id=str(user.id),
        created_at=work.now,
    )
    work.session.add(mail)


def public_host(link: str) -> str:
    """Give the host of an address, for the fixed Message-ID."""
    return link.split("://", 1)[-1].split("/", 1)[0].split(":", 1)[0] or "localhost"


def _newest(work: Work, thread: Thread) -> str:
    rows = select(Message).where(Message.thread_id == thread.id, col(Message.from_staff))
    newest = work.session.exec(rows.order_by(col(Message.seq).desc()).limit(1)).first()
    return newest.body if newest else ""
