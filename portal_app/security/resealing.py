"""Everything that is encrypted in the database, sealed again with the newest key."""

from typing import Any

from sqlalchemy import Column, LargeBinary, Table, literal, select, tuple_, type_coerce, update
from sqlalchemy.engine import Row
from sqlmodel import Session

from portal_app.data.models import metadata
from portal_app.data.types import EncryptedText
from portal_app.security.crypto import Keyring
from portal_app.security.guards import lifted
from portal_app.security.tables import WRAPPED

BATCH = 200
Key = tuple[Any, ...]


def sealed_tables() -> list[str]:
    """Name the tables that hold something encrypted."""
    return [t.name for t in metadata.sorted_tables if _sealed(t)]


def _sealed(table: Table) -> list[Column[Any]]:
    return [
        c
        for c in table.columns
        if isinstance(c.type, EncryptedText) or (table.name, c.name) == WRAPPED
    ]


def reseal(
    session: Session, keyring: Keyring, name: str, after: Key | None
) -> tuple[Key | None, int]:
    """Seal some rows of a table again, in the order of their keys.

    Args:
        session: one that writes.
        keyring: the keys.
        name: the table.
        after: the last key that was looked at; ``None`` at the beginning.

    Returns:
        The last key that was looked at, ``None`` at the end; and how many rows were changed.
    """
    table, connection = metadata.tables[name], session.connection()
    keys, sealed = list(table.primary_key.columns), _sealed(table)
    owner = [table.c.patient_id] if name == WRAPPED[0] else []
    query = select(
        *keys, *owner, *(type_coerce(c, LargeBinary).label(f"b_{c.name}") for c in sealed)
    )
    if after is not None:
        last = (literal(value, c.type) for c, value in zip(keys, after, strict=True))
        query = query.where(tuple_(*keys) > tuple_(*last))
    rows = connection.execute(query.order_by(*keys).limit(BATCH)).all()
    changes = [(row, made) for row in rows if (made := _again(keyring, row, sealed))]
    if changes:
        with lifted(connection, [name]):
            for row, made in changes:
                this = (c == value for c, value in zip(keys, row, strict=False))
                connection.execute(update(table).where(*this).values(made))
    return (tuple(rows[-1][: len(keys)]) if len(rows) == BATCH else None), len(changes)


def _again(keyring: Keyring, row: Row[Any], sealed: list[Column[Any]]) -> dict[str, Any]:
    made = {}
    for column in sealed:
        old = getattr(row, f"b_{column.name}")
        # without a key: a file that was lost before the practice moved here
        if not old:
            continue
        if isinstance(column.type, EncryptedText):
            context = column.type.context.encode()
        else:
            context = f"file|{row.id.hex}|{row.patient_id}".encode()
        if not keyring.is_newest(old, context):
            new = keyring.seal(keyring.unseal(old, context), context)
            made[column.name] = literal(new, LargeBinary())
    return made
