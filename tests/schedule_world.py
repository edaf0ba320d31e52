"""What a practice needs so that visits can be booked: types, hours, rules and a policy."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import (
    Appointment,
    AuditEvent,
    BookingPolicy,
    BookingRules,
    Location,
    OpenHours,
    Practice,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.schedule import (
    Booked,
    BookInput,
    ExceptionInput,
    HoursInput,
    NewVisitInput,
    Placed,
)
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.schedule import availability, decisions, desk, picker
from tests.world import URL, World

ADDRESS = "1 Test Street"
SINCE = date(2026, 1, 5)
LATE_FEE = 75_00


@dataclass
class Scheduled:
    """The public ids of what can be booked."""

    follow_up: str
    intake: str


def schedule(**rules: Any) -> Scheduled:
    """Give both clinicians hours from Monday to Friday, nine to five, and two visit types."""
    policy = {k.removeprefix("policy_"): rules.pop(k) for k in list(rules) if k[:6] == "policy"}
    with open_system("the test's visits") as work:
        add, flush = work.session.add, work.session.flush
        practice = work.session.get_one(Practice, 1)
        practice.phone = "(541) 555-0100"
        place = Location(name="Main", address=ADDRESS)
        follow_up = VisitType(
            name="Follow-up",
            minutes=30,
            price_minor=120_00,
            modes=["in_person", "video"],
            instructions="Bring your list of medicines.",
        )
        intake = VisitType(name="First visit", minutes=60, books="new", position=1)
        for row in (practice, place, follow_up, intake):
            add(row)
        flush()
        for clinician in work.session.exec(select(Practitioner)).all():
            add(
                BookingRules(
                    practitioner_id=clinician.id,
                    **{"per_day_most": 0, "video_url": "https://video.example/room"} | rules,
                )
            )
            add(
                BookingPolicy(
                    **{
                        "practitioner_id": clinician.id,
                        "fee_minor": LATE_FEE,
                        "text": "Please give a day’s notice.",
                    }
                    | policy
                )
            )
            for weekday in range(5):
                add(
                    OpenHours(
                        practitioner_id=clinician.id,
                        location_id=place.id,
                        weekday=weekday,
                        start="09:00",
                        end="17:00",
                        valid_from=SINCE,
                    )
                )
        return Scheduled(follow_up.public_id, intake.public_id)


def at(day: int, hour: int, minute: int = 0, month: int = 12) -> datetime:
    """A moment on the practice's winter clock."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC) + timedelta(hours=8)


def wish(types: Scheduled, starts_at: datetime, **more: Any) -> BookInput:
    """A time that somebody wants."""
    values = {"visit_type": types.follow_up, "mode": "in_person", "starts_at": starts_at}
    return BookInput.model_validate(values | more)


def book(
    world: World, types: Scheduled, starts_at: datetime, who: str = "alice", **more: Any
) -> Booked:
    """Book as a person does."""
    command = wish(types, starts_at, **more)
    return decisions.book(world[who], world.charts[_chart(who)], command, URL)


def offered(actor: Actor, chart: str, week: str = "2026-12-01") -> set[datetime]:
    """The open times of a week."""
    view = picker.picker(actor, chart, week=week, kind=_first(actor, chart))
    assert view.week is not None
    return {t.starts_at for t in view.week.times}


def _first(actor: Actor, chart: str) -> str:
    return picker.picker(actor, chart).types[0].id


def _chart(who: str) -> str:
    return "alice" if who == "bob" else who


# ---------------------------------------------------------------- the practice's side
def ask(types: Scheduled, world: World, day: str, time: str, **more: Any) -> NewVisitInput:
    """A visit that the practice books, of Alice with Dr. Own."""
    values = {"chart": world.charts["alice"], "visit_type": types.follow_up, "mode": "in_person"}
    return NewVisitInput.model_validate(values | {"day": day, "time": time} | more)


def staff_book(
    world: World, types: Scheduled, day: str, time: str, who: str = "owner", **more: Any
) -> Placed:
    """Book as a member of the practice does."""
    return desk.book(world[who], ask(types, world, day, time, **more), URL)


def clinician(name: str = "Dr. Own") -> str:
    """The id of a clinician, as forms carry it."""
    with open_system("look", writes=False) as work:
        rows = select(Practitioner.id).where(Practitioner.name == name)
        return str(work.session.exec(rows).one())


def time_off(first: str, last: str = "", **more: Any) -> ExceptionInput:
    """Days, or hours of one day, that differ."""
    return ExceptionInput.model_validate({"first_day": first, "last_day": last or first} | more)


def off(world: World, first: str, last: str = "", who: str = "owner", **more: Any) -> None:
    """Close them for Dr. Own."""
    availability.add_time_off(world[who], clinician(), time_off(first, last, **more))


def add_hours(world: World, **more: Any) -> None:
    """Add weekly hours for Dr. Own."""
    command = {"weekday": 0, "start": "18:00", "end": "20:00"} | more
    availability.add_hours(world["owner"], clinician(), HoursInput.model_validate(command))


def stored(visit: str) -> Appointment:
    """A visit as it stands in the database."""
    with open_system("look", writes=False) as work:
        return work.session.exec(select(Appointment).where(Appointment.public_id == visit)).one()


def all_of(model: type) -> list[Any]:
    """All rows of a table."""
    with open_system("look", writes=False) as work:
        return list(work.session.exec(select(model)).all())


def logged() -> list[str]:
    """What the access log says was done, the oldest first."""
    with open_system("look", writes=False) as work:
        rows = select(AuditEvent.action).order_by(col(AuditEvent.seq))
        return list(work.session.exec(rows).all())
