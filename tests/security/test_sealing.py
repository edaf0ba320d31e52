"""Signed PDFs: the genuine file passes, and one changed byte anywhere is found out."""

import io
import random
from pathlib import Path

import pytest
from pypdf import PdfReader, PdfWriter

from portal_app.security import crypto, sealing
from portal_app.security.crypto import Keyring


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "secrets.json"


@pytest.fixture
def keys(path: Path) -> Keyring:
    return Keyring.open(path, create=True)


def document(pages: int = 1, filling: bytes = b"") -> bytes:
    writer = PdfWriter()
    for _ in range(pages):
        writer.add_blank_page(200, 200)
    if filling:
        writer.add_metadata({"/Subject": filling.hex()})
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_every_byte_of_a_small_file_counts(keys: Keyring):
    sealed = sealing.seal(keys, document())
    assert sealing.is_genuine(keys, sealed)
    for at in range(len(sealed)):
        for flip in (1, 32, 255):
            changed = bytearray(sealed)
            changed[at] ^= flip
            assert not sealing.is_genuine(keys, bytes(changed)), (at, flip)


def test_bytes_of_a_large_file_count(keys: Keyring):
    filling = random.Random(4).randbytes(600_000)  # noqa: S311 - only some bytes
    sealed = sealing.seal(keys, document(3, filling))
    assert sealing.is_genuine(keys, sealed)
    for at in random.Random(5).sample(range(len(sealed)), 200):  # noqa: S311
        changed = bytearray(sealed)
        changed[at] ^= 1
        assert not sealing.is_genuine(keys, bytes(changed)), at


@pytest.mark.parametrize("change", ["dropped", "doubled", "cut", "before", "after", "two lines"])
def test_bytes_more_or_less_are_found_out(keys: Keyring, change: str):
    sealed = sealing.seal(keys, document())
    line = sealed[sealed.index(sealing.MARK) : sealed.index(sealing.END)]
    changed = {
        "dropped": sealed[:50] + sealed[51:],
        "doubled": sealed[:50] + sealed[49:],
        "cut": sealed[:-1],
        "before": b"\n" + sealed,
        "after": sealed + b"\n",
        "two lines": sealed.replace(line, line + line),
    }[change]
    assert changed != sealed
    assert not sealing.is_genuine(keys, changed)


def test_a_signed_file_is_still_a_pdf_with_the_same_pages(keys: Keyring):
    sealed = sealing.seal(keys, document(3))
    assert len(PdfReader(io.BytesIO(sealed), strict=True).pages) == 3


def test_what_nobody_signed_is_not_genuine_and_nothing_is_signed_twice(keys: Keyring):
    assert not sealing.is_genuine(keys, document())
    assert not sealing.is_genuine(keys, b"")
    assert not sealing.is_genuine(keys, sealing.MARK)
    sealed = sealing.seal(keys, document())
    for refused in (sealed, b"no pdf", b""):
        with pytest.raises(sealing.NotSealableError):
            sealing.seal(keys, refused)


def test_another_server_s_signature_is_not_ours(keys: Keyring, tmp_path: Path):
    other = Keyring.open(tmp_path / "other.json", create=True)
    assert not sealing.is_genuine(keys, sealing.seal(other, document()))


def test_what_was_signed_before_verifies_after_restart_and_new_keys(keys: Keyring, path: Path):
    files = [sealing.seal(keys, document())]
    for _ in range(3):
        crypto.rotate_signing(path)
        keys = Keyring.open(path, create=False)
        assert all(sealing.is_genuine(keys, f) for f in files)
        files.append(sealing.seal(keys, document()))
    assert len({sealing._LINE.search(f)[1] for f in files if sealing._LINE.search(f)}) == 4  # type: ignore[index]


def test_a_running_server_finds_a_key_that_was_added_beside_it(keys: Keyring, path: Path):
    crypto.rotate_signing(path)
    newer = Keyring.open(path, create=False)
    assert sealing.is_genuine(keys, sealing.seal(newer, document()))
