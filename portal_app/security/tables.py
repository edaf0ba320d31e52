"""Every table as plain values: read out row by row, and written into an empty database.

Encrypted columns are read decrypted and written encrypted by their type. Nothing names a table
here: one that is added later comes along by itself.
"""

import base64
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Column, String, Table, TypeDecorator, collate, insert, select
from sqlalchemy.types import TypeEngine
from sqlmodel import Session

from portal_app.data.models import metadata
from portal_app.data.types import EncryptedText
from portal_app.security.copying import CopyError, set_sequences
from portal_app.security.guards import lifted

BATCH = 500
Row = dict[str, Any]
WRAPPED = ("storedfile", "wrapped_key")
"""The one column that is made anew: the key of a stored file, under the keys of its machine."""


def names() -> list[str]:
    """Name every table."""
    return sorted(metadata.tables)


def columns(name: str) -> dict[str, str]:
    """Name the columns of a table, and what stands in each."""
    return {
        c.name: kind(c).__name__.replace("object", "json")
        for c in metadata.tables[name].columns
        if (name, c.name) != WRAPPED
    }


def rows(session: Session, name: str) -> Iterator[Row]:
    """Read a table in the order of its keys, a few rows at a time."""
    table = metadata.tables[name]
    server = session.connection().dialect.name != "sqlite"
    # text by its characters' numbers, as SQLite orders it, whatever the server's language
    order = [
        collate(c, "C") if server and isinstance(_bare(c), String) else c
        for c in table.primary_key.columns
    ]
    query = select(table).order_by(*order).execution_options(yield_per=BATCH)
    for row in session.connection().execute(query):
        yield {c.name: encoded(row[i]) for i, c in enumerate(table.columns)}


def write(session: Session, tables: Mapping[str, Iterable[Row]]) -> dict[str, int]:
    """Write every table into an empty database; gives the number of rows of each.

    Raises:
        CopyError: a column is unknown or missing, or a row refers to none.
    """
    connection = session.connection()
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
    counts = {}
    with lifted(connection, metadata.tables):
        for table in metadata.sorted_tables:
            counts[table.name] = 0
            batch: list[Row] = []
            for row in _parents_first(table, tables[table.name]):
                batch.append(_in(table, row))
                if len(batch) == BATCH:
                    connection.execute(insert(table), batch)
                    counts[table.name] += len(batch)
                    batch = []
            if batch:
                connection.execute(insert(table), batch)
                counts[table.name] += len(batch)
    if not sqlite:
        set_sequences(connection, metadata)
    return counts


def _parents_first(table: Table, given: Iterable[Row]) -> Iterator[Row]:
    """Order the rows of a table that refers to itself."""
    own = [(f.parent.name, f.column.name) for f in table.foreign_keys if f.column.table is table]
    if not own:
        yield from given
        return
    ((child, parent),) = own  # a table that refers to itself twice would have to be thought about
    there: set[Any] = set()
    waiting: dict[Any, list[Row]] = defaultdict(list)
    for row in given:
        ready = [row]
        if row[child] is not None and row[child] not in there:
            waiting[row[child]].append(row)
            continue
        while ready:
            one = ready.pop()
            yield one
            there.add(one[parent])
            ready += waiting.pop(one[parent], [])
    if waiting:
        msg = f"a row of {table.name} refers to none"
        raise CopyError(msg)


def kind(column: Column[Any]) -> type:
    """Tell what a column holds, as Python sees it."""
    return str if isinstance(column.type, EncryptedText) else _bare(column).python_type


def _bare(column: Column[Any]) -> TypeEngine[Any]:
    given: TypeEngine[Any] = column.type
    return given.impl_instance if isinstance(given, TypeDecorator) else given


def encoded(value: Any) -> Any:
    """Give a value as JSON holds it."""
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    return str(value) if isinstance(value, (UUID, Decimal)) else value


def decoded_bytes(text: str) -> bytes:
    """Read bytes as `encoded` wrote them."""
    return base64.b64decode(text, validate=True)


READ: dict[type, Callable[[Any], Any]] = {
    bytes: decoded_bytes,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    UUID: UUID,
    Decimal: Decimal,
}


def _in(table: Table, row: Row) -> Row:
    if row.keys() != set(table.columns.keys()):
        msg = f"the columns of {table.name} are others"
        raise CopyError(msg)
    made = {}
    for column in table.columns:
        read = READ.get(kind(column))
        value = row[column.name]
        made[column.name] = value if value is None or read is None else read(value)
    return made
