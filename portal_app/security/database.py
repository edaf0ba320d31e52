"""Opens the database of a data folder: lock, migrations, engine."""

import fcntl
import os
import shutil
from collections.abc import Callable
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError

from portal_app.data.engine import Database, connect

MIGRATIONS = Path(__file__).resolve().parents[1] / "data" / "migrations"


DRIVERS = ("sqlite", "postgresql+psycopg")
SERIALIZATION_FAILURE, DEADLOCK = "40001", "40P01"


class FolderInUseError(RuntimeError):
    """Another process serves this data folder."""


class UnusableDatabaseError(RuntimeError):
    """The database that is named cannot be reached, or is of a kind that we do not speak."""


class FolderLock:
    """Held by the one process that serves a data folder."""

    def __init__(self, folder: Path) -> None:
        """Take the lock.

        Raises:
            FolderInUseError: somebody else holds it.
        """
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._file = (folder / "lock").open("w")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._file.close()
            msg = f"another process serves {folder}"
            raise FolderInUseError(msg) from error
        self._file.write(str(os.getpid()))
        self._file.flush()

    def release(self) -> None:
        """Give the lock back."""
        self._file.close()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


@cache
def newest() -> str:
    """Name the revision that this program needs."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def revision(database: Database) -> str:
    """Name the revision that the database is at."""
    with database.reading.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() or ""


def migrate(database: Database, file: Path | None = None) -> bool:
    """Bring the database to the newest revision; an existing file is copied first.

    Returns:
        Whether anything was done.
    """
    now = revision(database)
    if now == newest():
        return False
    if now and file is not None and file.exists():
        shutil.copy2(file, file.with_suffix(f".before-{newest()}.db"))
    _alembic(database, lambda config: command.upgrade(config, "head"))
    return True


def _alembic(database: Database, act: Callable[[Config], None]) -> None:
    config = _config()
    with database.writing.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        config.attributes["connection"] = connection
        act(config)
        connection.commit()


def open_database(url: str) -> Database:
    """Connect and migrate.

    Raises:
        UnusableDatabaseError: no such database, or none of ours.
    """
    database = _reached(url)
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    migrate(database, file)
    return database


def is_new(url: str) -> bool:
    """Tell whether nothing of ours is in that database yet.

    Raises:
        UnusableDatabaseError: no such database, or none of ours.
    """
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


def _reached(url: str) -> Database:
    try:
        driver = make_url(url).drivername
    except ArgumentError:
        driver = ""
    if driver not in DRIVERS:
        msg = "PORTAL_DATABASE_URL must begin with postgresql+psycopg:// or sqlite:///"
        raise UnusableDatabaseError(msg)
    database = connect(url)
    try:
        database.reading.connect().close()
    except OperationalError as error:
        msg = f"the database cannot be reached: {error.orig}"
        raise UnusableDatabaseError(msg) from error
    return database
