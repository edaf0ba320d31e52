"""Argon2id (RFC 9106, second recommended option) with a pepper, off the event loop."""

import gzip
import threading
from functools import cache
from pathlib import Path

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import Type

from portal_app.rules.passwords import normalised
from portal_app.security.crypto import Keyring

MEMORY_KIB = 64 * 1024
AT_ONCE = 2
"""Hashes computed at the same time: 128 MiB at most, and nobody else waits."""

_hasher = PasswordHasher(time_cost=3, memory_cost=MEMORY_KIB, parallelism=4, type=Type.ID)
_room = threading.BoundedSemaphore(AT_ONCE)


def _peppered(password: str, keyring: Keyring) -> str:
    return keyring.mac("pepper", normalised(password).encode()).hex()


def hash_password(password: str, keyring: Keyring) -> str:
    """Hash a password; takes about a sixth of a second on purpose."""
    with _room:
        return _hasher.hash(_peppered(password, keyring))


def verify(password: str, stored: str | None, keyring: Keyring) -> bool:
    """Check a password; just as slow when there is nobody to check it against."""
    with _room:
        try:
            _hasher.verify(stored or _dummy(), _peppered(password, keyring))
        except (VerificationError, InvalidHashError):
            return False
        return stored is not None


def needs_rehash(stored: str) -> bool:
    """Whether the hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(stored)


@cache
def _dummy() -> str:
    return _hasher.hash("nobody")


@cache
def common() -> frozenset[str]:
    """Give the passwords that many people use."""
    packed = (Path(__file__).parent / "common.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


def warm_up() -> None:
    """Make the dummy before the first stranger comes, so that the first answer is not slower."""
    _dummy()
    common()


__all__ = ["common", "hash_password", "needs_rehash", "verify", "warm_up"]
