"""Keeps the tests on this machine: a socket to anything but loopback is refused."""

import ipaddress
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

GUARDED = ("connect", "connect_ex", "sendto")


class OutsideError(RuntimeError):
    """A test tried to reach another machine."""


def is_here(host: object) -> bool:
    """Tell whether a host is this machine; no name but localhost is looked up."""
    if isinstance(host, bytes):
        host = host.decode()
    if host in {None, "", "localhost"}:
        return True
    try:
        address = ipaddress.ip_address(str(host).partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def refuse_outside(host: object) -> None:
    """Raise unless the host is this machine."""
    if not is_here(host):
        message = f"tests stay on this machine, and this one tried to reach {host!r}"
        raise OutsideError(message)


def _guarded(name: str) -> Callable[..., Any]:
    original = getattr(socket.socket, name)

    def call(self: socket.socket, *args: Any) -> Any:
        if self.family in {socket.AF_INET, socket.AF_INET6}:
            refuse_outside(args[-1][0])
        return original(self, *args)

    return call


@pytest.fixture(scope="session", autouse=True)
def _loopback_only() -> Iterator[None]:
    """Guard every socket of the run; processes that tests start are on their own."""
    with pytest.MonkeyPatch.context() as patch:
        for name in GUARDED:
            patch.setattr(socket.socket, name, _guarded(name))
        look_up = socket.getaddrinfo

        def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
            refuse_outside(host)
            return look_up(host, *args, **kwargs)

        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield
