"""A member of the practice sees a portal as its patient, or one of her proxies, sees it.

The same services and pages answer; the gate lets nothing be written, and says in the log as whom
she looked. She never sees a part whose counterpart in the practice she may not open.
"""

from datetime import timedelta
from uuid import UUID

from sqlmodel import col, delete, select

from portal_app.data.models import Grant, PortalView, User
from portal_app.data.schemas.family import SeenAs
from portal_app.rules import family
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access, standing
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system

NEEDS = Permission.PRACTICE_ROSTER
LASTS = timedelta(minutes=30)


def people(actor: Actor, chart: str) -> tuple[SeenAs, ...]:
    """List as whom a chart's portal can be seen: the patient first, then who acts for her now."""
    with access.open(actor, NEEDS, chart=chart, quiet=True) as work:
        return people_of(work)


def people_of(work: Work) -> tuple[SeenAs, ...]:
    """List them inside an open unit of work."""
    proxies = (
        SeenAs(str(grant.id), user.name, family.RELATIONSHIPS.get(grant.relationship, "Proxy"))
        for grant, user in _proxies(work)
    )
    return (SeenAs("", work.patient.name), *proxies)


def _proxies(work: Work) -> list[tuple[Grant, User]]:
    rows = (
        select(Grant, User)
        .join(User, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == work.patient.id, Grant.relationship != family.SELF)
        .order_by(col(User.name))
    )
    found = work.session.exec(rows).all()
    return [(g, u) for g, u in found if standing.grant_facts(work, g, work.patient).holds(work.now)]


def start(actor: Actor, chart: str, proxy: str = "") -> None:
    """Begin to see the chart's portal, as the patient or as that proxy.

    Raises:
        NotFoundError: that person has no access now.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="portal.see_as", target=proxy
    ) as work:
        keys = {str(g.id) for g, _ in _proxies(work)}
        if proxy and proxy not in keys:
            raise NotFoundError
        row = work.session.get(PortalView, (actor.session_id, work.patient.id)) or PortalView(
            session_id=actor.session_id,
            patient_id=work.patient.id,
            started_at=work.now,
            ends_at=work.now,
        )
        row.grant_id = UUID(proxy) if proxy else None
        row.started_at, row.ends_at = work.now, work.now + LASTS
        work.session.add(row)


def stop(actor: Actor, chart: str) -> None:
    """Stop seeing the portal as somebody else."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="portal.see_as_ends") as work:
        row = work.session.get(PortalView, (actor.session_id, work.patient.id))
        if row is not None:
            work.session.delete(row)


def sweep() -> int:
    """Forget what has ended by itself; returns how many."""
    with open_system("seeing as the patient has ended") as work:
        gone = work.session.exec(delete(PortalView).where(col(PortalView.ends_at) <= work.now))
        return int(gone.rowcount)
