"""A test patient: hers who made her, and nobody's record."""

import pytest

from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.services import identity, practice
from portal_app.services.family import testing
from tests.world import World


def test_its_maker_uses_its_portal_at_once(world: World):
    chart = testing.create(world["own"])
    frame = identity.portal_frame(world["own"], chart)
    assert frame.permissions == PORTAL | {Permission.HOME}
    assert (frame.current.clinician, frame.seen_as) == ("Dr. Own", "")
    assert frame.current.is_test
    assert frame.is_staff


def test_nobody_else_does(world: World):
    chart = testing.create(world["own"])
    for who in ("owner", "alice", "other"):
        with pytest.raises(NotFoundError):
            identity.portal_frame(world[who], chart)


def test_they_are_told_apart_in_the_list(world: World):
    for _ in range(2):
        testing.create(world["owner"])
    found = [r.name for r in practice.roster(world["owner"], "test").rows if r.is_test]
    assert found == ["Test Patient", "Test Patient 2"]


def test_their_number_has_a_limit(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(testing, "MOST", 1)
    testing.create(world["owner"])
    with pytest.raises(InvalidError, match="already"):
        testing.create(world["owner"])
