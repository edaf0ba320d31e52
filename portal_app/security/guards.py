"""Triggers that keep what was written from being changed, lifted where the same is written again."""

import contextlib
from collections.abc import Iterable, Iterator

from sqlalchemy.engine import Connection


@contextlib.contextmanager
def lifted(connection: Connection, tables: Iterable[str]) -> Iterator[None]:
    """Let the rows of tables be written as they were, or sealed again.

    A guard says in which order things happen: no line is added to an invoice that was issued, no
    message is changed. A restored or imported row has all of that behind it. The guards are back
    before the transaction ends, and nobody else writes meanwhile.
    """
    names = sorted(tables)
    if connection.dialect.name != "sqlite":
        for name in names:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" DISABLE TRIGGER USER')
        yield
        for name in names:
            connection.exec_driver_sql(f'ALTER TABLE "{name}" ENABLE TRIGGER USER')
        return
    found = connection.exec_driver_sql(
        "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'trigger'"
    ).all()
    guards = [(name, sql) for name, table, sql in found if table in names]
    for name, _ in guards:
        connection.exec_driver_sql(f'DROP TRIGGER "{name}"')
    yield
    for _, statement in guards:
        connection.exec_driver_sql(statement)
