"""PostgreSQL, made to behave towards a unit of work as SQLite does."""

from typing import Any

from psycopg.types.string import StrDumper
from sqlalchemy import Engine, event

WRITERS = 0x4C61746368
"""The advisory lock that a writer holds to the end of its transaction: one at a time."""
SETTINGS = ("lock_timeout='5s'", "synchronous_commit=on", "timezone='UTC'")


class _Text(StrDumper):
    """Text; PostgreSQL holds any character but NUL, which gives way to the replacement mark."""

    def dump(self, obj: str) -> Any:
        return super().dump(obj.replace("\0", "\ufffd"))


def prepare(engine: Engine) -> tuple[Engine, Engine]:
    """Give the engine for reading and the one for writing."""
    reading = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    # under any stricter level the moment that is seen would be the one before the wait
    writing = engine.execution_options(isolation_level="READ COMMITTED")

    @event.listens_for(engine, "connect")
    def _settings(connection: Any, _record: object) -> None:
        connection.adapters.register_dumper(str, _Text)
        for setting in SETTINGS:
            connection.execute(f"SET {setting}")
        connection.commit()

    @event.listens_for(writing, "begin")
    def _wait_for_turn(connection: Any) -> None:
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({WRITERS})")

    return reading, writing
