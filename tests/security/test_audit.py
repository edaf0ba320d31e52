"""The access log: chained, append-only, and any change shows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from portal_app.data.schemas.messages import MessageInput
from portal_app.security import access, audit
from portal_app.security.system import open_system
from portal_app.services.messages import patient as messages
from tests.world import URL, World

Tamper = Callable[[int], str]


def write(world: World, times: int = 5) -> None:
    for number in range(times):
        command = MessageInput(recipient="clinician", subject=f"{number}", body="B")
        messages.send(world["alice"], world.charts["alice"], command, URL)


def verify() -> tuple[int, int | None]:
    with open_system("verify", writes=False) as work:
        return audit.broken_at(work.session, work.keyring)


def run(*statements: str) -> None:
    with access.database().writing.connect() as connection:
        for statement in statements:
            connection.execute(text(statement))
        connection.commit()


def test_the_chain_holds(world: World):
    write(world)
    count, broken = verify()
    assert count >= 5
    assert broken is None


@pytest.mark.parametrize(
    "statement",
    ["UPDATE auditevent SET actor='x' WHERE seq=2", "DELETE FROM auditevent WHERE seq=2"],
)
def test_the_database_itself_refuses_to_change_the_log(world: World, statement: str):
    write(world)
    with pytest.raises(DatabaseError):
        run(statement)
    assert verify()[1] is None


def test_postgres_refuses_to_empty_the_log(world_on_postgres: World):
    write(world_on_postgres)
    with pytest.raises(DatabaseError, match="never changed"):
        run("TRUNCATE auditevent")


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE auditevent SET action='message.read' WHERE seq=3", 3),
        ("UPDATE auditevent SET actor='' WHERE seq=1", 1),
        ("UPDATE auditevent SET outcome='refused' WHERE seq=4", 4),
        ("DELETE FROM auditevent WHERE seq=2", 3),
        ("UPDATE auditevent SET previous=mac WHERE seq=5", 5),
        ("UPDATE auditevent SET seq=seq+100 WHERE seq=2", 3),
    ],
)
def test_whoever_has_the_file_and_not_the_key_is_found_out(
    world: World, statement: str, found: int
):
    write(world)
    run(*_disarm(), statement)
    assert verify()[1] == found


def _disarm() -> list[str]:
    with access.database().reading.connect() as connection:
        if connection.dialect.name == "postgresql":
            return ["SET LOCAL session_replication_role = replica"]
        rows = connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
        names = [str(r[0]) for r in rows if "audit" in str(r[0])]
    assert len(names) == 2
    return [f"DROP TRIGGER {name}" for name in names]


def test_the_log_names_ids_and_no_words(world: World, tmp_path: Path):
    write(world)
    del tmp_path
    with access.database().reading.connect() as connection:
        rows = connection.execute(text("SELECT * FROM auditevent")).all()
    shown = repr(rows)
    assert "Adams" not in shown
    assert "alice@test.example" not in shown
