"""A row in every table, made from the tables alone, so that a new one can't be forgotten."""

import itertools
import uuid
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Table, func, insert, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from portal_app.data.models import metadata
from portal_app.data.types import EncryptedText
from portal_app.security import audit
from portal_app.security.audit import Entry
from portal_app.security.guards import lifted
from portal_app.security.system import open_system
from portal_app.security.tables import kind
from portal_app.services.foundation import Foundation

Row = dict[str, Any]
Made = dict[str, Row]
MOMENT = datetime(2026, 11, 24, 17, 30, 12, 345678, tzinfo=UTC)
SUITABLE: dict[str, Row] = {
    "busytime": {"seats": 1, "taken": 1},
    "ledgerentry": {"kind": "charge"},
    "savedcard": {"is_default": False},
}
"""What a check of the database asks of a row."""
CANARY = "canary-{}-xylophone"


def fill(foundation: Foundation) -> list[str]:
    """Write a row into every table; gives the words that stand in encrypted columns."""
    words: list[str] = []
    made: Made = {}
    counter = itertools.count(1)
    with open_system("every table gets a row") as work:
        connection = work.session.connection()
        with lifted(connection, metadata.tables):
            for table in metadata.sorted_tables:
                if table.name == "auditevent":  # a chain: only its own service makes its rows
                    continue
                if table.name == "practice" and connection.execute(select(table)).first():
                    continue
                row = {c.name: _value(made, c, next(counter), words) for c in table.columns}
                row |= SUITABLE.get(table.name, {})
                if table.name == "storedfile":
                    name, owner = row["id"].hex, str(row["patient_id"])
                    row["wrapped_key"] = foundation.store.write(
                        name, owner, b"a stored file " * 100
                    )
                made[table.name] = _inserted(connection, table, row)
        for number in range(3):
            entry = Entry(at=MOMENT, actor="x", actor_kind="system", action=f"did {number}")
            audit.append(work.session, foundation.keyring, entry)
        for table in metadata.sorted_tables:
            assert connection.execute(select(func.count()).select_from(table)).scalar(), table.name
    return words


def _inserted(connection: Connection, table: Table, row: Row) -> Row:
    """Write a row, with sums of nothing, or where a check wants some, of something."""
    for amount in (0, 5):
        sums = {name: amount for name in row if name.endswith("_minor")}
        try:
            with connection.begin_nested():
                connection.execute(insert(table), [row | sums])
        except IntegrityError as error:
            refused = error
        else:
            return row | sums
    raise refused


def _value(made: Made, column: Column[Any], number: int, words: list[str]) -> Any:
    for key in column.foreign_keys:
        if key.column.table is column.table:
            return None
        return made[key.column.table.name][key.column.name]
    if isinstance(column.type, EncryptedText):
        words.append(CANARY.format(f"{column.table.name}-{column.name}"))
        return words[-1]
    return _sample(column, number)


def _sample(column: Column[Any], number: int) -> Any:
    made: dict[type, Any] = {
        str: f"text {number} äöü",
        bytes: number.to_bytes(32, "big"),
        bool: True,
        int: number,
        float: number + 0.5,
        Decimal: Decimal(number),
        datetime: MOMENT.replace(second=number % 60),
        date: date(2026, 1, 1 + number % 28),
        time: time(9, number % 60),
        uuid.UUID: uuid.UUID(int=number),
        object: {"b": [1, "zwei", None], "a": number},
    }
    return made[kind(column)]
