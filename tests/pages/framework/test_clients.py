"""Open pages and the sessions that they belong to."""

import asyncio

from nicegui import Client
from nicegui.page import page

from portal_app.pages.framework.clients import AWAY, Clients, Owner


def another() -> Client:
    return Client(page("/", reconnect_timeout=45), request=None)


def words(client: Client) -> list[str]:
    return [m[2].get("code", "") for m in client.outbox.messages]


async def test_a_page_that_nobody_owns_is_unknown(client: Client):
    clients = Clients()
    assert clients.owner(client.id) is None
    clients.own(client, Owner("s1", "192.0.2.1"))
    assert clients.owner(client.id) == Owner("s1", "192.0.2.1")
    assert clients.of_session("s1") == [client]
    assert clients.sessions() == {"s1"}


async def test_a_page_that_is_gone_is_forgotten(client: Client):
    clients = Clients()
    clients.own(client, Owner("s1"))
    client.delete()
    assert clients.owner(client.id) is None
    assert clients.sessions() == set()


async def test_ending_a_session_empties_its_pages_and_no_others(client: Client):
    clients, other, visitor = Clients(), another(), another()
    for made, session in ((client, "s1"), (other, "s2"), (visitor, "")):
        clients.own(made, Owner(session))
    clients.kick("s1")
    await asyncio.sleep(0.01)
    assert words(client) == [AWAY]
    assert words(other) == words(visitor) == []
    owner = clients.owner(client.id)
    assert owner
    assert owner.session_id != "s1", "its frames are refused from this moment"
    assert clients.of_session("s1") == []
    await asyncio.sleep(0.6)
    assert client.is_deleted
    assert not other.is_deleted
    for made in (other, visitor):
        made.delete()
    assert clients._owners == {}
