"""Mail that is owed: leased, sent, and tried again for three days."""

from datetime import timedelta

from sqlmodel import col, select, update

from portal_app.data.models import OutboxMail, Thread, ThreadReader
from portal_app.integrations.mail import LaterError, Mail, RefusedError, Sender
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.notifications import MESSAGE_NOTICE

LEASE = timedelta(minutes=5)
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
GIVE_UP = timedelta(days=3)
BATCH = 20


def deliver(sender: Sender) -> int:
    """Send what is due; returns how many were handed over.

    A mail goes out at least once with one fixed Message-ID: a crash between the server's answer
    and our commit can only repeat it, and the reader's program recognises the repetition.
    """
    return sum(_deliver(sender, mail) for mail in _lease())


def _lease() -> list[OutboxMail]:
    with open_system("outbox", writes=False) as work:
        due = _due(work)
    if not due:
        return []
    with open_system("outbox") as work:
        due = _due(work)
        for mail in due:
            mail.lease_until = work.now + LEASE
            mail.attempts += 1
            work.session.add(mail)
    return due


def _due(work: Work) -> list[OutboxMail]:
    rows = select(OutboxMail).where(
        OutboxMail.status == "due",
        col(OutboxMail.due_at) <= work.now,
        col(OutboxMail.lease_until).is_(None) | (col(OutboxMail.lease_until) < work.now),
    )
    return list(work.session.exec(rows.order_by(col(OutboxMail.due_at)).limit(BATCH)).all())


def _deliver(sender: Sender, mail: OutboxMail) -> int:
    if mail.kind == MESSAGE_NOTICE and _already_read(mail):
        _settle(mail, "skipped", "read meanwhile")
        return 0
    try:
        sender.send(Mail(mail.address, mail.subject, mail.text, mail.message_id, mail.created_at))
    except RefusedError as error:
        _settle(mail, "failed", str(error))
        return 0
    except LaterError as error:
        _postpone(mail, str(error))
        return 0
    _settle(mail, "sent", "")
    return 1


def _already_read(mail: OutboxMail) -> bool:
    with open_system("outbox", writes=False) as work:
        rows = (
            select(Thread, ThreadReader)
            .join(ThreadReader, col(ThreadReader.thread_id) == Thread.id, isouter=True)
            .where(Thread.public_id == mail.thread_id)
        )
        found = work.session.exec(rows).all()
    if not found:
        return False
    thread = found[0][0]
    if thread.status == "withdrawn":
        return True
    return any(r and str(r.user_id) == mail.user_id and r.seen_seq >= thread.seq for _, r in found)


def _settle(mail: OutboxMail, status: str, error: str) -> None:
    with open_system("outbox") as work:
        work.session.exec(
            update(OutboxMail)
            .where(col(OutboxMail.id) == mail.id)
            .values(
                status=status,
                last_error=error,
                lease_until=None,
                sent_at=work.now if status == "sent" else None,
            )
        )


def _postpone(mail: OutboxMail, error: str) -> None:
    with open_system("outbox") as work:
        over = work.now > mail.created_at + GIVE_UP
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10))
        work.session.exec(
            update(OutboxMail)
            .where(col(OutboxMail.id) == mail.id)
            .values(
                status="failed" if over else "due",
                last_error=error,
                lease_until=None,
                due_at=work.now + pause,
            )
        )
