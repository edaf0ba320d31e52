"""A new key: everything is sealed with it, also in a running server, and the old one is gone."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select

from portal_app.data.models import StoredFile, User
from portal_app.security import access, crypto, resealing, tables
from portal_app.security.crypto import Keyring, TamperedError
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.upkeep import rotation
from tests import every_table
from tests.world import World


def secrets(world: World) -> Path:
    return world.foundation.settings.data_dir / "secrets.json"


def everything() -> dict[str, list[tables.Row]]:
    with open_system("look", writes=False) as work:
        return {
            name: [
                {k: v for k, v in row.items() if (name, k) != tables.WRAPPED}
                for row in tables.rows(work.session, name)
            ]
            for name in tables.names()
            if name != "auditevent"
        }


def test_everything_is_sealed_with_the_new_key_and_says_the_same(world: World):
    every_table.fill(world.foundation)
    before, old = everything(), world.foundation.keyring.content
    assert rotation.rotate(world.foundation.settings) > len(resealing.sealed_tables())
    assert everything() == before
    # a process that starts now has the new key alone
    fresh = Keyring.open(secrets(world), create=False)
    assert fresh.content != old
    assert "content_before" not in json.loads(secrets(world).read_text())
    with pytest.raises(TamperedError):
        fresh.unseal(Keyring(old, fresh.others).seal(b"words", b"x"), b"x")
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(StoredFile)).one()
        assert files.content(world.foundation.store, row) == b"a stored file " * 100


def test_the_running_server_reads_and_writes_on(world: World):
    running = world.foundation.keyring
    assert crypto.rotate_content(secrets(world))
    sealed = running.seal(b"words", b"x")
    other = Keyring.open(secrets(world), create=False)
    assert other.unseal(sealed, b"x") == b"words"
    assert other.is_newest(sealed, b"x")


def test_what_stopped_half_way_goes_on_with_the_same_key(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    every_table.fill(world.foundation)
    before, calls, reseal = everything(), [], resealing.reseal

    def stop(*given: Any) -> Any:
        calls.append(given)
        if len(calls) > 5:
            raise KeyboardInterrupt
        return reseal(*given)

    with monkeypatch.context() as patch:
        patch.setattr(resealing, "reseal", stop)
        with pytest.raises(KeyboardInterrupt):
            rotation.rotate(world.foundation.settings)
    key = Keyring.open(secrets(world), create=False).content
    assert everything() == before
    rotation.rotate(world.foundation.settings)
    assert Keyring.open(secrets(world), create=False).content == key
    assert everything() == before


def test_more_rows_than_one_turn_takes(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(resealing, "BATCH", 2)
    with open_system("look", writes=False) as work:
        users = len(work.session.exec(select(User.id)).all())
    assert users > 10
    crypto.rotate_content(secrets(world))
    assert rotation._everything() >= users
    assert rotation._everything() == 0


@pytest.mark.sqlite_only
def test_the_guards_of_what_is_only_added_stand_again(world: World):
    every_table.fill(world.foundation)
    with access.database().reading.connect() as connection:
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
        before = connection.exec_driver_sql(query).all()
    rotation.rotate(world.foundation.settings)
    with access.database().reading.connect() as connection:
        assert connection.exec_driver_sql(query).all() == before
