"""The fixtures of tests that need a practice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from nicegui import Client, background_tasks, core
from nicegui.page import page

from portal_app.security import access
from tests.world import World, build


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A practice of its own for one test."""
    made = build(tmp_path / "data")
    yield made
    access.database().close()


@pytest.fixture
async def client() -> AsyncIterator[Client]:
    """An open page on the loop of the test, as if the server ran."""
    core.loop = asyncio.get_running_loop()
    made = Client(page("/", reconnect_timeout=45), request=None)
    yield made
    if not made.is_deleted:
        made.delete()
    for task in list(background_tasks.running_tasks):
        task.cancel()
    await asyncio.gather(*background_tasks.running_tasks, return_exceptions=True)
    core.loop = None
