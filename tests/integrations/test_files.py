"""Stored files: never plain on disk, and never read when they are not what was written."""

import os
import stat
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from portal_app.integrations.files import FRAME, DamagedFileError, FileStore
from portal_app.security.crypto import Keyring

CANARY = b"canary: sertraline 75 mg "
SIZES = [0, 1, len(CANARY), FRAME - 1, FRAME, FRAME + 1, 2 * FRAME, 3 * FRAME + 17]


@pytest.fixture
def keys(tmp_path: Path) -> Keyring:
    return Keyring.open(tmp_path / "secrets.json", create=True)


@pytest.fixture
def store(tmp_path: Path, keys: Keyring) -> FileStore:
    return FileStore(tmp_path / "files", keys)


def content(size: int) -> bytes:
    return (CANARY * (size // len(CANARY) + 1))[:size]


def on_disk(tmp_path: Path) -> list[Path]:
    return [p for p in (tmp_path / "files").rglob("*") if p.is_file()]


@pytest.mark.parametrize("size", SIZES)
def test_what_is_written_is_read_again(store: FileStore, size: int):
    data = content(size)
    wrapped = store.write("aa11", "owner", data)
    assert store.read("aa11", "owner", wrapped) == data


@pytest.mark.parametrize("size", [len(CANARY), FRAME + 100])
def test_no_byte_on_the_disk_tells_anything(store: FileStore, tmp_path: Path, size: int):
    store.write("aa11", "patient-seventeen", content(size))
    [file] = on_disk(tmp_path)
    raw = file.read_bytes()
    assert CANARY not in raw
    assert b"patient-seventeen" not in raw
    # any eight bytes of the plain text would be there by accident once in 2**40
    assert not any(CANARY[i : i + 8] in raw for i in range(len(CANARY) - 8))


def test_the_same_content_looks_different_each_time(store: FileStore, tmp_path: Path):
    for name in ("aa11", "bb22"):
        store.write(name, "owner", content(1000))
    first, second = (p.read_bytes() for p in on_disk(tmp_path))
    assert first != second


def test_only_this_user_can_enter_and_nothing_unfinished_stays(store: FileStore, tmp_path: Path):
    store.write("aa11", "owner", b"x")
    folder = tmp_path / "files"
    for place in (folder, folder / "aa"):
        assert stat.S_IMODE(place.stat().st_mode) & 0o077 == 0
    assert [p.name for p in on_disk(tmp_path)] == ["aa11"]


def test_a_second_file_under_the_same_name_is_refused_while_the_first_is_written(
    store: FileStore, tmp_path: Path
):
    (tmp_path / "files" / "aa").mkdir()
    (tmp_path / "files" / "aa" / "aa11.part").write_bytes(b"half")
    with pytest.raises(FileExistsError):
        store.write("aa11", "owner", b"x")


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 400), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_changed_bit_is_noticed(
    store: FileStore, tmp_path: Path, size: int, place: int, bit: int
):
    store.remove("aa11")
    wrapped = store.write("aa11", "owner", content(size))
    [file] = on_disk(tmp_path)
    raw = bytearray(file.read_bytes())
    raw[place % len(raw)] ^= 1 << bit
    file.write_bytes(raw)
    with pytest.raises(DamagedFileError):
        store.read("aa11", "owner", wrapped)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 400), kept=st.integers(0, 10_000))
def test_a_file_that_was_cut_is_noticed(store: FileStore, tmp_path: Path, size: int, kept: int):
    store.remove("aa11")
    wrapped = store.write("aa11", "owner", content(size))
    [file] = on_disk(tmp_path)
    raw = file.read_bytes()
    file.write_bytes(raw[: kept % len(raw)])
    with pytest.raises(DamagedFileError):
        store.read("aa11", "owner", wrapped)


STEP = FRAME + 28


def swapped(raw: bytes) -> bytes:
    return raw[STEP : 2 * STEP] + raw[:STEP] + raw[2 * STEP :]


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw[:STEP],
        lambda raw: raw[: 2 * STEP],
        lambda raw: raw[STEP:],
        lambda raw: raw[: STEP + 5],
        swapped,
        lambda raw: raw[:STEP] + raw,
        lambda raw: raw + raw[2 * STEP :],
        lambda raw: raw + b"\0",
        lambda _: b"",
    ],
    ids=["first", "two", "headless", "sliver", "swapped", "doubled", "tail", "byte", "nothing"],
)
def test_frames_cannot_be_dropped_doubled_or_moved(
    store: FileStore, tmp_path: Path, change: Callable[[bytes], bytes]
):
    wrapped = store.write("aa11", "owner", content(2 * FRAME + 100))
    [file] = on_disk(tmp_path)
    file.write_bytes(change(file.read_bytes()))
    with pytest.raises(DamagedFileError):
        store.read("aa11", "owner", wrapped)


def test_a_file_belongs_to_its_name_its_owner_and_its_key(
    store: FileStore, tmp_path: Path, keys: Keyring
):
    wrapped = store.write("aa11", "owner", b"one")
    other = store.write("aa22", "owner", b"two")
    folder = tmp_path / "files" / "aa"
    with pytest.raises(DamagedFileError):
        store.read("aa11", "somebody else", wrapped)
    with pytest.raises(DamagedFileError):
        store.read("aa11", "owner", other)
    (folder / "aa11").write_bytes((folder / "aa22").read_bytes())
    with pytest.raises(DamagedFileError):
        store.read("aa11", "owner", wrapped)
    strange = Keyring.open(tmp_path / "other.json", create=True)
    with pytest.raises(DamagedFileError):
        FileStore(tmp_path / "files", strange).read("aa22", "owner", other)


def test_a_missing_file_and_removing_twice(store: FileStore):
    wrapped = store.write("aa11", "owner", b"x")
    store.remove("aa11")
    store.remove("aa11")
    with pytest.raises(DamagedFileError):
        store.read("aa11", "owner", wrapped)


def test_only_what_is_old_is_listed_for_the_sweep(store: FileStore, tmp_path: Path):
    for name in ("aa11", "bb22"):
        store.write(name, "owner", b"x")
    old = tmp_path / "files" / "bb" / "bb22"
    before = old.stat().st_mtime - 7200
    os.utime(old, (before, before))
    (tmp_path / "files" / "bb" / "bb33.part").write_bytes(b"left by a crash")
    os.utime(tmp_path / "files" / "bb" / "bb33.part", (before, before))
    assert sorted(store.names(timedelta(hours=1))) == ["bb22", "bb33.part"]
    assert list(store.names(timedelta(hours=3))) == []
