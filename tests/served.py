"""The product really served, and people who speak its HTTP and its socket without a browser."""

import html
import json
import re
import secrets
import sqlite3
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest
import socketio

from tests.product import PASSWORD, Product

SERVER = "tests/security/web/product_server.py"
PUBLIC = "https://portal.example"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Made once: all speak plainly to this machine."""


@dataclass
class Opened:
    """A page as a browser has got it: its id and what stands in it."""

    client_id: str
    elements: dict[str, dict[str, Any]]
    html: str

    def frame(self, element: str, kind: str = "click", *args: object) -> dict[str, Any]:
        """The frame that a browser would send for an event of an element."""
        listener = next(e for e in self.elements[element].get("events", ()) if e["type"] == kind)
        return self.event(element, listener["listener_id"], *args)

    def event(self, element: str, listener: str, *args: object) -> dict[str, Any]:
        """A frame with those ids."""
        return {
            "client_id": self.client_id,
            "id": int(element),
            "listener_id": listener,
            "args": [json.dumps(a) for a in args],
        }

    def find(self, words: str, kind: str = "click") -> str:
        """The id of the element that says those words and hears that event."""
        for key, element in self.elements.items():
            said = f"{element.get('text')} {element.get('props')}"
            hears = any(e["type"] == kind for e in element.get("events", ()))
            if hears and words in said:
                return key
        raise AssertionError(words)

    def hearing(self, kind: str) -> str:
        """The id of an element that hears that event."""
        return next(
            key
            for key, element in self.elements.items()
            if any(e["type"] == kind for e in element.get("events", ()))
        )

    def listeners(self) -> list[tuple[str, str]]:
        """Every element and listener of the page."""
        return [
            (key, listener["listener_id"])
            for key, element in self.elements.items()
            for listener in element.get("events", ())
        ]


@dataclass
class Visitor:
    """A browser without a screen."""

    product: Product
    http: httpx.Client
    sockets: list[socketio.AsyncClient] = field(default_factory=list)

    @property
    def cookies(self) -> str:
        """The cookie header of this browser."""
        return "; ".join(f"{c.name}={c.value}" for c in self.http.cookies.jar)

    def get(self, path: str, **headers: str) -> httpx.Response:
        """Ask for a path."""
        return self.http.get(path, headers=named(headers))

    def post(self, path: str, data: dict[str, str], **headers: str) -> httpx.Response:
        """Post a form as a page of ours would, unless headers say otherwise."""
        given = {"Sec-Fetch-Site": "same-origin", "Origin": self.product.base} | named(headers)
        kept = {k: v for k, v in given.items() if v}
        return self.http.post(path, data=data, headers=kept)

    def token(self, path: str = "/sign-in") -> str:
        """The token of the form of a page."""
        return form_token(self.get(path).text)

    def sign_in(self, who: str, **fields: str) -> httpx.Response:
        """Fill the form of the sign-in."""
        email = f"{who}@demo.example"
        return self.post(
            "/sign-in", {"email": email, "password": PASSWORD, "token": self.token()} | fields
        )

    def sign_out(self) -> httpx.Response:
        """Fill the form of the sign-out."""
        return self.post("/sign-out", {"token": self.token("/sign-out")})

    def open(self, path: str) -> Opened:
        """Open a page, following where it leads."""
        answer = self.http.get(path, follow_redirects=True)
        assert answer.status_code == 200, (path, answer.status_code)
        return opened(answer.text)

    async def connect(
        self, page: Opened, *, origin: str = "", cookies: str | None = None, **query: str
    ) -> socketio.AsyncClient:
        """Open the socket of a page; headers and query may be forged."""
        asked = {
            "client_id": page.client_id,
            "next_message_id": "0",
            "implicit_handshake": "true",
            "document_id": secrets.token_hex(8),
            "tab_id": secrets.token_hex(8),
        } | query
        sent = {"Origin": origin or self.product.base}
        if cookies := self.cookies if cookies is None else cookies:
            sent["Cookie"] = cookies
        client = socketio.AsyncClient(reconnection=False)
        self.sockets.append(client)
        await client.connect(
            f"{self.product.base}/?{httpx.QueryParams(asked)}",
            headers=sent,
            transports=["websocket"],
            socketio_path="/_nicegui_ws/socket.io",
            wait_timeout=5,
        )
        return client


def named(headers: dict[str, str]) -> dict[str, str]:
    """Header names from keywords."""
    return {k.replace("_", "-"): v for k, v in headers.items()}


def opened(text: str) -> Opened:
    """Read a page."""
    client_id = re.search(r"[\"']client_id[\"']:\s*[\"']([0-9a-f-]{36})", text)
    raw = re.search(r"parseElements\(String\.raw`(.*?)`\)", text, re.DOTALL)
    assert client_id
    assert raw
    return Opened(client_id[1], json.loads(html.unescape(raw[1])), text)


def form_token(text: str) -> str:
    """The hidden token of a form."""
    found = re.search(r'name="token"[^>]*value="([^"]+)"', text) or re.search(
        r'value="([^"]+)"[^>]*name="token"', text
    )
    assert found
    return found[1]


def tables(product: Product, *but: str) -> dict[str, list[tuple[Any, ...]]]:
    """All that the database holds, without what passes by itself."""
    with closing(sqlite3.connect(product.folder / "latchwell.db")) as base:
        names = [r[0] for r in base.execute("select name from sqlite_master where type='table'")]
        return {
            n: sorted(base.execute(f'select * from "{n}"').fetchall(), key=repr)  # noqa: S608
            for n in names
            if n not in {"usersession", *but}
        }


def write(product: Product, statement: str, *values: object) -> int:
    """Change the database behind the product's back; gives how many rows."""
    with closing(sqlite3.connect(product.folder / "latchwell.db", timeout=10)) as base:
        count = base.execute(statement, values).rowcount
        base.commit()
        return count


def until(holds: Callable[[], bool], seconds: float = 5) -> None:
    """Wait until something has happened in the server."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.02)


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo, reached without a proxy."""
    running = Product(tmp_path_factory.mktemp("served") / "data", SERVER)
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="session")
def proxied(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo over https, behind a proxy on this machine that it trusts."""
    settings = {"PORTAL_PUBLIC_URL": PUBLIC, "PORTAL_TRUSTED_PROXIES": "127.0.0.1"}
    running = Product(tmp_path_factory.mktemp("proxied") / "data", SERVER, **settings)
    running.start()
    yield running
    running.stop()


Arrive = Callable[..., Visitor]


@pytest.fixture
def arrive() -> Iterator[Arrive]:
    """Somebody with a browser of her own, signed in when she is named."""
    with_browser: list[Visitor] = []

    def visit(product: Product, who: str = "") -> Visitor:
        visitor = Visitor(product, httpx.Client(base_url=product.base, timeout=20, verify=NO_TLS))
        with_browser.append(visitor)
        if who:
            answer = visitor.sign_in(who)
            assert answer.headers["location"] == "/", answer.headers
        return visitor

    yield visit
    for visitor in with_browser:
        visitor.http.close()
