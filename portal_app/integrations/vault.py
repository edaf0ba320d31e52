"""An encrypted archive that is written and read as a stream.

::

    latchwell-backup-1 NEWLINE
    header: 4 bytes length, JSON {"format", "at", "about", "slots": [{"kind", "id", ...}]}
    frames: 1 MiB each, AES-256-GCM

The key of the frames is random and used for this one archive. Each slot of the header holds it,
wrapped for one way to open the archive. The associated data of a frame are the hash of the header,
its number, and whether it is the last one: what is cut, moved, doubled, added or changed is refused.
"""

import hashlib
import io
import json
import secrets
from collections.abc import Callable
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

MAGIC = b"latchwell-backup-1\n"
FRAME = 1024 * 1024
TAG = 16
KEY = 32
HEADER_MOST = 64 * 1024


class NotAVaultError(RuntimeError):
    """The file is no archive of ours."""


class DamagedVaultError(RuntimeError):
    """The archive was cut or changed."""


class NoKeyError(RuntimeError):
    """None of the keys at hand opens the archive."""


Wrap = Callable[[bytes], dict[str, str]]
"""Wraps the archive's key into a slot."""
Unwrap = Callable[[dict[str, str]], bytes | None]
"""Gives the archive's key if this is its slot and the key fits."""


class Writer(io.RawIOBase):
    """Encrypts what is written to it; `finish` marks the end."""

    def __init__(self, out: BinaryIO, about: dict[str, Any], wraps: list[Wrap]) -> None:
        """Begin an archive.

        Args:
            out: where it goes.
            about: what anybody may read of it: never content.
            wraps: the ways to open it.
        """
        key = secrets.token_bytes(KEY)
        self._out, self._cipher = out, AESGCM(key)
        header = json.dumps({"about": about, "slots": [wrap(key) for wrap in wraps]}).encode()
        begin = MAGIC + len(header).to_bytes(4, "big") + header
        self._bound = hashlib.sha256(begin).digest()
        self._number, self._waiting = 0, bytearray()
        out.write(begin)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any, /) -> int:
        """Encrypt some more."""
        self._waiting += data
        # the last frame is known only at the end, so that a whole one may have to wait
        while len(self._waiting) > FRAME:
            self._frame(bytes(self._waiting[:FRAME]), last=False)
            del self._waiting[:FRAME]
        return len(data)

    def finish(self) -> None:
        """Write the last frame."""
        self._frame(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _frame(self, plain: bytes, *, last: bool) -> None:
        place = _place(self._bound, self._number, last=last)
        self._out.write(self._cipher.encrypt(_nonce(self._number), plain, place))
        self._number += 1


class Reader(io.RawIOBase):
    """Decrypts an archive; whatever is given out is authentic."""

    def __init__(self, source: BinaryIO, unwraps: list[Unwrap]) -> None:
        """Read the header and find the key.

        Raises:
            NotAVaultError: another kind of file.
            DamagedVaultError: the header is cut.
            NoKeyError: no key fits.
        """
        header, self._bound = _header(source)
        self.about: dict[str, Any] = header["about"]
        key = next(
            (k for s in header["slots"] for unwrap in unwraps if (k := unwrap(s)) is not None), None
        )
        if key is None:
            raise NoKeyError
        self._source, self._cipher = source, AESGCM(key)
        self._number, self._ready, self._ended = 0, memoryview(b""), False
        self._ahead = source.read(FRAME + TAG)

    def readable(self) -> bool:
        """Say that it can be read."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Give some more of the content.

        Raises:
            DamagedVaultError: cut, changed, or more than there was.
        """
        while not self._ready and not self._ended:
            self._ready = memoryview(self._frame())
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def _frame(self) -> bytes:
        sealed, self._ahead = self._ahead, self._source.read(FRAME + TAG)
        self._ended = not self._ahead
        place = _place(self._bound, self._number, last=self._ended)
        try:
            plain = self._cipher.decrypt(_nonce(self._number), sealed, place)
        except (InvalidTag, ValueError) as error:
            raise DamagedVaultError from error
        self._number += 1
        return plain


def _header(source: BinaryIO) -> tuple[dict[str, Any], bytes]:
    if source.read(len(MAGIC)) != MAGIC:
        raise NotAVaultError
    length = source.read(4)
    size = int.from_bytes(length, "big")
    raw = source.read(size) if size <= HEADER_MOST else b""
    if not raw or len(raw) != size:
        raise DamagedVaultError
    try:
        header = json.loads(raw)
        slots = header["slots"]
        whole = isinstance(header["about"], dict) and all(isinstance(s, dict) for s in slots)
    except (ValueError, KeyError, TypeError) as error:
        raise DamagedVaultError from error
    if not whole:
        raise DamagedVaultError
    return header, hashlib.sha256(MAGIC + length + raw).digest()


def _nonce(number: int) -> bytes:
    # the key is used for one archive only, so that a counter never repeats under it
    return number.to_bytes(12, "big")


def _place(bound: bytes, number: int, *, last: bool) -> bytes:
    return bound + number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")
