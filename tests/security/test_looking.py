"""The practice sees a portal as its patient does: the same pages, and the gate lets nothing be written."""

from contextlib import suppress
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.data.models import AuditEvent, Draft, Grant, metadata
from portal_app.data.schemas.messages import MessageInput
from portal_app.pages.routing import REGISTRY
from portal_app.rules.errors import NotFoundError, OnlyLookingError
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import identity
from portal_app.services.family import seeing
from portal_app.services.messages import patient as messages
from tests.security.entrances import gathered
from tests.security.test_matrix import ACTIONS, SECTIONS, Scene, rows
from tests.world import URL, World

P = Permission
A = "alice"
PORTAL_ACTIONS = sorted(
    n for n, (needs, _) in REGISTRY.actions.items() if needs in PORTAL and n in ACTIONS
)
SEEN = [s for s in REGISTRY.sections if s.needs in PORTAL | {P.HOME} and s.side == "portal"]


@pytest.fixture
def looker(world: World) -> World:
    seeing.start(world["owner"], world.charts[A])
    return world


def everything() -> dict[str, list[tuple[object, ...]]]:
    """Every row of every table but the access log."""
    with open_system("look", writes=False) as work:
        return {
            table.name: [tuple(r) for r in work.session.execute(table.select()).all()]
            for table in metadata.sorted_tables
            if table.name != AuditEvent.__tablename__
        }


def grant_of(who: str, world: World) -> str:
    with open_system("look", writes=False) as work:
        found = work.session.exec(select(Grant).where(Grant.user_id == world.users[who])).one()
        return str(found.id)


def held(world: World, who: str, chart: str = A) -> frozenset[Permission]:
    return identity.permissions(world[who], P.HOME, world.charts[chart]) & PORTAL


def staged(world: World, noun: str) -> Scene:
    """What the portal's entrances of that noun are about."""
    scene = Scene(world)
    for beginning, make in gathered("STAGED").items():
        if any(name.startswith(beginning) for name in of(noun)):
            scene.of(make)
    assert scene.visits.alices
    assert scene.draft
    return scene


def of(noun: str) -> list[str]:
    """The actions of a noun."""
    return [name for name in PORTAL_ACTIONS if name.partition(".")[0] == noun]


@pytest.mark.parametrize("noun", sorted({n.partition(".")[0] for n in PORTAL_ACTIONS}))
def test_whoever_looks_changes_nothing(world: World, noun: str):
    scene = staged(world, noun)
    seeing.start(world["owner"], world.charts[A])
    before = everything()
    for name in of(noun):
        with suppress(NotFoundError):  # what only reads answers
            ACTIONS[name][1](world["owner"], world, scene)
        assert everything() == before, name


@pytest.mark.parametrize("nav", sorted({s.nav for s in SEEN}))
def test_whoever_looks_sees_the_patients_pages(world: World, nav: str):
    scene = Scene(world)
    seeing.start(world["owner"], world.charts[A])
    for section in (s for s in SEEN if s.nav == nav):
        _, parameters = SECTIONS[section.address]
        values = {name: make(world, scene) for name, make in parameters.items()}
        theirs = section.load(world[A], **values)
        before = everything()
        assert type(section.load(world["owner"], **values)) is type(theirs), section.address
        assert everything() == before, section.address


def test_it_sees_what_the_patient_sees_and_the_frame_says_so(looker: World):
    frame = identity.portal_frame(looker["owner"], looker.charts[A])
    assert frame.seen_as == "Alice Adams"
    assert frame.permissions == held(looker, A) | {P.HOME}
    assert {c.chart for c in frame.choices} == {looker.charts[A], looker.charts["alice2"]}


def test_as_a_proxy_it_sees_what_the_proxy_sees(world: World):
    seeing.start(world["owner"], world.charts[A], grant_of("bea", world))
    assert held(world, "owner") == held(world, "bea")
    frame = identity.portal_frame(world["owner"], world.charts[A])
    assert (frame.seen_as, frame.current.relationship) == ("Bea", "child")
    with pytest.raises(NotFoundError):
        messages.folder(world["owner"], world.charts[A])


def test_who_can_be_chosen_has_access_now(world: World):
    people = seeing.people(world["owner"], world.charts[A])
    assert {p.name for p in people} == {"Alice Adams", "Bob", "Bea", "Ended", "Disabled"}
    with pytest.raises(NotFoundError):
        seeing.start(world["owner"], world.charts[A], grant_of("exbob", world))


def test_nobody_sees_more_than_her_own_place_in_the_practice_allows(world: World):
    seeing.start(world["biller"], world.charts[A])
    assert {p.value.partition(".")[0] for p in held(world, "biller")} == {"billing"}
    with pytest.raises(NotFoundError):
        messages.folder(world["biller"], world.charts[A])


def test_it_holds_for_one_session_one_patient_and_a_while(looker: World):
    with pytest.raises(NotFoundError):
        held(looker, "own")
    with pytest.raises(NotFoundError):
        held(looker, "owner", "carol")
    looker.clock.now += seeing.LASTS - timedelta(seconds=1)
    assert held(looker, "owner")
    looker.clock.pass_by(seconds=1)
    with pytest.raises(NotFoundError):
        held(looker, "owner")
    assert seeing.sweep() == 1


def test_it_ends_when_the_one_who_looks_says_so(looker: World):
    seeing.stop(looker["owner"], looker.charts[A])
    with pytest.raises(NotFoundError):
        held(looker, "owner")


def test_the_log_names_who_looked_and_as_whom(world: World):
    seeing.start(world["owner"], world.charts[A], grant_of("bob", world))
    messages.folder(world["owner"], world.charts[A])
    with open_system("look", writes=False) as work:
        newest = select(AuditEvent).order_by(col(AuditEvent.seq).desc())
        row = work.session.exec(newest).first()
    assert row is not None
    assert (row.actor, row.actor_kind) == (str(world.users["owner"]), "staff")
    assert (row.action, row.why) == ("messages.read", f"seen as proxy {world.users['bob']}")


def test_what_was_not_sent_stays_with_the_patient(world: World):
    messages.save_draft(world[A], world.charts[A], messages.NEW, body="half a thought")
    assert messages.compose(world[A], world.charts[A]).draft.body == "half a thought"
    seeing.start(world["owner"], world.charts[A])
    assert messages.compose(world["owner"], world.charts[A]).draft.body == ""
    assert rows(Draft) == [1]


def test_the_refusal_says_why(looker: World):
    command = MessageInput(recipient="clinician", subject="S", body="B")
    with pytest.raises(OnlyLookingError, match="Nothing was changed"):
        messages.send(looker["owner"], looker.charts[A], command, URL)


def test_the_practices_own_rights_stay(looker: World):
    with access.open(looker["owner"], P.PRACTICE_INBOX, chart=looker.charts[A], writes=True):
        pass
