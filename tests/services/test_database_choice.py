"""A data folder and its database belong together."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app import cli
from portal_app.config import Settings
from portal_app.data.models import Practice
from portal_app.security import access
from portal_app.security.crypto import SecretsError
from portal_app.security.database import DatabaseError, is_new
from portal_app.security.system import open_system
from portal_app.services import demo, health, maintenance
from portal_app.services.foundation import lay
from tests.plugins.postgres import Server
from tests.world import World


def test_no_new_keys_are_made_for_a_database_in_use(world: World):
    settings = world.foundation.settings
    (settings.data_dir / "secrets.json").unlink()
    with pytest.raises(SecretsError, match="no key file"):
        lay(settings, create=True)
    assert not (settings.data_dir / "secrets.json").exists()


def test_another_folder_cannot_take_over_a_database(world_on_postgres: World, tmp_path: Path):
    settings = world_on_postgres.foundation.settings
    with pytest.raises(SecretsError, match="no key file"):
        lay(settings.model_copy(update={"data_dir": tmp_path / "second"}), create=True)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://localhost/latchwell",
        "postgresql://localhost/latchwell",
        "nonsense",
        "postgresql+psycopg://latchwell@/latchwell?host=/nowhere",
    ],
)
def test_a_database_that_cannot_be_used_is_refused_in_words(tmp_path: Path, url: str):
    with pytest.raises(DatabaseError):
        lay(Settings(data_dir=tmp_path, database_url=url), create=True)


@pytest.fixture
def apart(tmp_path: Path, postgres: Server) -> Iterator[Settings]:
    """A practice in a database of its own, which a test may spoil."""
    settings = Settings(data_dir=tmp_path / "apart", database_url=postgres.create("apart"))
    lay(settings, create=True)
    maintenance.create_practice()
    access.database().close()
    yield settings
    access.database().close()
    postgres.drop("apart")


def test_a_database_that_has_gone_shows_in_the_health(apart: Settings, postgres: Server):
    assert set(health.checks().values()) == {"ok"}
    postgres.drop("apart")
    try:
        assert health.checks() == {"database": "unreachable", "migrations": "unknown"}
    finally:
        postgres.create("apart")


def test_a_reset_empties_the_database_of_a_demo_and_of_nothing_else(apart: Settings):
    with pytest.raises(cli.RefusedError):
        cli._reset(apart)
    with open_system("it is the demo") as work:
        assert work.session.get(Practice, 1) is not None
        work.practice.is_demo = True
        work.session.add(work.practice)
    access.database().close()
    cli._reset(apart)
    assert is_new(apart.database)
    assert {f.name for f in apart.data_dir.iterdir()} <= {"lock"}


@pytest.mark.usefixtures("world")
def test_a_real_practice_is_no_demo():
    assert demo.is_real()
    with open_system("it is the demo") as work:
        work.practice.is_demo = True
        work.session.add(work.practice)
    assert not demo.is_real()


def test_a_new_database_is_harmless(tmp_path: Path):
    lay(Settings(data_dir=tmp_path), create=True)
    assert not demo.is_real()
    with open_system("look", writes=False) as work:
        assert work.session.get(Practice, 1) is None
    access.database().close()
