"""Static files: compressed once, kept for ever, sent in a form that the browser takes."""

import gzip
from typing import Any

import brotli
import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from portal_app.security.web import static_cache
from portal_app.security.web.static_cache import StaticCache
from tests.product import Product
from tests.served import Arrive

TEXT = "body{color:teal}" * 100
BROWSER = "gzip, deflate, br, zstd"


class Files:
    """An application that counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        routes = [Route("/{path:path}", self.answer)]
        self.cache = StaticCache(Starlette(routes=routes), ("/static/",))
        self.client = httpx.AsyncClient(
            transport=httpx.ASGITransport(self.cache), base_url="http://localhost"
        )

    async def answer(self, request: Any) -> Response:
        self.asked.append(request.url.path)
        if "missing" in request.url.path:
            return Response(status_code=404)
        small = "small" in request.url.path
        kind = "font/woff2" if "font" in request.url.path else "text/css"
        headers = {"set-cookie": "a=b", "etag": "x", "last-modified": "now"}
        return PlainTextResponse("a{}" if small else TEXT, headers=headers, media_type=kind)

    async def get(self, path: str, accepted: str = BROWSER, **more: str) -> httpx.Response:
        return await self.client.get(path, headers={"Accept-Encoding": accepted} | more)


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        (BROWSER, "br"),
        ("br;q=0.5, gzip", "br"),
        ("GZIP", "gzip"),
        ("gzip", "gzip"),
        ("gzip, br;q=0", "gzip"),
        ("gzip;q=0, br; q=0.000", ""),
        ("identity", ""),
        ("", ""),
        ("brotli, x-gzip", ""),
    ],
)
async def test_a_browser_gets_what_it_takes(accepted: str, encoding: str):
    files = Files()
    answer = await files.get("/static/a.css", accepted)
    assert answer.headers.get("content-encoding", "") == encoding
    assert answer.headers["vary"] == "accept-encoding"
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.text == TEXT
    assert int(answer.headers["content-length"]) < len(TEXT) or not encoding
    assert "set-cookie" not in answer.headers
    assert "etag" not in answer.headers


async def test_a_file_is_read_and_compressed_once(monkeypatch: pytest.MonkeyPatch):
    packed = []
    for module in (gzip, brotli):
        pack = module.compress
        monkeypatch.setattr(
            module, "compress", lambda *a, p=pack, **k: packed.append(1) or p(*a, **k)
        )
    files = Files()
    for accepted in (BROWSER, "gzip", "", BROWSER):
        assert (await files.get("/static/a.css", accepted, Range="bytes=0-3")).text == TEXT
    assert files.asked == ["/static/a.css"]
    assert len(packed) == 2


@pytest.mark.parametrize("path", ["/static/small.css", "/static/font.woff2"])
async def test_what_gains_nothing_is_not_packed(path: str):
    assert "content-encoding" not in (await Files().get(path)).headers


@pytest.mark.parametrize(
    "path",
    ["/page", "/static/missing.css", "/static/dynamic_resources/x", "/static/resources/k/x"],
)
async def test_other_answers_are_never_kept(path: str):
    files = Files()
    for _ in range(2):
        answer = await files.get(path)
        assert "immutable" not in answer.headers.get("cache-control", "")
    assert len(files.asked) >= 2


async def test_posts_pass(monkeypatch: pytest.MonkeyPatch):
    files = Files()
    assert (await files.client.post("/static/a.css")).status_code == 405
    assert "immutable" not in (await files.client.head("/static/a.css")).headers.get(
        "cache-control", ""
    )


async def test_the_memory_has_an_end(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(static_cache, "FILES_MOST", 2)
    files = Files()
    for _ in range(2):
        for name in "abc":
            assert (await files.get(f"/static/{name}.css")).text == TEXT
    assert sorted(files.asked) == [f"/static/{n}.css" for n in "abcc"]
    monkeypatch.setattr(static_cache, "FILES_MOST", 300)
    monkeypatch.setattr(static_cache, "BYTES_MOST", 4 * len(TEXT) - 1)
    for _ in range(2):
        await files.get("/static/d.css")
        await files.get("/static/e.css")
    assert files.asked.count("/static/d.css") == 1
    assert files.asked.count("/static/e.css") == 2


@pytest.mark.parametrize("path", ["/_nicegui/3.18.0/static/nicegui.js", "/assets/icons.svg"])
def test_served_files_are_the_same_in_every_form(served: Product, arrive: Arrive, path: str):
    visitor = arrive(served)
    raw = visitor.get(path, Accept_Encoding="identity")
    packed = visitor.get(path, Accept_Encoding="br")
    assert packed.headers["content-encoding"] == "br"
    assert packed.content == raw.content
    assert packed.num_bytes_downloaded < len(raw.content) / 2
