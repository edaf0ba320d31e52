"""No statement of an enclosed session reaches another person's rows, however it is built."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, exists, func, select, union_all, update
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from portal_app.data.compartment import CompartmentError
from portal_app.data.models import (
    Chart,
    Draft,
    EmergencyContact,
    Grant,
    Message,
    Patient,
    StoredFile,
    Thread,
    ThreadReader,
)
from portal_app.data.schemas.messages import MessageInput
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.messages import patient as messages
from tests.world import URL, World

P = Permission
ROOT = Path(__file__).resolve().parents[2]
MINE, HERS = "mine alone", "hers alone"
THREADS: Table = Thread.__table__  # type: ignore[attr-defined]
MESSAGES: Table = Message.__table__  # type: ignore[attr-defined]


@pytest.fixture
def written(world: World) -> World:
    """One conversation of Alice's on each of her charts, and one of Carol's."""
    for who, chart, body in (
        ("alice", "alice", MINE),
        ("alice", "alice2", "mine elsewhere"),
        ("carol", "carol", HERS),
    ):
        command = MessageInput(recipient="clinician", subject=body, body=body)
        messages.send(world[who], world.charts[chart], command, URL)
        messages.save_draft(world[who], world.charts[chart], "new", body=body)
    with open_system("contacts") as work:
        for row in work.session.execute(select(Patient)).scalars().all():
            work.session.add(EmergencyContact(patient_id=row.id, name=f"Of {row.family}"))
    return world


@pytest.fixture
def session(written: World) -> Iterator[Session]:
    """A session for Alice's first chart."""
    opened = access.open(written["alice"], P.MESSAGES_READ, chart=written.charts["alice"])
    with opened as work:
        yield work.session


OTHER = aliased(Thread)
WORDS = aliased(Message)
READ: dict[str, Callable[[], Any]] = {
    "entity": lambda: select(Message),
    "columns": lambda: select(Message.body),  # type: ignore[call-overload]
    "alias": lambda: select(WORDS.body),
    "join": lambda: select(Message.body).join(Thread, col(Message.thread_id) == Thread.id),
    "join from the other side": lambda: (
        select(Message.body)
        .select_from(Patient)
        .join(Message, col(Message.patient_id) == Patient.id)
    ),
    "outer join": lambda: (
        select(Thread.subject, Message.body)
        .select_from(Thread)
        .join(Message, col(Message.thread_id) != Thread.id, isouter=True)
    ),
    "cross join": lambda: (
        select(Thread.subject, WORDS.body)
        .select_from(Thread)
        .join(WORDS, col(WORDS.id).is_not(None))
    ),
    "self join": lambda: (
        select(OTHER.subject).select_from(Thread).join(OTHER, OTHER.chart_id != Thread.chart_id)
    ),
    "subquery": lambda: select(select(Message.body).subquery()),
    "subquery of an alias": lambda: select(select(WORDS.body).subquery()),
    "aliased subquery": lambda: select(aliased(Message, select(Message).subquery())),
    "common table": lambda: select(select(Message.body).cte()),
    "scalar subquery": lambda: select(
        Thread.id,
        select(WORDS.body).where(WORDS.patient_id != Thread.patient_id).limit(1).scalar_subquery(),
    ),
    "scalar subquery alone": lambda: select(
        select(Message.body).order_by(col(Message.body)).limit(1).scalar_subquery()
    ),
    "in": lambda: select(Thread.subject).where(
        col(Thread.id).in_(select(Message.thread_id).where(Message.body != ""))
    ),
    "exists": lambda: select(Patient.family).where(
        exists(select(Message.id).where(col(Message.patient_id) != Patient.id))
    ),
    "union": lambda: union_all(select(Message.body), select(WORDS.body)),
    "union inside": lambda: select(union_all(select(Message.body)).subquery()),
    "from a statement": lambda: select(Message).from_statement(select(MESSAGES)),
    "bare table": lambda: select(MESSAGES.c.body),
    "contacts": lambda: select(EmergencyContact.name),
    "drafts": lambda: select(Draft.body),
    "names": lambda: select(Patient.family),
}


@pytest.mark.parametrize("how", READ)
def test_no_way_of_reading_leads_to_another(session: Session, how: str):
    try:
        found = session.execute(READ[how]()).all()
    except CompartmentError:
        return
    told = repr([[str(getattr(v, "body", v)) for v in row] for row in found])
    assert HERS not in told
    assert "Clark" not in told
    assert "mine elsewhere" not in told


@pytest.mark.parametrize(
    "how", ["entity", "columns", "alias", "join", "subquery", "common table", "aliased subquery"]
)
def test_the_persons_own_comes_through(session: Session, how: str):
    found = session.execute(READ[how]()).all()
    assert MINE in repr([[str(getattr(v, "body", v)) for v in row] for row in found])


def test_counting_counts_only_ones_own(session: Session):
    assert session.execute(select(func.count()).select_from(Thread)).scalar() == 1
    assert session.execute(select(func.count()).select_from(Chart)).scalar() == 1
    assert session.execute(select(func.count(Grant.id))).scalar() > 0  # type: ignore[operator, arg-type]


def test_by_its_key_a_foreign_row_is_absent(written: World):
    with open_system("look", writes=False) as work:
        found = work.session.execute(select(Thread)).scalars().all()
        foreign = [t.id for t in found if t.subject != MINE]
        carol = work.session.execute(select(Patient.id).where(Patient.family == "Clark")).scalar()
    with access.open(written["alice"], P.MESSAGES_READ, chart=written.charts["alice"]) as work:
        assert [work.session.get(Thread, key) for key in foreign] == [None, None]
        assert work.session.get(Patient, carol) is None


def bodies() -> set[str]:
    with open_system("look", writes=False) as work:
        return set(work.session.execute(select(Message.body)).scalars().all())


@pytest.mark.parametrize(
    "statement",
    [
        lambda: update(Message).values(body="changed"),
        lambda: update(Message).where(col(Message.body) != "").values(body="changed"),
        lambda: (
            update(Message)
            .where(col(Message.thread_id).in_(select(THREADS.c.id)))
            .values(body="changed")
        ),
    ],
)
def test_a_change_of_many_rows_changes_only_ones_own(written: World, statement: Callable[[], Any]):
    chart = written.charts["alice"]
    with access.open(written["alice"], P.MESSAGES_SEND, chart=chart, writes=True) as work:
        work.session.execute(statement())
    assert bodies() == {"changed", "mine elsewhere", HERS}


@pytest.mark.parametrize("table", [Draft, EmergencyContact, ThreadReader, StoredFile, Grant])
def test_a_removal_of_many_rows_removes_only_ones_own(written: World, table: type[Any]):
    def count(work: Work, **own: object) -> int:
        rows = select(func.count()).select_from(table).filter_by(**own)
        return int(work.session.execute(rows).scalar() or 0)

    with open_system("look", writes=False) as work:
        carol = work.session.execute(select(Patient.id).where(Patient.family == "Clark")).scalar()
        before = count(work, patient_id=carol)
    chart = written.charts["alice"]
    with access.open(written["alice"], P.MESSAGES_SEND, chart=chart, writes=True) as work:
        work.session.execute(delete(table))
    with open_system("look", writes=False) as work:
        assert count(work, patient_id=carol) == before


@pytest.mark.parametrize("table", [THREADS, MESSAGES])
@pytest.mark.parametrize("kind", [update, delete])
def test_bare_tables_are_not_changed(written: World, table: Table, kind: Callable[[Table], Any]):
    statement = kind(table)
    if kind is update:
        statement = statement.values(seq=99)
    chart = written.charts["alice"]
    with (
        pytest.raises(CompartmentError),
        access.open(written["alice"], P.MESSAGES_SEND, chart=chart, writes=True) as work,
    ):
        work.session.execute(statement)


@pytest.mark.parametrize("change", ["new", "moved", "removed"])
def test_no_foreign_row_is_flushed(written: World, change: str):
    with open_system("look", writes=False) as work:
        carol = work.session.execute(
            select(Draft)
            .where(Draft.body != "")
            .join(Patient, col(Draft.patient_id) == Patient.id)
            .where(Patient.family == "Clark")
        ).scalar_one()
    chart = written.charts["alice"]
    with access.open(written["alice"], P.MESSAGES_SEND, chart=chart, quiet=True) as work:
        if change == "new":
            values = carol.model_dump() | {"id": uuid.uuid4(), "slot": "x"}
            work.session.add(Draft(**values))
        elif change == "moved":
            own = work.session.execute(select(Draft)).scalar_one()
            own.chart_id, own.patient_id = carol.chart_id, carol.patient_id
            work.session.add(own)
        else:
            work.session.delete(carol)
        with pytest.raises(CompartmentError):
            work.session.flush()
        work.session.expunge_all()


def test_only_the_gate_asks_bare_tables_and_only_for_its_own_criterion():
    """Beside an entity a bare table would come through: it bears no mark to filter by."""
    using = {
        str(path.relative_to(ROOT)): path.read_text().count("__table__")
        for path in (ROOT / "portal_app").rglob("*.py")
        if "__table__" in path.read_text()
    }
    assert using == {"portal_app/security/access.py": 1}
