"""The fixtures of tests that need a practice."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.security import access
from tests.world import World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A practice of its own for one test."""
    made = build(tmp_path / "data")
    yield made
    access.database().close()
