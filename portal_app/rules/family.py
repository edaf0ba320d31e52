"""Who may act for another: what changes by itself when a child grows up, and who is kept away.

A practice sets the ages; the law behind them differs by state. What a birthday changes holds from
midnight on the practice's wall, also for somebody born on 29 February.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from portal_app.rules.access import GrantFacts, Role, StaffFacts, staff_permissions
from portal_app.rules.permissions import PORTAL, REQUIRES, Permission, consistent

P = Permission
SELF = "self"
"""The patient's own access; a block does not concern it."""
RELATIONSHIPS = {
    "parent": "Parent",
    "guardian": "Guardian",
    "foster": "Foster parent",
    "spouse": "Partner",
    "child": "Adult child",
    "attorney": "Holds a power of attorney",
    "other": "Somebody else",
}
BASES = {
    "minor": "Parent or guardian of a minor",
    "court": "Court order",
    "patient": "The patient’s own permission",
    "representative": "Personal representative by law",
}
SUGGESTED = frozenset(
    {
        P.SCHEDULE_VIEW,
        P.SCHEDULE_BOOK,
        P.SCHEDULE_CHANGE,
        P.DEMOGRAPHICS_EDIT,
        P.BILLING_VIEW,
        P.BILLING_PAY,
        P.BILLING_CARDS,
        P.BILLING_SUPERBILL,
        P.DOCUMENTS_FILL,
    }
)
"""What parents keep when their child is a teenager; a suggestion that a practice confirms."""


@dataclass(frozen=True)
class AgeRules:
    """The birthdays that change what a parent or guardian may see."""

    limited_from: int = 12
    ends_at: int = 18
    own_from: int = 13
    limited: frozenset[Permission] = SUGGESTED
    confirmed: bool = False

    @classmethod
    def of(cls, kept: Mapping[str, Any]) -> "AgeRules":
        """Read what the practice has decided; what is missing is as suggested."""
        numbers = {n: int(kept[n]) for n in ("limited_from", "ends_at", "own_from") if n in kept}
        limited = frozenset(P(p) for p in kept["limited"]) if "limited" in kept else SUGGESTED
        return cls(limited=limited, confirmed=bool(kept.get("confirmed")), **numbers)

    def kept(self) -> dict[str, Any]:
        """Give it as it is kept."""
        return {
            "limited_from": self.limited_from,
            "ends_at": self.ends_at,
            "own_from": self.own_from,
            "limited": sorted(p.value for p in self.limited),
            "confirmed": self.confirmed,
        }


def birthday(born: date, age: int) -> date:
    """Give the day on which somebody reaches an age; 29 February becomes 1 March elsewhere."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def reaches(born: date, age: int, zone: ZoneInfo) -> datetime:
    """Give the moment at which somebody reaches an age: midnight on the practice's wall."""
    return datetime.combine(birthday(born, age), time(), zone)


def age_on(born: date, day: date) -> int:
    """Give somebody's age in whole years on a day."""
    years = day.year - born.year
    return years if birthday(born, years) <= day else years - 1


def narrowed(
    grant: GrantFacts,
    rules: AgeRules,
    born: date | None,
    zone: ZoneInfo,
    now: datetime,
    agreed: frozenset[Permission] = frozenset(),
) -> GrantFacts:
    """Give what is left of a grant that follows the child's age.

    Args:
        grant: as it was given.
        rules: the practice's birthdays.
        born: the child's birth date; where it is not known, the narrow rule holds.
        zone: the practice's.
        now: the moment of the question.
        agreed: what the teenager has agreed to beyond the rule.
    """
    if born is None:
        return replace(grant, scopes=consistent(grant.scopes & (rules.limited | agreed)))
    ends = reaches(born, rules.ends_at, zone)
    until = min(grant.valid_until, ends) if grant.valid_until else ends
    scopes = grant.scopes
    if now >= reaches(born, rules.limited_from, zone):
        scopes = consistent(scopes & (rules.limited | agreed))
    return replace(grant, scopes=scopes, valid_until=until)


# ---------------------------------------------------------------- seen by the practice
BEHIND: dict[str, Permission] = {
    "messages": P.PRACTICE_INBOX,
    "schedule": P.PRACTICE_SCHEDULE,
    "demographics": P.PRACTICE_DEMOGRAPHICS,
    "records": P.PRACTICE_RECORDS,
    "billing": P.PRACTICE_BILLING,
    "documents": P.PRACTICE_FORMS,
    "instructions": P.PRACTICE_RECORDS,
    "share": P.PRACTICE_DEMOGRAPHICS,
}
"""What a member of the practice must hold herself to see that part as a patient sees it."""


def seen_by(staff: StaffFacts) -> frozenset[Permission]:
    """List the portal rights whose pages a member of the practice may look at."""
    held = staff_permissions(staff)
    if staff.role is Role.OWNER:
        return PORTAL
    return frozenset(p for p in PORTAL if BEHIND[p.value.partition(".")[0]] in held)


# ---------------------------------------------------------------- in words
RIGHTS: dict[Permission, tuple[str, str]] = {
    P.MESSAGES_READ: ("Read messages", ""),
    P.MESSAGES_SEND: ("Write messages", "Needs: read messages"),
    P.SCHEDULE_VIEW: ("See visits", ""),
    P.SCHEDULE_BOOK: ("Book online", "Needs: see visits"),
    P.SCHEDULE_CHANGE: ("Reschedule and cancel", "Needs: see visits"),
    P.DEMOGRAPHICS_EDIT: ("Update demographic info", "The practice reviews some changes"),
    P.RECORDS_VIEW: ("See health records", "Medicines, diagnoses, labs, visit summaries"),
    P.RECORDS_DOWNLOAD: ("Download health records", "Needs: see health records"),
    P.BILLING_VIEW: ("See billing", "Invoices and history"),
    P.BILLING_PAY: ("Pay", "Needs: see billing"),
    P.BILLING_CARDS: ("Save cards", "Needs: see billing"),
    P.BILLING_SUPERBILL: ("Create superbills", "Needs: see billing"),
    P.DOCUMENTS_FILL: ("Fill in documents", "Forms, questionnaires, rating scales"),
    P.DOCUMENTS_SIGN: ("Sign consents", "Needs: fill in documents"),
    P.INSTRUCTIONS_VIEW: ("See clinician’s instructions", ""),
    P.SHARE_PROXY: ("Share access with an adult", ""),
}
"""The sixteen rights as people read them, with what they need, in the order of the sections."""
SECTIONS = {
    "messages": "messages",
    "schedule": "visits",
    "demographics": "demographic info",
    "records": "health records",
    "billing": "billing",
    "documents": "documents",
    "instructions": "instructions",
}


def switched(held: frozenset[Permission], right: Permission, *, on: bool) -> frozenset[Permission]:
    """Turn a right on with what it needs, or off with what needs it."""
    if on:
        return held | {right, REQUIRES.get(right, right)}
    return held - {right} - {p for p, needed in REQUIRES.items() if needed is right}


def in_words(scopes: frozenset[Permission]) -> str:
    """Say in a few words what somebody may see."""
    if scopes - {P.SHARE_PROXY} >= PORTAL - {P.SHARE_PROXY}:
        return "Everything"
    parts = {p.value.partition(".")[0] for p in scopes}
    named = [words for key, words in SECTIONS.items() if key in parts]
    if not named:
        return "Nothing"
    if len(named) == 1:
        return f"{named[0].capitalize()} only"
    return f"{', '.join(named[:-1])} and {named[-1]}".capitalize()
