"""Repairs of NiceGUI: each of these fails when an update takes away the ground of one."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from nicegui import Client, app, background_tasks, core, events, helpers, ui
from nicegui.element import Element

from portal_app.pages.framework import shims
from portal_app.pages.framework.socket_guard import EVENTS
from tests.product import Product
from tests.served import Arrive, until


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Callable[..., object]]:
    """The functions that the original was asked about."""
    original, about = helpers.expects_arguments, []
    inner = getattr(original, "latchwell_inner", original)

    def counted(function: Callable[..., object]) -> bool:
        about.append(function)
        return inner(function)

    monkeypatch.setattr(helpers, "expects_arguments", counted)
    monkeypatch.setattr(shims, "_remembered", {})
    assert shims.remember_signatures()
    return about


class Page:
    """Has handlers of both kinds."""

    def plain(self) -> None: ...

    def eager(self, event: object) -> None: ...


def test_a_method_is_asked_once(asked: list[Callable[..., object]]):
    for _ in range(5):
        made = Page()
        assert not helpers.expects_arguments(made.plain)
        assert helpers.expects_arguments(made.eager)
    assert len(asked) == 2


def test_what_is_no_method_is_asked_each_time(asked: list[Callable[..., object]]):
    for _ in range(2):
        assert helpers.expects_arguments(lambda event: event)
        assert not helpers.expects_arguments(lambda: None)
    assert len(asked) == 4
    assert shims._remembered == {}


def test_nothing_is_wrapped_twice(asked: list[Callable[..., object]]):
    wrapped = helpers.expects_arguments
    assert shims.remember_signatures()
    assert helpers.expects_arguments is wrapped
    assert asked == []


async def test_the_framework_asks_through_the_shim(
    client: Client, asked: list[Callable[..., object]]
):
    made = Page()
    with client.content:
        element = Element("button")
    asked.clear()
    for _ in range(3):
        given = events.GenericEventArguments(sender=element, client=client, args=None)
        events.handle_event(made.plain, given)
    assert len(asked) == 1, "the framework has its own copy of the function"


def test_without_its_ground_it_does_nothing(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(helpers, "expects_arguments")
    assert not shims.remember_signatures()


# ---------------------------------------------------------------- the outbox
async def test_what_waits_for_a_page_leaves_when_it_connects(
    client: Client, monkeypatch: pytest.MonkeyPatch
):
    sent: list[str] = []

    async def emit(name: str, *_: object, **__: object) -> None:
        if name != "update":
            sent.append(name)

    monkeypatch.setattr(core.sio, "emit", emit)
    await asyncio.sleep(0.02)
    client.run_javascript("1")
    client.tab_id = "tab"
    assert shims.wake_outbox(client), "the task of the outbox has another name now"
    await asyncio.sleep(0.02)
    assert sent == ["run_javascript"]
    name = f"outbox loop {client.id}"
    await asyncio.sleep(0)
    assert len([t for t in background_tasks.running_tasks if t.get_name() == name]) == 1
    client.run_javascript("2")
    await asyncio.sleep(0.02)
    assert sent == ["run_javascript"] * 2, "the new one goes on"
    client.tab_id = None


async def test_a_page_that_is_gone_is_not_woken(client: Client):
    client.outbox.stop()
    for task in list(background_tasks.running_tasks):
        task.cancel()
    await asyncio.sleep(0.02)
    assert not shims.wake_outbox(client)


async def test_each_page_is_woken_once(client: Client, monkeypatch: pytest.MonkeyPatch):
    woken: list[Client] = []
    monkeypatch.setattr(shims, "wake_outbox", woken.append)
    handlers: list[Callable[[Client], None]] = []
    monkeypatch.setattr(app, "on_connect", handlers.append)
    shims.wake_on_first_connect()
    for _ in range(3):
        handlers[0](client)
    assert woken == [client]


# ---------------------------------------------------------------- defaults and registries
def test_defaults_have_their_places():
    before = list(ui.button._default_props), dict(app.config.quasar_config["loadingBar"])
    shims.quiet_defaults()
    assert app.config.quasar_config["loadingBar"]["skipHijack"] is True
    assert ui.button._default_props["unelevated"] is True
    assert before


def test_the_framework_still_registers_what_the_guard_replaces():
    assert {*EVENTS, "disconnect"} == set(core.sio.handlers["/"])


def test_the_served_product_guards_every_event(served: Product, arrive: Arrive):
    inside = arrive(served).get("/wrong/inside").json()
    assert inside["handlers"] == inside["guarded"] == sorted({*EVENTS, "disconnect"})


# ---------------------------------------------------------------- the served pages
def chart_of(home: str) -> str:
    return home.split("/")[2]


def test_open_pages_leave_no_link_that_is_polled(served: Product, arrive: Arrive):
    dana, osei = arrive(served, "dana"), arrive(served, "osei")
    chart = chart_of(dana.get("/").headers["location"])
    for path in ("home", "messages", "messages/new"):
        dana.open(f"/portal/{chart}/{path}")
    for path in ("today", "inbox", "patients", "settings/messages"):
        osei.open(f"/practice/{path}")
    osei.open("/demo/components")
    assert osei.get("/wrong/inside").json()["links"] == 0


def test_the_second_page_asks_about_few_signatures(served: Product, arrive: Arrive):
    dana = arrive(served, "dana")
    dana.open("/")
    before = dana.get("/wrong/inside").json()["signatures"]
    page = dana.open("/")
    more = dana.get("/wrong/inside").json()["signatures"] - before
    assert more < len(page.elements), "each element is asked about again"


async def test_a_section_that_is_left_listens_no_more(served: Product, arrive: Arrive):
    # of her own: a page that another test has asked for listens for a while
    robin = arrive(served, served.newcomer().removesuffix("@demo.example"))
    home = robin.get("/").headers["location"]

    def listeners() -> int:
        found = robin.get("/wrong/inside").json()["topics"]
        return sum(n for t, n in found.items() if chart_of(home) in t)

    def comes_to(number: int) -> Coroutine[Any, Any, None]:
        return asyncio.to_thread(until, lambda: listeners() == number, 20)

    assert listeners() == 0
    page = robin.open(f"/portal/{chart_of(home)}/messages")
    in_messages = listeners()
    socket = await robin.connect(page)
    element = page.hearing("sub_pages_open")
    for _ in range(2):
        await socket.emit(
            "event", page.frame(element, "sub_pages_open", f"{home[:-4]}messages/new")
        )
        await comes_to(in_messages - 1)
        await socket.emit("event", page.frame(element, "sub_pages_open", f"{home[:-4]}messages"))
        await comes_to(in_messages)
    robin.sign_out()
    await comes_to(0)
    await socket.disconnect()
