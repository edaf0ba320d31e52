"""Ten conversations and ten thousand: the same statements, and nearly the same time."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import insert
from sqlmodel import select

from portal_app.data.models import Chart, Message, StaffMember, Thread, ThreadReader
from portal_app.data.types import MessageId, ThreadId, new_public_id
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import home, identity, practice
from portal_app.services.messages import patient
from portal_app.services.messages import practice as inbox
from tests.bench.conftest import Figures
from tests.bench.volume import Call, Filled, measure, statements
from tests.world import World, build

FEW, MANY = 10, 10_000
ROOM = 1.3

GATED: dict[str, Call] = {
    "inbox": lambda w: inbox.queue(w["owner"]),
    "inbox of one clinician's charts": lambda w: inbox.queue(w["desk"]),
    "inbox, unassigned": lambda w: inbox.queue(w["owner"], "unassigned"),
    "the practice's badge": lambda w: inbox.waiting_count(w["owner"]),
    "a patient's page": lambda w: practice.overview(w["owner"], w.charts["alice"]),
    "a patient's folder": lambda w: patient.folder(w["alice"], w.charts["alice"]),
    "a patient's sent": lambda w: patient.folder(w["alice"], w.charts["alice"], "sent"),
    "a patient's home": lambda w: home.overview(w["alice"], w.charts["alice"]),
    "the portal's frame": lambda w: identity.portal_frame(w["alice"], w.charts["alice"]),
}
"""Ten of the rows are shown of few, a page of 25 of many."""
TOLD: dict[str, Call] = {
    "inbox, overdue": lambda w: inbox.queue(w["owner"], "overdue"),
    "inbox, waiting": lambda w: inbox.queue(w["owner"], "waiting"),
    "inbox, done": lambda w: inbox.queue(w["owner"], "done"),
    "a patient's archive": lambda w: patient.folder(w["alice"], w.charts["alice"], "archived"),
    "unread counts": lambda w: patient.unread_by_chart(w["alice"]),
    "all that a view of home reads": lambda w: (
        identity.portal_frame(w["alice"], w.charts["alice"]),
        home.overview(w["alice"], w.charts["alice"]),
        patient.unread_by_chart(w["alice"]),
    ),
}
"""Of few, these show nothing, so that the times say little about each other."""
VIEWS = GATED | TOLD


def fill(world: World, number: int) -> Filled:
    """Write conversations of one chart: ten new ones before what years have left."""
    with open_system("the bench's conversations") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        staff = work.session.exec(select(StaffMember.id).order_by(StaffMember.name)).all()
        of_chart = {"chart_id": chart.id, "patient_id": chart.patient_id}
        threads, written, readers = [], [], []
        for n in range(number):
            status = "open" if n < FEW else ("open", "waiting", *["done"] * 8)[n % 10]
            thread = ThreadId(uuid4())
            at = world.clock() - timedelta(minutes=7 * n)
            threads.append(
                of_chart
                | {
                    "id": thread,
                    "public_id": new_public_id(),
                    "subject": f"Question {n}",
                    "recipient": "front_desk",
                    "status": status,
                    "assignee_id": staff[n // 10 % len(staff)] if n >= FEW and n % 20 else None,
                    "due_at": at + timedelta(hours=16) if status == "open" else None,
                    "seq": 1,
                    "patient_seq": 1,
                    "last_at": at,
                    "last_author": "Alice",
                    "snippet": "How are you?",
                    "created_at": at,
                }
            )
            written.append(
                of_chart
                | {
                    "id": MessageId(uuid4()),
                    "public_id": new_public_id(),
                    "thread_id": thread,
                    "seq": 1,
                    "author_id": world.users["alice"],
                    "author_name": "Alice",
                    "from_staff": False,
                    "body": "How are you?",
                    "client_key": uuid4().hex,
                    "sent_at": at,
                }
            )
            readers.append(
                of_chart
                | {
                    "thread_id": thread,
                    "user_id": world.users["alice"],
                    "seen_seq": 1,
                    "archived_at": at if n >= FEW and n % 2 else None,
                }
            )
        for table, rows in ((Thread, threads), (Message, written), (ThreadReader, readers)):
            work.session.execute(insert(table), rows)
    return Filled(world, access.database())


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Filled, Filled]]:
    """Both practices."""
    folder: Path = tmp_path_factory.mktemp("practices")
    both = tuple(fill(build(folder / str(n)), n) for n in (FEW, MANY))
    yield both[0], both[1]
    for one in both:
        one.database.close()


@pytest.mark.parametrize("name", VIEWS)
def test_volume(filled: tuple[Filled, Filled], figures: Figures, name: str):
    call = VIEWS[name]
    few, many = (statements(one, call) for one in filled)
    fast, slow = min((measure(filled, call) for _ in range(3)), key=lambda p: p[1] / p[0])
    figures.add(
        f"{name}: statements, p95 of few, of many",
        f"{few}, {fast:.2f} ms, {slow:.2f} ms, ratio {slow / fast:.2f}",
    )
    assert few == many
    if name in GATED:
        assert slow <= ROOM * fast
