"""The outermost layer: whatever it refuses, nothing inside ever sees."""

import json
import logging
import re
import secrets
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from portal_app.security.web.error_page import error_page
from portal_app.security.web.headers import COMMON, PLAIN_CSP, TWO_YEARS, new_nonce, page_csp

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("portal_app.access")

FORWARDED = (b"x-forwarded-", b"forwarded", b"x-real-ip", b"x-original-", b"x-rewrite-")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
SOCKET = "/_nicegui_ws/"
FRAMEWORK_UPLOAD = re.compile(r"^/_nicegui/client/[^/]+/upload/")
SECRET_PATHS = re.compile(r"^/(invite|reset|setup|visit|email|calendar|_nicegui/client)/[^/]+")
HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:@/\s]+)(?::\d{1,5})?")
LOCAL = frozenset({"localhost", "127.0.0.1", "[::1]", "testserver"})
VISITOR = "latchwell-visitor"
BODY_MOST = 1024 * 1024
NEUTRAL = {404: 404, 405: 404, 500: 500}
"""Statuses whose page is always ours: the same bytes for absent and for forbidden."""


@dataclass(frozen=True)
class Policy:
    """What the shell lets in.

    Args:
        public_url: the address that people type; empty, only local names are served.
        local: local host names are served too, on any port (the demo, tests).
        proxies: peers whose forwarded headers count.
        uploads: path prefixes that may carry larger bodies, with their limit in bytes.
        machines: path prefixes that other machines post to; they prove themselves otherwise.
    """

    public_url: str = ""
    local: bool = True
    proxies: tuple[str, ...] = ()
    uploads: tuple[tuple[str, int], ...] = ()
    machines: tuple[str, ...] = ("/webhooks/", "/sandbox/")
    secure: bool = field(default=False)

    def serves(self, host: str) -> bool:
        """Whether that Host header is one of ours."""
        if self.public_url and host == urlsplit(self.public_url).netloc:
            return True
        named = HOST.fullmatch(host)
        return self.local and named is not None and named[1] in LOCAL

    def own_origin(self, origin: str, host: str) -> bool:
        """Whether a page of ours has sent this."""
        if self.public_url and origin == self.public_url:
            return True
        return self.local and origin in {f"http://{host}", f"https://{host}"} and self.serves(host)

    def body_most(self, path: str) -> int:
        """Give the largest body in bytes that a path takes."""
        return next((most for prefix, most in self.uploads if path.startswith(prefix)), BODY_MOST)


class TooLargeError(Exception):
    """The body went over its limit while it was read."""


class Outermost:
    """Strips forged headers, checks host and origin, limits bodies, adds headers, keeps the log."""

    def __init__(self, app: App, policy: Policy) -> None:
        """Wrap the whole application."""
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, or answer it here."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        _strip(scope, self._policy.proxies)
        headers = {k.decode("latin-1"): v.decode("latin-1") for k, v in scope["headers"]}
        if scope["type"] == "websocket":
            await self._socket(scope, receive, send, headers)
            return
        await self._request(scope, receive, send, headers)

    async def _socket(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]
    ) -> None:
        host = headers.get("host", "")
        own = self._policy.own_origin(headers.get("origin", ""), host)
        if not self._policy.serves(host) or not own or not scope["path"].startswith(SOCKET):
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    async def _request(
        self, scope: Scope, receive: Receive, send: Send, headers: dict[str, str]
    ) -> None:
        began, reference = time.perf_counter(), secrets.token_hex(4)
        scope["latchwell.nonce"] = new_nonce()
        scope["latchwell.reference"] = reference
        visitor = _cookie(headers.get("cookie", ""), VISITOR)
        scope["latchwell.visitor"] = visitor or secrets.token_urlsafe(24)
        scope["latchwell.new_visitor"] = not visitor
        answer = _Answer(scope, send, self._policy, reference)
        refusal = self._refusal(scope, headers)
        try:
            if refusal:
                await answer.page(refusal)
            else:
                most = self._policy.body_most(scope["path"])
                await self._app(scope, answer.limited(receive, most), answer)
        except TooLargeError:
            await answer.page(413)
        except Exception as error:  # noqa: BLE001 - nothing may show itself to a stranger
            log.error(  # noqa: TRY400 - an exception's text may hold a person's words
                "failed", extra={"reference": reference, "error": _where(error)}
            )
            await answer.page(500)
        _note(scope, answer.status, time.perf_counter() - began, reference)

    def _refusal(self, scope: Scope, headers: dict[str, str]) -> int:
        host, path, method = headers.get("host", ""), scope["path"], scope["method"]
        if not self._policy.serves(host):
            return 400
        if path.startswith(SOCKET) or FRAMEWORK_UPLOAD.match(path):
            return 404
        length = headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()) or int(length) > self._policy.body_most(
            path
        ):
            return 413
        if method in SAFE_METHODS or path.startswith(self._policy.machines):
            return 0
        # browsers say "null" for the origin of a form where no referrer is sent, so their own
        # word about the site comes first; no page can forge it
        site = headers.get("sec-fetch-site")
        if site is not None:
            return 0 if site == "same-origin" else 403
        return 0 if self._policy.own_origin(headers.get("origin", ""), host) else 403


class _Answer:
    """Sends what the application answers, with our headers, and our own page where it failed."""

    def __init__(self, scope: Scope, send: Send, policy: Policy, reference: str) -> None:
        self._scope, self._send, self._policy = scope, send, policy
        self._reference = reference
        self._replaced = self._too_large = False
        self._started = False
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] != "http.response.start":
            if not self._replaced:
                await self._send(message)
            return
        # a form's parser turns every error of the reading into an answer of its own
        shown = 413 if self._too_large else self._neutral(message)
        if shown:
            self._replaced = True
            await self.page(shown)
            return
        self._started, self.status = True, message["status"]
        headers = [
            (k, v) for k, v in message.get("headers", ()) if k.lower() not in {b"server", b"etag"}
        ]
        await self._send({**message, "headers": [*headers, *self._added(headers)]})

    def _neutral(self, message: Message) -> int | None:
        """Name the page of ours that is shown instead; machines of the sandbox get their JSON."""
        for_machine = self._scope["path"].startswith("/sandbox/") and any(
            k.lower() == b"content-type" and v.startswith(b"application/json")
            for k, v in message.get("headers", ())
        )
        return None if for_machine else NEUTRAL.get(message["status"])

    def limited(self, receive: Receive, most: int) -> Receive:
        """Give what reads the body, up to that many bytes."""
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > most:
                self._too_large = True
                raise TooLargeError
            return message

        return counted

    async def page(self, status: int) -> None:
        """Answer with the neutral page; nothing happens once the answer has begun."""
        if self._started:
            return
        self._started, self.status = True, status
        body = error_page(status, self._reference if status >= 500 else "")
        headers = [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", str(len(body)).encode()),
        ]
        start = {"type": "http.response.start", "status": status}
        await self._send({**start, "headers": [*headers, *self._added(headers)]})
        shown = b"" if self._scope["method"] == "HEAD" else body
        await self._send({"type": "http.response.body", "body": shown})

    def _added(self, headers: list[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
        present = {k.lower() for k, _ in headers}
        page = (b"x-nicegui-content", b"page") in {(k.lower(), v) for k, v in headers}
        added = dict(COMMON)
        added["Content-Security-Policy"] = (
            page_csp(self._scope["latchwell.nonce"]) if page else PLAIN_CSP
        )
        if self.status >= 400 or not _is_asset(self._scope["path"]):
            added["Cache-Control"] = "no-store"
        if page and self._scope["latchwell.new_visitor"]:
            # forms before the sign-in are bound to this cookie
            secure = "; Secure" if self._policy.secure else ""
            value = self._scope["latchwell.visitor"]
            added["Set-Cookie"] = f"{VISITOR}={value}; Path=/; HttpOnly; SameSite=lax{secure}"
        if self._policy.secure:
            added["Strict-Transport-Security"] = TWO_YEARS
        return [
            (k.lower().encode(), v.encode())
            for k, v in added.items()
            if k == "Set-Cookie" or k.lower().encode() not in present
        ]


def _cookie(header: str, name: str) -> str:
    for part in header.split(";"):
        key, _, value = part.strip().partition("=")
        if key == name:
            return value
    return ""


def _is_asset(path: str) -> bool:
    return path.startswith(("/_nicegui/", "/assets/")) and "/client/" not in path


def _strip(scope: Scope, proxies: tuple[str, ...]) -> None:
    """Forget forwarded headers; from a trusted proxy, take client and scheme out of them first."""
    raw = list(scope["headers"])
    peer = scope["client"][0] if scope.get("client") else ""
    if peer in proxies:
        found = {k: v.decode("latin-1") for k, v in raw}
        hops = [h.strip() for h in found.get(b"x-forwarded-for", "").split(",") if h.strip()]
        strangers = [h for h in hops if h not in proxies]
        if strangers:
            scope["client"] = (strangers[-1], 0)
        if found.get(b"x-forwarded-proto") == "https":
            scope["scheme"] = "wss" if scope["type"] == "websocket" else "https"
    scope["headers"] = [(k, v) for k, v in raw if not k.lower().startswith(FORWARDED)]


def _note(scope: Scope, status: int, seconds: float, reference: str) -> None:
    path = SECRET_PATHS.sub(r"/\1/…", scope["path"])
    entry = {
        "method": scope["method"],
        "path": path,
        "status": status,
        "ms": round(seconds * 1000, 1),
        "reference": reference,
    }
    log.info(json.dumps(entry))


def _where(error: BaseException) -> str:
    """Name the kind of an error and its line; never its text."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = (
        f"{trace.tb_frame.f_code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}" if trace else ""
    )
    return f"{type(error).__name__} at {place}"
