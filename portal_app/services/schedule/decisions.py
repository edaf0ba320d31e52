"""What a patient decides about visits: keep a time, book, move, cancel, undo, confirm."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from portal_app.data.models import Appointment, VisitType
from portal_app.data.schemas.schedule import Booked, BookInput, CancelInput, Held
from portal_app.rules.errors import ConflictError, InvalidError
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule import limits
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.documents import occasions
from portal_app.services.schedule import booking, changes, clinician_time, notices, views, visits
from portal_app.services.schedule.booking import Plan
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.schedule.setup import Setup, load
from portal_app.services.schedule.times import Own, near, open_starts, own


def hold(actor: Actor, chart: str, command: BookInput) -> Held:
    """Keep a time for five minutes while the person confirms.

    Raises:
        TakenError: it is gone; the nearest open times come with it.
    """
    with _opened(actor, chart, command, "schedule.hold") as (work, setup, chosen, moving):
        mine = _allowed(work, setup, moving)
        starts_at = clinician_time.aware(command.starts_at)
        until = work.now + booking.HOLD
        if moving is None or not _within(moving, starts_at, chosen):
            with _or_nearest(work, setup, chosen, command, mine, moving):
                _check(work, setup, chosen, command, mine, moving)
                until = booking.hold(work, setup, chosen, starts_at)
        free = views.consequence_view(work, starts_at, setup.policy)
        return Held(starts_at, until, free.until)


def _within(moving: Appointment, starts_at: datetime, chosen: VisitType) -> bool:
    """Whether the new time touches the visit's own old one, which nobody else can take."""
    ends_at = starts_at + timedelta(minutes=chosen.minutes)
    return moving.starts_at < ends_at and starts_at < moving.ends_at


def book(actor: Actor, chart: str, command: BookInput, public_url: str) -> Booked:
    """Book, ask for, or move a visit, in one unit of work.

    Raises:
        TakenError: the time is gone; the nearest open times come with it.
        InvalidError: the policy has to be accepted first.
        ConflictError: a limit stands in the way, or the visit has changed meanwhile.
    """
    action = "schedule.move" if command.moving else "schedule.book"
    with _opened(actor, chart, command, action) as (work, setup, chosen, moving):
        if before := booking.already(work, command.client_key):
            return _booked(setup, before)
        mine = _allowed(work, setup, moving)
        if setup.policy.mode == "acknowledge" and not command.acknowledged:
            raise InvalidError("Tick that you understand the policy.", field="acknowledged")
        asks = visits.by_request(setup, chosen, first=not _known(work)) or _waits(moving)
        plan = Plan(
            visit_type=chosen,
            mode=command.mode,
            starts_at=clinician_time.aware(command.starts_at),
            client_key=command.client_key,
            status=VisitStatus.REQUESTED if asks else VisitStatus.BOOKED,
            accepted=command.acknowledged,
            request_until=_request_until(work, setup) if asks else None,
        )
        booking.release_holds(work)
        with _or_nearest(work, setup, chosen, command, mine, moving):
            _check(work, setup, chosen, command, mine, moving)
            found = booking.place(work, setup, plan, replaces=moving)
        news = "moved" if moving else found.status
        notices.tell_patient(work, found, news, public_url)
        notices.tell_clinician(work, found, news, public_url)
        if not asks:
            notices.remind(work, found, public_url)
            occasions.booked(work, found, public_url)
        return _booked(setup, found)


@contextmanager
def _opened(
    actor: Actor, chart: str, command: BookInput, action: str
) -> Iterator[tuple[Work, Setup, VisitType, Appointment | None]]:
    needs = Permission.SCHEDULE_CHANGE if command.moving else Permission.SCHEDULE_BOOK
    with access.open(actor, needs, chart=chart, writes=True, action=action) as work:
        clinician_time.lock(work, work.practitioner.id)
        setup = load(work, work.practitioner.id, work.today)
        moving = clinician_time.find(work, command.moving) if command.moving else None
        if moving is None:
            # a repeated click of somebody new finds her no longer new
            again = booking.already(work, command.client_key) is not None
            types = setup.types if again else visits.offered(setup, returning=_known(work))
            chosen = next((t for t in types if t.public_id == command.visit_type), None)
        else:
            chosen = work.session.get(VisitType, moving.visit_type_id)
        if chosen is None or command.mode not in chosen.modes:
            raise InvalidError("Choose a visit type.", field="visit_type")
        yield work, setup, chosen, moving


def _known(work: Work) -> bool:
    return visits.last(work) is not None


def _waits(moving: Appointment | None) -> bool:
    """Whether what is moved has not been approved: moving it is no way around the practice."""
    return moving is not None and moving.status == VisitStatus.REQUESTED.value


def _allowed(work: Work, setup: Setup, moving: Appointment | None) -> Own:
    """Give what the person has already, where the limits let her keep or book another time."""
    mine = own(work, setup, moving=moving)
    types = visits.offered(setup, returning=_known(work))
    if refused := visits.refusal(work, setup, mine, types, moving):
        raise ConflictError(refused)
    return mine


@contextmanager
def _or_nearest(
    work: Work,
    setup: Setup,
    chosen: VisitType,
    command: BookInput,
    mine: Own,
    moving: Appointment | None,
) -> Iterator[None]:
    try:
        # what the database has refused ends with the savepoint, and what is near can be read
        with work.session.begin_nested():
            yield
    except TakenError as error:
        found = near(work, setup, chosen, command.mode, command.starts_at, mine, moving=moving)
        raise TakenError(error.message, found) from error


def _check(
    work: Work,
    setup: Setup,
    chosen: VisitType,
    command: BookInput,
    mine: Own,
    moving: Appointment | None,
) -> None:
    day = command.starts_at.astimezone(setup.zone).date()
    found = open_starts(work, setup, chosen, command.mode, day, day, mine, moving=moving)
    if command.starts_at not in found:
        raise TakenError


def _request_until(work: Work, setup: Setup) -> datetime:
    return limits.request_expires(work.now, views.calendar_of(work), setup.rules.request_days)


def _booked(setup: Setup, found: Appointment) -> Booked:
    waits = found.status == VisitStatus.REQUESTED.value
    return Booked(
        id=found.public_id,
        starts_at=found.starts_at,
        status=found.status,
        waits_for=setup.practitioner.short_name if waits else "",
        undo_until=found.undo_until,
    )


def cancel(actor: Actor, chart: str, visit_id: str, command: CancelInput, public_url: str) -> str:
    """Cancel a visit, or take a request back; returns ``free`` or ``late``.

    Raises:
        ConflictError: the policy does not let it, or it has changed meanwhile.
    """
    with access.open(
        actor,
        Permission.SCHEDULE_CHANGE,
        chart=chart,
        writes=True,
        action="schedule.cancel",
        target=visit_id,
    ) as work:
        clinician_time.lock(work, work.practitioner.id)
        found = clinician_time.find(work, visit_id)
        setup = load(work, work.practitioner.id, work.today)
        row = visits.rows(work, setup, [found])[visit_id]
        if not row.may_cancel:
            words = "This visit can’t be cancelled online any more. Call us"
            raise ConflictError(
                f"{words}: {work.practice.phone}" if work.practice.phone else f"{words}."
            )
        late = row.cancelling.kind == "late" and found.status != VisitStatus.REQUESTED.value
        status = VisitStatus.LATE_CANCELLED if late else VisitStatus.CANCELLED_BY_PATIENT
        changes.end(work, found, status, command.reason.strip())
        if late:
            changes.charge_late(work, found, clinician_time.policy_of_visit(work, found))
        notices.tell_patient(work, found, "cancelled", public_url)
        notices.tell_clinician(work, found, "cancelled", public_url)
        return "late" if late else "free"


def undo(actor: Actor, chart: str, visit_id: str) -> None:
    """Take back a booking within three minutes; nobody has been told of it yet.

    Raises:
        ConflictError: the three minutes are over.
    """
    with access.open(
        actor,
        Permission.SCHEDULE_VIEW,
        chart=chart,
        writes=True,
        action="schedule.undo",
        target=visit_id,
    ) as work:
        clinician_time.lock(work, work.practitioner.id)
        found = clinician_time.find(work, visit_id)
        over = found.undo_until is None or work.now >= found.undo_until
        if over or found.booked_by != work.person.id or found.status not in visits.COMING:
            raise ConflictError("It is too late to undo this. You can cancel the visit instead.")
        before = clinician_time.replaced(work, found.replaces_id)
        changes.end(work, found, VisitStatus.CANCELLED_BY_PATIENT, "taken back")
        if before is not None:
            changes.restore(work, before)
            notices.remember(work, before)


def confirm(actor: Actor, chart: str, visit_id: str) -> None:
    """Say that one will come."""
    with access.open(
        actor,
        Permission.SCHEDULE_CHANGE,
        chart=chart,
        writes=True,
        action="schedule.confirm",
        target=visit_id,
    ) as work:
        found = clinician_time.find(work, visit_id)
        if found.starts_at <= work.now:
            raise ConflictError("This visit has begun already.")
        changes.become(work, found, VisitStatus.CONFIRMED)
