"""Backups in the settings: only for the owner who has just proved who she is."""

from datetime import timedelta

import pytest

from portal_app.rules.errors import NotFoundError, StepUpError
from portal_app.security.backup_keys import with_recovery
from portal_app.services.upkeep import desk, restoring
from tests.world import World


def test_a_backup_is_made_tried_and_listed(world: World):
    made = desk.back_up(world["owner"])
    view = desk.backups(world["owner"])
    assert [row.name for row in view.rows] == [made.name]
    assert (view.last_at, view.verified_at) == (made.at, world.clock.now)


def test_it_is_handed_out_within_ten_minutes_of_the_password(world: World):
    name = desk.back_up(world["owner"]).name
    world.proved("owner", None)
    with pytest.raises(StepUpError):
        desk.download(world["owner"], name)
    world.proved("owner", timedelta(minutes=10))
    with pytest.raises(StepUpError):
        desk.download(world["owner"], name)
    world.proved("owner", timedelta(minutes=9, seconds=59))
    assert desk.download(world["owner"], name).read_bytes().startswith(b"latchwell-backup-1")


@pytest.mark.parametrize("name", ["../secrets.json", "journal.json", "none", "latchwell-x.backup"])
def test_nothing_but_backups_is_handed_out(world: World, name: str):
    desk.back_up(world["owner"])
    world.proved("owner")
    with pytest.raises(NotFoundError):
        desk.download(world["owner"], name)


def test_a_recovery_key_is_made_by_who_has_given_her_password(world: World):
    world.proved("owner", None)
    with pytest.raises(StepUpError):
        desk.new_recovery_key(world["owner"])
    assert desk.backups(world["owner"]).recovery_at is None
    world.proved("owner")
    key = desk.new_recovery_key(world["owner"])
    assert desk.backups(world["owner"]).recovery_at == world.clock.now
    settings = world.foundation.settings
    path = settings.data_dir / "backups" / desk.back_up(world["owner"]).name
    assert restoring.verify(settings, path, [with_recovery(key)]).rows > 0


def test_the_doctor_and_the_log_answer_the_owner(world: World):
    lines = {line.subject: line for line in desk.examine(world["owner"])}
    assert lines["Database"].state == "ok"
    assert lines["Mail"].state == "wrong"
    assert "SMTP" in lines["Mail"].words
    verdict = desk.verify_log(world["owner"])
    assert (verdict.rows, verdict.broken) == (2, None)
