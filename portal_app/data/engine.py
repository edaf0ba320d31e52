"""The database's engine. Only ``security`` may import this module."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlmodel import Session

WRITES = "latchwell_writes"
POOL = 10
"""Connections kept; at least the number of worker threads."""


@dataclass(frozen=True)
class Database:
    """One engine in two manners: for reading, and for units of work that write."""

    reading: Engine
    writing: Engine

    @contextmanager
    def session(self, *, writes: bool) -> Iterator[Session]:
        """Open one transaction; it is committed by the caller and rolled back otherwise."""
        engine = self.writing if writes else self.reading
        with Session(engine, expire_on_commit=False, autoflush=True) as session:
            yield session

    def close(self) -> None:
        """Give every connection back."""
        self.reading.dispose()


def connect(url: str) -> Database:
    """Make the engine for SQLite or PostgreSQL with the settings that durability needs."""
    engine = create_engine(
        url, pool_size=POOL, max_overflow=2, pool_pre_ping=not url.startswith("sqlite")
    )
    if engine.dialect.name == "sqlite":
        _prepare_sqlite(engine)
    return Database(engine, engine.execution_options(**{WRITES: True}))


def _prepare_sqlite(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def _pragmas(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "busy_timeout=5000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "trusted_schema=OFF",
            "secure_delete=FAST",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        writes = connection.get_execution_options().get(WRITES, False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
