"""The outermost layer alone: what it lets in, whatever stands behind it."""

from typing import Any

import pytest

from portal_app.security.web.outermost import Outermost, Policy

PUBLIC = Policy(public_url="https://portal.example", local=False, secure=True)
LOCAL = Policy()
SOCKET = "/_nicegui_ws/socket.io/"


async def sockets(policy: Policy, path: str, host: str, origin: str) -> tuple[int, list[Any]]:
    """How often the application was reached, and what was answered instead."""
    reached, sent = [], []

    async def inside(*_: Any) -> None:
        reached.append(1)

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    headers = [(b"host", host.encode()), (b"origin", origin.encode())]
    scope = {"type": "websocket", "path": path, "headers": headers, "client": ("192.0.2.1", 1)}
    await Outermost(inside, policy)(scope, receive, send)
    return len(reached), sent


@pytest.mark.parametrize(
    ("policy", "host", "origin"),
    [
        (PUBLIC, "portal.example", "https://portal.example"),
        (LOCAL, "localhost:8080", "http://localhost:8080"),
        (LOCAL, "[::1]:8080", "http://[::1]:8080"),
    ],
)
async def test_a_socket_of_ours_passes(policy: Policy, host: str, origin: str):
    assert await sockets(policy, SOCKET, host, origin) == (1, [])


@pytest.mark.parametrize(
    ("policy", "path", "host", "origin"),
    [
        (PUBLIC, SOCKET, "portal.example", "https://evil.example"),
        (PUBLIC, SOCKET, "portal.example", "http://portal.example"),
        (PUBLIC, SOCKET, "portal.example", "https://portal.example.evil.example"),
        (PUBLIC, SOCKET, "portal.example", "null"),
        (PUBLIC, SOCKET, "portal.example", ""),
        (PUBLIC, SOCKET, "localhost", "http://localhost"),
        (PUBLIC, SOCKET, "evil.example", "https://portal.example"),
        (PUBLIC, "/other", "portal.example", "https://portal.example"),
        (LOCAL, SOCKET, "localhost:8080", "http://localhost:9090"),
        (LOCAL, SOCKET, "evil.example", "http://evil.example"),
        (LOCAL, SOCKET, "localhost:8080", "http://evil.example"),
    ],
)
async def test_another_socket_is_closed_before_it_opens(
    policy: Policy, path: str, host: str, origin: str
):
    closed = {"type": "websocket.close", "code": 1008}
    assert await sockets(policy, path, host, origin) == (0, [closed])


def test_larger_bodies_are_for_uploads_alone():
    policy = Policy(uploads=(("/attachments/", 10), ("/more/", 20)))
    assert policy.body_most("/attachments/x") == 10
    assert policy.body_most("/more/x") == 20
    assert policy.body_most("/sign-in") == policy.body_most("/x/attachments/") == 1024 * 1024
