"""Lets go of what nobody needs any more; health records are never among it."""

from sqlalchemy import or_
from sqlmodel import col, delete, select, update

from portal_app.data.models import (
    AuthBucket,
    Draft,
    OutboxMail,
    StoredFile,
    UserSession,
    VisitLink,
)
from portal_app.rules import retention as rule
from portal_app.security.access import Work
from portal_app.security.system import open_system

LET_GO = "let go"
"""Stands in place of an error where the words of a mail are gone; that it went out stays known."""


def let_go() -> int:
    """Remove ended sessions and links, old tries and drafts, and the words of old mail.

    Returns:
        How many rows that were.
    """
    with open_system("old things are let go") as work:
        return _sessions(work) + _drafts(work) + _mail(work)


def _sessions(work: Work) -> int:
    ended = or_(
        col(UserSession.absolute_until) < work.now - rule.SESSIONS,
        col(UserSession.revoked_at) < work.now - rule.SESSIONS,
    )
    old = work.now - rule.TRIES
    tries = (col(AuthBucket.window_start) < old, col(AuthBucket.next_try_at) < old)
    links = col(VisitLink.expires_at) < work.now - rule.LINKS
    done = (
        work.session.exec(delete(UserSession).where(ended)),
        work.session.exec(delete(AuthBucket).where(*tries)),
        work.session.exec(delete(VisitLink).where(links)),
    )
    return sum(result.rowcount for result in done)


def _drafts(work: Work) -> int:
    """Remove drafts with the files that wait in them; the bytes go with the next sweep."""
    old = select(Draft.id).where(col(Draft.updated_at) < work.now - rule.DRAFTS)
    files = delete(StoredFile).where(
        col(StoredFile.draft_id).in_(old), col(StoredFile.message_id).is_(None)
    )
    work.session.exec(files)
    drafts = delete(Draft).where(col(Draft.updated_at) < work.now - rule.DRAFTS)
    return work.session.exec(drafts).rowcount


def _mail(work: Work) -> int:
    gone = (
        col(OutboxMail.status).in_(("sent", "skipped")),
        col(OutboxMail.due_at) < work.now - rule.MAIL,
        col(OutboxMail.last_error) != LET_GO,
    )
    cleared = update(OutboxMail).where(*gone).values(text="", last_error=LET_GO)
    return work.session.exec(cleared).rowcount
