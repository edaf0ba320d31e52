"""Ed25519 keys of the server: one signs, the earlier ones are kept to verify what they signed.

RFC 8032. A key's id is the beginning of the SHA-256 of its public half, so that an id can't be
moved to another key.
"""

import base64
import fcntl
import hashlib
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SEED = 32
ENTRY = "signing"


@dataclass(frozen=True)
class Signature:
    """What a key has made of some bytes."""

    key_id: str
    value: bytes


@dataclass(frozen=True)
class SigningKeys:
    """The key that signs now, and the public half of every key there was."""

    seed: bytes = b""
    public: tuple[tuple[str, bytes], ...] = ()

    @classmethod
    def read(cls, entries: Any) -> Self:
        """Read the entries of the key file.

        Raises:
            ValueError: they are malformed.
        """
        public, seed = [], b""
        for entry in entries:
            half = base64.b64decode(entry["public"], validate=True)
            if key_id(half) != entry["id"]:
                msg = "a signing key has another id than its own"
                raise ValueError(msg)
            public.append((entry["id"], half))
            seed = base64.b64decode(entry.get("seed", ""), validate=True)
        if len(seed) != SEED or _public(seed) != public[-1][1]:
            msg = "the newest signing key is not whole"
            raise ValueError(msg)
        return cls(seed, tuple(public))

    @property
    def current(self) -> str:
        """Id of the key that signs."""
        return self.public[-1][0]

    def sign(self, data: bytes) -> Signature:
        """Sign with the newest key."""
        return Signature(self.current, Ed25519PrivateKey.from_private_bytes(self.seed).sign(data))

    def knows(self, key: str) -> bool:
        """Whether a key is one of ours."""
        return any(key == known for known, _ in self.public)

    def verifies(self, signature: Signature, data: bytes) -> bool:
        """Whether that key of ours has signed exactly these bytes."""
        half = dict(self.public).get(signature.key_id)
        if half is None:
            return False
        try:
            Ed25519PublicKey.from_public_bytes(half).verify(signature.value, data)
        except InvalidSignature:
            return False
        return True


def key_id(public: bytes) -> str:
    """Name a key by its public half."""
    return hashlib.sha256(public).hexdigest()[:16]


def new_entry() -> dict[str, str]:
    """Make a key for the key file."""
    seed = secrets.token_bytes(SEED)
    public = _public(seed)
    return {
        "id": key_id(public),
        "public": base64.b64encode(public).decode(),
        "seed": base64.b64encode(seed).decode(),
    }


def _public(seed: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(seed).public_key().public_bytes_raw()


def add_key(path: Path, *, only_first: bool) -> str:
    """Add a key to a key file, which from then on signs; returns the id of the key that signs.

    The older ones keep their public half alone: with what is in the file nobody can sign in their
    name any more, and what they have signed still verifies. The new file takes the old one's place
    in one step, so that a crash leaves one or the other.

    Args:
        path: the key file.
        only_first: do nothing where there is a key already.
    """
    path = path.resolve()
    with alone(path):
        raw = json.loads(path.read_text())
        entries = raw.get(ENTRY) or []
        if entries and only_first:
            return str(entries[-1]["id"])
        for entry in entries:
            entry.pop("seed", None)
        raw[ENTRY] = [*entries, new_entry()]
        replace(path, json.dumps(raw, indent=1))
        return str(raw[ENTRY][-1]["id"])


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Let one process change the key file at a time."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def replace(path: Path, text: str) -> None:
    """Put new text into the place of a file in one step; only its owner can read it."""
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
