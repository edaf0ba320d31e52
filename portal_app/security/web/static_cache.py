"""Static files, compressed once and kept in memory, answered before any other layer."""

import asyncio
import gzip
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import brotli
from starlette.middleware.gzip import GZipMiddleware

from portal_app.security.web.outermost import App, Message, Receive, Scope, Send

FILES_MOST = 300
BYTES_MOST = 32 * 1024 * 1024
SMALLEST = 500
_REFUSED = re.compile(r"q\s*=\s*0(\.0*)?")
IMMUTABLE = b"public, max-age=31536000, immutable"


@dataclass(frozen=True)
class Entry:
    """One file in the forms that a browser may ask for."""

    headers: tuple[tuple[bytes, bytes], ...]
    raw: bytes
    zipped: bytes
    brotli: bytes

    def best(self, accepted: str) -> tuple[bytes, bytes]:
        """Give encoding and body for an Accept-Encoding header."""
        taken = set(_taken(accepted))
        if self.brotli and "br" in taken:
            return b"br", self.brotli
        if self.zipped and "gzip" in taken:
            return b"gzip", self.zipped
        return b"", self.raw


def _taken(accepted: str) -> Iterator[str]:
    """List the encodings that a browser takes; a weight of zero refuses one."""
    for part in accepted.lower().split(","):
        name, *parameters = (p.strip() for p in part.split(";"))
        if not any(_REFUSED.fullmatch(p) for p in parameters):
            yield name


def compressed_pages(app: Any) -> Any:
    """Wrap what answers pages; takes the place of NiceGUI's compression at the slowest level."""
    return GZipMiddleware(app, minimum_size=SMALLEST, compresslevel=5)


class StaticCache:
    """Answers static files from memory; the application is asked for each of them once."""

    def __init__(self, app: App, prefixes: tuple[str, ...]) -> None:
        """Wrap the application; files are what lies below the prefixes."""
        self._app = app
        self.prefixes = prefixes
        self._files: dict[str, Entry] = {}
        self._kept = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer from memory where the file is known."""
        if scope["type"] != "http" or not self._cacheable(scope):
            await self._app(scope, receive, send)
            return
        entry = self._files.get(scope["path"]) or await self._fill(scope)
        if entry is None:
            await self._app(scope, receive, send)
            return
        accepted = dict(scope["headers"]).get(b"accept-encoding", b"").decode("latin-1")
        encoding, body = entry.best(accepted)
        headers = [*entry.headers, (b"content-length", str(len(body)).encode())]
        if encoding:
            headers.append((b"content-encoding", encoding))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _cacheable(self, scope: Scope) -> bool:
        path = scope["path"]
        return (
            scope["method"] == "GET"
            and path.startswith(self.prefixes)
            and "/dynamic_resources/" not in path
            and "/resources/" not in path
        )

    async def _fill(self, scope: Scope) -> Entry | None:
        dropped = {b"accept-encoding", b"range", b"if-none-match", b"if-modified-since"}
        inner = {**scope, "headers": [(k, v) for k, v in scope["headers"] if k not in dropped]}
        asked = False
        started: list[Message] = []
        chunks: list[bytes] = []

        async def receive() -> Message:
            nonlocal asked
            if asked:
                # Starlette listens for a disconnect; an answer here would make it spin
                await asyncio.Event().wait()
            asked = True
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            if message["type"] == "http.response.start":
                started.append(message)
            else:
                chunks.append(message.get("body", b""))

        await self._app(inner, receive, send)
        if not started or started[0]["status"] != 200:
            return None
        raw = b"".join(chunks)
        loop = asyncio.get_running_loop()
        entry = await loop.run_in_executor(None, _compressed, started[0]["headers"], raw)
        if len(self._files) < FILES_MOST and self._kept + len(raw) < BYTES_MOST:
            self._files[scope["path"]] = entry
            self._kept += len(raw)
        return entry


def _compressed(headers: list[tuple[bytes, bytes]], raw: bytes) -> Entry:
    kept = {b"content-type", b"last-modified"}
    fixed = tuple((k.lower(), v) for k, v in headers if k.lower() in kept)
    kind = dict(fixed).get(b"content-type", b"")
    fixed += ((b"cache-control", IMMUTABLE), (b"vary", b"accept-encoding"))
    if len(raw) < SMALLEST or b"font" in kind or b"image/png" in kind:
        return Entry(fixed, raw, b"", b"")
    return Entry(fixed, raw, gzip.compress(raw, 9, mtime=0), brotli.compress(raw, quality=9))
