"""The fixtures of tests that need a practice."""

import secrets
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.security import access
from tests.plugins.postgres import Server
from tests.world import World, build


@pytest.fixture
def world(tmp_path: Path, database: Server | None) -> Iterator[World]:
    """A practice of its own for one test, on each database."""
    name = f"world_{secrets.token_hex(4)}" if database else ""
    made = build(tmp_path / "data", server=database, name=name)
    yield made
    access.database().close()
    if database:
        database.drop(name)
