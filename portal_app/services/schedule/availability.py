"""A clinician's hours: weekly, and the days that differ."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta

from sqlmodel import col, select

from portal_app.data.models import (
    BusyTime,
    HoursException,
    Location,
    OpenHours,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.schedule import (
    AvailabilityView,
    BlockRow,
    ExceptionInput,
    ExceptionRow,
    HoursInput,
    HoursRow,
)
from portal_app.integrations import public_holidays
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.spans import Span
from portal_app.rules.schedule.walls import MIDNIGHT, day_span, window
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.schedule import clinician_time, views
from portal_app.services.schedule.calendar import chosen, clinicians, practitioner_of
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.schedule.setup import Setup, clock, load

SHOWN = 60
HOLIDAYS_AHEAD = timedelta(days=400)
EVERYBODY_DAYS = 60
WAYS = {"in_person": "in person", "video": "video", "phone": "phone"}
KEEP = "Move or cancel first, or tick that you keep them."
ADD_INSTEAD = "Move or cancel first, or add time off and keep them."


def availability(
    actor: Actor, clinician: str = "", week: str = "", view: str = ""
) -> AvailabilityView:
    """Show a clinician's hours, the days that differ, and one week as it will be.

    Args:
        actor: who looks.
        clinician: id; the person's own, or the first within reach, where it is empty.
        week: a day of the week to show, as YYYY-MM-DD; this week where it is none.
        view: which of the two drawings the page shows, kept for it.
    """
    with access.open(actor, Permission.PRACTICE_SCHEDULE) as work:
        people = clinicians(work)
        who = chosen(work, people, clinician)
        first = views.monday(views.day_of(week) or work.today)
        setup = load(work, who.id, min(first, work.today))
        types = work.session.exec(
            select(VisitType).where(col(VisitType.is_active)).order_by(col(VisitType.position))
        ).all()
        taken = {e.first_day for e in setup.exceptions if e.holiday}
        ahead = work.today + HOLIDAYS_AHEAD
        offered = public_holidays.between(
            work.practice.country, work.practice.region, work.today, ahead
        )
        return AvailabilityView(
            clinicians=tuple((str(p.id), p.name) for p in people),
            clinician=str(who.id),
            clinician_name=who.name,
            zone=work.practice.zone,
            first=first,
            view=view,
            hours=tuple(_hours_row(setup, h, types) for h in setup.hours),
            exceptions=tuple(
                _exception_row(e)
                for e in sorted(setup.exceptions, key=lambda e: e.first_day)
                if e.last_day >= work.today
            )[:SHOWN],
            week=tuple(_week(setup, first)),
            usual=tuple(_usual(setup, first, work.today)),
            rules=views.rules_words(setup.rules, setup.policy),
            types=tuple((t.public_id, t.name) for t in types),
            locations=tuple((p.public_id, p.name) for p in setup.locations.values()),
            holidays=tuple((day, name) for day, name in offered if day not in taken),
        )


def _hours_row(setup: Setup, row: OpenHours, types: Sequence[VisitType]) -> HoursRow:
    names = tuple(t.name for t in types if str(t.id) in row.visit_type_ids)
    place = setup.locations.get(str(row.location_id))
    return HoursRow(
        id=row.public_id,
        weekday=row.weekday,
        start=row.start,
        end=row.end,
        words=_words(names, tuple(row.modes)),
        location=place.name if place else "",
        valid_from=row.valid_from,
        valid_until=row.valid_until,
        every_weeks=row.every_weeks,
        types=names,
        modes=tuple(row.modes),
    )


def _words(types: tuple[str, ...], modes: tuple[str, ...]) -> str:
    how = " or ".join(WAYS[m] for m in modes if m in WAYS)
    what = ", ".join(types)
    if not how:
        return what or "Any visit"
    return f"{what}, {how} only" if what else f"{how.capitalize()} only"


def _exception_row(row: HoursException) -> ExceptionRow:
    return ExceptionRow(
        id=row.public_id,
        kind=row.kind,
        first_day=row.first_day,
        last_day=row.last_day,
        start=row.start,
        end=row.end,
        reason=row.reason or row.holiday,
        everybody=row.practitioner_id is None,
    )


def _week(setup: Setup, first: date) -> list[BlockRow]:
    """Draw the hours of a week as they are, less what is closed, and what is closed."""
    last = first + timedelta(days=6)
    blocks = []
    for row in setup.hours:
        closed = tuple(e for e in setup.exceptions if e.kind == "closed")
        alone = replace(setup, hours=(row,), exceptions=closed)
        blocks += [_open(setup, row, span) for span in alone.every_window(first, last)]
    for e in setup.exceptions:
        for n in range((min(last, e.last_day) - max(first, e.first_day)).days + 1):
            day = max(first, e.first_day) + timedelta(days=n)
            span = _span(setup, day, e)
            if span is not None:
                title = "Extra hours" if e.kind == "extra" else e.reason or e.holiday or "Time off"
                blocks.append(_block(setup, e.public_id, e.kind, title, span))
    return blocks


def _usual(setup: Setup, first: date, today: date) -> Iterator[BlockRow]:
    """Draw the weekly hours that have not ended, each once, whatever differs from them."""
    for row in setup.hours:
        if row.valid_until and row.valid_until < today:
            continue
        day, zone = first + timedelta(days=row.weekday), setup.zone_of(row.location_id)
        span = window(zone, day, clock(row.start), clock(row.end))
        if span is not None:
            yield _open(setup, row, span)


def _span(setup: Setup, day: date, row: HoursException) -> Span | None:
    if not row.start:
        return day_span(setup.zone, day)
    return window(setup.zone, day, clock(row.start), clock(row.end))


def _open(setup: Setup, row: OpenHours, span: Span) -> BlockRow:
    names = tuple(t.name for t in setup.types if str(t.id) in row.visit_type_ids)
    kind = "only" if names else "open"
    return _block(setup, row.public_id, kind, _words(names, tuple(row.modes)), span)


def _block(setup: Setup, key: str, kind: str, title: str, span: Span) -> BlockRow:
    return BlockRow(key, kind, title, str(setup.practitioner.id), span.start, span.end)


# ---------------------------------------------------------------- weekly hours
def add_hours(actor: Actor, clinician: str, command: HoursInput) -> None:
    """Add weekly hours; open pickers show them at once.

    Raises:
        InvalidError: they end before they begin.
    """
    with _opened(actor, clinician, "settings.hours") as (work, who):
        start, end = _times(command.start, command.end)
        types = _types(work, command.visit_type)
        place = _place(work, command.location)
        row = OpenHours(
            practitioner_id=who.id,
            location_id=place.id if place else None,
            weekday=command.weekday,
            start=start,
            end=end,
            valid_from=command.valid_from or work.today,
            valid_until=command.valid_until,
            every_weeks=command.every_weeks,
            visit_type_ids=[str(t.id) for t in types],
            modes=[command.mode] if command.mode in WAYS else [],
        )
        if row.valid_until and row.valid_until < row.valid_from:
            raise InvalidError("The last day is before the first.", field="valid_until")
        work.session.add(row)


def remove_hours(actor: Actor, clinician: str, hours_id: str) -> None:
    """Remove weekly hours; visits that are booked stay."""
    with _opened(actor, clinician, "settings.hours", hours_id) as (work, who):
        rows = select(OpenHours).where(
            OpenHours.public_id == hours_id, OpenHours.practitioner_id == who.id
        )
        found = work.session.exec(rows).first()
        if found is None:
            raise NotFoundError
        work.session.delete(found)


# ---------------------------------------------------------------- days that differ
def add_time_off(actor: Actor, clinician: str, command: ExceptionInput) -> None:
    """Close days, or hours of one day; nobody can book them from this moment on.

    Raises:
        InvalidError: the days or times are the wrong way round.
        ConflictError: visits are booked in that time, and nobody said to keep them.
    """
    with _opened(actor, clinician, "settings.time_off") as (work, who):
        start, end = _times(command.start, command.end) if command.start else ("", "")
        if command.end and not start:
            raise InvalidError("Say from when.", field="start")
        if command.last_day < command.first_day:
            raise InvalidError("The last day is before the first.", field="last_day")
        if start and (command.everybody or command.last_day != command.first_day):
            raise InvalidError("Times can be given for one day of one clinician.", field="start")
        if command.everybody and not work.may(Permission.PRACTICE_SETTINGS):
            raise NotFoundError
        row = HoursException(
            practitioner_id=None if command.everybody else who.id,
            kind="closed",
            first_day=command.first_day,
            last_day=command.last_day,
            start=start,
            end=end,
            reason=command.reason.strip(),
        )
        people = clinician_time.everybody(work) if command.everybody else [who]
        for person in people:
            clinician_time.lock(work, person.id)
            span = _off(work, row)
            if not command.keep_visits:
                _refuse_visits(work, person, span)
            if start:
                _take(work, _busy(person, row, span, keep=command.keep_visits))
            clinician_time.announce(work, person.id)
        work.session.add(row)
        work.session.flush()


def _take(work: Work, row: BusyTime) -> None:
    work.session.add(row)
    try:
        clinician_time.flush(work)
    except TakenError as error:
        raise ConflictError("A part of this time is off already.", field="start") from error


def _off(work: Work, row: HoursException) -> Span:
    if row.start:
        found = window(work.zone, row.first_day, clock(row.start), clock(row.end))
        if found is None:
            raise InvalidError("The clocks skip this time on that day.", field="start")
        return found
    return Span(day_span(work.zone, row.first_day).start, day_span(work.zone, row.last_day).end)


def _busy(person: Practitioner, row: HoursException, span: Span, *, keep: bool) -> BusyTime:
    return BusyTime(
        practitioner_id=person.id,
        kind="block",
        starts_at=span.start,
        ends_at=span.end,
        exception_id=row.id,
        overrides=keep,
    )


def _refuse_visits(work: Work, person: Practitioner, span: Span, ways_out: str = KEEP) -> None:
    rows = select(BusyTime.id).where(
        BusyTime.practitioner_id == person.id,
        col(BusyTime.kind).in_(["visit", "group", "hold"]),
        col(BusyTime.ends_at) > span.start,
        col(BusyTime.starts_at) < span.end,
    )
    number = len(work.session.exec(rows).all())
    if number:
        words = "1 visit is" if number == 1 else f"{number} visits are"
        raise ConflictError(f"{words} booked in this time. {ways_out}", field="keep_visits")


def add_extra_hours(actor: Actor, clinician: str, command: ExceptionInput) -> None:
    """Open hours on certain days, besides the weekly ones.

    Raises:
        InvalidError: days or times are missing or the wrong way round.
    """
    with _opened(actor, clinician, "settings.extra_hours") as (work, who):
        if not command.start or not command.end:
            raise InvalidError("Say from when to when.", field="start")
        start, end = _times(command.start, command.end)
        if (
            not command.first_day
            <= command.last_day
            <= command.first_day + timedelta(days=EVERYBODY_DAYS)
        ):
            raise InvalidError("Choose days in order, sixty at most.", field="last_day")
        work.session.add(
            HoursException(
                practitioner_id=who.id,
                kind="extra",
                first_day=command.first_day,
                last_day=command.last_day,
                start=start,
                end=end,
                reason=command.reason.strip(),
            )
        )


def close_for_holiday(actor: Actor, day: date, name: str) -> None:
    """Close the whole practice on a public holiday, once.

    Raises:
        ConflictError: visits are booked on that day.
    """
    with access.open(
        actor, Permission.PRACTICE_SETTINGS, writes=True, action="settings.holiday"
    ) as work:
        span = day_span(work.zone, day)
        for person in clinician_time.everybody(work):
            clinician_time.lock(work, person.id)
            _refuse_visits(work, person, span, ADD_INSTEAD)
            clinician_time.announce(work, person.id)
        held = select(HoursException.id).where(
            HoursException.first_day == day, HoursException.holiday != ""
        )
        if work.session.exec(held).first() is not None:
            return
        work.session.add(
            HoursException(
                practitioner_id=None,
                kind="closed",
                first_day=day,
                last_day=day,
                holiday=name[:80],
            )
        )


def remove_exception(actor: Actor, clinician: str, exception_id: str) -> None:
    """Take back time off, a closed day or extra hours."""
    with _opened(actor, clinician, "settings.exception", exception_id) as (work, who):
        rows = select(HoursException).where(HoursException.public_id == exception_id)
        found = work.session.exec(rows).first()
        mine = found is not None and found.practitioner_id == who.id
        everybody = found is not None and found.practitioner_id is None
        if found is None or not (mine or (everybody and work.may(Permission.PRACTICE_SETTINGS))):
            raise NotFoundError
        busy = select(BusyTime).where(BusyTime.exception_id == found.id)
        for row in work.session.exec(busy).all():
            work.session.delete(row)
        work.session.delete(found)
        if everybody:
            for person in clinician_time.everybody(work):
                clinician_time.announce(work, person.id)


# ---------------------------------------------------------------- shared
@contextmanager
def _opened(
    actor: Actor, clinician: str, action: str, target: str = ""
) -> Iterator[tuple[Work, Practitioner]]:
    with access.open(
        actor,
        Permission.PRACTICE_SCHEDULE,
        writes=True,
        action=action,
        target=target or clinician,
    ) as work:
        who = practitioner_of(work, clinician)
        clinician_time.lock(work, who.id)
        yield work, who
        clinician_time.announce(work, who.id)


def _times(start: str, end: str) -> tuple[str, str]:
    if not end:
        raise InvalidError("Say until when.", field="end")
    begins, ends = clock(start), clock(end)
    if ends != MIDNIGHT and ends <= begins:
        raise InvalidError("It ends before it begins.", field="end")
    return f"{begins:%H:%M}", f"{ends:%H:%M}"


def _types(work: Work, type_id: str) -> list[VisitType]:
    if not type_id:
        return []
    found = work.session.exec(select(VisitType).where(VisitType.public_id == type_id)).first()
    if found is None:
        raise InvalidError("Choose a visit type.", field="visit_type")
    return [found]


def _place(work: Work, location_id: str) -> Location | None:
    if not location_id:
        return None
    found = work.session.exec(select(Location).where(Location.public_id == location_id)).first()
    if found is None:
        raise InvalidError("Choose a location.", field="location")
    return found
