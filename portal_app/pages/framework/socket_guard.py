"""Checks every frame of the web socket: owner of the page, live session, own tab.

NiceGUI takes the id of a page as proof; here it is only a name. Its registered handlers are
replaced, and a test fails when the registry is no longer where it was.
"""

import logging
import urllib.parse
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import Any

import socketio
from nicegui import core

from portal_app.pages.framework.clients import Clients
from portal_app.security.web.session_gate import SessionGate

log = logging.getLogger(__name__)
EVENTS = ("connect", "handshake", "event", "javascript_response", "ack", "log")


@dataclass(frozen=True)
class Bound:
    """What a socket has proved when it connected."""

    client_id: str
    session_id: str


class SocketGuard:
    """Stands before NiceGUI's own handlers."""

    def __init__(self, gate: SessionGate, clients: Clients, cookie: str) -> None:
        """Use those sessions, those pages, and that cookie."""
        self._gate, self._clients, self._cookie = gate, clients, cookie
        self._bound: dict[str, Bound] = {}
        self._inner: dict[str, Callable[..., Any]] = {}

    def install(self) -> None:
        """Take the place of the registered handlers."""
        handlers = core.sio.handlers["/"]
        for name in (*EVENTS, "disconnect"):
            own = getattr(self, f"_{name}")
            current = handlers[name]
            original = getattr(current, "latchwell_inner", current)
            self._inner[name] = original
            handlers[name] = _marked(own, original)

    async def _connect(self, sid: str, environ: dict[str, Any]) -> None:
        if environ is not core.sio.get_environ(sid):
            return  # a frame of that name, and what it says of itself proves nothing
        query = urllib.parse.parse_qs(environ.get("QUERY_STRING", ""))
        client_id = query.get("client_id", [""])[0]
        owner = self._clients.owner(client_id)
        if owner is None:
            raise socketio.exceptions.ConnectionRefusedError("Implicit handshake failed")
        if owner.session_id:
            info = await self._gate.resolve(_cookie(environ, self._cookie))
            if info is None or info.id != owner.session_id:
                raise socketio.exceptions.ConnectionRefusedError("Implicit handshake failed")
        self._bound[sid] = Bound(client_id, owner.session_id)
        try:
            await self._inner["connect"](sid, environ)
        except Exception as error:
            # nobody tells of the end of a socket that never was
            self._bound.pop(sid, None)
            raise socketio.exceptions.ConnectionRefusedError("Implicit handshake failed") from error

    async def _handshake(self, sid: str, data: dict[str, Any]) -> bool:
        if not self._holds(sid, data):
            return False
        try:
            return bool(await self._inner["handshake"](sid, data))
        except Exception as error:  # noqa: BLE001 - as in _pass
            _note(error)
            return False

    def _event(self, sid: str, message: dict[str, Any]) -> None:
        bound = self._bound.get(sid)
        if bound is None or not self._holds(sid, message):
            return
        if bound.session_id:
            self._gate.touch(bound.session_id)
        self._pass("event", sid, message)

    def _javascript_response(self, sid: str, message: dict[str, Any]) -> None:
        if self._holds(sid, message):
            self._pass("javascript_response", sid, message)

    def _ack(self, sid: str, message: dict[str, Any]) -> None:
        if self._holds(sid, message):
            self._pass("ack", sid, message)

    def _pass(self, name: str, sid: str, message: dict[str, Any]) -> None:
        """Hand a frame on; what is wrong with it must not write itself into our log."""
        try:
            self._inner[name](sid, message)
        except Exception as error:  # noqa: BLE001 - a frame may hold anything
            _note(error)

    def _log(self, sid: str, message: dict[str, Any]) -> None:
        """Drop what a browser wants written into our log."""

    def _disconnect(self, sid: str, _: object) -> None:
        self._bound.pop(sid, None)
        self._inner["disconnect"](sid)

    def _holds(self, sid: str, message: object) -> bool:
        bound = self._bound.get(sid)
        if bound is None or not isinstance(message, dict):
            return False
        if message.get("client_id") != bound.client_id:
            return False
        owner = self._clients.owner(bound.client_id)
        if owner is None or owner.session_id != bound.session_id:
            return False
        return not bound.session_id or self._gate.alive(bound.session_id)


def _marked(own: Callable[..., Any], original: Callable[..., Any]) -> Callable[..., Any]:
    if own.__name__ in {"_connect", "_handshake"}:

        async def guarded(sid: str, message: Any = None, *_: Any) -> Any:
            return await own(sid, message)

    else:

        def guarded(sid: str, message: Any = None, *_: Any) -> Any:  # type: ignore[misc]
            return own(sid, message)

    guarded.latchwell_inner = original  # type: ignore[attr-defined]
    return guarded


def _note(error: Exception) -> None:
    log.info("a frame made no sense", extra={"error": type(error).__name__})


def _cookie(environ: dict[str, Any], name: str) -> str | None:
    try:
        jar = SimpleCookie(environ.get("HTTP_COOKIE", ""))
    except CookieError:
        return None
    return jar[name].value if name in jar else None
