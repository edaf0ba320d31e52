"""Live updates: told after the commit, to those who listen, as long as what listens is there."""

import asyncio
import threading

import pytest
from nicegui import Client, core
from nicegui.element import Element

from portal_app import live
from portal_app.rules.errors import NotFoundError, SignedOutError

HERE, THERE = frozenset({"here"}), frozenset({"there"})


class Listener:
    """Counts its calls; each waits until it is let go."""

    def __init__(self) -> None:
        self.calls = 0
        self.go = asyncio.Event()
        self.go.set()

    async def __call__(self) -> None:
        self.calls += 1
        await self.go.wait()


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def listen(place: Element, topic: str = "here") -> Listener:
    listener = Listener()
    with place:
        live.subscribe(topic, listener)
    return listener


async def test_only_the_topic_hears(client: Client):
    here, there = listen(client.content), listen(client.content, "there")
    live.publish(HERE)
    await settle()
    assert (here.calls, there.calls) == (1, 0)
    live.publish(HERE | THERE | {"nobody"})
    await settle()
    assert (here.calls, there.calls) == (2, 1)


async def test_any_thread_may_tell(client: Client, monkeypatch: pytest.MonkeyPatch):
    listener = listen(client.content)
    threads: list[threading.Thread] = []

    async def noted() -> None:
        threads.append(threading.current_thread())

    with client.content:
        live.subscribe("here", noted)
    wake = live._wake
    monkeypatch.setattr(
        live, "_wake", lambda t: (threads.append(threading.current_thread()), wake(t))
    )
    await asyncio.to_thread(live.publish, HERE)
    await settle()
    assert listener.calls == 1
    assert threads == [threading.main_thread()] * 2, "pages are touched on the loop alone"


async def test_while_one_run_lasts_one_more_waits(client: Client):
    listener = listen(client.content)
    listener.go.clear()
    for _ in range(5):
        live.publish(HERE)
        await settle()
    assert listener.calls == 1
    listener.go.set()
    await settle()
    assert listener.calls == 2, "what was told meanwhile is read once"
    live.publish(HERE)
    await settle()
    assert listener.calls == 3


async def test_one_with_two_topics_reads_once(client: Client):
    listener = Listener()
    with client.content:
        live.subscribe("here", listener)
    live.publish(frozenset({"here", "there"}))
    await settle()
    assert listener.calls == 1


async def test_a_subscription_dies_with_its_part_of_the_page(client: Client):
    with client.content:
        part = Element("div")
        with part:
            inner = Element("div")
    kept, gone = listen(client.content), listen(inner)
    assert live.listeners("here") == 2
    with client.content:
        part.clear()
    assert live.listeners("here") == 1
    live.publish(HERE)
    await settle()
    assert (kept.calls, gone.calls) == (1, 0)


async def test_a_subscription_dies_with_its_page(client: Client):
    listener = listen(client.content)
    client.delete()
    assert live.listeners("here") == 0
    assert "here" not in live._topics, "no name is kept"
    live.publish(HERE)
    await settle()
    assert listener.calls == 0


@pytest.mark.parametrize("error", [NotFoundError, SignedOutError])
async def test_who_may_not_read_any_more_is_left_in_peace(client: Client, error: type[Exception]):
    calls = []

    async def refused() -> None:
        calls.append(1)
        raise error("no")

    with client.content:
        live.subscribe("here", refused)
    other = listen(client.content)
    for _ in range(2):
        live.publish(HERE)
        await settle()
    assert len(calls) == other.calls == 2


async def test_an_error_in_one_page_does_not_silence_it(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    told: list[Exception] = []
    monkeypatch.setattr(core.app, "handle_exception", told.append)
    calls = []

    async def fails() -> None:
        calls.append(1)
        raise ValueError

    with client.content:
        live.subscribe("here", fails)
    for _ in range(2):
        live.publish(HERE)
        await settle()
    assert len(calls) == len(told) == 2


@pytest.mark.parametrize("ended", [False, True])
def test_without_a_server_nobody_is_told(monkeypatch: pytest.MonkeyPatch, *, ended: bool):
    loop = asyncio.new_event_loop() if ended else None
    if loop:
        loop.close()
    told: list[frozenset[str]] = []
    monkeypatch.setattr(core, "loop", loop)
    monkeypatch.setattr(live, "_wake", told.append)
    live.publish(HERE)
    assert told == []


async def test_a_page_whose_browser_is_away_catches_up_once(client: Client):
    here, left = listen(client.content), listen(client.content)
    live.away(client)
    for _ in range(3):
        live.publish(HERE)
        await settle()
    assert (here.calls, left.calls) == (0, 0)
    live.catch_up(client)
    await settle()
    assert (here.calls, left.calls) == (1, 1)
    live.catch_up(client)
    await settle()
    assert (here.calls, left.calls) == (1, 1)


async def test_what_is_left_while_the_browser_is_away_never_hears(client: Client):
    with client.content:
        part = Element("div")
    gone = listen(part)
    live.away(client)
    live.publish(HERE)
    await settle()
    part.delete()
    live.catch_up(client)
    await settle()
    assert gone.calls == 0


async def test_a_page_that_never_comes_back_is_forgotten(client: Client):
    live.away(client)
    client.delete()
    assert client.id not in live._missed
