"""A thousand conversations ask the database no more often than ten."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.data.models import Chart, Message, Patient, StaffMember, Thread
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import home, practice
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from portal_app.services.messages.queues import QUEUES
from tests.world import World


def fill(world: World, number: int) -> str:
    """Conversations in every state on Alice's chart, the last with as many messages."""
    with open_system("many conversations") as work:
        rows = select(Chart).where(Chart.public_id == world.charts["alice"])
        chart = work.session.exec(rows).one()
        own = select(StaffMember).where(StaffMember.user_id == world.users["own"])
        member = work.session.exec(own).one()
        threads = [
            Thread(
                chart_id=chart.id,
                patient_id=chart.patient_id,
                subject=f"n{n}",
                recipient=("clinician", "front_desk")[n % 2],
                status=("open", "waiting", "done")[n % 3],
                assignee_id=(member.id, None)[n % 2],
                due_at=world.clock.now - timedelta(hours=n % 5 - 2),
                last_at=world.clock.now - timedelta(minutes=n),
                seq=1,
                staff_seq=n % 2,
                patient_seq=1 - n % 2,
                snippet="s",
            )
            for n in range(number)
        ]
        work.session.add_all(threads)
        work.session.flush()
        work.session.add_all(
            Message(
                thread_id=threads[0].id,
                chart_id=chart.id,
                patient_id=chart.patient_id,
                seq=n + 1,
                author_id=world.users["own"],
                author_name="Own",
                from_staff=True,
                body="b",
                client_key=uuid4().hex,
                sent_at=world.clock.now,
            )
            for n in range(number)
        )
        people = [Patient(family=f"F{n}", given="G", search_name=f"g f{n}") for n in range(number)]
        work.session.add_all(people)
        work.session.flush()
        work.session.add_all(
            Chart(patient_id=p.id, practitioner_id=chart.practitioner_id) for p in people
        )
        return threads[0].public_id


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: Any) -> None:
        seen.append(statement)

    engine = access.database().reading
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


Reading = Callable[[World, str], object]
VIEWS: dict[str, Reading] = {
    "home": lambda w, _: home.overview(w["alice"], w.charts["alice"]),
    "unread": lambda w, _: messages.unread_by_chart(w["alice"]),
    "sent": lambda w, _: messages.folder(w["alice"], w.charts["alice"], "sent"),
    "inbox": lambda w, _: messages.folder(w["alice"], w.charts["alice"]),
    "search": lambda w, _: messages.folder(w["alice"], w.charts["alice"], query="a b"),
    "conversation": lambda w, t: messages.thread(w["alice"], w.charts["alice"], t),
    "today": lambda w, _: practice.today(w["own"]),
    "roster": lambda w, _: practice.roster(w["own"]),
    "patient": lambda w, _: practice.overview(w["own"], w.charts["alice"]),
    "the practice's conversation": lambda w, t: inbox.thread(w["own"], t),
    **{f"queue {q}": lambda w, _, q=q: inbox.queue(w["own"], q) for q in QUEUES},  # type: ignore[misc]
}


def test_the_number_of_statements_does_not_grow(world: World):
    def measured(thread: str) -> dict[str, int]:
        found = {}
        for name, view in VIEWS.items():
            view(world, thread)  # the first view of five minutes is written into the log
            with counted() as statements:
                view(world, thread)
            found[name] = len(statements)
        return found

    few = measured(fill(world, 10))
    many = measured(fill(world, 990))
    assert many == few
    assert max(few.values()) <= 25, few
    assert min(few.values()) > 1


def test_the_counter_counts(world: World):
    with counted() as statements, open_system("count", writes=False) as work:
        for _ in range(3):
            work.session.exec(select(Thread)).all()
    assert sum("FROM thread" in s for s in statements) == 3


@pytest.mark.parametrize("number", [10, 60])
def test_a_page_is_a_page(world: World, number: int):
    fill(world, number)
    rows = messages.folder(world["alice"], world.charts["alice"]).rows
    assert len(rows) == min(number, 25)
    assert len(practice.roster(world["own"]).rows) == min(number + 1, 50)
