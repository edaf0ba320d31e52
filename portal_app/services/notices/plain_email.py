"""Consent to plain, unencrypted email: each yes and no is kept with its words and its moment."""

from sqlmodel import col, select

from portal_app.data.models import PlainEmailChoice
from portal_app.rules import notices
from portal_app.rules.errors import ConflictError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.notices.choices import topic


def agree(actor: Actor, text_version: int) -> None:
    """Agree to mail that holds content, after reading the warning of that version.

    Raises:
        ConflictError: the words have changed since the page was opened.
    """
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.plain_email", target="agreed"
    ) as work:
        if text_version != notices.TEXT_VERSION:
            raise ConflictError("The words have changed. Open the page again and read them.")
        _note(work, agreed=True, version=text_version)


def withdraw(actor: Actor) -> None:
    """Take the consent back; mail that waits already goes out without content."""
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.plain_email", target="withdrawn"
    ) as work:
        _note(work, agreed=False, version=_agreed_version(work))


def _note(work: Work, *, agreed: bool, version: int) -> None:
    user = work.person
    if (user.plain_email_since is not None) is agreed:
        return
    user.plain_email_since = work.now if agreed else None
    choice = PlainEmailChoice(
        user_id=user.id,
        agreed=agreed,
        text_version=version,
        at=work.now,
        session_id=work.actor.session_id,
        ip=work.actor.ip,
    )
    work.session.add_all([user, choice])
    work.announce(topic(user.id))


def _agreed_version(work: Work) -> int:
    rows = (
        select(PlainEmailChoice.text_version)
        .where(PlainEmailChoice.user_id == work.person.id, col(PlainEmailChoice.agreed))
        .order_by(col(PlainEmailChoice.at).desc())
    )
    return work.session.exec(rows).first() or notices.TEXT_VERSION
