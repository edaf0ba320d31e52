"""Turns visits into what both sides are shown."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from portal_app.data.models import (
    Appointment,
    BookingPolicy,
    BookingRules,
    Location,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.schedule import ConsequenceView, PolicyView, VisitRow
from portal_app.integrations.money import money
from portal_app.rules import hours
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule import limits
from portal_app.rules.schedule.policy import Mode, Policy, consequence
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security.access import Work

VIDEO_BEFORE = timedelta(minutes=15)
YEARS = range(1970, 2200)
OPEN = {VisitStatus.REQUESTED, VisitStatus.BOOKED, VisitStatus.CONFIRMED}


def status_words(status: VisitStatus, clinician_short: str) -> tuple[str, str]:
    """Say what a visit is, and with which tone."""
    return {
        VisitStatus.REQUESTED: (f"Waiting for {clinician_short}", "warn"),
        VisitStatus.BOOKED: ("Booked", "ok"),
        VisitStatus.CONFIRMED: ("Confirmed", "ok"),
        VisitStatus.ARRIVED: ("Arrived", "info"),
        VisitStatus.COMPLETED: ("Seen", ""),
        VisitStatus.DECLINED: ("Declined by the practice", "danger"),
        VisitStatus.EXPIRED: ("Not answered in time", "danger"),
        VisitStatus.RESCHEDULED: ("Moved", ""),
        VisitStatus.CANCELLED_BY_PATIENT: ("Cancelled", ""),
        VisitStatus.LATE_CANCELLED: ("Cancelled late", "warn"),
        VisitStatus.CANCELLED_BY_PRACTICE: ("Cancelled by the practice", "danger"),
        VisitStatus.NO_SHOW: ("Missed", "warn"),
    }[status]


def calendar_of(work: Work) -> hours.Hours:
    """Give the practice's business hours."""
    practice = work.practice
    return hours.Hours.of(practice.zone, practice.weekly_hours, practice.closures)


def rule_of(policy: BookingPolicy) -> Policy:
    """Turn a version of the policy into what the rule asks for."""
    return Policy(
        mode=Mode(policy.mode),
        hours=policy.hours,
        fee_minor=policy.fee_minor,
        currency=policy.currency,
        business_days=policy.business_days,
    )


def policy_view(policy: BookingPolicy) -> PolicyView:
    """Show a version of the policy."""
    fee = money(policy.fee_minor, policy.currency) if policy.fee_minor else ""
    return PolicyView(policy.mode, policy.hours, fee, policy.text)


def rules_words(rules: BookingRules, policy: BookingPolicy) -> tuple[tuple[str, str], ...]:
    """Sum up how a clinician is booked, as names and words."""
    gap = _count(rules.gap_minutes, "minute") if rules.gap_minutes else "None"
    hours, days = rules.lead_minutes // 60, rules.horizon_days
    ahead = _count(days // 7, "week") if days % 7 == 0 else _count(days, "day")
    online = {
        "direct": "Final at once",
        "request": "We approve each visit",
        "view_only": "Patients only see their visits",
    }
    first = "We approve first visits" if rules.approves_first else ""
    return (
        ("Online booking", first if first and rules.mode == "direct" else online[rules.mode]),
        ("Time between visits", gap),
        ("Book at least", f"{_count(hours, 'hour')} ahead" if hours else "At once"),
        ("Book at most", f"{ahead} ahead"),
        ("Change or cancel until", f"{_count(policy.hours, 'hour')} before"),
    )


def _count(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def consequence_view(work: Work, starts_at: datetime, policy: BookingPolicy) -> ConsequenceView:
    """Say what cancelling means now."""
    found = consequence(work.now, starts_at, rule_of(policy), calendar_of(work))
    charges = policy.fee_minor and policy.mode != Mode.BLOCK
    fee = money(policy.fee_minor, policy.currency) if charges else ""
    return ConsequenceView(found.kind, found.until, fee)


def visit_row(
    work: Work,
    visit: Appointment,
    *,
    policy: BookingPolicy,
    clinician: Practitioner,
    visit_type: VisitType | None,
    place: Location | None,
    moves_most: int,
    changes_online: bool,
    books_online: bool,
) -> VisitRow:
    """Show a visit to the patient, with what she may do about it now."""
    status = VisitStatus(visit.status)
    cancelling = consequence_view(work, visit.starts_at, policy)
    ahead = visit.starts_at > work.now and status in OPEN
    changes = (
        ahead
        and work.may(Permission.SCHEDULE_CHANGE)
        and (changes_online or status is VisitStatus.REQUESTED)
    )
    request = status is VisitStatus.REQUESTED
    may_move = (
        changes
        and books_online
        and (request or cancelling.kind == "free")
        and limits.may_move(visit.moves, moves_most)
    )
    words, tone = status_words(status, clinician.short_name)
    video_from = visit.starts_at - VIDEO_BEFORE if visit.mode == "video" else None
    joins = (
        video_from is not None
        and status in {VisitStatus.BOOKED, VisitStatus.CONFIRMED, VisitStatus.ARRIVED}
        and video_from <= work.now < visit.ends_at
    )
    undo = visit.undo_until if ahead and visit.undo_until and work.now < visit.undo_until else None
    return VisitRow(
        id=visit.public_id,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        zone=visit.zone,
        minutes=int((visit.ends_at - visit.starts_at).total_seconds() // 60),
        title=visit.title,
        clinician=clinician.name,
        clinician_short=clinician.short_name,
        mode=visit.mode,
        place=place.address or place.name if place else "",
        status=status.value,
        status_words=words,
        status_tone=tone,
        video_url=visit.video_url if joins else "",
        video_from=video_from,
        instructions=visit_type.instructions if visit_type else "",
        may_move=may_move,
        may_cancel=changes and (request or cancelling.kind != "blocked"),
        may_confirm=ahead and status is VisitStatus.BOOKED and work.may(Permission.SCHEDULE_CHANGE),
        undo_until=undo,
        cancelling=cancelling,
    )


def zone_words(zone: str, at: datetime) -> str:
    """Name a zone as people do: Pacific Time; the place where it has no such name."""
    named = {
        "America/Los_Angeles": "Pacific Time",
        "America/Denver": "Mountain Time",
        "America/Phoenix": "Arizona Time",
        "America/Chicago": "Central Time",
        "America/New_York": "Eastern Time",
        "America/Anchorage": "Alaska Time",
        "Pacific/Honolulu": "Hawaii Time",
    }
    if zone in named:
        return named[zone]
    offset = at.astimezone(ZoneInfo(zone)).strftime("%z")
    return f"{zone.rsplit('/', 1)[-1].replace('_', ' ')} time (UTC{offset[:3]}:{offset[3:]})"


def day_of(text: str) -> date | None:
    """Read a day of an address; none for what is no day, or so far off that no calendar shows it."""
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and day.year in YEARS else None


def monday(day: date) -> date:
    """Give the Monday of a day's week."""
    return day - timedelta(days=day.weekday())
