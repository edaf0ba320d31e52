"""The guard's own memory: a session that has ended by itself, and what a person's frames extend."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from nicegui import Client

from portal_app.data.models import User
from portal_app.pages.framework.clients import Clients, Owner
from portal_app.pages.framework.socket_guard import Bound, SocketGuard
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from tests.world import World


class Desk:
    """A guard before handlers that only note what reaches them."""

    def __init__(self, world: World, client: Client, pool: ThreadPoolExecutor) -> None:
        self.passed: list[str] = []
        self.clients, self.sessions = Clients(), Sessions(pool)
        self.guard = SocketGuard(self.sessions, self.clients, "latchwell")
        for name in ("event", "ack", "javascript_response", "log", "disconnect"):
            self.guard._inner[name] = lambda *_, n=name: self.passed.append(n)
        with open_system("look", writes=False) as work:
            user = work.session.get_one(User, world.users["alice"])
        token = self.sessions.begin(user, None, ip="192.0.2.1", agent="test")
        info = self.sessions.find(token)
        assert info
        self.session = info.id
        self.clients.own(client, Owner(info.id))
        self.guard._bound["sid"] = Bound(client.id, info.id)
        self.frame = {"client_id": client.id}

    def send(self) -> list[str]:
        """Send one frame of each kind; gives what got through."""
        self.passed.clear()
        for handler in ("_event", "_ack", "_javascript_response", "_log"):
            getattr(self.guard, handler)("sid", self.frame)
        return self.passed


@pytest.fixture
def desk(world: World, client: Client) -> Iterator[Desk]:
    with ThreadPoolExecutor(1) as pool:
        yield Desk(world, client, pool)


async def test_frames_pass_while_the_session_lives_and_events_extend_it(world: World, desk: Desk):
    for _ in range(3):
        world.clock.pass_by(minutes=19)
        assert desk.send() == ["event", "ack", "javascript_response"]


async def test_only_events_extend_it(world: World, desk: Desk):
    world.clock.pass_by(minutes=19)
    desk.guard._ack("sid", desk.frame)
    desk.guard._javascript_response("sid", desk.frame)
    assert desk.sessions.seconds_left(desk.session) == 60


async def test_when_the_session_is_over_nothing_passes(world: World, desk: Desk):
    world.clock.pass_by(minutes=20)
    assert desk.send() == []
    world.clock.pass_by(minutes=-20)
    desk.sessions.end(desk.session)
    assert desk.send() == []


async def test_a_socket_that_is_gone_proves_nothing(desk: Desk):
    desk.guard._disconnect("sid", None)
    assert desk.passed == ["disconnect"]
    assert desk.send() == []
    assert desk.guard._bound == {}


async def test_the_handshake_is_the_pages_own(desk: Desk):
    asked: list[str] = []

    async def handshake(sid: str, _: object) -> bool:
        asked.append(sid)
        return True

    desk.guard._inner["handshake"] = handshake
    assert await desk.guard._handshake("sid", desk.frame)
    assert not await desk.guard._handshake("sid", {"client_id": "another"})
    assert not await desk.guard._handshake("other", desk.frame)
    assert asked == ["sid"]
