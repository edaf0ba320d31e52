"""The warning before a session ends by itself."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import pytest
from nicegui import Client

from portal_app.data.models import User
from portal_app.pages.framework.clients import AWAY, Clients, Owner
from portal_app.pages.framework.idle import IdleWatch
from portal_app.pages.framework.visit import House
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from tests.world import World


@dataclass
class Box:
    """Counts what a dialog is told."""

    opened: int = 0
    closed: int = 0

    def open(self) -> None:
        self.opened += 1

    def close(self) -> None:
        self.closed += 1


@pytest.fixture
def house(world: World) -> Iterator[House]:
    with ThreadPoolExecutor(1) as pool:
        yield House(
            Sessions(pool),
            Clients(),
            world.foundation.keyring,
            world.foundation.store,
            public_url="",
            secure=False,
            demo=False,
        )


async def test_it_comes_two_minutes_before_and_goes_with_a_click(
    world: World, house: House, client: Client
):
    session = begin(world, house)
    house.clients.own(client, Owner(session))
    watch, dialog = IdleWatch(house), Box()
    shown: Any = dialog
    watch.watch(client, shown)
    world.clock.pass_by(minutes=17, seconds=59)
    watch._look(session)
    assert dialog == Box(0, 0)
    world.clock.pass_by(seconds=1)
    for _ in range(3):
        watch._look(session)
    assert dialog == Box(1, 0), "said once"
    house.sessions.touch(session)
    watch._look(session)
    assert dialog == Box(1, 1)
    world.clock.pass_by(minutes=20)
    watch._look(session)
    await asyncio.sleep(0.01)
    assert [m[2].get("code") for m in client.outbox.messages] == [AWAY]
    assert house.clients.of_session(session) == []


def begin(world: World, house: House) -> str:
    with open_system("look", writes=False) as work:
        user = work.session.get_one(User, world.users["alice"])
    found = house.sessions.find(house.sessions.begin(user, None, ip="192.0.2.1", agent="test"))
    assert found
    return found.id


async def test_a_page_that_is_gone_is_forgotten(house: House, client: Client):
    watch = IdleWatch(house)
    shown: Any = Box()
    watch.watch(client, shown)
    client.delete()
    assert watch._dialogs == {}
