"""Everybody wants the same time at once. `RACES=10000` (`make races`) runs the long form."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import combinations
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import delete, select

from portal_app.data.models import (
    Appointment,
    BusyTime,
    Chart,
    Grant,
    HoursException,
    OpenHours,
    OutboxMail,
    Patient,
    Practitioner,
    User,
    UserSession,
    VisitLink,
    VisitType,
)
from portal_app.data.schemas.schedule import CancelInput, ExceptionInput
from portal_app.rules.errors import ConflictError
from portal_app.rules.names import search_name
from portal_app.security import crypto
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.schedule import availability, decisions, desk
from portal_app.services.schedule.clinician_time import TakenError
from tests.schedule_world import Scheduled, at, schedule, wish
from tests.world import ALL, URL, World

ATTEMPTS = int(os.environ.get("RACES", "480"))
ZONE = ZoneInfo("America/Los_Angeles")
VARIANTS, CROWD = 8, 10
ROUNDS = max(1, -(-ATTEMPTS // (VARIANTS * CROWD)))
TAKING = {"requested", "booked", "confirmed", "arrived"}
Attempt = Callable[[], object]


class Race:
    """Ten patients of one clinician, and what they try in the same moment."""

    def __init__(self, world: World, types: Scheduled) -> None:
        self.world, self.types = world, types
        self.people: list[tuple[Actor, str]] = []
        with open_system("a crowd") as work:
            mine = select(Practitioner).where(Practitioner.name == "Dr. Own")
            self.clinician = work.session.exec(mine).one().id
            for number in range(CROWD):
                name = f"Crowd{number}"
                email = f"{name}@test.example".lower()
                user = User(email=email, email_index=work.keyring.index(email), name=name)
                patient = Patient(family=name, given="C", search_name=search_name("C", name))
                work.session.add_all([user, patient])
                work.session.flush()
                chart = Chart(
                    patient_id=patient.id, practitioner_id=self.clinician, permissions=ALL
                )
                session = UserSession(
                    id=f"crowd-{number}",
                    token_hash=crypto.hashed(f"crowd-{number}"),
                    user_id=user.id,
                    created_at=work.now,
                    last_event_at=work.now,
                    idle_seconds=1200,
                    absolute_until=work.now + timedelta(days=60),
                )
                grant = Grant(user_id=user.id, patient_id=patient.id, scopes=ALL)
                work.session.add_all([chart, session, grant])
                work.session.flush()
                self.people.append((Actor(user.id, session.id, "192.0.2.9"), chart.public_id))

    def book(self, number: int, starts_at: datetime, **more: object) -> str:
        actor, chart = self.people[number]
        return decisions.book(actor, chart, wish(self.types, starts_at, **more), URL).id

    def run(self, attempts: Sequence[Attempt]) -> tuple[list[object], list[Exception]]:
        """Let all attempts start in the same moment; (what came of them, who was refused)."""
        gate = threading.Barrier(len(attempts))

        def one(attempt: Attempt) -> object:
            gate.wait(10)
            return attempt()

        won: list[object] = []
        lost: list[Exception] = []
        with ThreadPoolExecutor(len(attempts)) as pool:
            for future in [pool.submit(one, a) for a in attempts]:
                try:
                    won.append(future.result(60))
                except ConflictError as error:
                    lost.append(error)
        return won, lost

    def check(self) -> list[tuple[datetime, datetime]]:
        """No two stretches overlap, and every visit has its own: looked at without the rules."""
        with open_system("look", writes=False) as work:
            rows = work.session.exec(
                select(BusyTime).where(BusyTime.practitioner_id == self.clinician)
            ).all()
            visits = work.session.exec(select(Appointment)).all()
        for one, other in combinations(rows, 2):
            assert one.ends_at <= other.starts_at or other.ends_at <= one.starts_at
        taking = [v for v in visits if v.status in TAKING]
        held = {r.id: [v for v in taking if v.busy_id == r.id] for r in rows}
        for row in rows:
            assert len(held[row.id]) == (row.taken if row.kind in {"visit", "group"} else 0)
            assert row.taken <= row.seats
            spans = {(v.starts_at, v.ends_at) for v in held[row.id]}
            assert spans <= {(row.starts_at, row.ends_at)}
        assert all(v.busy_id in held for v in taking)
        assert all(v.busy_id is None for v in visits if v not in taking)
        return sorted((v.starts_at, v.ends_at) for v in taking)

    def clear(self) -> None:
        """Make the calendar empty again."""
        with open_system("clear") as work:
            for model in (VisitLink, OutboxMail, Appointment, BusyTime, HoursException):
                work.session.exec(delete(model))


@pytest.fixture
def race(world: World) -> Race:
    return Race(world, schedule(upcoming_most=0, moves_most=99))


def rounds(race: Race) -> Iterator[datetime]:
    for number in range(ROUNDS):
        yield at(1 + number % 3, 9 + number % 7)
        race.check()
        race.clear()


def refused_with_times(lost: Sequence[Exception]) -> bool:
    taken = [e for e in lost if isinstance(e, TakenError)]
    return len(taken) == len(lost) and all(len(e.nearest) == 3 for e in taken)


def test_ten_want_one_time(race: Race):
    for wanted in rounds(race):
        won, lost = race.run([partial(race.book, n, wanted) for n in range(CROWD)])
        assert (len(won), len(lost)) == (1, CROWD - 1)
        assert refused_with_times(lost)


def test_two_short_ones_and_a_long_one(race: Race):
    half = timedelta(minutes=30)
    with open_system("a longer type") as work:
        long = VisitType(name="Long", minutes=60, step_minutes=30, modes=["in_person"])
        work.session.add(long)
    for wanted in rounds(race):
        attempts: list[Attempt] = [
            partial(race.book, n, wanted, visit_type=long.public_id) for n in range(0, CROWD, 2)
        ]
        attempts += [
            partial(race.book, n, wanted + half * (n % 4 // 2)) for n in range(1, CROWD, 2)
        ]
        won, lost = race.run(attempts)
        lengths = [b - a for a, b in race.check()]
        assert lengths in ([2 * half], [half, half])
        assert len(won) == len(lengths)
        assert refused_with_times(lost)


def test_requests_for_one_time_and_two_who_approve(race: Race):
    with open_system("ask first") as work:
        for kind in work.session.exec(select(VisitType)).all():
            kind.approval = "request"
            work.session.add(kind)
    staff = [race.world["owner"], race.world["own"]]
    for wanted in rounds(race):
        won, lost = race.run([partial(race.book, n, wanted) for n in range(CROWD - 2)])
        assert len(won) == 1
        assert refused_with_times(lost)
        asked = str(won[0])
        won, lost = race.run([partial(desk.approve, a, asked, URL) for a in staff])
        assert (len(won), len(lost)) == (1, 1)


def test_moving_in_against_booking(race: Race):
    for wanted in rounds(race):
        before = at(8, 9)
        visits = [race.book(n, before + timedelta(minutes=30 * n)) for n in range(3)]
        attempts: list[Attempt] = [
            partial(race.book, n, wanted, moving=visits[n]) for n in range(3)
        ]
        attempts += [partial(race.book, n, wanted) for n in range(3, CROWD)]
        won, lost = race.run(attempts)
        assert (len(won), len(lost)) == (1, CROWD - 1)
        assert refused_with_times(lost)
        starts = [a for a, _ in race.check()]
        # who could not move has kept the old time
        assert starts.count(wanted) == 1
        assert len(starts) in {3, 4}


def test_cancelling_and_booking_again(race: Race):
    for wanted in rounds(race):
        visit = race.book(0, wanted)
        actor, chart = race.people[0]
        attempts: list[Attempt] = [
            partial(decisions.cancel, actor, chart, visit, CancelInput(), URL) for _ in range(2)
        ]
        attempts += [partial(race.book, n, wanted) for n in range(1, CROWD - 1)]
        won, _ = race.run(attempts)
        cancelled = [w for w in won if w in {"free", "late"}]
        assert len(cancelled) == 1
        assert len(won) - 1 == len(race.check()) <= 1


def test_seats_of_a_group(race: Race):
    with open_system("a group") as work:
        group = VisitType(name="Group", minutes=30, modes=["in_person"], seats=4)
        work.session.add(group)
    for wanted in rounds(race):
        attempts = [partial(race.book, n, wanted, visit_type=group.public_id) for n in range(CROWD)]
        won, lost = race.run(attempts)
        assert (len(won), len(lost)) == (4, CROWD - 4)
        assert refused_with_times(lost)


def test_the_hour_that_comes_twice(race: Race):
    race.world.clock.now = datetime(2026, 10, 20, 18, tzinfo=UTC)
    with open_system("early hours") as work:
        row = OpenHours(
            practitioner_id=race.clinician,
            weekday=6,
            start="00:00",
            end="06:00",
            valid_from=date(2026, 1, 1),
        )
        work.session.add(row)
    first = datetime(2026, 11, 1, 8, 30, tzinfo=UTC)  # 1:30 in Los Angeles, for the first time
    second = first + timedelta(hours=1)
    for _ in rounds(race):
        won, lost = race.run(
            [partial(race.book, n, first if n % 2 else second) for n in range(CROWD)]
        )
        assert (len(won), len(lost)) == (2, CROWD - 2)
        assert refused_with_times(lost)
        assert [a for a, _ in race.check()] == [first, second]


def test_time_off_against_booking(race: Race):
    owner = race.world["owner"]
    for wanted in rounds(race):
        local = wanted.astimezone(ZONE)
        command = ExceptionInput(
            first_day=local.date(),
            last_day=local.date(),
            start=f"{local:%H:%M}",
            end=f"{local + timedelta(hours=1):%H:%M}",
        )
        attempts: list[Attempt] = [
            partial(availability.add_time_off, owner, str(race.clinician), command)
        ]
        attempts += [partial(race.book, n, wanted) for n in range(CROWD - 1)]
        won, lost = race.run(attempts)
        assert (len(won), len(lost)) == (1, CROWD - 1)


def test_a_double_click_books_once(race: Race):
    actor, chart = race.people[0]
    for wanted in rounds(race):
        command = wish(race.types, wanted, client_key=f"key-{wanted.timestamp()}")
        won, lost = race.run(
            [partial(decisions.book, actor, chart, command, URL) for _ in range(CROWD)]
        )
        assert lost == []
        assert len({w.id for w in won}) == 1  # type: ignore[attr-defined]
        assert len(race.check()) == 1
