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
    if work.practitioner.stand_in_id is None:
        return text
    stand_in = work.session.get(StaffMember, work.practitioner.stand_in_id)
    return f"{text} {stand_in.name} answers until then." if stand_in else text


def assignee(work: Work, recipient: str) -> StaffId | None:
    """Say who gets a new conversation: the clinician or her stand-in; nobody for the front desk."""
    if recipient != "clinician":
        return None
    if away_until(work) and work.practitioner.stand_in_id:
        return work.practitioner.stand_in_id
    rows = pick(StaffMember.id).where(
        StaffMember.practitioner_id == work.practitioner.id, col(StaffMember.is_active)
    )
    found = work.session.exec(rows).first()
    return StaffId(found) if found else None
