"""The fixtures of tests that need a practice."""

import asyncio
import contextlib
import socket
import threading
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import pytest
from nicegui import Client, background_tasks, core
from nicegui.page import page

from portal_app.security import access
from portal_app.security.sessions import Sessions
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
def sessions() -> Iterator[Sessions]:
    """The sessions of signed-in browsers."""
    with ThreadPoolExecutor(2) as pool:
        yield Sessions(pool)


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


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    """A host of this machine that nobody should ask, and what was sent to it all the same."""
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    over = threading.Event()

    def listen() -> None:
        while not over.is_set():
            with contextlib.suppress(TimeoutError):
                heard.append(server.accept()[0].recv(100))

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"127.0.0.1:{server.getsockname()[1]}", heard
    over.set()
    thread.join()
    server.close()
