"""Backups: whole under load, opened by the right key alone, restored whole or not at all."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.config import Settings
from portal_app.data.models import SavedReply, StoredFile
from portal_app.security import access, audit, backup_keys
from portal_app.security.backup_keys import with_machine, with_recovery
from portal_app.security.crypto import Keyring
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.foundation import Foundation, lay
from portal_app.services.upkeep import backup, journal, restoring
from portal_app.services.upkeep.restoring import BackupError
from tests.plugins.postgres import Server
from tests.world import World

SECOND = "restored"


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


def machine(world: World) -> list[backup_keys.Unwrap]:
    return [with_machine(world.foundation.keyring)]


def say(world: World, number: int) -> None:
    with open_system("a test writes") as work:
        work.session.add(SavedReply(title=f"{number}", body="words"))


def titles() -> set[str]:
    with open_system("look", writes=False) as work:
        return set(work.session.exec(select(SavedReply.title)).all())


def opened(settings: Settings) -> Foundation:
    access.database().close()
    return lay(settings, create=False)


def keep_file(world: World, data: bytes) -> str:
    with access.open(
        world["alice"], access.Permission.MESSAGES_SEND, chart=world.charts["alice"], writes=True
    ) as work:
        row = files.keep(world.foundation.store, work, "attachment", "a.txt", "text/plain", data)
        work.session.flush()
        return row.public_id


def file_bytes(foundation: Foundation, public_id: str) -> bytes:
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(StoredFile).where(StoredFile.public_id == public_id)).one()
        return files.content(foundation.store, row)


def test_a_practice_comes_back_whole(world: World, elsewhere: Settings, tmp_path: Path):
    say(world, 1)
    kept = keep_file(world, b"a letter" * 1000)
    path = tmp_path / "one.backup"
    made = backup.make(world.foundation.settings, to=path)
    assert made.size == path.stat().st_size
    assert path.stat().st_mode & 0o777 == 0o600
    say(world, 2)
    found = restoring.restore(elsewhere, path, machine(world))
    assert found.files == 1
    foundation = opened(elsewhere)
    assert titles() == {"1"}
    assert file_bytes(foundation, kept) == b"a letter" * 1000
    with open_system("it goes on", logged=True) as work:
        assert audit.broken_at(work.session, foundation.keyring)[1] is None
    assert {p.name for p in elsewhere.data_dir.iterdir() if p.name.startswith(".")} == set()


def test_nothing_committed_before_its_start_is_missing(
    world: World, elsewhere: Settings, tmp_path: Path
):
    stop, done = threading.Event(), []

    def write() -> None:
        number = 0
        while not stop.is_set():
            say(world, number)
            done.append(number)
            number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(done) < 20:
            stop.wait(0.01)
        before = len(done)
        backup.make(world.foundation.settings, to=tmp_path / "one.backup")
        during = len(done) - before
    finally:
        stop.set()
        writer.join()
    restoring.restore(elsewhere, tmp_path / "one.backup", machine(world))
    opened(elsewhere)
    found = titles()
    assert {str(n) for n in range(before)} <= found
    # one moment: what came later is there up to some row, without a hole
    assert found == {str(n) for n in range(len(found))}
    assert during > 0, "nobody wrote meanwhile"


def test_a_file_deleted_meanwhile_is_in_the_copy_that_names_it(
    world: World, elsewhere: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    kept = keep_file(world, b"a letter")
    store = world.foundation.store
    member = backup._member

    def delete_first(archive: object, name: str, data: bytes) -> None:
        if name == "manifest.json":
            for stored in list(store.names(timedelta(0))):
                store.remove(stored)
        member(archive, name, data)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_member", delete_first)
    backup.make(world.foundation.settings, to=tmp_path / "one.backup")
    restoring.restore(elsewhere, tmp_path / "one.backup", machine(world))
    assert file_bytes(opened(elsewhere), kept) == b"a letter"


def test_the_recovery_key_alone_restores(world: World, elsewhere: Settings, tmp_path: Path):
    settings = world.foundation.settings
    key = backup.new_recovery_key(settings)
    say(world, 1)
    backup.make(settings, to=tmp_path / "one.backup")
    assert b"recovery" not in (settings.data_dir / "secrets.json").read_bytes().replace(
        b'"recovery"', b""
    )
    typed = key.lower().replace("-", " ")
    restoring.restore(elsewhere, tmp_path / "one.backup", [with_recovery(typed)])
    opened(elsewhere)
    assert titles() == {"1"}
    with pytest.raises(BackupError, match="other keys"):
        restoring.verify(settings, tmp_path / "one.backup", [with_recovery(_other_key(tmp_path))])


def _other_key(tmp_path: Path) -> str:
    path = tmp_path / "other.json"
    Keyring.open(path, create=True)
    return backup_keys.new_recovery_key(path)


def test_a_slip_in_the_recovery_key_is_noticed(tmp_path: Path):
    key = _other_key(tmp_path)
    wrong = ("B" if key[0] == "A" else "A") + key[1:]
    for typed in (wrong, key[:-1], key + "A", ""):
        with pytest.raises(backup_keys.BadRecoveryKeyError):
            with_recovery(typed)


def test_another_machines_keys_are_refused(world: World, elsewhere: Settings, tmp_path: Path):
    path = tmp_path / "one.backup"
    backup.make(world.foundation.settings, to=path)
    other = Keyring.open(tmp_path / "other.json", create=True)
    with pytest.raises(BackupError, match="other keys"):
        restoring.restore(elsewhere, path, [with_machine(other)])
    assert list(elsewhere.data_dir.iterdir()) == []


def test_damage_is_refused_and_leaves_nothing(world: World, elsewhere: Settings, tmp_path: Path):
    path = tmp_path / "one.backup"
    backup.make(world.foundation.settings, to=path)
    whole = path.read_bytes()
    half = len(whole) // 2
    for name, data in (
        ("flipped", whole[:half] + bytes([whole[half] ^ 1]) + whole[half + 1 :]),
        ("cut", whole[:half]),
        ("cut at its end", whole[:-1]),
        ("longer", whole + b"x"),
        ("empty", b""),
        ("another file", b"hello" * 1000),
    ):
        path.write_bytes(data)
        with pytest.raises(BackupError):
            restoring.restore(elsewhere, path, machine(world))
        assert list(elsewhere.data_dir.iterdir()) == [], name
        with pytest.raises(BackupError):
            restoring.verify(world.foundation.settings, path, machine(world))


def test_only_an_empty_folder_is_restored_into(world: World, tmp_path: Path):
    settings = world.foundation.settings
    backup.make(settings, to=tmp_path / "one.backup")
    before = sorted(p.name for p in settings.data_dir.iterdir())
    with pytest.raises(BackupError, match="is not empty"):
        restoring.restore(settings, tmp_path / "one.backup", machine(world))
    assert sorted(p.name for p in settings.data_dir.iterdir()) == before


def test_trying_changes_nothing_but_what_is_known(world: World, tmp_path: Path):
    settings = world.foundation.settings
    say(world, 1)
    path = tmp_path / "one.backup"
    backup.make(settings, to=path)
    found = restoring.verify(settings, path, machine(world))
    assert found.rows > 30
    assert journal.read(settings).verified_at == world.clock.now
    assert [p for p in settings.data_dir.iterdir() if p.name.startswith(".")] == []
    assert titles() == {"1"}


@pytest.mark.sqlite_only
def test_a_changed_access_log_is_found_when_a_copy_is_tried(world: World, tmp_path: Path):
    with open_system("first", logged=True):
        pass
    with access.database().writing.connect() as connection:
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE auditevent SET action = 'nothing'")
        connection.commit()
    backup.make(world.foundation.settings, to=tmp_path / "one.backup")
    with pytest.raises(BackupError, match="access log"):
        restoring.verify(world.foundation.settings, tmp_path / "one.backup", machine(world))


def test_a_copy_never_takes_the_place_of_another_file(world: World, tmp_path: Path):
    path = tmp_path / "mine"
    path.write_text("mine")
    with pytest.raises(BackupError, match="exists already"):
        backup.make(world.foundation.settings, to=path)
    with pytest.raises(BackupError, match="no folder"):
        backup.make(world.foundation.settings, to=tmp_path / "none" / "x")
    assert path.read_text() == "mine"
    assert list(tmp_path.glob("*.part")) == []


def test_every_night_once_and_old_nights_go(world: World):
    settings = world.foundation.settings
    nights = []
    for _ in range(40):
        nights.append(backup.nightly(settings))
        nights.append(backup.nightly(settings))
        world.clock.pass_by(days=1)
    assert nights == [True, False] * 40
    left = backup.all_kept(settings)
    # 7 days, of 4 weeks and 2 months the newest, which partly are the same
    assert 9 <= len(left) <= 11
    assert journal.read(settings).verified_at == world.clock.now - timedelta(days=1)
    names = {made.file for made in left}
    backup.make(settings)
    assert names < {made.file for made in backup.all_kept(settings)}
