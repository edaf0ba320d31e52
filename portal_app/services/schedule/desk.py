"""What the practice does with visits: book, approve, decline, receive, complete, move, cancel."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from uuid import uuid4
from zoneinfo import ZoneInfo

from sqlmodel import col, select

from portal_app.data.models import Appointment, Chart, Patient, Practitioner, VisitType
from portal_app.data.schemas.schedule import (
    Conflict,
    MoveInput,
    NewVisitInput,
    NewVisitView,
    Placed,
    TypeOption,
)
from portal_app.integrations.money import money
from portal_app.integrations.recurrence import series_days
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.names import fold
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import ACTIVE, VisitStatus
from portal_app.rules.schedule.walls import instants
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import occasions
from portal_app.services.schedule import booking, changes, clinician_time, notices
from portal_app.services.schedule.booking import Plan
from portal_app.services.schedule.calendar import clinicians
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.schedule.setup import Setup, clock, load, offered_by

FOUND = 8


# ---------------------------------------------------------------- a new visit
def offer(actor: Actor, chart: str = "") -> NewVisitView:
    """Read what the dialog for a new visit offers, for a chart's clinician or for all."""
    with access.open(actor, Permission.PRACTICE_SCHEDULE, chart=chart or None) as work:
        people = clinicians(work)
        rows = select(VisitType).where(col(VisitType.is_active))
        types = work.session.exec(rows.order_by(col(VisitType.position))).all()
        if chart:
            types = [t for t in types if offered_by(t, work.practitioner.id)]
        return NewVisitView(
            clinicians=tuple((str(p.id), p.name) for p in people),
            types=tuple(_option(t) for t in types),
            zone=work.practice.zone,
        )


def _option(visit_type: VisitType) -> TypeOption:
    price = money(visit_type.price_minor, visit_type.currency) if visit_type.price_minor else ""
    return TypeOption(
        visit_type.public_id,
        visit_type.name,
        visit_type.description,
        visit_type.minutes,
        price,
        tuple(visit_type.modes),
        by_request=False,
    )


def find_charts(actor: Actor, query: str) -> tuple[tuple[str, str], ...]:
    """Find charts by name for the field "Patient": (public id, "Name, with clinician")."""
    with access.open(actor, Permission.PRACTICE_SCHEDULE) as work:
        rows = (
            select(Chart, Patient, Practitioner)
            .join(Patient, col(Chart.patient_id) == Patient.id)
            .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
            .where(Patient.status == "active")
        )
        for word in fold(query).split()[:5]:
            rows = rows.where(col(Patient.search_name).contains(word, autoescape=True))
        order = col(Patient.family), col(Patient.given)
        found = work.session.exec(rows.order_by(*order).limit(FOUND)).all()
        return tuple((c.public_id, f"{p.name}, with {d.name}") for c, p, d in found)


def book(actor: Actor, command: NewVisitInput, public_url: str) -> Placed:
    """Book a visit, or a weekly series of them; conflicts are listed before anything is saved.

    Raises:
        TakenError: the one visit does not fit, and no reason to book it nevertheless was typed.
        InvalidError: the wall clock does not show that time on that day.
    """
    with access.open(
        actor, Permission.PRACTICE_SCHEDULE, chart=command.chart, writes=True, action="visit.book"
    ) as work:
        clinician_time.lock(work, work.practitioner.id)
        if before := _already(work, command.client_key):
            return Placed(before)
        setup = load(work, work.practitioner.id, work.today)
        visit_type = _type(setup, command.visit_type)
        mode = command.mode if command.mode in visit_type.modes else visit_type.modes[0]
        if command.every_weeks:
            return _series(work, setup, visit_type, mode, command, public_url)
        plan = Plan(
            visit_type,
            mode,
            moment(_wall(setup, visit_type, mode), command.day, command.time),
            command.client_key,
            by_staff=True,
            override_reason=command.override_reason.strip(),
        )
        found = booking.place(work, setup, plan)
        _told(work, found, public_url)
        return Placed((found.public_id,))


def _already(work: Work, client_key: str) -> tuple[str, ...]:
    """Find what the same click has made before: one visit, or those of a series."""
    if not client_key:
        return ()
    rows = select(Appointment.public_id).where(
        Appointment.booked_by == work.person.id,
        (col(Appointment.client_key) == client_key)
        | col(Appointment.client_key).startswith(f"{client_key}-", autoescape=True),
    )
    return tuple(work.session.exec(rows.order_by(col(Appointment.starts_at))).all())


def _type(setup: Setup, visit_type: str) -> VisitType:
    try:
        return setup.type(visit_type)
    except NotFoundError as error:
        words = f"{setup.practitioner.name} does not offer this. Choose another."
        raise InvalidError(words, field="visit_type") from error


def _wall(setup: Setup, visit_type: VisitType, mode: str) -> ZoneInfo:
    place = setup.location(visit_type, mode)
    return setup.zone_of(place.id if place else None)


def _series(
    work: Work,
    setup: Setup,
    visit_type: VisitType,
    mode: str,
    command: NewVisitInput,
    public_url: str,
) -> Placed:
    if not command.count and command.until is None:
        raise InvalidError("Say how many visits, or until when.", field="count")
    days = list(
        series_days(command.day, command.every_weeks, count=command.count, until=command.until)
    )
    conflicts: list[Conflict] = []
    placed: list[Appointment] = []
    series, wall = uuid4(), _wall(setup, visit_type, mode)
    for number, day in enumerate(days):
        try:
            starts_at = moment(wall, day, command.time)
            plan = Plan(
                visit_type,
                mode,
                starts_at,
                f"{command.client_key or series.hex}-{number}",
                by_staff=True,
                series_id=series,
            )
            with work.session.begin_nested():
                placed.append(booking.place(work, setup, plan))
        except (TakenError, InvalidError) as error:
            conflicts.append(Conflict(day, error.message))
    if conflicts and not command.skip_conflicts:
        work.session.rollback()
        raise SeriesError(tuple(conflicts))
    if not placed:
        raise TakenError
    for found in placed:
        _told(work, found, public_url)
    return Placed(tuple(v.public_id for v in placed), tuple(conflicts))


class SeriesError(ConflictError):
    """Some visits of a series do not fit; nothing has been saved."""

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        """Keep the days."""
        number = len(conflicts)
        words = (
            "1 of these visits does not fit."
            if number == 1
            else f"{number} of these visits do not fit."
        )
        super().__init__(words, field="count")
        self.conflicts = conflicts


def moment(zone: ZoneInfo, day: date, wall: str) -> datetime:
    """Find the moment of a time on a place's wall clock; the first of two where it comes twice.

    Raises:
        InvalidError: the clock is put forward over it, or no clock can reckon with the year.
    """
    if not clinician_time.FIRST_YEAR <= day.year <= clinician_time.LAST_YEAR:
        raise InvalidError("Choose a day.", field="day")
    found = instants(zone, day, clock(wall))
    if not found:
        raise InvalidError("The clocks skip this time on that day.", field="time")
    return found[0]


def _told(work: Work, found: Appointment, public_url: str) -> None:
    notices.tell_patient(work, found, "booked", public_url)
    notices.remind(work, found, public_url)
    occasions.booked(work, found, public_url)


# ---------------------------------------------------------------- deciding
@contextmanager
def _opened(actor: Actor, visit_id: str, action: str) -> Iterator[tuple[Work, Appointment]]:
    with access.open(
        actor, Permission.PRACTICE_SCHEDULE, writes=True, action=action, target=visit_id
    ) as work:
        found = clinician_time.find(work, visit_id)
        clinician_time.lock(work, found.practitioner_id)
        work.focus(clinician_time.chart_of(work, found))
        yield work, found


def approve(actor: Actor, visit_id: str, public_url: str) -> None:
    """Accept a request; the patient is told.

    Raises:
        ConflictError: it has been answered, taken back or has expired meanwhile.
    """
    with _opened(actor, visit_id, "visit.approve") as (work, found):
        changes.become(work, found, VisitStatus.BOOKED)
        found.request_until = found.undo_until = None
        work.session.add(found)
        notices.tell_patient(work, found, "approved", public_url)
        notices.remind(work, found, public_url)
        occasions.booked(work, found, public_url)


def decline(actor: Actor, visit_id: str, reason: str, public_url: str) -> None:
    """Refuse a request; the patient is told."""
    with _opened(actor, visit_id, "visit.decline") as (work, found):
        changes.end(work, found, VisitStatus.DECLINED, reason.strip())
        notices.tell_patient(work, found, "declined", public_url)


def cancel(actor: Actor, visit_id: str, reason: str, public_url: str) -> None:
    """Cancel a visit of the practice's own accord; the patient is told."""
    with _opened(actor, visit_id, "visit.cancel") as (work, found):
        changes.end(work, found, VisitStatus.CANCELLED_BY_PRACTICE, reason.strip())
        notices.tell_patient(work, found, "cancelled", public_url)


def cancel_series(actor: Actor, visit_id: str, reason: str, public_url: str) -> int:
    """Cancel a visit of a series and all that come after it; returns how many."""
    with _opened(actor, visit_id, "visit.cancel_series") as (work, found):
        rows = select(Appointment).where(
            Appointment.series_id == found.series_id,
            col(Appointment.starts_at) >= found.starts_at,
            col(Appointment.status).in_([s.value for s in ACTIVE]),
        )
        order = col(Appointment.starts_at)
        later = work.session.exec(rows.order_by(order)).all() if found.series_id else [found]
        if not later:
            raise ConflictError("None of these visits is ahead any more.")
        for visit in later:
            changes.end(work, visit, VisitStatus.CANCELLED_BY_PRACTICE, reason.strip())
        notices.tell_patient(work, later[0], "cancelled", public_url)
        return len(later)


def _on_its_day(work: Work, found: Appointment) -> None:
    """Refuse to note what can only be known on the day of the visit.

    Raises:
        ConflictError: the day has not come.
    """
    zone = ZoneInfo(found.zone)
    if found.starts_at.astimezone(zone).date() > work.now.astimezone(zone).date():
        raise ConflictError("This visit is on another day. Its day has not come yet.")


def arrive(actor: Actor, visit_id: str) -> None:
    """Note that the patient is there.

    Raises:
        ConflictError: the day has not come, or the visit has become something else.
    """
    with _opened(actor, visit_id, "visit.arrive") as (work, found):
        _on_its_day(work, found)
        changes.become(work, found, VisitStatus.ARRIVED)


def complete(actor: Actor, visit_id: str) -> None:
    """Note that the visit has taken place."""
    with _opened(actor, visit_id, "visit.complete") as (work, found):
        _on_its_day(work, found)
        if found.status != VisitStatus.ARRIVED.value:
            changes.become(work, found, VisitStatus.ARRIVED)
        changes.become(work, found, VisitStatus.COMPLETED)


def no_show(actor: Actor, visit_id: str) -> None:
    """Note that the patient did not come."""
    with _opened(actor, visit_id, "visit.no_show") as (work, found):
        _on_its_day(work, found)
        changes.become(work, found, VisitStatus.NO_SHOW)


def move(actor: Actor, visit_id: str, command: MoveInput, public_url: str) -> str:
    """Move a visit to another time; returns the new visit's id. The patient is told.

    Raises:
        TakenError: the time is not free, and no reason to book it nevertheless was typed.
    """
    with _opened(actor, visit_id, "visit.move") as (work, found):
        if before := _already(work, command.client_key):
            return before[0]
        setup = load(work, found.practitioner_id, work.today)
        visit_type = work.session.get_one(VisitType, found.visit_type_id)
        plan = Plan(
            visit_type,
            found.mode,
            moment(_wall(setup, visit_type, found.mode), command.day, command.time),
            command.client_key,
            status=VisitStatus.BOOKED,
            by_staff=True,
            override_reason=command.override_reason.strip(),
            series_id=found.series_id,
        )
        new = booking.place(work, setup, plan, replaces=found)
        notices.tell_patient(work, new, "moved", public_url)
        notices.remind(work, new, public_url)
        occasions.booked(work, new, public_url)
        return new.public_id
