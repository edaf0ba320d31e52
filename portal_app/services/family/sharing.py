"""A person's own view of who may see her portal: she shares with an adult, and stops sharing.

What a court, a law or the practice has decided is ended by the practice alone.
"""

from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import Grant, User
from portal_app.data.schemas.family import Shared, ShareInput, SharingView
from portal_app.rules import family, mail_words
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.family import AgeRules
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import security_mail
from portal_app.services.family import grants, inviting, topics

NEEDS = Permission.HOME
SHARES = Permission.SHARE_PROXY
BASIS = "patient"
USUAL = timedelta(days=365)
LONGEST = timedelta(days=2 * 366)
MOST = 10


def view(actor: Actor, chart: str) -> SharingView:
    """Show who may see the open portal; somebody who acts for another sees her own access only."""
    with access.open(actor, NEEDS, chart=chart, action="access.view") as work:
        own = _is_own(work)
        rows = [r for r in grants.rows_of(work) if r.holds and not r.is_own]
        if not own:
            mine = {str(g.id) for g in work.facts.grants} if work.facts else set()
            rows = [r for r in rows if r.id in mine]
        return SharingView(
            chart=chart,
            patient=work.patient.first_name,
            is_own=own,
            may_share=own and work.may(SHARES) and _is_adult(work),
            people=tuple(
                Shared(
                    id=r.id,
                    name=r.name,
                    relationship=r.relationship,
                    scopes=r.now,
                    ends_at=r.ends_at,
                    may_stop=own and r.basis == BASIS,
                )
                for r in rows
            ),
            invited=grants.invited_of(work) if own else (),
            offered=_offered(work),
            usual_end=work.today + USUAL,
            topic=topics.of_patient(work.patient.id),
        )


def share(actor: Actor, chart: str, command: ShareInput, public_url: str) -> str:
    """Invite an adult to see the open portal; returns the one-use link.

    Raises:
        NotFoundError: it is not the person's own portal, or she is no adult.
        InvalidError: no address, nothing chosen, or an end that is too far or has passed.
    """
    with access.open(
        actor, SHARES, chart=chart, writes=True, action="access.share", step_up=True
    ) as work:
        if not _is_own(work) or not _is_adult(work):
            raise NotFoundError
        wanted = _offered(work).intersection(command.scopes)
        _check(work, command)
        terms = grants.terms_of(
            work,
            command.relationship,
            BASIS,
            wanted,
            command.until,
        )
        link = inviting.send(work, terms, command.email, command.name, public_url)
        _tell(work, "shared", public_url)
        work.announce(topics.of_patient(work.patient.id))
        return link


def _check(work: Work, command: ShareInput) -> None:
    if command.until is None or command.until > work.today + LONGEST:
        raise InvalidError("Choose a day within the next two years.", field="until")
    if command.email.strip().casefold() == work.person.email.casefold():
        raise InvalidError("This is your own address.", field="email")
    held = sum(1 for r in grants.rows_of(work) if r.holds) + len(grants.invited_of(work))
    if held > MOST:
        raise InvalidError("You share with many people already. Stop sharing with one first.")


def stop(actor: Actor, chart: str, grant: str, public_url: str) -> None:
    """Stop sharing with somebody, at once.

    Raises:
        NotFoundError: it is not the person's own portal, or the practice has decided it.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="access.stop", target=grant
    ) as work:
        row = grants.find(work, grant)
        if not _is_own(work) or row.basis != BASIS or row.relationship == family.SELF:
            raise NotFoundError
        grants.revoke(work, row, work.person.name, "")
        _tell(work, "stopped", public_url)


def take_back(actor: Actor, chart: str, invitation: str) -> None:
    """Take back an invitation that nobody has used.

    Raises:
        NotFoundError: it is not the person's own portal, or the practice has invited.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="access.invite_end", target=invitation
    ) as work:
        if not _is_own(work):
            raise NotFoundError
        grants.withdraw(work, invitation, basis=BASIS)


def _is_own(work: Work) -> bool:
    return work.facts is not None and work.facts.relationship == family.SELF


def _is_adult(work: Work) -> bool:
    born, rules = work.patient.birth_date, AgeRules.of(work.practice.age_rules)
    return born is None or family.age_on(born, work.today) >= rules.ends_at


def _offered(work: Work) -> frozenset[Permission]:
    """List what the person can share: what she has herself, and not the sharing."""
    return (work.permissions & PORTAL) - {SHARES}


def _tell(work: Work, what: str, public_url: str) -> None:
    """Tell the person's own address, so that nobody shares in her name unseen."""
    changed = "is now shared" if what == "shared" else "is shared with one person less"
    rows = (
        select(User)
        .join(Grant, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == work.patient.id, Grant.relationship == family.SELF)
        .where(col(Grant.revoked_at).is_(None), col(User.disabled_at).is_(None))
    )
    for user in work.session.exec(rows).all():
        text = mail_words.notice(
            f"Your patient portal {changed}. If this was not you, call the practice.",
            "See who has access, under Account",
            f"{public_url}/portal/{work.chart.public_id}/account",
        )
        key = f"{what}:{user.id}:{work.now:%Y%m%d%H%M%S%f}"
        subject = "Who may see your portal has changed"
        security_mail.tell(work, key, user.email, subject, text, public_url)
