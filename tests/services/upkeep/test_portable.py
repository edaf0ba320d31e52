"""Export and import: everything, under new keys, and the same again."""

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.config import Settings
from portal_app.data.models import StoredFile, User, metadata
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.foundation import Foundation, lay
from portal_app.services.upkeep import portable
from portal_app.services.upkeep.restoring import BackupError
from tests import every_table
from tests.plugins.postgres import Server
from tests.world import World

SECOND = "imported"


@pytest.fixture
def elsewhere(tmp_path: Path, database: Server | None) -> Iterator[Settings]:
    """An empty folder, with an empty database where the practice has a server."""
    folder = tmp_path / "elsewhere"
    folder.mkdir(mode=0o700)
    url = database.create(SECOND) if database else ""
    yield Settings(data_dir=folder, database_url=url)
    access.database().close()
    if database:
        database.drop(SECOND)


def exported(foundation: Foundation, to: Path) -> Path:
    portable.export(foundation, to)
    assert to.stat().st_mode & 0o777 == 0o600
    return to


def imported(settings: Settings, path: Path) -> Foundation:
    access.database().close()
    portable.take_over(settings, path)
    access.database().close()
    return lay(settings, create=False)


def test_what_is_imported_exports_the_same(world: World, elsewhere: Settings, tmp_path: Path):
    every_table.fill(world.foundation)
    first = exported(world.foundation, tmp_path / "first.zip")
    second = exported(imported(elsewhere, first), tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        names = set(archive.namelist())
        about = json.loads(archive.read("manifest.json"))
        users = archive.read("tables/user.jsonl").decode()
    assert {f"tables/{name}.jsonl" for name in metadata.tables} <= names
    assert all(table["rows"] for table in about["tables"].values())
    assert '"alice@test.example"' in users, "decrypted"


def test_every_encrypted_word_stands_open_in_an_export(world: World, tmp_path: Path):
    words = every_table.fill(world.foundation)
    assert len(words) > 40
    with zipfile.ZipFile(exported(world.foundation, tmp_path / "first.zip")) as archive:
        text = "".join(archive.read(n).decode() for n in archive.namelist() if "tables/" in n)
    assert [word for word in words if word not in text] == []


def test_the_new_machine_has_keys_of_its_own_and_everything_works(
    world: World, elsewhere: Settings, tmp_path: Path
):
    every_table.fill(world.foundation)
    first = exported(world.foundation, tmp_path / "first.zip")
    foundation = imported(elsewhere, first)
    ours, theirs = world.foundation.keyring, foundation.keyring
    assert ours.content != theirs.content
    assert ours.others["storage"] != theirs.others["storage"]
    assert theirs.verifies(ours.sign(b"words"), b"words"), "what was signed stays genuine"
    with open_system("look", writes=False) as work:
        index = foundation.keyring.index("alice@test.example")
        found = work.session.exec(select(User).where(User.email_index == index)).one()
        assert found.email == "alice@test.example"
        row = work.session.exec(select(StoredFile)).one()
        assert files.content(foundation.store, row) == b"a stored file " * 100


def test_a_file_that_was_lost_is_named_and_the_rest_comes_along(
    world: World, elsewhere: Settings, tmp_path: Path
):
    every_table.fill(world.foundation)
    with open_system("look", writes=False) as work:
        world.foundation.store.remove(work.session.exec(select(StoredFile.id)).one().hex)
    first = exported(world.foundation, tmp_path / "first.zip")
    second = exported(imported(elsewhere, first), tmp_path / "second.zip")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert len(json.loads(archive.read("manifest.json"))["missing"]) == 1


def changed(path: Path, name: str, data: bytes | None) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    if data is None:
        parts.pop(name)
    else:
        parts[name] = data
    with zipfile.ZipFile(path, "w") as archive:
        for entry, content in parts.items():
            archive.writestr(entry, content)


def test_what_is_damaged_leaves_nothing(world: World, elsewhere: Settings, tmp_path: Path):
    every_table.fill(world.foundation)
    whole = exported(world.foundation, tmp_path / "first.zip").read_bytes()
    path = tmp_path / "changed.zip"
    with zipfile.ZipFile(tmp_path / "first.zip") as archive:
        log = archive.read("tables/auditevent.jsonl").replace(b"did 1", b"did 7")
        users = archive.read("tables/user.jsonl").splitlines(keepends=True)
        about = archive.read("manifest.json").replace(b'"revision": "', b'"revision": "x')
    access.database().close()
    for name, data in (
        ("tables/auditevent.jsonl", log),
        ("tables/user.jsonl", b"".join(users[:-1])),
        ("tables/user.jsonl", b"nonsense\n"),
        ("tables/user.jsonl", b'{"id": "1"}\n'),
        ("tables/user.jsonl", None),
        ("keys.json", b"{}"),
        ("manifest.json", about),
        ("manifest.json", None),
    ):
        path.write_bytes(whole)
        changed(path, name, data)
        with pytest.raises(BackupError, match=r"changed\.zip"):
            portable.take_over(elsewhere, path)
        assert list(elsewhere.data_dir.iterdir()) == [], name
    for data in (b"", b"hello", whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(BackupError):
            portable.take_over(elsewhere, path)
        assert list(elsewhere.data_dir.iterdir()) == []


def test_nothing_is_overwritten(world: World, tmp_path: Path):
    first = exported(world.foundation, tmp_path / "first.zip")
    with pytest.raises(BackupError, match="exists already"):
        portable.export(world.foundation, first)
    with pytest.raises(BackupError, match="is not empty"):
        portable.take_over(world.foundation.settings, first)
    assert list(tmp_path.glob(".*")) == []
