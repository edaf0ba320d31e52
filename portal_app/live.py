"""Live updates: topics between open pages. What is told are names only, after the commit.

Each page that hears a topic reads again as its own viewer; nobody's words travel in an event. A
page whose browser is away reads nothing; it catches up once, when the browser is back.
"""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import Client, background_tasks, core
from nicegui.context import context
from nicegui.element import Element

from portal_app.rules.errors import NotFoundError, SignedOutError

Handler = Callable[[], Awaitable[None]]


class _Subscription:
    """One page's interest in a topic; at most one run at a time and one waiting."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._slot = context.slot
        self._client = context.client
        self._running = self._again = False

    def wake(self) -> None:
        if self._client.id in _missed:
            _missed[self._client.id].add(self)
            return
        if self._running:
            self._again = True
            return
        self._running = True
        background_tasks.create(self._run(), name="live update")

    async def _run(self) -> None:
        try:
            while True:
                self._again = False
                with self._slot:
                    try:
                        await self._handler()
                    except (NotFoundError, SignedOutError):
                        # out of reach meanwhile: the next click says so, and there is nothing to show
                        return
                if not self._again:
                    return
        finally:
            self._running = False

    def forget(self) -> None:
        _missed.get(self._client.id, set()).discard(self)


class _Lifeline(Element):
    """Dies with the part of the page that listens, and takes its subscriptions with it."""

    def __init__(self) -> None:
        super().__init__("template")
        self.ends: list[Callable[[], None]] = []

    def _handle_delete(self) -> None:
        for end in self.ends:
            end()
        super()._handle_delete()


def _lifeline() -> _Lifeline:
    """Give the one lifeline of the current slot: an element for each subscription would be many."""
    for child in context.slot.children:
        if isinstance(child, _Lifeline):
            return child
    return _Lifeline()


_topics: dict[str, set[_Subscription]] = {}
_missed: dict[str, set[_Subscription]] = {}
"""The pages whose browser is away, by client, with what they have missed."""


def subscribe(topic: str, handler: Handler) -> None:
    """Call the handler when the topic is published, as long as the current slot lives."""
    subscription = _Subscription(handler)
    _topics.setdefault(topic, set()).add(subscription)

    def end() -> None:
        listeners = _topics.get(topic, set())
        listeners.discard(subscription)
        if not listeners:
            _topics.pop(topic, None)
        subscription.forget()

    _lifeline().ends.append(end)


def publish(topics: frozenset[str]) -> None:
    """Wake every page that listens to one of the topics; from any thread."""
    loop = core.loop
    if loop is None or loop.is_closed():
        return
    try:
        running = asyncio.get_running_loop()
    except RuntimeError:
        running = None
    if running is loop:
        _wake(topics)
    else:
        loop.call_soon_threadsafe(_wake, topics)


def _wake(topics: frozenset[str]) -> None:
    heard: set[_Subscription] = set()
    for topic in topics:
        heard |= _topics.get(topic, set())
    for subscription in heard:
        subscription.wake()


def away(client: Client) -> None:
    """Let a page rest whose browser is not there; called when it disconnects."""
    if not client.has_socket_connection and client.id not in _missed:
        _missed[client.id] = set()
        client.on_delete(lambda: _missed.pop(client.id, None))


def catch_up(client: Client) -> None:
    """Let a page whose browser is back read what it has missed; called when it connects."""
    for subscription in _missed.pop(client.id, set()):
        subscription.wake()


def listeners(topic: str) -> int:
    """Count the subscriptions of a topic; for tests."""
    return len(_topics.get(topic, ()))
