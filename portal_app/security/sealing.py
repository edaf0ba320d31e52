"""Whole PDFs, signed by the server: one changed byte, wherever it stands, is found out.

The signature is a comment line before the file's last ``startxref``, which PDF readers pass over.
It is made over every other byte of the file, and over its own line with zeros in its place.
"""

import re

from portal_app.security.crypto import Keyring
from portal_app.security.signing import Signature

MARK = b"%Latchwell-signature-1 "
END = b"startxref"
CONTEXT = b"latchwell pdf 1\n"
VALUE = 128
"""Hexadecimal digits of an Ed25519 signature."""
_LINE = re.compile(rb"%Latchwell-signature-1 ([0-9a-f]{16}) ([0-9a-f]{128})\n")


class NotSealableError(ValueError):
    """The bytes are no PDF that can carry a signature."""


def seal(keyring: Keyring, data: bytes) -> bytes:
    """Sign a PDF; what is given back is the same file with one more line.

    Raises:
        NotSealableError: it has no end, or carries such a line already.
    """
    at = data.rfind(END)
    if at < 1 or data[at - 1 : at] not in {b"\n", b"\r"} or MARK in data:
        raise NotSealableError
    head, tail = data[:at], data[at:]
    key = keyring.signing.current
    made = keyring.sign(_covered(head, key, tail))
    return head + _line(key, made.value.hex()) + tail


def is_genuine(keyring: Keyring, data: bytes) -> bool:
    """Whether this server has signed exactly these bytes."""
    at = data.find(MARK)
    found = _LINE.match(data, at) if at >= 0 else None
    if found is None:
        return False
    key, value = found[1].decode(), bytes.fromhex(found[2].decode())
    covered = _covered(data[:at], key, data[found.end() :])
    return keyring.verifies(Signature(key, value), covered)


def _line(key: str, value: str) -> bytes:
    return MARK + f"{key} {value}\n".encode()


def _covered(head: bytes, key: str, tail: bytes) -> bytes:
    return CONTEXT + len(head).to_bytes(8, "big") + head + _line(key, "0" * VALUE) + tail
