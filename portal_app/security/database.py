"""Opens the database of a data folder: lock, migrations, engine."""

import fcntl
import os
import shutil
from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from portal_app.data.engine import Database, connect

MIGRATIONS = Path(__file__).resolve().parents[1] / "data" / "migrations"


class FolderInUseError(RuntimeError):
    """Another process serves this data folder."""


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
    config = _config()
    with database.writing.connect() as connection:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
            connection.commit()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()
    return True


def open_database(url: str) -> Database:
    """Connect and migrate."""
    database = connect(url)
    file = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite:///") else None
    migrate(database, file)
    return database
