"""The ground of every command: keys, lock and database of a data folder."""

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal_app.config import Settings
from portal_app.rules.errors import InvalidError
from portal_app.security import access
from portal_app.security.crypto import PURPOSES, SecretsError
from portal_app.security.database import DatabaseError, FolderInUseError, FolderLock
from portal_app.services.foundation import lay
from portal_app.services.maintenance import create_owner

PASSWORD = "a heron on the river"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template") / "data"
    lay(Settings(data_dir=folder), create=True)
    create_owner("owner@test.example", "Dr. First", PASSWORD)
    access.database().close()
    return folder


@pytest.fixture
def folder(tmp_path: Path, template: Path) -> Iterator[Path]:
    """A data folder with an owner, closed again."""
    folder = tmp_path / "data"
    shutil.copytree(template, folder)
    yield folder
    access.database().close()


def opened(folder: Path, *, create: bool = False, **over: Path) -> None:
    lay(Settings(data_dir=folder, **over), create=create)
    access.database().close()


def contents(folder: Path) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_nobody_else_can_look_into_a_new_folder(folder: Path):
    assert folder.stat().st_mode & 0o777 == 0o700
    assert (folder / "secrets.json").stat().st_mode & 0o777 == 0o600
    assert (folder / "files").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o602, 0o610])
def test_keys_that_others_can_read_are_refused(folder: Path, mode: int):
    (folder / "secrets.json").chmod(mode)
    with pytest.raises(SecretsError, match="0600"):
        opened(folder, create=True)


@pytest.mark.parametrize("name", ["content", *PURPOSES])
def test_weak_keys_are_refused(folder: Path, name: str):
    file = folder / "secrets.json"
    whole = json.loads(file.read_text())
    weak = [whole | {name: key} for key in ("", "AAAA", "A" * 44, "latchwel" * 6, None, 5)]
    for keys in [*weak, {k: v for k, v in whole.items() if k != name}]:
        file.write_text(json.dumps(keys))
        with pytest.raises(SecretsError):
            opened(folder, create=True)
    file.write_text(json.dumps(whole))
    opened(folder, create=True)


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', '{"content": 5}'])
def test_a_key_file_that_is_none_is_refused(folder: Path, text: str):
    (folder / "secrets.json").write_text(text)
    with pytest.raises(SecretsError):
        opened(folder, create=True)


def test_lost_keys_are_not_replaced_by_new_ones(folder: Path):
    (folder / "secrets.json").unlink()
    with pytest.raises(SecretsError, match="no key file"):
        opened(folder, create=True)
    assert not (folder / "secrets.json").exists()


def test_keys_of_another_database_are_refused(folder: Path, tmp_path: Path):
    opened(tmp_path / "other", create=True)
    shutil.copy(tmp_path / "other" / "secrets.json", folder / "secrets.json")
    with pytest.raises(SecretsError, match="other keys"):
        opened(folder, create=True)


def test_keys_can_lie_elsewhere_and_are_not_made_there(tmp_path: Path):
    elsewhere = tmp_path / "keys.json"
    with pytest.raises(SecretsError, match="no key file"):
        opened(tmp_path / "data", create=True, secret_file=elsewhere)
    opened(tmp_path / "first", create=True)
    shutil.copy(tmp_path / "first" / "secrets.json", elsewhere)
    elsewhere.chmod(0o600)
    opened(tmp_path / "data", create=True, secret_file=elsewhere)
    assert not (tmp_path / "data" / "secrets.json").exists()


def test_what_may_not_be_made_is_not_made(tmp_path: Path, folder: Path):
    with pytest.raises(SecretsError):
        opened(tmp_path / "none")
    assert not (tmp_path / "none").exists()
    (folder / "latchwell.db").unlink()
    with pytest.raises(DatabaseError, match="no database"):
        opened(folder)
    assert not (folder / "latchwell.db").exists()


def test_what_is_no_database_is_refused_without_its_text(folder: Path):
    (folder / "latchwell.db").write_bytes(b"no database, but many words " * 200)
    with pytest.raises(DatabaseError) as error:
        opened(folder)
    assert str(error.value) == "the database can’t be opened: DatabaseError"


@pytest.mark.parametrize("url", ["nonsense", "mysql://h/d", "sqlite:////no/such/place/x.db"])
def test_an_address_of_no_database_is_refused(folder: Path, url: str):
    with pytest.raises(DatabaseError):
        lay(Settings(data_dir=folder, database_url=url), create=True)


def test_a_database_of_a_newer_program_is_left_alone(folder: Path):
    with sqlite3.connect(folder / "latchwell.db") as raw:
        raw.execute("UPDATE alembic_version SET version_num = '9999'")
    raw.close()
    before = contents(folder)
    with pytest.raises(DatabaseError, match="newer"):
        opened(folder, create=True)
    assert contents(folder).keys() - {"lock"} == before.keys() - {"lock"}


def test_one_process_serves_a_folder(tmp_path: Path):
    with FolderLock(tmp_path):
        number = (tmp_path / "lock").read_text()
        with pytest.raises(FolderInUseError):
            FolderLock(tmp_path)
        assert (tmp_path / "lock").read_text() == number != ""
    with FolderLock(tmp_path):
        pass


def test_commands_work_beside_the_process_that_serves(folder: Path):
    with FolderLock(folder):
        opened(folder)


def test_the_data_come_back_as_they_were(folder: Path):
    opened(folder)
    lay(Settings(data_dir=folder), create=True)
    with pytest.raises(InvalidError, match="has a sign-in already"):
        create_owner("OWNER@test.example", "Dr. Second", PASSWORD)
