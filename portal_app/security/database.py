"""Opens the database of a data folder: lock, migrations, engine."""

import contextlib
import fcntl
import os
import sqlite3
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Self

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError

from portal_app.data.engine import Database, connect

MIGRATIONS = Path(__file__).resolve().parents[1] / "data" / "migrations"


DRIVERS = ("sqlite", "postgresql+psycopg")
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"


class FolderInUseError(RuntimeError):
    """Another process serves this data folder."""


class DatabaseError(RuntimeError):
    """The database is missing, unreadable, of a newer program, or of a kind that we do not speak."""


class FolderLock:
    """Held by the one process that serves a data folder."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            FolderInUseError: somebody else holds it.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # appending: whoever holds the lock has written its number there
        self._file = (folder / "lock").open("a")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            msg = f"another process serves {folder}"
            raise FolderInUseError(msg) from error
        self._file.truncate(0)
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Give the lock back."""
        self._file.close()

    def __enter__(self) -> Self:
        """Hold the lock for a while."""
        return self

    def __exit__(self, *_: object) -> None:
        """Give it back."""
        self.release()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def newest() -> str:
    """Name the revision that this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def sound(database: Database) -> str:
    """Look whether the database is whole and of this program's revision; "" or what is wrong."""
    if revision(database) != newest():
        return "its tables are those of another version"
    with database.reading.connect() as connection:
        if connection.dialect.name != "sqlite":
            connection.exec_driver_sql("SELECT 1")
            return ""
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        return "" if found == "ok" else "its file is damaged"


def _known() -> frozenset[str]:
    revisions = ScriptDirectory.from_config(_config()).walk_revisions()
    return frozenset(r.revision for r in revisions)


def revision(database: Database) -> str:
    """Name the revision that the database is at."""
    with database.reading.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def migrate(database: Database, before: Callable[[Database], None] | None = None) -> bool:
    """Bring the database to the newest revision.

    Args:
        database: what is brought along.
        before: makes a copy of it; only asked where it holds something and will be changed.

    Returns:
        Whether anything was done.

    Raises:
        DatabaseError: a newer program has written it.
    """
    now = revision(database)
    if now == newest():
        return False
    if now and now not in _known():
        msg = "a newer version of this program has written the database"
        raise DatabaseError(msg)
    if now and before is not None:
        before(database)
    upgrade(database, "head")
    return True


def upgrade(database: Database, to: str) -> None:
    """Bring the database to a revision."""
    _alembic(database, lambda config: command.upgrade(config, to))


def _alembic(database: Database, act: Callable[[Config], None]) -> None:
    config = _config()
    with database.writing.connect() as connection, contextlib.ExitStack() as after:
        if connection.dialect.name == "sqlite":
            # on the bare connection: inside a transaction SQLite would not listen, and a table
            # that is built anew would take along what refers to it
            bare = connection.connection.cursor()
            bare.execute("PRAGMA foreign_keys=OFF")
            after.callback(bare.execute, "PRAGMA foreign_keys=ON")
            after.callback(connection.rollback)
        config.attributes["connection"] = connection
        act(config)
        connection.commit()


def copy_file(file: Path, to: Path) -> None:
    """Copy a SQLite database as it is at one moment, while others may write to it."""
    # through SQLite: what is committed may still stand in the log beside the file
    to.unlink(missing_ok=True)
    to.touch(mode=0o600)
    with (
        contextlib.closing(sqlite3.connect(file)) as source,
        contextlib.closing(sqlite3.connect(to)) as copy,
    ):
        source.backup(copy)


def open_database(
    url: str,
    *,
    create: bool = True,
    lock_in: Path | None = None,
    before: Callable[[Database], None] | None = None,
) -> Database:
    """Connect and migrate.

    Args:
        url: the database's address.
        create: whether it may be made where there is none.
        lock_in: data folder whose lock a migration has to take; ``None`` where it is held.
        before: makes a copy before an existing database is migrated.

    Raises:
        DatabaseError: it is missing, unreadable, or of a newer program.
        FolderInUseError: it has to be migrated while another process serves it.
    """
    file = _file(url)
    if not create and file is not None and not file.exists():
        msg = f"no database at {file}"
        raise DatabaseError(msg)
    try:
        database = _reached(url)
        with contextlib.ExitStack() as undo:
            undo.callback(database.close)
            if revision(database) != newest():
                with FolderLock(lock_in) if lock_in else contextlib.nullcontext():
                    migrate(database, before)
            undo.pop_all()
    except (SQLAlchemyError, ImportError) as error:
        # never its text: that holds statements and what was in them
        msg = f"the database can’t be opened: {type(error).__name__}"
        raise DatabaseError(msg) from error
    return database


def is_new(url: str) -> bool:
    """Tell whether nothing of ours is in that database yet.

    Raises:
        DatabaseError: no such database, or none of ours.
    """
    if (file := _file(url)) is not None and not file.exists():
        return True
    database = _reached(url)
    try:
        return not revision(database)
    finally:
        database.close()


def clear(url: str) -> None:
    """Take every table of ours out of a database, with what stands in them."""
    database = _reached(url)
    try:
        if revision(database):
            _alembic(database, lambda config: command.downgrade(config, "base"))
    finally:
        database.close()


def ended_by_chance(error: BaseException) -> bool:
    """Tell whether PostgreSQL gave a transaction up for another's sake: the same may go through."""
    if not isinstance(error, DBAPIError):
        return False
    return getattr(error.orig, "sqlstate", "") in {SERIALIZATION_FAILURE, DEADLOCK}


def _file(url: str) -> Path | None:
    return Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None


def _reached(url: str) -> Database:
    try:
        driver = make_url(url).drivername
    except ArgumentError:
        driver = ""
    if driver not in DRIVERS:
        msg = "PORTAL_DATABASE_URL must begin with postgresql+psycopg:// or sqlite:///"
        raise DatabaseError(msg)
    database = connect(url)
    try:
        database.reading.connect().close()
    except OperationalError as error:
        msg = f"the database cannot be reached: {error.orig}"
        raise DatabaseError(msg) from error
    return database
