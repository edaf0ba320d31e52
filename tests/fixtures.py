"""The fixtures of tests that need a practice."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from nicegui import Client, background_tasks, core
from nicegui.page import page

from portal_app.security import access
from tests.plugins.postgres import Server
from tests.world import DATABASE, World, build


@contextmanager
def _practice(folder: Path, server: Server | None) -> Iterator[World]:
    try:
        yield build(folder, server=server)
    finally:
        access.database().close()
        if server:
            server.wipe(DATABASE)


@pytest.fixture
def world(tmp_path: Path, database: Server | None) -> Iterator[World]:
    """A practice of its own for one test, on each database."""
    with _practice(tmp_path / "data", database) as made:
        yield made


@pytest.fixture
def world_on_postgres(tmp_path: Path, postgres: Server) -> Iterator[World]:
    """The same for what only PostgreSQL does."""
    with _practice(tmp_path / "data", postgres) as made:
        yield made


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
