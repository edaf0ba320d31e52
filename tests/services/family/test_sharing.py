"""An adult shares her portal with an adult, and stops; nobody does it in her name unseen."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
from sqlmodel import select

from portal_app.data.models import Grant, OutboxMail, Patient
from portal_app.data.schemas.family import ShareInput
from portal_app.data.schemas.invitations import Typed
from portal_app.rules.errors import InvalidError, NotFoundError, StepUpError
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import identity, invitations
from portal_app.services.family import rights, sharing
from tests.security.entrances.family import grant_of, proved
from tests.world import URL, World

P = Permission
A = "alice"
PASSWORD = "a few words in a row work"


@pytest.fixture(autouse=True)
def _proved(world: World) -> None:
    assert world
    proved()


def command(**more: object) -> ShareInput:
    values = {
        "name": "Ivo",
        "email": "ivo@test.example",
        "relationship": "spouse",
        "scopes": [P.BILLING_VIEW, P.BILLING_PAY],
        "until": "2027-06-01",
    }
    return ShareInput.model_validate(values | more)


def share(world: World, who: str = A, **more: object) -> str:
    return sharing.share(world[who], world.charts[A], command(**more), URL)


def set_alice(change: Callable[[Patient], None]) -> None:
    with open_system("the test changes something") as work:
        alice = work.session.exec(select(Patient).where(Patient.given == "Alice")).one()
        change(alice)
        work.session.add(alice)


def born(day: date) -> None:
    set_alice(lambda alice: setattr(alice, "birth_date", day))


def basis(world: World, who: str, words: str) -> None:
    with open_system("the test changes something") as work:
        row = work.session.exec(select(Grant).where(Grant.user_id == world.users[who])).one()
        row.basis = words
        work.session.add(row)


def names(world: World, who: str = A) -> list[str]:
    return [p.name for p in sharing.view(world[who], world.charts[A]).people]


# ---------------------------------------------------------------- sharing
def test_what_is_shared_is_what_was_chosen_until_its_last_day(world: World):
    born(date(1980, 5, 6))
    token = share(world).rpartition("/")[2]
    sessions = Sessions(ThreadPoolExecutor(1))
    typed = Typed("1980-05-06", "", PASSWORD, "192.0.2.9", "")
    info = sessions.find(invitations.accept(sessions, token, typed))
    assert info is not None
    ivo = sessions.actor(info.id)
    held = identity.permissions(ivo, P.HOME, world.charts[A])
    assert held & PORTAL == {P.BILLING_VIEW, P.BILLING_PAY}
    shared = next(p for p in sharing.view(world[A], world.charts[A]).people if p.name == "Ivo")
    assert shared.may_stop
    assert shared.ends_at is not None
    assert shared.ends_at.isoformat() == "2027-06-02T07:00:00+00:00"
    sharing.stop(world[A], world.charts[A], shared.id, URL)
    with pytest.raises(NotFoundError):
        identity.permissions(ivo, P.HOME, world.charts[A])


def test_nobody_shares_more_than_she_has_nor_the_sharing(world: World):
    rights.save(world["owner"], world.charts[A], PORTAL - {P.RECORDS_VIEW})
    offered = sharing.view(world[A], world.charts[A]).offered
    assert not offered & {P.RECORDS_VIEW, P.RECORDS_DOWNLOAD, P.SHARE_PROXY}
    with pytest.raises(InvalidError) as refused:
        share(world, scopes=[P.RECORDS_VIEW, P.SHARE_PROXY])
    assert refused.value.field == "scopes"


def test_where_the_practice_does_not_let_share_there_is_no_sharing(world: World):
    rights.save(world["owner"], world.charts[A], PORTAL - {P.SHARE_PROXY})
    assert not sharing.view(world[A], world.charts[A]).may_share
    with pytest.raises(NotFoundError):
        share(world)


def test_a_minor_does_not_share(world: World):
    born(date(2010, 1, 1))
    assert not sharing.view(world[A], world.charts[A]).may_share
    with pytest.raises(NotFoundError):
        share(world)


def test_a_proxy_sees_her_own_access_only_and_shares_nothing(world: World):
    view = sharing.view(world["bob"], world.charts[A])
    assert [p.name for p in view.people] == ["Bob"]
    assert not view.is_own
    assert not view.may_share
    with pytest.raises(NotFoundError):
        share(world, "bob")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"until": None}, "until"),
        ({"until": "2029-06-01"}, "until"),
        ({"until": "2026-11-01"}, "until"),
        ({"scopes": []}, "scopes"),
        ({"email": "nobody"}, "email"),
        ({"email": "Alice@test.example"}, "email"),
        ({"relationship": "self"}, "relationship"),
    ],
)
def test_what_makes_no_sense_is_refused_at_its_field(
    world: World, more: dict[str, object], field: str
):
    with pytest.raises(InvalidError) as refused:
        share(world, **more)
    assert refused.value.field == field


def test_to_share_asks_for_the_password(world: World):
    world.clock.pass_by(minutes=11)
    with pytest.raises(StepUpError):
        share(world)


def test_the_person_is_told_at_her_own_address(world: World):
    share(world)
    with open_system("look", writes=False) as work:
        mail = work.session.exec(select(OutboxMail).where(OutboxMail.kind == "security")).one()
    assert mail.address == "alice@test.example"
    assert "Ivo" not in mail.subject + mail.text


# ---------------------------------------------------------------- stopping
def test_what_the_practice_has_decided_only_the_practice_ends(world: World):
    basis(world, "bob", "court")
    with pytest.raises(NotFoundError):
        sharing.stop(world[A], world.charts[A], grant_of(world, "bob"), URL)
    basis(world, "bob", "patient")
    sharing.stop(world[A], world.charts[A], grant_of(world, "bob"), URL)
    assert "Bob" not in names(world)


def test_she_can_stop_even_where_she_may_not_share(world: World):
    basis(world, "bob", "patient")
    rights.save(world["owner"], world.charts[A], frozenset())
    sharing.stop(world[A], world.charts[A], grant_of(world, "bob"), URL)
    assert "Bob" not in names(world)


def test_nobody_stops_anothers(world: World):
    basis(world, "bea", "patient")
    with pytest.raises(NotFoundError):
        sharing.stop(world["bob"], world.charts[A], grant_of(world, "bea"), URL)


def test_an_invitation_can_be_taken_back(world: World):
    share(world)
    view = sharing.view(world[A], world.charts[A])
    sharing.take_back(world[A], world.charts[A], view.invited[0].id)
    assert not sharing.view(world[A], world.charts[A]).invited


# ---------------------------------------------------------------- a sign-in of one's own
@pytest.mark.parametrize(("day", "may"), [("2013-11-24", True), ("2013-11-25", False)])
def test_a_teenager_has_a_sign_in_from_the_age_that_the_practice_sets(
    world: World, day: str, may: bool
):
    born(date.fromisoformat(day))
    if may:
        assert invitations.invite(world.charts[A], "teen@test.example")
        return
    with pytest.raises(InvalidError, match="from age 13"):
        invitations.invite(world.charts[A], "teen@test.example")
    assert invitations.invite(world.charts[A], "mother@test.example", "parent")
