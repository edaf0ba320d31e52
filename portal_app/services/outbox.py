"""Mail that is owed: leased, sent, and tried again for three days."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select, update

from portal_app.data.models import OutboxMail
from portal_app.integrations.mail import LaterError, Mail, RefusedError, Sender
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services import news, notifications, security_mail, undelivered
from portal_app.services.documents import notices as paper_notices
from portal_app.services.schedule import notices

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
    return sum(_deliver(sender, mail) for mail in (_lease(i) for i in _due()) if mail)


def _due() -> list[object]:
    with open_system("outbox", writes=False) as work:
        rows = select(OutboxMail.id).where(_free(work)).order_by(col(OutboxMail.due_at))
        return list(work.session.exec(rows.limit(BATCH)).all())


def _free(work: Work) -> ColumnElement[bool]:
    lease = col(OutboxMail.lease_until)
    return and_(
        col(OutboxMail.status) == "due",
        col(OutboxMail.due_at) <= work.now,
        lease.is_(None) | (lease < work.now),
    )


def _lease(mail_id: object) -> OutboxMail | None:
    # one at a time: behind a slow server, leases taken together would run out in the queue
    with open_system("outbox") as work:
        taken = work.session.exec(
            update(OutboxMail)
            .where(col(OutboxMail.id) == mail_id, _free(work))
            .values(lease_until=work.now + LEASE, attempts=col(OutboxMail.attempts) + 1)
        )
        return work.session.get_one(OutboxMail, mail_id) if taken.rowcount else None


def _deliver(sender: Sender, mail: OutboxMail) -> int:
    text, calendar = _content(mail)
    if text is None:
        _settle(mail, "skipped", "needless meanwhile")
        return 0
    try:
        sender.send(
            Mail(mail.address, mail.subject, text, mail.message_id, mail.created_at, calendar)
        )
    except RefusedError as error:
        _settle(mail, "failed", str(error))
        return 0
    except LaterError as error:
        _postpone(mail, str(error))
        return 0
    _settle(mail, "sent", "")
    return 1


def _content(mail: OutboxMail) -> tuple[str | None, str]:
    """Write a mail's text, and its calendar file, at the moment of sending."""
    with open_system("outbox", writes=False) as work:
        if mail.kind in notifications.NOTICES:
            return notifications.text_now(work, mail), ""
        if mail.kind == news.PORTAL_NEWS:
            return news.text_now(work, mail), ""
        if mail.kind in notices.KINDS:
            return notices.content_now(work, mail)
        if mail.kind in paper_notices.KINDS:
            return paper_notices.text_now(work, mail), ""
        if mail.kind in security_mail.KINDS:
            return security_mail.text_now(work, mail), ""
    return mail.text, ""


def _settle(mail: OutboxMail, status: str, error: str) -> None:
    with open_system("outbox") as work:
        if status == "failed":
            work.announce(undelivered.TOPIC)
        work.session.exec(
            update(OutboxMail)
            .where(_ours(mail))
            .values(
                status=status,
                last_error=error,
                lease_until=None,
                sent_at=work.now if status == "sent" else None,
            )
        )


def _postpone(mail: OutboxMail, error: str) -> None:
    with open_system("outbox") as work:
        # what waited while the machine was down has not been tried for three days
        late = work.now > (mail.first_due_at or mail.created_at) + GIVE_UP
        over = late and mail.attempts > 1
        if over:
            work.announce(undelivered.TOPIC)
        pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** min(mail.attempts - 1, 10))
        work.session.exec(
            update(OutboxMail)
            .where(_ours(mail))
            .values(
                status="failed" if over else "due",
                last_error=error,
                lease_until=None,
                due_at=work.now + pause,
            )
        )


def _ours(mail: OutboxMail) -> ColumnElement[bool]:
    # whoever outlived the lease has nothing to say any more: somebody else has tried since
    return and_(col(OutboxMail.id) == mail.id, col(OutboxMail.attempts) == mail.attempts)
