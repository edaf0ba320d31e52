"""Keys and what is sealed with them."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.security import crypto
from portal_app.security.crypto import Keyring, SecretsError, TamperedError


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keyring:
    return Keyring.open(tmp_path_factory.mktemp("keys") / "secrets.json", create=True)


@given(plain=st.binary(max_size=2000), context=st.binary(max_size=40))
def test_what_was_sealed_comes_back_and_never_looks_the_same(
    keys: Keyring, plain: bytes, context: bytes
):
    once, twice = keys.seal(plain, context), keys.seal(plain, context)
    assert once != twice
    assert keys.unseal(once, context) == plain == keys.unseal(twice, context)


@given(at=st.integers(0, 200), bit=st.integers(0, 7))
def test_one_bit_is_enough_to_be_found_out(keys: Keyring, at: int, bit: int):
    sealed = bytearray(keys.seal(b"a" * 180, b"here"))
    sealed[at % len(sealed)] ^= 1 << bit
    with pytest.raises(TamperedError):
        keys.unseal(bytes(sealed), b"here")


def test_a_value_moved_elsewhere_does_not_open(keys: Keyring):
    with pytest.raises(TamperedError):
        keys.unseal(keys.seal(b"x", b"patient 1"), b"patient 2")


def test_another_key_does_not_open(keys: Keyring, tmp_path: Path):
    other = Keyring.open(tmp_path / "other.json", create=True)
    with pytest.raises(TamperedError):
        other.unseal(keys.seal(b"x", b""), b"")


def test_the_keys_are_the_owners_alone_and_the_same_next_time(tmp_path: Path):
    path = tmp_path / "data" / "secrets.json"
    first = Keyring.open(path, create=True)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.open(path, create=False) == first
    path.chmod(0o640)
    with pytest.raises(SecretsError, match="0600"):
        Keyring.open(path, create=False)


def test_no_keys_are_made_where_they_must_exist(tmp_path: Path):
    with pytest.raises(SecretsError):
        Keyring.open(tmp_path / "none.json", create=False)
    assert not (tmp_path / "none.json").exists()


@pytest.mark.parametrize("content", ["", "{}", "[]", "null", "weak", "short", "missing"])
def test_weak_or_broken_keys_are_refused(tmp_path: Path, content: str):
    path = tmp_path / "secrets.json"
    Keyring.open(path, create=True)
    held = json.loads(path.read_text())
    if content == "weak":
        held["content"] = base64.b64encode(bytes(32)).decode()
    elif content == "short":
        held["audit"] = base64.b64encode(b"abcdefgh12345678").decode()
    elif content == "missing":
        del held["pepper"]
    path.write_text(content if content in {"", "{}", "[]", "null"} else json.dumps(held))
    with pytest.raises(SecretsError):
        Keyring.open(path, create=False)


def test_look_ups_ignore_case_and_space_and_nothing_else(keys: Keyring):
    assert keys.index(" Dana@Demo.example ") == keys.index("dana@demo.example")
    assert keys.index("dana@demo.example") != keys.index("dana@demo.examp1e")
    assert keys.mac("audit", b"x") != keys.mac("index", b"x")


def test_tokens_are_long_and_different():
    made = {crypto.token() for _ in range(1000)}
    assert len(made) == 1000
    assert min(map(len, made)) >= 43


def test_a_key_file_from_before_signatures_gains_a_key_and_keeps_the_others(tmp_path: Path):
    path = tmp_path / "secrets.json"
    first = Keyring.open(path, create=True)
    raw = json.loads(path.read_text())
    del raw["signing"]
    path.write_text(json.dumps(raw))
    gained = Keyring.open(path, create=False)
    assert (gained.content, gained.others) == (first.content, first.others)
    assert gained.signing.current != first.signing.current
    assert path.stat().st_mode & 0o777 == 0o600
    assert Keyring.open(path, create=False) == gained
    assert [p.name for p in tmp_path.iterdir()] == ["secrets.json"]


def test_many_that_open_an_old_key_file_at_once_gain_one_key(tmp_path: Path):
    path = tmp_path / "secrets.json"
    Keyring.open(path, create=True)
    raw = json.loads(path.read_text())
    del raw["signing"]
    path.write_text(json.dumps(raw))
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: Keyring.open(path, create=False), range(16)))
    assert len({k.signing.current for k in found}) == 1


def test_a_new_signing_key_leaves_only_the_public_half_of_the_old_one(tmp_path: Path):
    path = tmp_path / "secrets.json"
    old = Keyring.open(path, create=True)
    made = old.sign(b"words")
    new_id = crypto.rotate_signing(path)
    new = Keyring.open(path, create=False)
    assert new.signing.current == new_id != old.signing.current
    assert new.verifies(made, b"words")
    assert not new.verifies(made, b"other words")
    entries = json.loads(path.read_text())["signing"]
    assert ["seed" in e for e in entries] == [False, True]


@pytest.mark.parametrize("damage", ["id", "public", "seed", "none", "kind"])
def test_a_damaged_signing_key_is_refused(tmp_path: Path, damage: str):
    path = tmp_path / "secrets.json"
    Keyring.open(path, create=True)
    raw = json.loads(path.read_text())
    other = base64.b64encode(b"x" * 32).decode()
    match damage:
        case "none":
            raw["signing"] = []
        case "kind":
            raw["signing"] = "x"
        case _:
            raw["signing"][0][damage] = other
    path.write_text(json.dumps(raw))
    with pytest.raises(SecretsError, match="signing"):
        Keyring.open(path, create=False)
    with pytest.raises(SecretsError):
        crypto.rotate_signing(path)
