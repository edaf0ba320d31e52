"""From a child's eleventh birthday to the eighteenth: what a parent sees, and who is told before."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from portal_app.data.models import Grant, OutboxMail, Patient, StaffMember, UserSession
from portal_app.data.schemas.family import EndInput
from portal_app.pages.portal.shell import NAVIGATION
from portal_app.pages.routing import REGISTRY, Section
from portal_app.rules import family
from portal_app.rules.errors import NotFoundError
from portal_app.rules.family import SUGGESTED
from portal_app.rules.permissions import PORTAL, Permission
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import identity
from portal_app.services.family import endings, grants, topics
from portal_app.services.family.endings import Endings
from tests.security.entrances.family import grant_of
from tests.security.test_matrix import SECTIONS, Scene
from tests.world import URL, World

P = Permission
A = "alice"
ZONE = ZoneInfo("America/Los_Angeles")
SECOND = timedelta(seconds=1)
LEAP = date(2016, 2, 29)
TABLE = {
    "home": (True, True),
    "messages": (True, False),
    "schedule": (True, True),
    "demographics": (True, True),
    "documents": (True, True),
    "billing": (True, True),
    "instructions": (True, False),
}
"""Section -> whether a parent sees it before the twelfth birthday, and from then to the 18th."""


@pytest.fixture(params=[date(2015, 6, 1), LEAP], ids=["June", "29 February"])
def child(world: World, request: pytest.FixtureRequest) -> date:
    """Alice is a child with a sign-in of her own, and Bob her father."""
    born = request.param
    with open_system("the test's family") as work:
        alice = work.session.exec(select(Patient).where(Patient.given == "Alice")).one()
        alice.birth_date = born
        father = work.session.exec(select(Grant).where(Grant.user_id == world.users["bob"])).one()
        father.relationship, father.basis, father.follows_age = "parent", "minor", True
        father.valid_until = None
        work.session.add_all([alice, father])
        for grant in work.session.exec(select(Grant)).all():
            grant.valid_from = None
            work.session.add(grant)
        for row in work.session.exec(select(UserSession)).all():
            row.absolute_until = datetime(2040, 1, 1, tzinfo=UTC)
            work.session.add(row)
    return born


def midnight(born: date, age: int) -> datetime:
    return datetime.combine(family.birthday(born, age), datetime.min.time(), ZONE)


def held(world: World, who: str) -> frozenset[Permission]:
    try:
        return identity.portal_frame(world[who], world.charts[A]).permissions
    except NotFoundError:
        return frozenset()


def opens(world: World, who: str, section: Section[object], values: dict[str, str]) -> bool:
    try:
        section.load(world[who], **values)
    except NotFoundError:
        return False
    return True


def test_every_page_equals_the_table_at_every_birthday(world: World, child: date):
    scene = Scene(world)
    pages = []
    for section in REGISTRY.sections:
        if section.side != "portal":
            continue
        _, parameters = SECTIONS[section.address]
        if set(parameters) == {"chart"}:
            pages.append((section, {n: make(world, scene) for n, make in parameters.items()}))
    assert len(pages) >= len(TABLE)
    for age in range(11, 19):
        for moment in (midnight(child, age) - SECOND, midnight(child, age)):
            world.clock.now = moment
            stage = (moment >= midnight(child, 12)) + (moment >= midnight(child, 18))
            expected = (PORTAL | {P.HOME}, SUGGESTED | {P.HOME}, frozenset())[stage]
            assert held(world, "bob") == expected, moment
            assert held(world, A) == PORTAL | {P.HOME}
            for section, values in pages:
                visible = stage < 2 and TABLE.get(section.nav, (True, True))[stage]
                needs = section.needs in expected
                assert opens(world, "bob", section, values) == needs, (moment, section.address)
                if section.nav in TABLE and stage < 2 and section.address.count("/") == 3:
                    assert needs == visible, (moment, section.address)


def test_the_navigation_equals_the_table(world: World, child: date):
    for stage, age in enumerate((11, 12)):
        world.clock.now = midnight(child, age)
        allowed = held(world, "bob")
        shown = {
            key
            for key, _, _, needs, _ in NAVIGATION
            if (needs if isinstance(needs, frozenset) else {needs}) & allowed
        }
        known = {key for key, seen in TABLE.items() if seen[stage]}
        assert shown & set(TABLE) == known


# ---------------------------------------------------------------- told beforehand
def mails() -> list[OutboxMail]:
    with open_system("look", writes=False) as work:
        rows = work.session.exec(select(OutboxMail).where(OutboxMail.kind == endings.KIND)).all()
        return sorted(rows, key=lambda m: m.unique_key)


def to() -> set[str]:
    return {m.address.partition("@")[0] for m in mails()}


@pytest.mark.parametrize("age", [12, 18])
def test_thirty_and_seven_days_before_all_three_are_told_once(world: World, child: date, age: int):
    with open_system("the clinician has a sign-in") as work:
        own = work.session.exec(select(StaffMember).where(StaffMember.name == "Own")).one()
        assert own.practitioner_id
    world.clock.now = midnight(child, age) - timedelta(days=30) - SECOND
    assert endings.tell(URL) == 0
    world.clock.now += SECOND
    assert endings.tell(URL) >= 3
    assert {A, "bob", "own"} <= to()
    assert endings.tell(URL) == 0
    first = len(mails())
    world.clock.now = midnight(child, age) - timedelta(days=7)
    assert endings.tell(URL) == first
    assert endings.tell(URL) == 0


def test_a_notice_says_no_word_of_whom_it_is_about(world: World, child: date):
    world.clock.now = midnight(child, 12) - timedelta(days=20)
    endings.tell(URL)
    for mail in mails():
        assert not any(word in mail.subject + mail.text for word in ("Alice", "Adams", "Bob"))


def test_nobody_is_told_past_a_block(world: World, child: date):
    grants.block(world["owner"], world.charts[A], EndInput(reason="because"))
    world.clock.now = midnight(child, 12) - timedelta(days=20)
    assert endings.tell(URL) == 0


def test_open_pages_follow_an_end(world: World, child: date):
    told: set[str] = set()
    access.on_commit(told.update)
    world.clock.now = midnight(child, 12) - SECOND
    looks = Endings(URL)
    looks.tick()
    bob = topics.of_user(world.users["bob"])
    assert bob not in told
    world.clock.now += SECOND
    looks.tick()
    assert bob in told
    assert grant_of(world, "bob")
