"""Copies of a whole database while others write to it, and what is made of them again.

SQLite is copied through its own backup interface; PostgreSQL gives every table as it is, in the
binary form of COPY, out of one transaction that sees one moment.
"""

import contextlib
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import MetaData, inspect
from sqlalchemy.engine import Connection
from sqlmodel import select

from portal_app.data.engine import Database, connect
from portal_app.data.models import StoredFile
from portal_app.security import audit
from portal_app.security.crypto import Keyring
from portal_app.security.database import clear, copy_file, is_new, newest, revision, upgrade
from portal_app.security.guards import lifted

VERSION_TABLE = "alembic_version"


class CopyError(RuntimeError):
    """A copy can't be used; the words say why."""


@dataclass(frozen=True)
class Inventory:
    """What a copied database holds."""

    revision: str
    rows: dict[str, int]
    log_rows: int = 0
    log_broken: int | None = None
    files: list[tuple[str, str, bytes]] = field(default_factory=list)
    """Name, owner and wrapped key of each stored file."""


# ---------------------------------------------------------------- SQLite
def sqlite_copy(database: Database, to: Path) -> None:
    """Copy the file of a database as it is at one moment; nobody has to wait for it."""
    with database.reading.connect() as connection:
        file = connection.exec_driver_sql("PRAGMA database_list").first()
    if file is None:
        msg = "the database has no file"
        raise CopyError(msg)
    copy_file(Path(file[2]), to)
    with contextlib.closing(sqlite3.connect(to)) as copy:
        # one file, without a log beside it
        copy.execute("PRAGMA journal_mode=DELETE")


def inventory(file: Path, keyring: Keyring) -> Inventory:
    """Look through the copy of a SQLite database with the keys that belong to it.

    Raises:
        CopyError: its file is damaged, or a row refers to one that is missing.
    """
    with contextlib.closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as raw:
        try:
            if raw.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",):
                msg = "the database in it is damaged"
                raise CopyError(msg)
            if raw.execute("PRAGMA foreign_key_check").fetchone():
                msg = "rows of the database in it are missing"
                raise CopyError(msg)
            names = [r[0] for r in raw.execute("SELECT name FROM sqlite_master WHERE type='table'")]
            rows = {
                name: int(raw.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608
                for name in names
                if not name.startswith("sqlite_")
            }
        except sqlite3.DatabaseError as error:
            msg = "the database in it can't be read"
            raise CopyError(msg) from error
    database = connect(f"sqlite:///{file.absolute()}")
    try:
        stands = revision(database)
        if stands != newest():  # an older program's tables; their bytes are right all the same
            return Inventory(stands, rows)
        with database.session(writes=False) as session:
            count, broken = audit.broken_at(session, keyring)
            found = session.exec(
                select(StoredFile.id, StoredFile.patient_id, StoredFile.wrapped_key)
            ).all()
        files = [(i.hex, str(owner), key) for i, owner, key in found]
        return Inventory(stands, rows, count, broken, files)
    finally:
        database.close()


# ---------------------------------------------------------------- PostgreSQL
@dataclass(frozen=True)
class Tables:
    """One moment of a database on a server."""

    connection: Connection
    columns: dict[str, list[str]]

    def blocks(self, table: str) -> Iterator[bytes]:
        """Give a table in the binary form of COPY, block by block."""
        names = ", ".join(f'"{c}"' for c in self.columns[table])
        raw: Any = self.connection.connection.driver_connection
        statement = f'COPY "{table}" ({names}) TO STDOUT (FORMAT BINARY)'
        with raw.cursor() as cursor, cursor.copy(statement) as copy:
            for block in copy:
                yield bytes(block)


@contextlib.contextmanager
def one_moment(database: Database) -> Iterator[Tables]:
    """Hold a database as it is now, while others go on writing."""
    with database.reading.connect() as connection:
        connection.exec_driver_sql("SELECT 1")  # from here on the transaction sees one moment
        look = inspect(connection)
        names = sorted(set(look.get_table_names()) - {VERSION_TABLE})
        yield Tables(connection, {n: [c["name"] for c in look.get_columns(n)] for n in names})


def load(
    url: str, at: str, columns: dict[str, list[str]], blocks: dict[str, Iterator[bytes]]
) -> None:
    """Fill an empty database on a server from what `one_moment` gave.

    Args:
        url: the empty database.
        at: the revision of the tables.
        columns: the columns of each table, in the order of the copy.
        blocks: the copy of each table.

    Raises:
        CopyError: the database is not empty.
    """
    if not is_new(url):
        msg = "the database that PORTAL_DATABASE_URL names is not empty"
        raise CopyError(msg)
    database = connect(url)
    try:
        upgrade(database, at)
        with database.writing.connect() as connection:
            _fill(connection, columns, blocks)
            connection.commit()
    except BaseException:
        clear(url)
        raise
    finally:
        database.close()


def _fill(
    connection: Connection, columns: dict[str, list[str]], blocks: dict[str, Iterator[bytes]]
) -> None:
    known = MetaData()
    known.reflect(connection)
    raw: Any = connection.connection.driver_connection
    with lifted(connection, columns):
        for table in known.sorted_tables:
            if table.name not in columns:
                continue
            names = ", ".join(f'"{c}"' for c in columns[table.name])
            statement = f'COPY "{table.name}" ({names}) FROM STDIN (FORMAT BINARY)'
            with raw.cursor() as cursor, cursor.copy(statement) as copy:
                for block in blocks[table.name]:
                    copy.write(block)
    set_sequences(connection, known)


def set_sequences(connection: Connection, known: MetaData) -> None:
    """Let every counter of a PostgreSQL go on after the highest number that is there."""
    for table in known.sorted_tables:
        for column in table.primary_key.columns:
            sequence = connection.exec_driver_sql(
                "SELECT pg_get_serial_sequence(%s, %s)", (f'"{table.name}"', column.name)
            ).scalar()
            if sequence:
                connection.exec_driver_sql(
                    f"SELECT setval('{sequence}', (SELECT max(\"{column.name}\") "  # noqa: S608
                    f'FROM "{table.name}"))'
                )


def count_rows(blocks: Iterator[bytes]) -> int:
    """Count the rows in the binary form of COPY, and find out whether it is whole.

    Raises:
        CopyError: it is not.
    """
    feed = _Feed(blocks)
    if feed.take(11) != b"PGCOPY\n\xff\r\n\0":
        msg = "a table in it can't be read"
        raise CopyError(msg)
    feed.take(4)
    feed.take(feed.number(4))
    rows = 0
    while (fields := feed.number(2, signed=True)) >= 0:
        rows += 1
        for _ in range(fields):
            feed.take(max(0, feed.number(4, signed=True)))
    return rows


class _Feed:
    """Gives a number of bytes at a time out of blocks of any size."""

    def __init__(self, blocks: Iterator[bytes]) -> None:
        self._blocks, self._waiting, self._at = blocks, b"", 0

    def take(self, size: int) -> bytes:
        while len(self._waiting) - self._at < size:
            block = next(self._blocks, None)
            if block is None:
                msg = "a table in it is cut"
                raise CopyError(msg)
            self._waiting, self._at = self._waiting[self._at :] + block, 0
        start, self._at = self._at, self._at + size
        return self._waiting[start : self._at]

    def number(self, size: int, *, signed: bool = False) -> int:
        return int.from_bytes(self.take(size), "big", signed=signed)
