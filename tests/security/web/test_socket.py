"""The socket: whoever knows the id of a page has proved nothing. F1 to F4, F8, F9."""

import asyncio
import json
import random
import re
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import socketio

from tests.product import Product
from tests.served import Arrive, Opened, Visitor, tables, write

COUNTER = "/wrong/counter"
FOREIGN = "https://evil.example"
SETTLED = 0.25
PASSING = ("auditevent", "authbucket", "outboxmail")
"""What views, tries and mail write while a test looks."""

Connect = Callable[..., Awaitable[socketio.AsyncClient]]


@pytest.fixture
async def connect() -> AsyncIterator[Connect]:
    """Opens sockets that are closed when the test is over."""
    visitors: list[Visitor] = []

    async def open_socket(visitor: Visitor, page: Opened, **forged: Any) -> socketio.AsyncClient:
        visitors.append(visitor)
        return await visitor.connect(page, **forged)

    yield open_socket
    for visitor in visitors:
        for client in visitor.sockets:
            await client.disconnect()


def ran(visitor: Visitor) -> dict[str, int]:
    """How often each handler of the counting page has run so far."""
    return visitor.get("/wrong/ran").json()


async def press(client: socketio.AsyncClient, frame: dict[str, Any]) -> None:
    """Send a frame, and give it time to do harm."""
    await client.emit("event", frame)
    await asyncio.sleep(SETTLED)


def conversation(visitor: Visitor) -> Opened:
    """Open a conversation of the person."""
    chart = visitor.http.get("/", follow_redirects=True).url.path.split("/")[2]
    base = f"/portal/{chart}/messages"
    return visitor.open(first_below(visitor, base))


def first_below(visitor: Visitor, base: str) -> str:
    """The first address of a conversation in a list."""
    hrefs = re.findall(rf"{base}/[\w-]+", visitor.open(base).html)
    return next(h for h in hrefs if not h.endswith("/new"))


# ---------------------------------------------------------------- the proof that frames do work
async def test_a_frame_of_the_page_itself_runs_its_handler(
    served: Product, arrive: Arrive, connect: Connect
):
    dana = arrive(served, "dana")
    page = dana.open(COUNTER)
    before = ran(dana).get("first", 0)
    await press(await connect(dana, page), page.frame(page.find("first")))
    assert ran(dana)["first"] == before + 1


async def test_a_frame_sends_a_message(served: Product, arrive: Arrive, connect: Connect):
    dana = arrive(served, "dana")
    page = conversation(dana)
    before = len(tables(served)["message"])
    client = await connect(dana, page)
    await client.emit("event", page.frame(page.find(">Send<"), "click", "Thank you."))
    for _ in range(40):
        await asyncio.sleep(0.05)
        if len(tables(served)["message"]) > before:
            return
    pytest.fail("no message")


# ---------------------------------------------------------------- sockets that are refused
@pytest.mark.parametrize(
    "forged",
    [
        {"origin": FOREIGN},
        {"origin": "null"},
        {"origin": "http://localhost"},
        {"cookies": ""},
        {"cookies": "latchwell=" + "a" * 43},
        {"cookies": "latchwell=;latchwell=\x01"},
        {"client_id": "00000000-0000-4000-8000-000000000000"},
        {"client_id": "'; drop table message"},
        {"tab_id": ""},
        {"document_id": ""},
        {"next_message_id": "x"},
    ],
    ids=repr,
)
async def test_a_forged_socket_is_refused(
    served: Product, arrive: Arrive, forged: dict[str, str], connect: Connect
):
    dana = arrive(served, "dana")
    page = dana.open(COUNTER)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(dana, page, **forged)
    assert arrive(served).get("/healthz").status_code == 200


async def test_another_persons_cookie_opens_no_socket_of_mine(
    served: Product, arrive: Arrive, connect: Connect
):
    page, nora = arrive(served, "dana").open(COUNTER), arrive(served, "nora")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(nora, page)


async def test_another_session_of_my_own_opens_no_socket_either(
    served: Product, arrive: Arrive, connect: Connect
):
    page = arrive(served, "dana").open(COUNTER)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(arrive(served, "dana"), page)


async def test_a_page_that_nobody_owns_has_no_socket(
    served: Product, arrive: Arrive, connect: Connect
):
    dana = arrive(served, "dana")
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(dana, dana.open("/wrong/nobody"))


async def test_a_second_tab_cannot_share_a_page(served: Product, arrive: Arrive, connect: Connect):
    dana = arrive(served, "dana")
    page = dana.open(COUNTER)
    await connect(dana, page)
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(dana, page)


@pytest.mark.parametrize("method", ["GET", "POST", "OPTIONS"])
@pytest.mark.parametrize("origin", ["", FOREIGN, "own"])
def test_there_is_no_polling(served: Product, arrive: Arrive, method: str, origin: str):
    visitor = arrive(served, "dana")
    sent = {"Origin": visitor.product.base if origin == "own" else origin} if origin else {}
    for path in ("/_nicegui_ws/socket.io/?EIO=4&transport=polling", "/_nicegui_ws/"):
        answer = visitor.http.request(method, path, headers=sent)
        assert answer.status_code == 404
        assert "access-control-allow-origin" not in answer.headers


# ---------------------------------------------------------------- frames that are not obeyed
@pytest.mark.parametrize("where", ["another person", "a visitor"])
async def test_a_frame_for_another_page_is_not_obeyed(
    served: Product, arrive: Arrive, where: str, connect: Connect
):
    dana = arrive(served, "dana")
    victim, message_page = dana.open(COUNTER), conversation(dana)
    await connect(dana, victim)
    await connect(dana, message_page)
    attacker = arrive(served, "nora" if where == "another person" else "")
    socket = await connect(attacker, attacker.open("/wrong/counter"))
    counted, before = ran(dana), tables(served, *PASSING)
    await socket.emit("event", victim.frame(victim.find("first")))
    await socket.emit("event", message_page.frame(message_page.find(">Send<"), "click", "forged"))
    await socket.emit("ack", {"client_id": victim.client_id, "next_message_id": 10**6})
    for name in ("handshake", "log", "javascript_response"):
        await socket.emit(name, {"client_id": victim.client_id, "level": "error", "message": "x"})
    await asyncio.sleep(SETTLED)
    assert ran(dana) == counted
    assert tables(served, *PASSING) == before


async def test_a_socket_cannot_call_itself_another(
    served: Product, arrive: Arrive, connect: Connect
):
    victim, attacker = arrive(served), arrive(served)
    page = victim.open(COUNTER)
    await connect(victim, page)
    socket = await connect(attacker, attacker.open(COUNTER))
    before = ran(victim)
    for name in ("disconnect", "connect"):
        await socket.emit(name, {"QUERY_STRING": f"client_id={page.client_id}"})
    await press(socket, page.frame(page.find("first")))
    assert ran(victim) == before


async def test_after_the_sign_out_the_open_socket_does_nothing(
    served: Product, arrive: Arrive, connect: Connect
):
    nora = arrive(served, "nora")
    page = nora.open(COUNTER)
    socket = await connect(nora, page)
    told = asyncio.Event()
    socket.on("run_javascript", lambda data: told.set() if "/sign-in" in data["code"] else None)
    await press(socket, page.frame(page.find("second")))
    counted = ran(nora)
    nora.sign_out()
    await socket.emit("event", page.frame(page.find("second")))
    await asyncio.wait_for(told.wait(), 2)
    await press(socket, page.frame(page.find("second")))
    assert ran(nora) == counted
    with pytest.raises(socketio.exceptions.ConnectionError):
        await connect(nora, page)


async def test_a_session_that_was_ended_in_the_database_loses_its_open_pages(
    served: Product, arrive: Arrive, connect: Connect
):
    omar = arrive(served, "omar")
    page, counter = conversation(omar), omar.open(COUNTER)
    socket, counting = await connect(omar, page), await connect(omar, counter)
    gone = asyncio.Event()
    counting.on("run_javascript", lambda _: gone.set())
    before = tables(served, *PASSING)
    ended = "update usersession set revoked_at=created_at where user_id=?"
    users = tables(served)["user"]
    write(served, ended, next(row[0] for row in users if "Omar Farouk" in row))
    await press(socket, page.frame(page.find(">Send<"), "click", "too late"))
    assert tables(served, *PASSING) == before
    await asyncio.wait_for(gone.wait(), 7)
    counted = ran(omar)
    await press(counting, counter.frame(counter.find("first")))
    assert ran(omar) == counted


# ---------------------------------------------------------------- what is shown is no right
async def test_a_page_of_yesterdays_rights_can_do_nothing(
    served: Product, arrive: Arrive, connect: Connect
):
    priya = arrive(served, "priya")
    page = priya.open(first_below(priya, "/practice/inbox"))
    socket = await connect(priya, page)
    boxes = "update staffmember set boxes=? where name=?"
    held = next(
        value
        for row in tables(served)["staffmember"]
        if "Priya Nair" in row
        for value in row
        if isinstance(value, str) and "practice.messages" in value
    )
    write(served, boxes, "[]", "Priya Nair")
    try:
        before = tables(served, *PASSING)
        for element, listener in page.listeners():
            for args in ((), ("forged words",), (["", ""],)):
                await socket.emit("event", page.event(element, listener, *args))
        await asyncio.sleep(1)
        assert tables(served, *PASSING) == before
    finally:
        write(served, boxes, held, "Priya Nair")


def test_what_a_member_may_not_do_is_not_built(served: Product, arrive: Arrive):
    sam, osei = arrive(served, "sam"), arrive(served, "osei")
    assert sam.get("/practice/settings/messages").status_code == 404
    assert sam.get("/practice/inbox").status_code == 404
    page = osei.open("/practice/settings/messages")
    assert page.find(">Add saved reply<")
    with pytest.raises(AssertionError):
        sam.open("/practice/today").find(">Add saved reply<")


# ---------------------------------------------------------------- frames without sense
JUNK: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    2**63,
    1.5,
    "",
    "x" * 3000,
    "\x00\ud7ff\u202e",
    "__class__",
    "zebra\nforged",
    [],
    [[]],
    {},
    {"id": 1},
    ["{", "zebra"],
)
NAMES = ("event", "event", "event", "handshake", "ack", "javascript_response", "log", "connect", "")


def mutated(chance: random.Random, page: Opened) -> tuple[str, Any]:
    """A frame that no browser sends: at least one of its ids is wrong, or its shape."""
    if chance.random() < 0.1:
        shape = chance.choice([*JUNK, (1, 2, 3), ()])
        return chance.choice(NAMES), shape
    element, listener = chance.choice(page.listeners())
    frame: dict[str, Any] = page.event(element, listener, chance.choice(JUNK))
    wrong = chance.choice(["client_id", "id", "listener_id"])
    frame[wrong] = chance.choice([*JUNK, secrets.token_hex(8)])
    for key in chance.sample(list(frame), chance.randrange(3)):
        if chance.random() < 0.5:
            frame[key] = chance.choice(JUNK)
        else:
            frame.pop(key)
    frame["args"] = chance.choice([frame.get("args"), *JUNK])
    if frame.get("id") == int(element) and frame.get("listener_id") == listener:
        frame["client_id"] = chance.choice(JUNK)
    return chance.choice(NAMES), frame


async def test_five_thousand_frames_without_sense_change_nothing(
    served: Product, arrive: Arrive, connect: Connect
):
    dana = arrive(served, "dana")
    page = conversation(dana)
    socket = await connect(dana, page)
    counted, before, log = ran(dana), tables(served, *PASSING), len(served.log())
    chance = random.Random(20261124)  # noqa: S311 - the same frames at every run
    for number in range(5000):
        name, frame = mutated(chance, page)
        await socket.emit(name or "nothing", frame)
        if number % 500 == 0:
            assert dana.get("/healthz").status_code == 200
    counter = dana.open(COUNTER)
    await press(await connect(dana, counter), counter.frame(counter.find("first")))
    assert ran(dana)["first"] == counted.get("first", 0) + 1, "the server still works"
    assert tables(served, *PASSING) == before
    said = served.log()[log:]
    assert "zebra" not in said, "a frame has written into our log"
    assert "Traceback" not in said
    assert "never retrieved" not in said


async def test_values_of_any_type_do_not_break_a_handler(
    served: Product, arrive: Arrive, connect: Connect
):
    osei = arrive(served, "osei")
    page = osei.open("/practice/settings/messages")
    socket = await connect(osei, page)
    but = (*PASSING, "practice", "practitioner", "savedreply")
    before, log = tables(served, *but), len(served.log())
    kept = tables(served)["practice"], tables(served)["practitioner"]
    buttons = [page.find(">Save<"), page.find(">Add saved reply<")]
    for junk in JUNK:
        for button in buttons:
            await socket.emit("event", page.frame(button, "click", junk))
    await asyncio.sleep(0.6)
    assert tables(served, *but) == before
    assert (tables(served)["practice"], tables(served)["practitioner"]) == kept
    said = served.log()[log:]
    assert "zebra" not in said
    assert osei.get("/practice/settings/messages").status_code == 200


async def test_a_frame_that_is_too_big_ends_the_socket_and_nothing_else(
    served: Product, arrive: Arrive, connect: Connect
):
    dana = arrive(served, "dana")
    page = dana.open(COUNTER)
    socket = await connect(dana, page)
    small = page.frame(page.find("first"), "click", "x" * 800_000)
    before = ran(dana).get("first", 0)
    await press(socket, small)
    assert ran(dana)["first"] == before + 1
    await socket.emit("event", page.frame(page.find("first"), "click", "x" * 1_200_000))
    await asyncio.wait_for(socket.wait(), 5)
    assert ran(dana)["first"] == before + 1
    assert dana.get("/healthz").status_code == 200


async def test_a_browser_writes_nothing_into_the_log(
    served: Product, arrive: Arrive, connect: Connect
):
    dana = arrive(served, "dana")
    page = dana.open(COUNTER)
    socket = await connect(dana, page)
    line = f"zebra{secrets.token_hex(4)}"
    for level in ("debug", "info", "warning", "error", "nonsense"):
        await socket.emit(
            "log", {"client_id": page.client_id, "level": level, "message": f"{line}\n{line}"}
        )
    await press(socket, page.frame(page.find("fails")))
    said = served.log()
    assert line not in said
    assert "zebra words" not in said, "the text of an error may hold a person’s words"
    assert "ValueError at" in said
    assert page.client_id not in said
    assert not any("client_id" in json.loads(s)["what"] for s in said.splitlines() if s[:1] == "{")
