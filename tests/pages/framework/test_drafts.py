"""Drafts: saved a while after the last key, and when their part of the page is left."""

import asyncio

import pytest
from nicegui import Client
from nicegui.element import Element

from portal_app.pages.framework import drafts
from portal_app.pages.framework.drafts import DraftKeeper


class Desk:
    """A keeper and what it has done."""

    def __init__(self, client: Client) -> None:
        self.saves = self.told = 0
        with client.content:
            self.part = Element("div")
            with self.part:
                self.keeper = DraftKeeper(self._save, self._saved)

    async def _save(self) -> None:
        self.saves += 1

    def _saved(self) -> None:
        self.told += 1


@pytest.fixture
def desk(client: Client, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(drafts, "PAUSE", 0.05)
    return Desk(client)


async def test_many_keys_are_one_save(desk: Desk):
    for _ in range(10):
        desk.keeper.typed()
    await asyncio.sleep(0.15)
    assert (desk.saves, desk.told) == (1, 1)
    await asyncio.sleep(0.1)
    assert desk.saves == 1, "nothing new was typed"
    desk.keeper.typed()
    await asyncio.sleep(0.15)
    assert desk.saves == 2


async def test_leaving_saves_what_is_not_saved_yet(desk: Desk, client: Client):
    desk.keeper.typed()
    with client.content:
        desk.part.clear()
    await asyncio.sleep(0.15)
    assert (desk.saves, desk.told) == (1, 0)


async def test_leaving_saves_nothing_where_nothing_was_typed_or_all_was_sent(
    desk: Desk, client: Client
):
    desk.keeper.typed()
    desk.keeper.forget()
    with client.content:
        desk.part.clear()
    await asyncio.sleep(0.15)
    assert desk.saves == 0


async def test_who_comes_back_at_once_waits_for_what_was_typed(desk: Desk, client: Client):
    desk.keeper.typed()
    with client.content:
        desk.part.clear()
    assert desk.saves == 0
    await drafts.settled(client)
    assert desk.saves == 1
    await drafts.settled(client)
    assert drafts._leaving == {}
