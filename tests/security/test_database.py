"""Migrations: forward, whole or not at all, with a copy before, and nothing lost on the way."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError
from sqlmodel import select

from portal_app.config import Settings
from portal_app.data.engine import Database
from portal_app.data.models import Chart, Patient, User
from portal_app.security import access
from portal_app.security import database as door
from portal_app.security.backup_keys import with_machine
from portal_app.security.database import DatabaseError, FolderInUseError, FolderLock
from portal_app.security.system import open_system
from portal_app.services.foundation import lay
from portal_app.services.upkeep import backup, restoring
from portal_app.services.upkeep.restoring import BackupError
from tests.world import World

pytestmark = pytest.mark.sqlite_only

STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision, branch_labels, depends_on = "next", "{before}", None, None


def upgrade() -> None:
    with op.batch_alter_table("patient", recreate="always") as table:
        table.add_column(sa.Column("shoe_size", sa.Integer(), nullable=True))
    with op.batch_alter_table("user", recreate="always") as table:
        table.add_column(sa.Column("hat_size", sa.Integer(), nullable=True))

"""


@pytest.fixture
def step(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """One migration more, which builds two tables anew; the practice is older than it."""
    before = door.newest()
    folder = tmp_path / "migrations"
    shutil.copytree(door.MIGRATIONS, folder)
    file = folder / "versions" / "9999_next.py"
    file.write_text(STEP.format(before=before))
    monkeypatch.setattr(door, "MIGRATIONS", folder)
    door.newest.cache_clear()
    yield file
    door.newest.cache_clear()


def file_of(world: World) -> Path:
    return world.foundation.settings.data_dir / "latchwell.db"


def before_in(world: World) -> Callable[[Database], None]:
    """Copy the database as a start does before it migrates."""
    foundation = world.foundation
    return partial(backup.before_migration, foundation.settings, foundation.keyring)


def copied(world: World, to: Path) -> Path:
    """Unpack the one copy that was made before a migration; gives its database."""
    settings = world.foundation.settings
    made = next(m for m in backup.all_kept(settings) if m.kind == "migration")
    path = settings.data_dir / "backups" / made.file
    assert path.stat().st_mode & 0o777 == 0o600
    to.mkdir(mode=0o700)
    restoring.restore(Settings(data_dir=to), path, [with_machine(world.foundation.keyring)])
    return to / "latchwell.db"


def rows(file: Path, table: str) -> int:
    with closing(sqlite3.connect(file)) as raw:
        return int(raw.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0])  # noqa: S608


def columns(file: Path, table: str) -> set[str]:
    with closing(sqlite3.connect(file)) as raw:
        return {row[1] for row in raw.execute(f'PRAGMA table_info("{table}")')}


@pytest.mark.usefixtures("step")
def test_an_old_file_with_data_comes_along_whole(world: World):
    file = file_of(world)
    before = {t: rows(file, t) for t in ("patient", "user", "chart", "grant", "staffmember")}
    assert min(before.values()) > 0
    assert door.migrate(access.database(), before_in(world)) is True
    assert {t: rows(file, t) for t in before} == before
    assert "shoe_size" in columns(file, "patient")
    with open_system("look", writes=False) as work:
        assert {p.family for p in work.session.exec(select(Patient)).all()} == {"Adams", "Clark"}
        assert len(work.session.exec(select(Chart)).all()) == 3
        assert "alice@test.example" in work.session.exec(select(User.email)).all()
    with closing(sqlite3.connect(file)) as raw:
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []
    assert door.migrate(access.database(), before_in(world)) is False


@pytest.mark.usefixtures("step")
def test_foreign_keys_are_kept_again_afterwards(world: World):
    door.migrate(access.database(), before_in(world))
    for engine in (access.database().reading, access.database().writing):
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


@pytest.mark.usefixtures("step")
def test_the_copy_holds_what_still_stood_in_the_log_beside_the_file(world: World, tmp_path: Path):
    file = file_of(world)
    assert Path(f"{file}-wal").stat().st_size > 0
    door.migrate(access.database(), before_in(world))
    copy = copied(world, tmp_path / "copy")
    assert rows(copy, "patient") == 2
    assert rows(copy, "user") == rows(file, "user")
    assert "shoe_size" not in columns(copy, "patient")


def test_a_step_that_fails_leaves_the_file_as_it_was(world: World, step: Path):
    file = file_of(world)
    text = step.read_text() + '    op.drop_table("nothing")\n'
    step.write_text(text)
    with pytest.raises(OperationalError):
        door.migrate(access.database(), before_in(world))
    assert "shoe_size" not in columns(file, "patient")
    assert rows(file, "chart") == 3
    with access.database().reading.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    with pytest.raises(DatabaseError):
        door.open_database(world.foundation.settings.database)
    step.write_text(text.replace("op.drop_table", "str"))
    assert door.migrate(access.database(), before_in(world)) is True


@pytest.mark.usefixtures("step")
def test_a_start_copies_first_and_changes_nothing_where_it_can_not(world: World, tmp_path: Path):
    settings = world.foundation.settings.model_copy(update={"backup_dir": tmp_path / "none" / "x"})
    (tmp_path / "none").write_text("")
    with pytest.raises(BackupError):
        lay(settings, create=False)
    assert "shoe_size" not in columns(file_of(world), "patient")
    lay(world.foundation.settings, create=False)
    assert "shoe_size" in columns(file_of(world), "patient")
    assert rows(copied(world, tmp_path / "copy"), "chart") == 3


@pytest.mark.usefixtures("step")
def test_nobody_migrates_beneath_a_running_server(world: World):
    settings = world.foundation.settings
    with FolderLock(settings.data_dir), pytest.raises(FolderInUseError):
        door.open_database(settings.database, lock_in=settings.data_dir)
    assert "shoe_size" not in columns(file_of(world), "patient")
    door.open_database(settings.database, lock_in=settings.data_dir).close()
    assert "shoe_size" in columns(file_of(world), "patient")
    FolderLock(settings.data_dir).release()


def test_a_new_file_needs_no_copy(tmp_path: Path):
    door.open_database(f"sqlite:///{tmp_path / 'latchwell.db'}").close()
    assert [p.name for p in tmp_path.iterdir() if "before" in p.name] == []
