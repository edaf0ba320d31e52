"""Rules of the tables: who owns a row, and that the migrations make what the models say."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import SQLModel

from portal_app.data.compartment import InChart, InCompartment
from portal_app.data.models import Chart, metadata
from portal_app.data.types import EncryptedText
from portal_app.security import database as folder
from tests.plugins.postgres import Server

# The log tells about patients and outlives them; only the practice and its owner read it.
OPEN = {"AuditEvent"}
# What people write to each other, and how to reach them, never stands in the file as typed.
CONFIDENTIAL = {"address", "body", "email", "phone", "snippet"}
# what the practice says of itself: its own numbers and addresses, and its stock words
PLAIN = {"practice.phone", "location.phone", "location.address", "savedreply.body"}


def tables() -> dict[str, type[SQLModel]]:
    return {
        mapper.class_.__name__: mapper.class_
        for mapper in SQLModel._sa_registry.mappers
        if mapper.class_.__module__.startswith("portal_app.")
    }


def columns(table: type[SQLModel]) -> set[str]:
    return set(metadata.tables[str(table.__tablename__)].columns.keys())


def test_every_table_is_looked_at():
    assert len(tables()) == len(metadata.tables) >= 20


def test_what_belongs_to_a_patient_is_in_the_compartment():
    owned = {name for name, table in tables().items() if "patient_id" in columns(table)}
    marked = {name for name, table in tables().items() if issubclass(table, InCompartment)}
    assert owned - marked == OPEN
    assert marked <= owned


def test_what_belongs_to_a_chart_is_marked_for_the_chart():
    marked = {name for name, table in tables().items() if issubclass(table, InChart)}
    assert marked == {
        name
        for name, table in tables().items()
        if "chart_id" in columns(table) and name not in OPEN | {"Invitation"}
    }


def test_the_marks_leave_the_foreign_keys_alone():
    missing = {
        f"{name}.{column}"
        for name, table in tables().items()
        for column in ("patient_id", "chart_id")
        if column in columns(table)
        and name not in OPEN
        and not metadata.tables[str(table.__tablename__)].columns[column].foreign_keys
    }
    assert missing == set()
    assert Chart.__table__.columns["patient_id"].foreign_keys


def test_what_people_write_is_stored_encrypted():
    plain = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if column.name in CONFIDENTIAL and not isinstance(column.type, EncryptedText)
    }
    assert plain == PLAIN


@pytest.fixture
def url(tmp_path: Path, database: Server | None) -> Iterator[str]:
    if database is None:
        yield f"sqlite:///{tmp_path / 'latchwell.db'}"
        return
    yield database.create("migrations")
    database.drop("migrations")


def test_the_migrations_make_what_the_models_say(url: str):
    database = folder.open_database(url)
    try:
        with database.reading.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": False})
            assert compare_metadata(context, metadata) == []
        assert folder.revision(database) == folder.newest()
    finally:
        database.close()


def test_the_migrations_lead_back_and_forth(url: str):
    assert folder.is_new(url)
    for _ in range(2):
        folder.open_database(url).close()
        assert not folder.is_new(url)
        folder.clear(url)
        assert folder.is_new(url)


def test_the_migrations_are_one_line():
    assert len(ScriptDirectory(str(folder.MIGRATIONS)).get_heads()) == 1
