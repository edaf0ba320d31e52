"""Who answers for a clinician who is away."""

from datetime import date
from zoneinfo import ZoneInfo

from sqlmodel import col
from sqlmodel import select as pick

from portal_app.data.models import StaffMember
from portal_app.data.types import StaffId
from portal_app.security.access import Work


def away_until(work: Work) -> date | None:
    """Say until when the clinician of the open chart is away; nothing while she is there."""
    until = work.practitioner.away_until
    today = work.now.astimezone(ZoneInfo(work.practice.zone)).date()
    return until if until is not None and until > today else None


def words(work: Work) -> str:
    """Say that the clinician is away, and who answers; empty while she is there."""
    until = away_until(work)
    if until is None:
        return ""
    name = work.practitioner.short_name
    text = f"{name} is away and back on {until:%A}, {until:%B} {until.day}."
    stand_in = _stand_in(work)
    return f"{text} {stand_in.name} answers until then." if stand_in else text


def _stand_in(work: Work) -> StaffMember | None:
    """Find the stand-in; nobody once she has left the practice."""
    chosen = work.practitioner.stand_in_id
    member = work.session.get(StaffMember, chosen) if chosen else None
    return member if member is not None and member.is_active else None


def assignee(work: Work, recipient: str) -> StaffId | None:
    """Say who gets a new conversation: the clinician or her stand-in; nobody for the front desk."""
    if recipient != "clinician":
        return None
    stand_in = _stand_in(work)
    if away_until(work) and stand_in:
        return stand_in.id
    rows = pick(StaffMember.id).where(
        StaffMember.practitioner_id == work.practitioner.id, col(StaffMember.is_active)
    )
    found = work.session.exec(rows).first()
    return StaffId(found) if found else None
