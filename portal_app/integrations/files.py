"""Encrypted files in the data folder: one random key a file, wrapped by the keyring.

Layout of a file: frames of 1 MiB, each AES-256-GCM with its number and whether it is the last as
associated data, so that frames can't be dropped, doubled or moved.
"""

import os
import secrets
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

FRAME = 1024 * 1024
NONCE = 12
TAG = 16


class KeyWrapper(Protocol):
    """Wraps the key of a file."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt, bound to the context."""
        ...

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt what ``seal`` made; a RuntimeError where bytes, context or key are others."""
        ...


class DamagedFileError(RuntimeError):
    """The stored bytes are not those that were written."""


class FileStore:
    """Keeps and gives back files under opaque names."""

    def __init__(self, folder: Path, keys: KeyWrapper) -> None:
        """Use that folder, which only this program's user can enter."""
        self._folder = folder
        self._keys = keys
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / name

    def write(self, name: str, owner: str, data: bytes) -> bytes:
        """Encrypt and keep; on disk (fsync) before it returns the wrapped key."""
        key = secrets.token_bytes(32)
        path = self._path(name)
        path.parent.mkdir(exist_ok=True, mode=0o700)
        unfinished = path.with_suffix(".part")
        with unfinished.open("xb") as file:
            for frame in _sealed(key, data):
                file.write(frame)
            file.flush()
            os.fsync(file.fileno())
        unfinished.rename(path)
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        return self._keys.seal(key, f"file|{name}|{owner}".encode())

    def read(self, name: str, owner: str, wrapped: bytes) -> bytes:
        """Decrypt a file.

        Raises:
            DamagedFileError: missing, cut, changed, or another owner's.
        """
        try:
            key = self._keys.unseal(wrapped, f"file|{name}|{owner}".encode())
        except RuntimeError as error:
            raise DamagedFileError(name) from error
        try:
            return b"".join(_opened(key, self._path(name).read_bytes()))
        except (InvalidTag, FileNotFoundError) as error:
            raise DamagedFileError(name) from error

    def remove(self, name: str) -> None:
        """Delete a file; nothing happens where there is none."""
        self._path(name).unlink(missing_ok=True)

    def names(self, older_than: timedelta) -> Iterator[str]:
        """List what has been kept for that long, for the search for orphans."""
        latest = time.time() - older_than.total_seconds()
        for path in self._folder.glob("??/*"):
            if path.stat().st_mtime < latest:
                yield path.name


def _sealed(key: bytes, data: bytes) -> Iterator[bytes]:
    cipher, frames = AESGCM(key), max(1, -(-len(data) // FRAME))
    for number in range(frames):
        nonce = os.urandom(NONCE)
        part = data[number * FRAME : (number + 1) * FRAME]
        yield nonce + cipher.encrypt(nonce, part, _place(number, last=number == frames - 1))


def _opened(key: bytes, stored: bytes) -> Iterator[bytes]:
    cipher, step = AESGCM(key), NONCE + FRAME + TAG
    starts = range(0, len(stored), step)
    if not starts:
        raise InvalidTag
    for number, start in enumerate(starts):
        frame = stored[start : start + step]
        if len(frame) < NONCE + TAG:
            raise InvalidTag
        last = number == len(starts) - 1
        yield cipher.decrypt(frame[:NONCE], frame[NONCE:], _place(number, last=last))


def _place(number: int, *, last: bool) -> bytes:
    return number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")
