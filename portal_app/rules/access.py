"""The pure rule of who may do what.

Effective portal permission = practice ceiling and chart setting and grant scope and patient
status. Staff permission = role, or the boxes of an assistant, within reach of the chart.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from portal_app.rules.permissions import BOXES, PORTAL, READ_ONLY, Permission, consistent

P = Permission


class PatientStatus(StrEnum):
    """How far a patient's portal is open."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    ARCHIVED = "archived"


class Role(StrEnum):
    """What somebody does in the practice."""

    OWNER = "owner"
    CLINICIAN = "clinician"
    ASSISTANT = "assistant"
    BILLER = "biller"


@dataclass(frozen=True)
class GrantFacts:
    """One login's way to one patient."""

    scopes: frozenset[Permission]
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    revoked_at: datetime | None = None
    is_blocked: bool = False
    """The practice keeps everybody but the patient away; that overrides all else."""

    def holds(self, now: datetime) -> bool:
        """Whether the grant counts at that moment; its end is exclusive."""
        return (
            self.revoked_at is None
            and not self.is_blocked
            and (self.valid_from is None or self.valid_from <= now)
            and (self.valid_until is None or now < self.valid_until)
        )


@dataclass(frozen=True)
class ChartFacts:
    """What the practice allows on one chart."""

    ceiling: frozenset[Permission]
    permissions: frozenset[Permission]
    patient_status: PatientStatus


@dataclass(frozen=True)
class StaffFacts:
    """Somebody's place in the practice."""

    role: Role
    boxes: frozenset[Permission] = frozenset()
    reaches_chart: bool = True


@dataclass(frozen=True)
class Facts:
    """All that the decision depends on."""

    signed_in: bool = False
    grant: GrantFacts | None = None
    chart: ChartFacts | None = None
    staff: StaffFacts | None = None


CLINICAL = frozenset(BOXES - {P.PRACTICE_SETTINGS}) | {
    P.PRACTICE_ENTER,
    P.PRACTICE_INBOX,
    P.PRACTICE_PROFILE,
}
BILLER = frozenset({P.PRACTICE_ENTER, P.PRACTICE_ROSTER, P.PRACTICE_BILLING})


def staff_permissions(staff: StaffFacts) -> frozenset[Permission]:
    """List what a member of the practice may do inside her reach."""
    match staff.role:
        case Role.OWNER:
            return frozenset(p for p in Permission if p.value.startswith("practice."))
        case Role.CLINICIAN:
            return CLINICAL
        case Role.ASSISTANT:
            held = frozenset({P.PRACTICE_ENTER}) | (staff.boxes & BOXES)
            writes = held & {P.PRACTICE_MESSAGES, P.PRACTICE_CLINICIAN_MESSAGES}
            return held | {P.PRACTICE_INBOX} if writes else held
        case Role.BILLER:
            return BILLER


def portal_permissions(facts: Facts, now: datetime) -> frozenset[Permission]:
    """List what a patient or proxy may do on the chart; empty when it is out of reach."""
    grant, chart = facts.grant, facts.chart
    if not facts.signed_in or grant is None or chart is None or not grant.holds(now):
        return frozenset()
    if chart.patient_status is PatientStatus.ARCHIVED:
        return frozenset()
    held = chart.ceiling & chart.permissions & grant.scopes & PORTAL
    if chart.patient_status is PatientStatus.INACTIVE:
        held &= READ_ONLY
    return consistent(held) | {P.HOME}


def effective(facts: Facts, now: datetime) -> frozenset[Permission]:
    """List every permission that these facts give at that moment."""
    held = {P.PUBLIC}
    if facts.signed_in:
        held.add(P.ACCOUNT)
        held |= portal_permissions(facts, now)
        if facts.staff is not None and facts.staff.reaches_chart:
            held |= staff_permissions(facts.staff)
    return frozenset(held)


def allows(facts: Facts, permission: Permission, now: datetime) -> bool:
    """Decide one permission."""
    return permission in effective(facts, now)
