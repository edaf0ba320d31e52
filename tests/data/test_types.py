"""Column types: aware time, text that only the keys open, ids that tell nothing."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import Engine, create_engine
from sqlalchemy.exc import StatementError
from sqlmodel import Field, Session, SQLModel, select

from portal_app.data.types import CipherSlot, EncryptedText, UtcDateTime, new_public_id
from portal_app.security.crypto import TamperedError
from tests.world import World

PARIS = timezone(timedelta(hours=1))


class Base(SQLModel):
    """Kept apart from the product's tables."""

    metadata = SQLModel.metadata.__class__()


class Sample(Base, table=True):
    """One column of each type."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    one: str | None = Field(default=None, sa_type=EncryptedText("sample.one"))
    two: str | None = Field(default=None, sa_type=EncryptedText("sample.two"))


@pytest.fixture
def engine(world: World) -> Iterator[Engine]:
    made = create_engine("sqlite://")
    Base.metadata.create_all(made)
    yield made
    made.dispose()


def kept(engine: Engine, **values: object) -> Sample:
    with Session(engine) as session:
        session.add(Sample(**values))
        session.commit()
    with Session(engine) as session:
        return session.exec(select(Sample)).one()


@pytest.mark.parametrize(
    "moment",
    [
        datetime(2026, 3, 29, 1, 59, 59, 999_999, tzinfo=PARIS),
        datetime(2026, 3, 29, 1, 0, tzinfo=UTC),
        datetime(1900, 1, 1, tzinfo=PARIS),
    ],
)
def test_a_moment_comes_back_in_utc(engine: Engine, moment: datetime):
    read = kept(engine, at=moment).at
    assert read == moment
    assert read.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine: Engine):
    with pytest.raises(StatementError, match="NaiveTimeError"):
        kept(engine, at=datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["", "a", "Zoë 東京 🌱", "x" * 100_000, "a\x00b"])
def test_text_comes_back_and_stands_nowhere(engine: Engine, text: str):
    read = kept(engine, one=text, two=text)
    assert (read.one, read.two) == (text, text)
    with engine.connect() as connection:
        one, two = connection.exec_driver_sql("SELECT one, two FROM sample").one()
    assert isinstance(one, bytes)
    assert one != two
    assert len(text) < 4 or text.encode() not in one
    assert len(one) == len(text.encode()) + 28


def test_nothing_stays_nothing(engine: Engine):
    read = kept(engine)
    assert (read.at, read.one, read.two) == (None, None, None)


@pytest.mark.parametrize(
    "change", ["one = two", "one = zeroblob(40)", "one = x'00'", "one = substr(one, 1, 20)"]
)
def test_what_was_moved_or_changed_does_not_open(engine: Engine, change: str):
    kept(engine, one="first", two="second")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"UPDATE sample SET {change}")  # noqa: S608
        connection.commit()
    with Session(engine) as session, pytest.raises((TamperedError, ValueError)):
        session.exec(select(Sample)).one()


def test_without_keys_nothing_is_written(engine: Engine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(CipherSlot, "cipher", None)
    with pytest.raises(StatementError, match="NoCipherError"):
        kept(engine, one="plain")


def test_public_ids_are_for_addresses():
    ids = {new_public_id() for _ in range(2000)}
    assert len(ids) == 2000
    assert all(len(i) == 16 and i.isalnum() for i in ids)
