"""Keys of the data folder, and the few things that are done with them.

AES-256-GCM with a random 96-bit nonce (NIST SP 800-38D), HMAC-SHA-256 for look-ups and chains.
"""

import base64
import hashlib
import hmac
import json
import os
import secrets
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal_app.security.signing import (
    ENTRY,
    Signature,
    SigningKeys,
    add_key,
    alone,
    new_entry,
    replace,
)

NONCE = 12
KEY = 32
BEFORE = "content_before"
"""Keys that encrypted before, while a rotation is under way."""
RECOVERY = "recovery"
"""The public half of the practice's recovery key."""
CARRIED = ("index", "audit", "search", "pepper")
"""Purposes whose results stand in the database: they go along when a practice moves."""
PURPOSES = ("index", "audit", "form", "search", "storage", "pepper")


class SecretsError(RuntimeError):
    """The key file is missing, weak, or readable by others."""


class TamperedError(RuntimeError):
    """What was read is not what was written."""


@dataclass(frozen=True)
class Keyring:
    """The keys: one for content, one for each other purpose, and those that sign."""

    content: bytes
    others: dict[str, bytes]
    signing: SigningKeys = field(default_factory=SigningKeys)
    path: Path | None = None
    _seen: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @classmethod
    def open(cls, path: Path, *, create: bool) -> Self:
        """Read the key file, or make it (mode 0600) where it may be made.

        Raises:
            SecretsError: it is missing, malformed, too short, or open to other users.
        """
        if not path.exists():
            if not create:
                msg = f"no key file at {path}"
                raise SecretsError(msg)
            _write(path)
        if path.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
            msg = f"{path} can be read by others; set its mode to 0600"
            raise SecretsError(msg)
        raw, signing = _read(path)
        if any(len(raw.get(k, b"")) < KEY or len(set(raw[k])) < 8 for k in ("content", *PURPOSES)):
            msg = f"{path} holds a missing or weak key"
            raise SecretsError(msg)
        if signing is None:  # a file from before there were signatures
            try:
                add_key(path, only_first=True)
            except OSError as error:
                msg = f"{path} needs a signing key, and can't be written"
                raise SecretsError(msg) from error
            signing = _read(path)[1]
        keys = _signing(path, signing)
        return cls(raw["content"], {k: raw[k] for k in PURPOSES}, keys, path)

    def sign(self, data: bytes) -> Signature:
        """Sign with the server's newest key."""
        return self.signing.sign(data)

    def verifies(self, signature: Signature, data: bytes) -> bool:
        """Whether a key of this server, of now or of before, has signed exactly these bytes.

        A key that was added since the start, by the command line, is found in the file.
        """
        keys = self.signing
        if not keys.knows(signature.key_id) and self.path is not None:
            keys = _signing(self.path, _read(self.path)[1])
        return keys.verifies(signature, data)

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt, bound to its context: nonce, then ciphertext and tag."""
        nonce = os.urandom(NONCE)
        return nonce + AESGCM(self._contents()[0]).encrypt(nonce, plain, context)

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt what ``seal`` made.

        Raises:
            TamperedError: bytes, context or key are not those of the sealing.
        """
        for key in self._contents():
            try:
                return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], context)
            except InvalidTag:
                continue
        raise TamperedError

    def is_newest(self, sealed: bytes, context: bytes) -> bool:
        """Whether something is sealed with the newest key already."""
        try:
            AESGCM(self._contents()[0]).decrypt(sealed[:NONCE], sealed[NONCE:], context)
        except InvalidTag:
            return False
        return True

    def _contents(self) -> tuple[bytes, ...]:
        """Give the key that encrypts, then those before it, as the file has them now.

        The command line may have added one since the start; a look at the file's date tells.
        """
        if self.path is None:
            return (self.content,)
        try:
            stat_now = self.path.stat()
        except OSError:  # what was read at the start still holds
            return self._seen.get("keys") or (self.content,)
        date = (stat_now.st_mtime_ns, stat_now.st_ino, stat_now.st_size)
        if self._seen.get("date") != date:
            self._seen["keys"] = _content_keys(self.path)
            self._seen["date"] = date
        keys: tuple[bytes, ...] = self._seen["keys"]
        return keys

    def mac(self, purpose: str, data: bytes) -> bytes:
        """HMAC-SHA-256 under the key of that purpose."""
        return hmac.digest(self.others[purpose], data, "sha256")

    def index(self, text: str) -> bytes:
        """Blind index of an e-mail address or phone: equal texts, equal bytes."""
        return self.mac("index", text.strip().casefold().encode())

    def term(self, word: str) -> int:
        """Signed 64-bit keyed hash of a word, for the search table."""
        return int.from_bytes(self.mac("search", word.encode())[:8], "big", signed=True)


def rotate_content(path: Path) -> bool:
    """Let a new key encrypt from now on, also in a server that runs; older ones still decrypt.

    Returns:
        Whether one was made; not while an earlier rotation is unfinished.

    Raises:
        SecretsError: the key file can't be written.
    """

    def add(raw: dict[str, Any]) -> bool:
        if raw.get(BEFORE):
            return False
        raw[BEFORE] = [raw["content"]]
        raw["content"] = base64.b64encode(secrets.token_bytes(KEY)).decode()
        return True

    return _changed(path, add)


def forget_older(path: Path) -> None:
    """Let go of the keys that nothing is encrypted with any more.

    Raises:
        SecretsError: the key file can't be written.
    """
    _changed(path, lambda raw: bool(raw.pop(BEFORE, None)))


def _changed(path: Path, change: Callable[[dict[str, Any]], bool]) -> bool:
    path = path.resolve()
    try:
        with alone(path):
            raw = json.loads(path.read_text())
            done = change(raw)
            if done:
                replace(path, json.dumps(raw, indent=1))
    except OSError as error:
        msg = f"{path} can't be written"
        raise SecretsError(msg) from error
    return done


def _content_keys(path: Path) -> tuple[bytes, ...]:
    raw = json.loads(path.read_text())
    return tuple(base64.b64decode(k) for k in (raw["content"], *raw.get(BEFORE, ())))


def carried(path: Path) -> dict[str, Any]:
    """Give what must go along when a practice moves to another machine with keys of its own.

    These are the keys by which rows are found, passwords are checked, the access log is chained,
    and documents were signed; not the one that encrypts.
    """
    raw = json.loads(path.read_text())
    return {name: raw[name] for name in (*CARRIED, ENTRY)}


def begin(path: Path, given: dict[str, Any]) -> None:
    """Make a key file with new keys beside those that came along.

    Raises:
        SecretsError: what came along is not whole.
        FileExistsError: there is a key file already.
    """
    if given.keys() != {*CARRIED, ENTRY}:
        msg = "the keys that came along are not whole"
        raise SecretsError(msg)
    _write(path, given)


def rotate_signing(path: Path) -> str:
    """Let a new key sign from the next start on; what older ones signed still verifies.

    Raises:
        SecretsError: the key file can't be read or written.
    """
    entries = _read(path)[1]
    if entries is not None:
        _signing(path, entries)
    try:
        return add_key(path, only_first=False)
    except OSError as error:
        msg = f"{path} can't be written"
        raise SecretsError(msg) from error


def _read(path: Path) -> tuple[dict[str, bytes], Any]:
    try:
        found = json.loads(path.read_text())
        signing = found.pop(ENTRY, None)
        for other in (BEFORE, RECOVERY):
            found.pop(other, None)
        return {k: base64.b64decode(v) for k, v in found.items()}, signing
    except (OSError, ValueError, AttributeError, TypeError) as error:
        msg = f"{path} is no key file"
        raise SecretsError(msg) from error


def _signing(path: Path, entries: Any) -> SigningKeys:
    try:
        return SigningKeys.read(entries)
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        msg = f"{path} holds a damaged signing key"
        raise SecretsError(msg) from error


def _write(path: Path, given: dict[str, Any] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    keys: dict[str, Any] = {
        k: base64.b64encode(secrets.token_bytes(KEY)).decode() for k in ("content", *PURPOSES)
    }
    keys[ENTRY] = [new_entry()]
    keys |= given or {}
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(keys, file, indent=1)
        file.flush()
        os.fsync(file.fileno())


def token() -> str:
    """Make a secret of 256 bits for a cookie or a link."""
    return secrets.token_urlsafe(32)


def hashed(secret: str) -> bytes:
    """SHA-256 of a random token; the database holds only this."""
    return hashlib.sha256(secret.encode()).digest()
