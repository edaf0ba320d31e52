"""The encrypted archive: what was cut, moved, doubled, added or changed is refused."""

import io

import pytest

from portal_app.integrations import vault
from portal_app.integrations.vault import DamagedVaultError, NoKeyError, NotAVaultError

FRAME = 100
HEADER = {"about": "x"}


@pytest.fixture(autouse=True)
def small_frames(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vault, "FRAME", FRAME)


def wrap(key: bytes) -> dict[str, str]:
    return {"kind": "plain", "key": key.hex()}


def unwrap(slot: dict[str, str]) -> bytes | None:
    return bytes.fromhex(slot["key"])


def sealed(data: bytes, step: int = 7) -> bytes:
    out = io.BytesIO()
    writer = vault.Writer(out, HEADER, [wrap])
    for start in range(0, len(data), step):
        writer.write(data[start : start + step])
    writer.finish()
    return out.getvalue()


def opened(archive: bytes) -> bytes:
    reader = vault.Reader(io.BytesIO(archive), [unwrap])
    parts = []
    while part := reader.read(33):
        parts.append(part)
    return b"".join(parts)


def frames(archive: bytes) -> tuple[bytes, list[bytes]]:
    size = len(vault.MAGIC)
    begin = size + 4 + int.from_bytes(archive[size : size + 4], "big")
    step = FRAME + vault.TAG
    return archive[:begin], [archive[i : i + step] for i in range(begin, len(archive), step)]


@pytest.mark.parametrize("size", [0, 1, FRAME - 1, FRAME, FRAME + 1, 3 * FRAME, 3 * FRAME + 5])
def test_what_was_written_is_read(size: int):
    data = bytes(i % 251 for i in range(size))
    assert opened(sealed(data)) == data
    assert opened(sealed(data, step=1000)) == data


def test_every_flipped_bit_is_refused():
    archive = sealed(b"what people have told us" * 8)
    for place in range(len(archive)):
        changed = bytearray(archive)
        changed[place] ^= 1
        with pytest.raises((DamagedVaultError, NotAVaultError, ValueError, KeyError)):
            opened(bytes(changed))


def test_every_cut_is_refused():
    archive = sealed(bytes(3 * FRAME))
    for length in range(len(archive)):
        with pytest.raises((DamagedVaultError, NotAVaultError)):
            opened(archive[:length])


def test_frames_that_were_moved_doubled_dropped_or_added_are_refused():
    head, (a, b, c) = frames(sealed(bytes(range(200)) + bytes(100)))
    for order in ([b, a, c], [a, a, b, c], [b, c], [a, c], [a, b], [a, b, c, c], [a, b, c, b"x"]):
        with pytest.raises(DamagedVaultError):
            opened(head + b"".join(order))
    assert len(opened(head + a + b + c)) == 300


def test_frames_of_another_archive_are_refused():
    head, _ = frames(sealed(bytes(3 * FRAME)))
    _, others = frames(sealed(bytes(3 * FRAME)))
    with pytest.raises(DamagedVaultError):
        opened(head + b"".join(others))


def test_without_a_key_that_fits_nothing_is_opened():
    with pytest.raises(NoKeyError):
        vault.Reader(io.BytesIO(sealed(b"words")), [lambda _: None])
    with pytest.raises(DamagedVaultError):
        vault.Reader(io.BytesIO(sealed(b"words")), [lambda _: bytes(32)]).read()


def test_nothing_of_the_content_stands_in_the_archive():
    assert b"canary" not in sealed(b"canary" * 100)
