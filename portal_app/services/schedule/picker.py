"""The picker: open times for a new visit, or for one that is moved."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

from portal_app.data.models import Appointment, VisitType
from portal_app.data.schemas.schedule import BookView, DayTimes, TimeOption, TypeOption, WeekView
from portal_app.integrations.money import money
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule import limits
from portal_app.rules.schedule.walls import wall_label
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.schedule import clinician_time, views, visits
from portal_app.services.schedule.setup import Setup, load
from portal_app.services.schedule.times import Own, open_starts, own

LOOK_AHEAD = 6
"""Weeks that are looked through for the first one with an open time."""
SATURDAY = 5


def picker(
    actor: Actor,
    chart: str,
    kind: str = "",
    mode: str = "",
    week: str = "",
) -> BookView:
    """Show open times for a new visit; a returning patient starts with the last type."""
    with access.open(actor, Permission.SCHEDULE_BOOK, chart=chart, action="schedule.times") as work:
        return _picker(work, kind, mode, week, None)


def mover(actor: Actor, chart: str, visit_id: str, week: str = "") -> BookView:
    """Show open times to which a visit can be moved."""
    with access.open(
        actor, Permission.SCHEDULE_CHANGE, chart=chart, action="schedule.times", target=visit_id
    ) as work:
        moving = clinician_time.find(work, visit_id)
        return _picker(work, "", moving.mode, week, moving)


def _picker(work: Work, type_id: str, mode: str, week: str, moving: Appointment | None) -> BookView:
    setup = load(work, work.practitioner.id, work.today)
    last = visits.last(work)
    types = visits.offered(setup, returning=last is not None)
    chosen = next((t for t in types if t.public_id == type_id), None)
    if chosen is None and not type_id and last is not None:
        chosen = next((t for t in types if t.id == last.visit_type_id), None)
    if chosen is None and len(types) == 1:
        chosen = types[0]
    if moving is not None:
        chosen = work.session.get(VisitType, moving.visit_type_id)
    mode = _mode(chosen, mode, last)
    mine = own(work, setup, moving=moving)
    why_not = visits.refusal(work, setup, mine, types, moving)
    shown = None
    if chosen is not None and not why_not:
        shown = _week(work, setup, chosen, mode, week, mine, moving)
    place = setup.location(chosen, mode) if chosen else None
    row = visits.rows(work, setup, [moving])[moving.public_id] if moving else None
    return BookView(
        topic=clinician_time.topic(setup.practitioner.id),
        clinician=setup.practitioner.name,
        clinician_short=setup.practitioner.short_name,
        zone=setup.zone.key,
        zone_words=views.zone_words(setup.zone.key, work.now),
        types=tuple(_option(setup, t, first=last is None) for t in types),
        chosen=_option(setup, chosen, first=last is None) if chosen else None,
        mode=mode,
        place=(place.address or place.name) if place else "",
        week=shown,
        policy=views.policy_view(setup.policy),
        acknowledges=setup.policy.mode == "acknowledge",
        by_request=chosen is not None and visits.by_request(setup, chosen, first=last is None),
        moving=row,
        why_not=why_not,
        phone=work.practice.phone,
        client_key=uuid4().hex,
        read_at=work.now,
    )


def _mode(chosen: VisitType | None, asked: str, last: Appointment | None) -> str:
    if chosen is None:
        return ""
    if asked in chosen.modes:
        return asked
    if last is not None and last.visit_type_id == chosen.id and last.mode in chosen.modes:
        return last.mode
    return chosen.modes[0]


def _option(setup: Setup, visit_type: VisitType, *, first: bool) -> TypeOption:
    return TypeOption(
        id=visit_type.public_id,
        name=visit_type.name,
        description=visit_type.description,
        minutes=visit_type.minutes,
        price=money(visit_type.price_minor, visit_type.currency) if visit_type.price_minor else "",
        modes=tuple(visit_type.modes),
        by_request=visits.by_request(setup, visit_type, first=first),
    )


def _week(
    work: Work,
    setup: Setup,
    chosen: VisitType,
    mode: str,
    week: str,
    mine: Own,
    moving: Appointment | None,
) -> WeekView:
    horizon = limits.last_day(work.now, setup.zone, setup.rules.horizon_days)
    this_week = views.monday(work.today)
    first = this_week
    if asked := _asked(week):
        first = min(max(views.monday(asked), this_week), views.monday(horizon))
        found = _open(work, setup, chosen, mode, first, first, mine, moving)
    else:
        # six weeks in one look, and then the first of them that has something to offer
        weeks = max(1, min(LOOK_AHEAD, (horizon - this_week).days // 7 + 1))
        last = this_week + timedelta(weeks=weeks - 1)
        found = _open(work, setup, chosen, mode, this_week, last, mine, moving)
        days = [s.astimezone(setup.zone).date() for s in found]
        was = moving.starts_at.astimezone(setup.zone).date() if moving else None
        # who moves a visit looks for another day first
        if days:
            first = views.monday(next((d for d in days if d != was), days[0]))
    here = moving.starts_at if moving else None
    return _week_view(setup, first, [s for s in found if s != here], this_week, horizon)


def _asked(week: str) -> date | None:
    try:
        return date.fromisoformat(week) if week else None
    except ValueError:
        return None


def _open(
    work: Work,
    setup: Setup,
    chosen: VisitType,
    mode: str,
    first_week: date,
    last_week: date,
    mine: Own,
    moving: Appointment | None,
) -> tuple[datetime, ...]:
    last = last_week + timedelta(days=6)
    return open_starts(work, setup, chosen, mode, first_week, last, mine, moving=moving)


def _week_view(
    setup: Setup, first: date, found: Sequence[datetime], this_week: date, horizon: date
) -> WeekView:
    by_day: dict[date, list[TimeOption]] = {}
    for start in found:
        day = start.astimezone(setup.zone).date()
        by_day.setdefault(day, []).append(TimeOption(start, wall_label(setup.zone, start)))
    days = [first + timedelta(days=n) for n in range(7)]
    shown = [d for d in days if d.weekday() < SATURDAY or d in by_day]
    following = first + timedelta(days=7)
    return WeekView(
        first=shown[0],
        last=shown[-1],
        days=tuple(DayTimes(d, tuple(by_day.get(d, ()))) for d in shown),
        earlier=first - timedelta(days=7) if first > this_week else None,
        later=following if following <= horizon else None,
    )
