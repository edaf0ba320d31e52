"""Live updates: topics between open pages. What is told are names only, after the commit.

Each page that hears a topic reads again as its own viewer; nobody's words travel in an event.
"""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import background_tasks, core
from nicegui.context import context
from nicegui.element import Element

from portal_app.rules.errors import NotFoundError, SignedOutError

Handler = Callable[[], Awaitable[None]]


class _Subscription:
    """One page's interest in a topic; at most one run at a time and one waiting."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._slot = context.slot
        self._running = self._again = False

    def wake(self) -> None:
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


class _Lifeline(Element):
    """Dies with the part of the page that listens, and takes the subscription with it."""

    def __init__(self, end: Callable[[], None]) -> None:
        super().__init__("template")
        self._end = end

    def _handle_delete(self) -> None:
        self._end()
        super()._handle_delete()


_topics: dict[str, set[_Subscription]] = {}


def subscribe(topic: str, handler: Handler) -> None:
    """Call the handler when the topic is published, as long as the current slot lives."""
    subscription = _Subscription(handler)
    _topics.setdefault(topic, set()).add(subscription)

    def end() -> None:
        listeners = _topics.get(topic, set())
        listeners.discard(subscription)
        if not listeners:
            _topics.pop(topic, None)

    _Lifeline(end)


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


def listeners(topic: str) -> int:
    """Count the subscriptions of a topic; for tests."""
    return len(_topics.get(topic, ()))
