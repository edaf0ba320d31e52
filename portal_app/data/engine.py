"""The database's engine. Only ``security`` may import this module."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module

from sqlalchemy import Engine, create_engine
from sqlmodel import Session

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
    """Make the engine for SQLite or PostgreSQL, alike in what a unit of work may rely on.

    Whoever reads sees one moment of the database. Whoever writes waits for its turn at the
    beginning, and then sees everything that was committed before.
    """
    sqlite = url.startswith("sqlite")
    engine = create_engine(url, pool_size=POOL, max_overflow=2, pool_pre_ping=not sqlite)
    # only the one that is used: the other's driver would cost every start its import
    manners = import_module(f"portal_app.data.{'sqlite' if sqlite else 'postgres'}")
    return Database(*manners.prepare(engine))
