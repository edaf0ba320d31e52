"""Who may open a patient's portal: the practice adds, changes, ends and blocks."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from uuid import UUID

from sqlmodel import col, select

from portal_app.data.models import Grant, Invitation, User
from portal_app.data.schemas.family import (
    AccessView,
    EndInput,
    GrantInput,
    GrantRow,
    InvitedRow,
    InviteInput,
)
from portal_app.rules import family
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.family import AgeRules
from portal_app.rules.permissions import PORTAL, Permission, consistent
from portal_app.security import access, standing
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.family import inviting, topics
from portal_app.services.family.inviting import Terms

NEEDS = Permission.PRACTICE_DEMOGRAPHICS
RECENT = timedelta(days=365)
SHOWN = 30


# ---------------------------------------------------------------- reading
def view(actor: Actor, chart: str) -> AccessView:
    """Show what the patient may do and who else has access."""
    with access.open(actor, NEEDS, chart=chart, action="practice.access") as work:
        patient, rules = work.patient, AgeRules.of(work.practice.age_rules)
        born = patient.birth_date
        age = family.age_on(born, work.today) if born else None
        return AccessView(
            chart=chart,
            patient=patient.name,
            first_name=patient.first_name,
            permissions=frozenset(Permission(p) for p in work.chart.permissions),
            ceiling=frozenset(Permission(p) for p in work.practice.portal_ceiling),
            grants=rows_of(work),
            invited=invited_of(work),
            status=patient.status,
            is_minor=age is not None and age < rules.ends_at,
            age=age,
            is_blocked=patient.no_proxy_since is not None,
            block_reason=patient.no_proxy_reason or "",
            ages=rules,
            topic=topics.of_patient(patient.id),
        )


def rows_of(work: Work) -> tuple[GrantRow, ...]:
    """List who has access to the open patient, and who had it within a year."""
    rows = (
        select(Grant, User)
        .join(User, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == work.patient.id)
        .where(col(Grant.revoked_at).is_(None) | (col(Grant.revoked_at) > work.now - RECENT))
        .order_by(col(Grant.relationship) != family.SELF, col(User.name))
        .limit(SHOWN)
    )
    found = [_row(work, grant, user) for grant, user in work.session.exec(rows).all()]
    return tuple(sorted(found, key=lambda r: (not r.holds, not r.is_own)))


def _row(work: Work, grant: Grant, user: User) -> GrantRow:
    facts = standing.grant_facts(work, grant, work.patient)
    holds = facts.holds(work.now) and user.disabled_at is None
    return GrantRow(
        id=str(grant.id),
        name=user.name,
        email=user.email,
        relationship=grant.relationship,
        basis=grant.basis,
        scopes=frozenset(Permission(s) for s in grant.scopes),
        valid_until=grant.valid_until,
        follows_age=grant.follows_age,
        agreed=frozenset(Permission(p) for p in grant.agreed),
        holds=holds,
        now=facts.scopes if holds else frozenset(),
        ends_at=facts.valid_until,
        ended_at=grant.revoked_at,
        granted_by=grant.granted_by,
    )


def invited_of(work: Work) -> tuple[InvitedRow, ...]:
    """List who was invited to the open patient and can still come."""
    rows = (
        select(Invitation)
        .where(Invitation.patient_id == work.patient.id)
        .where(col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None))
        .where(col(Invitation.expires_at) > work.now)
        .order_by(col(Invitation.created_at))
        .limit(SHOWN)
    )
    return tuple(
        InvitedRow(
            str(i.id),
            i.name or (work.patient.name if i.relationship == family.SELF else i.email),
            i.email,
            i.relationship,
            i.expires_at,
            may_take_back=i.basis == "patient",
        )
        for i in work.session.exec(rows).all()
    )


# ---------------------------------------------------------------- changing
def save(actor: Actor, chart: str, grant: str, command: GrantInput) -> None:
    """Change what somebody may do, why, and until when; open pages follow at once.

    Raises:
        NotFoundError: there is no such access any more.
        InvalidError: nothing is allowed, or the last day has passed.
    """
    with access.open(
        actor,
        NEEDS,
        chart=chart,
        writes=True,
        action="access.change",
        target=grant,
        step_up=True,
    ) as work:
        row = find(work, grant)
        if row.relationship == family.SELF:
            raise NotFoundError
        terms = _typed(work, command)
        row.relationship, row.basis = terms.relationship, terms.basis
        row.scopes, row.valid_until = list(terms.scopes or ()), terms.until
        row.follows_age = terms.follows_age
        row.agreed = sorted(p.value for p in PORTAL.intersection(command.agreed))
        row.granted_by = work.member.name
        changed(work, row)


def end(actor: Actor, chart: str, grant: str, command: EndInput) -> None:
    """End somebody's access at once; what was done with it stays in the log.

    Raises:
        NotFoundError: there is no such access any more.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="access.end", target=grant
    ) as work:
        revoke(work, find(work, grant), work.member.name, command.reason.strip())


def revoke(work: Work, row: Grant, by: str, reason: str) -> None:
    """End an access inside an open unit of work."""
    row.revoked_at, row.revoked_by, row.revoked_reason = work.now, by, reason
    changed(work, row)


def changed(work: Work, row: Grant) -> None:
    """Keep an access and tell the open pages that it concerns."""
    work.session.add(row)
    work.announce(topics.of_patient(work.patient.id), topics.of_user(row.user_id))


def find(work: Work, grant: str) -> Grant:
    """Find an access of the open patient that has not been ended."""
    try:
        key = UUID(grant)
    except ValueError:
        raise NotFoundError from None
    rows = select(Grant).where(Grant.id == key, Grant.patient_id == work.patient.id)
    found = work.session.exec(rows.where(col(Grant.revoked_at).is_(None))).first()
    if found is None:
        raise NotFoundError
    return found


def terms_of(
    work: Work,
    relationship: str,
    basis: str,
    permissions: Iterable[Permission],
    last_day: date | None,
    *,
    follows_age: bool = False,
) -> Terms:
    """Check what somebody is to be allowed.

    Raises:
        InvalidError: nothing is allowed, the last day has passed, or a word is not one of ours.
    """
    if relationship not in family.RELATIONSHIPS:
        raise InvalidError("Choose what this person is to the patient.", field="relationship")
    if basis not in family.BASES:
        raise InvalidError("Choose why this person has access.", field="basis")
    scopes = consistent(PORTAL.intersection(permissions))
    if not scopes:
        raise InvalidError("Choose at least one thing that this person may do.", field="scopes")
    if last_day and last_day < work.today:
        raise InvalidError("This day has passed.", field="until")
    return Terms(
        relationship=relationship,
        basis=basis,
        scopes=tuple(sorted(p.value for p in scopes)),
        until=after(work, last_day),
        follows_age=follows_age,
    )


def _typed(work: Work, command: GrantInput) -> Terms:
    return terms_of(
        work,
        command.relationship,
        command.basis,
        command.scopes,
        command.until,
        follows_age=command.follows_age,
    )


def after(work: Work, last_day: date | None) -> datetime | None:
    """Give the moment at which a last day is over on the practice's wall."""
    if last_day is None:
        return None
    return datetime.combine(last_day + timedelta(days=1), time(), work.zone)


# ---------------------------------------------------------------- block
def block(actor: Actor, chart: str, command: EndInput) -> None:
    """Keep everybody but the patient away, whatever was granted; they are told no reason."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="access.block") as work:
        work.patient.no_proxy_since = work.now
        work.patient.no_proxy_reason = command.reason.strip()
        work.session.add(work.patient)
        work.announce(topics.of_patient(work.patient.id))


def unblock(actor: Actor, chart: str) -> None:
    """Let those come back whose access has not ended."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="access.unblock") as work:
        work.patient.no_proxy_since = work.patient.no_proxy_reason = None
        work.session.add(work.patient)
        work.announce(topics.of_patient(work.patient.id))


# ---------------------------------------------------------------- inviting
def invite(actor: Actor, chart: str, command: InviteInput, public_url: str) -> str:
    """Invite somebody to act for the patient; returns the one-use link.

    Raises:
        InvalidError: no address, nothing is allowed, or the portal is blocked for others.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="access.invite", step_up=True
    ) as work:
        if work.patient.no_proxy_since is not None:
            raise InvalidError("Access of others is blocked for this patient.")
        terms = _typed(work, command)
        link = inviting.send(work, terms, command.email, command.name, public_url)
        work.announce(topics.of_patient(work.patient.id))
        return link


def take_back(actor: Actor, chart: str, invitation: str) -> None:
    """Let an invitation's link work no more."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="access.invite_end", target=invitation
    ) as work:
        withdraw(work, invitation)


def withdraw(work: Work, invitation: str, *, basis: str = "") -> None:
    """End an invitation of the open patient, with that basis only where one is named."""
    row = next((i for i in _open_invitations(work) if str(i.id) == invitation), None)
    if row is None or (basis and row.basis != basis):
        raise NotFoundError
    row.revoked_at = work.now
    work.session.add(row)
    work.announce(topics.of_patient(work.patient.id))


def _open_invitations(work: Work) -> list[Invitation]:
    rows = select(Invitation).where(Invitation.patient_id == work.patient.id)
    still = col(Invitation.used_at).is_(None), col(Invitation.revoked_at).is_(None)
    return list(work.session.exec(rows.where(*still).limit(SHOWN)).all())
