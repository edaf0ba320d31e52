"""What a person's grants, her place in the practice and the moment come to, for the rule."""

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel import col, select

from portal_app.data.models import Chart, Grant, Patient, PortalView, Practice, StaffMember, User
from portal_app.data.types import UserId
from portal_app.rules import access as rule
from portal_app.rules import family
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import PORTAL, Permission

if TYPE_CHECKING:
    from portal_app.security.access import Work


@dataclass(frozen=True)
class Looks:
    """As whom somebody of the practice sees a portal; ``person`` is absent without a sign-in."""

    person: User | None
    grant: Grant
    """Of the proxy or the patient; made up, and never kept, for a patient without a sign-in."""

    @property
    def why(self) -> str:
        """What the access log says; an id, no name."""
        own = self.grant.relationship == family.SELF
        return "seen as the patient" if own else f"seen as proxy {self.grant.user_id}"


def looks(work: "Work", patient: Patient) -> Looks | None:
    """Tell as whom this session of the practice sees the patient's portal, if it does."""
    view = work.session.get(PortalView, (work.actor.session_id, patient.id))
    if view is None or view.ends_at <= work.now:
        return None
    rows = (
        select(User, Grant)
        .join(Grant, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == patient.id, col(Grant.revoked_at).is_(None))
    )
    if view.grant_id is not None:
        found = work.session.exec(rows.where(Grant.id == view.grant_id)).first()
        return Looks(*found) if found else None
    own = work.session.exec(rows.where(Grant.relationship == family.SELF)).first()
    if own:
        return Looks(*own)
    nobody = Grant(user_id=UserId(UUID(int=0)), patient_id=patient.id, scopes=sorted(PORTAL))
    return Looks(None, nobody)


def seen(work: "Work", looks: Looks, patient: Patient) -> rule.GrantFacts:
    """Give what a member of the practice sees of a portal: never more than she may herself."""
    if work.staff is None:
        raise NotFoundError
    own = staff_facts(work.staff)
    within = family.seen_by(own) if own else frozenset()
    facts = grant_facts(work, looks.grant, patient)
    return replace(facts, scopes=facts.scopes & within)


def staff_facts(staff: StaffMember | None, *, reaches: bool = True) -> rule.StaffFacts | None:
    """Turn a member's row into what the rule asks for."""
    if staff is None:
        return None
    boxes = frozenset(Permission(b) for b in staff.boxes)
    return rule.StaffFacts(rule.Role(staff.role), boxes, reaches_chart=reaches)


def chart_facts(practice: Practice, chart: Chart, patient: Patient) -> rule.ChartFacts:
    """Turn the practice's switches into what the rule asks for."""
    return rule.ChartFacts(
        ceiling=frozenset(Permission(p) for p in practice.portal_ceiling),
        permissions=frozenset(Permission(p) for p in chart.permissions),
        patient_status=rule.PatientStatus(patient.status),
    )


def grant_facts(work: "Work", grant: Grant, patient: Patient) -> rule.GrantFacts:
    """Turn a grant's row into what the rule asks for, as the child's age leaves it now."""
    facts = rule.GrantFacts(
        scopes=frozenset(Permission(s) for s in grant.scopes),
        valid_from=grant.valid_from,
        valid_until=grant.valid_until,
        revoked_at=grant.revoked_at,
        is_blocked=patient.no_proxy_since is not None and grant.relationship != family.SELF,
    )
    if not grant.follows_age:
        return facts
    rules = family.AgeRules.of(work.practice.age_rules)
    agreed = frozenset(Permission(p) for p in grant.agreed)
    return family.narrowed(facts, rules, patient.birth_date, work.zone, work.now, agreed)


def merged(work: "Work", grants: tuple[Grant, ...], patient: Patient) -> rule.GrantFacts | None:
    """Join the scopes of several grants that all hold now."""
    if not grants:
        return None
    scopes = (grant_facts(work, g, patient).scopes for g in grants)
    return rule.GrantFacts(frozenset().union(*scopes))
