"""The two ways to open a backup: the machine's key file, or the practice's recovery key.

The recovery key is the seed of an X25519 key. The key file holds only the public half, so that a
nightly backup needs no secret of the practice, and whoever takes the machine does not get it.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from portal_app.security.crypto import RECOVERY, Keyring, SecretsError
from portal_app.security.signing import alone, replace

Wrap = Callable[[bytes], dict[str, str]]
"""Wraps an archive's key into a slot of its header."""
Unwrap = Callable[[dict[str, str]], bytes | None]
"""Gives an archive's key, if this is its slot and the key fits."""

BITS = 160
GROUPS, GROUP = 9, 4
"""Eight groups of letters and one that tells a slip of the pen."""
LETTERS = "ABCDEFGHJKMNPQRSTVWXYZ0123456789"
MACHINE = b"latchwell backup, machine 1"
RECOVERY_PURPOSE = b"latchwell backup, recovery 1"
BAD_SLOT = (InvalidTag, ValueError, KeyError, TypeError)
NONCE = bytes(12)
"""Every wrapping key is used once: with the archive's own salt, or a key pair made for it."""


class BadRecoveryKeyError(ValueError):
    """What was typed is no recovery key."""


# ---------------------------------------------------------------- the machine's key file
def by_machine(keyring: Keyring) -> Wrap:
    """Let the machine's key file open an archive."""

    def wrap(key: bytes) -> dict[str, str]:
        salt = secrets.token_bytes(16)
        sealed = AESGCM(_machine(keyring, salt)).encrypt(NONCE, key, MACHINE)
        return {
            "kind": "machine",
            "id": _machine_id(keyring),
            "salt": salt.hex(),
            "key": sealed.hex(),
        }

    return wrap


def with_machine(keyring: Keyring) -> Unwrap:
    """Open an archive with the machine's key file."""

    def unwrap(slot: dict[str, str]) -> bytes | None:
        if slot.get("kind") != "machine" or slot.get("id") != _machine_id(keyring):
            return None
        try:
            key = _machine(keyring, bytes.fromhex(slot["salt"]))
            return AESGCM(key).decrypt(NONCE, bytes.fromhex(slot["key"]), MACHINE)
        except BAD_SLOT:
            return None

    return unwrap


def _machine(keyring: Keyring, salt: bytes) -> bytes:
    # from the one key that no rotation changes, the chain of the access log being made with it
    return keyring.mac("audit", MACHINE + salt)


def _machine_id(keyring: Keyring) -> str:
    return keyring.mac("audit", MACHINE + b"id").hex()[:16]


# ---------------------------------------------------------------- the recovery key
def new_recovery_key(path: Path) -> str:
    """Make a recovery key and keep its public half in the key file; archives made before keep theirs.

    Raises:
        SecretsError: the key file can't be written.
    """
    number = secrets.randbits(BITS)
    words = "".join(LETTERS[number >> shift & 31] for shift in range(BITS - 5, -5, -5))
    text = words + _check(words)
    public = _private(words).public_key().public_bytes_raw()
    try:
        with alone(path.resolve()):
            raw = json.loads(path.read_text())
            raw[RECOVERY] = base64.b64encode(public).decode()
            replace(path.resolve(), json.dumps(raw, indent=1))
    except (OSError, ValueError) as error:
        msg = f"{path} can't be written"
        raise SecretsError(msg) from error
    return "-".join(text[i : i + GROUP] for i in range(0, len(text), GROUP))


def recovery_public(path: Path) -> bytes | None:
    """Give the public half of the newest recovery key."""
    try:
        found = json.loads(path.read_text()).get(RECOVERY, "")
        return base64.b64decode(found, validate=True) or None
    except (OSError, ValueError, AttributeError):
        return None


def by_recovery(public: bytes) -> Wrap:
    """Let the recovery key open an archive."""

    def wrap(key: bytes) -> dict[str, str]:
        once = X25519PrivateKey.generate()
        ours = once.public_key().public_bytes_raw()
        shared = once.exchange(X25519PublicKey.from_public_bytes(public))
        sealed = AESGCM(_agreed(shared, ours, public)).encrypt(NONCE, key, RECOVERY_PURPOSE)
        return {
            "kind": "recovery",
            "id": hashlib.sha256(public).hexdigest()[:16],
            "public": ours.hex(),
            "key": sealed.hex(),
        }

    return wrap


def with_recovery(typed: str) -> Unwrap:
    """Open an archive with the recovery key.

    Raises:
        BadRecoveryKeyError: a letter is wrong or missing.
    """
    private = _private(_letters(typed))
    public = private.public_key().public_bytes_raw()

    def unwrap(slot: dict[str, str]) -> bytes | None:
        if slot.get("id") != hashlib.sha256(public).hexdigest()[:16]:
            return None
        try:
            theirs = bytes.fromhex(slot["public"])
            shared = private.exchange(X25519PublicKey.from_public_bytes(theirs))
            key = _agreed(shared, theirs, public)
            return AESGCM(key).decrypt(NONCE, bytes.fromhex(slot["key"]), RECOVERY_PURPOSE)
        except BAD_SLOT:
            return None

    return unwrap


def _letters(typed: str) -> str:
    # nobody can tell the letters I, L, O and U from others on paper, so that the key has none
    plain = typed.upper().translate(str.maketrans("ILOU", "110V"))
    text = "".join(c for c in plain if c in LETTERS)
    words, check = text[: BITS // 5], text[BITS // 5 :]
    if len(text) != GROUPS * GROUP or not hmac.compare_digest(check, _check(words)):
        raise BadRecoveryKeyError
    return words


def _check(words: str) -> str:
    digest = hashlib.sha256(b"latchwell recovery check" + words.encode()).digest()
    return "".join(LETTERS[b & 31] for b in digest[:GROUP])


def _private(words: str) -> X25519PrivateKey:
    return X25519PrivateKey.from_private_bytes(
        _derived(words.encode(), b"latchwell recovery key 1")
    )


def _agreed(shared: bytes, once: bytes, public: bytes) -> bytes:
    return _derived(shared, RECOVERY_PURPOSE + once + public)


def _derived(secret: bytes, purpose: bytes) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=purpose).derive(secret)
