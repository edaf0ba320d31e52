"""Where a person is signed in, and signing out of there."""

from sqlmodel import col, select

from portal_app.data.models import UserSession
from portal_app.data.schemas.account import SessionRow, SessionsView
from portal_app.rules.devices import device_words
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.services.account import proving

MOST = 10


def look(actor: Actor, chart: str = "") -> SessionsView:  # noqa: ARG001 - the same for every chart
    """List the browsers in which the person is signed in, this one first."""
    with access.open(actor, Permission.ACCOUNT, quiet=True) as work:
        rows = sorted(_open(work), key=lambda r: (r.id != actor.session_id, -_stamp(r)))
        return SessionsView(
            tuple(
                SessionRow(
                    key=row.id[:8],
                    device=device_words(row.user_agent),
                    last_at=row.last_event_at,
                    is_this=row.id == actor.session_id,
                )
                for row in rows
            ),
            proving.topic(work.person.id),
        )


def _stamp(row: UserSession) -> float:
    return row.last_event_at.timestamp()


def _open(work: Work) -> list[UserSession]:
    rows = (
        select(UserSession)
        .where(
            UserSession.user_id == work.person.id,
            col(UserSession.revoked_at).is_(None),
            col(UserSession.absolute_until) > work.now,
        )
        .order_by(col(UserSession.created_at).desc())
        .limit(MOST * 2)
    )
    return [
        r
        for r in work.session.exec(rows).all()
        if r.id == work.actor.session_id
        or (work.now - r.last_event_at).total_seconds() < r.idle_seconds
    ][:MOST]


def sign_out(actor: Actor, key: str, sessions: Sessions) -> None:
    """Sign out of another browser; its open pages close at once.

    Raises:
        NotFoundError: no such browser.
    """
    with access.open(actor, Permission.ACCOUNT, writes=True, action="account.sign_out") as work:
        row = next((r for r in _open(work) if r.id[:8] == key), None)
        if row is None or row.id == actor.session_id:
            raise NotFoundError
        work.announce(proving.topic(work.person.id))
    sessions.end(row.id)


def sign_out_others(actor: Actor, sessions: Sessions) -> int:
    """Sign out of every other browser; says how many."""
    with access.open(
        actor, Permission.ACCOUNT, writes=True, action="account.sign_out_others"
    ) as work:
        user = work.person.id
        work.announce(proving.topic(user))
    return sessions.end_others(user, actor.session_id)
