"""Sections in place: what is out of reach looks like what does not exist."""

import asyncio
import json
from typing import Any

import pytest
import socketio

from tests.product import Product
from tests.served import Arrive, Opened, Visitor

MISSING = "We can’t find this page"


async def shown(visitor: Visitor, page: Opened, path: str, socket: socketio.AsyncClient) -> str:
    """What the page is told when it goes to an address."""
    told: list[str] = []
    heading = asyncio.Event()

    def update(data: Any) -> None:
        told.append(json.dumps(data, ensure_ascii=False))
        if '"h1"' in told[-1]:
            heading.set()

    socket.on("update", update)
    element = page.hearing("sub_pages_open")
    await socket.emit("event", page.frame(element, "sub_pages_open", path))
    await asyncio.wait_for(heading.wait(), 10)
    await asyncio.sleep(0.2)
    return "".join(told)


@pytest.fixture
def nora(served: Product, arrive: Arrive) -> Visitor:
    return arrive(served, "nora")


async def test_going_to_a_section_shows_it(nora: Visitor):
    home = nora.get("/").headers["location"]
    page = nora.open(home)
    socket = await nora.connect(page)
    told = await shown(nora, page, f"{home[:-4]}messages", socket)
    await socket.disconnect()
    assert "Conversations" in told
    assert MISSING not in told


async def test_a_foreign_chart_is_not_there_in_place_either(
    served: Product, nora: Visitor, arrive: Arrive
):
    foreign = arrive(served, "dana").get("/").headers["location"]
    page = nora.open("/")
    socket = await nora.connect(page)
    for path in (foreign, f"{foreign[:-4]}messages", "/portal/nosuchchart/home"):
        told = await shown(nora, page, path, socket)
        assert MISSING in told, path
        assert "Dana" not in told
        assert "Whitfield" not in told
    await socket.disconnect()


async def test_a_patient_cannot_walk_into_the_console(nora: Visitor):
    page = nora.open("/")
    socket = await nora.connect(page)
    told: list[str] = []
    socket.on("update", lambda data: told.append(json.dumps(data)))
    element = page.hearing("sub_pages_open")
    for path in ("/practice/inbox", "/practice/settings/messages", "/portal/../practice/inbox"):
        await socket.emit("event", page.frame(element, "sub_pages_open", path))
    await asyncio.sleep(0.5)
    await socket.disconnect()
    said = "".join(told)
    assert "Saved replies" not in said
    assert "Waiting for patient" not in said
    assert nora.get("/practice/inbox").status_code == 404
