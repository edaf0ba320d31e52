"""Keeps what is being typed: three seconds after the last key, and when the page is left."""

import asyncio
from collections.abc import Awaitable, Callable

from nicegui import Client, background_tasks
from nicegui.element import Element

PAUSE = 3.0
_leaving: dict[str, set[asyncio.Task[None]]] = {}


async def settled(client: Client) -> None:
    """Wait until what was typed on parts of the page that were left is kept.

    Whoever comes back at once reads it again, and must not read what stood there before.
    """
    await asyncio.gather(*_leaving.get(client.id, ()), return_exceptions=True)


class DraftKeeper(Element):
    """Saves the newest text; dies with the part of the page that it belongs to."""

    def __init__(self, save: Callable[[], Awaitable[object]], saved: Callable[[], None]) -> None:
        """Save with that function; `saved` hears that it was done."""
        super().__init__("template")
        self._save, self._saved = save, saved
        self._dirty = self._waiting = False

    def typed(self) -> None:
        """Remember that something has changed."""
        self._dirty = True
        if not self._waiting:
            self._waiting = True
            background_tasks.create(self._soon(), name="draft")

    def forget(self) -> None:
        """Do not save what has been sent meanwhile."""
        self._dirty = False

    async def _soon(self) -> None:
        try:
            while self._dirty and not self.is_deleted:
                await asyncio.sleep(PAUSE)
                if self._dirty and not self.is_deleted:
                    self._dirty = False
                    await self._save()
                    if not self.is_deleted:
                        self._saved()
        finally:
            self._waiting = False

    def _handle_delete(self) -> None:
        if self._dirty:
            self._dirty = False
            task = background_tasks.create(self._last(), name="draft of a page that was left")
            waiting = _leaving.setdefault(self.client.id, set())
            waiting.add(task)
            task.add_done_callback(self._kept)
        super()._handle_delete()

    def _kept(self, task: asyncio.Task[None]) -> None:
        waiting = _leaving.get(self.client.id, set())
        waiting.discard(task)
        if not waiting:
            _leaving.pop(self.client.id, None)

    async def _last(self) -> None:
        await self._save()
