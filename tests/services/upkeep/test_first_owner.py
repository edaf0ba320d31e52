"""The link of a new practice: once, for half an hour, and never where there is an owner."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from portal_app.config import Settings
from portal_app.data.models import Practice, StaffMember, User
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.security import access
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import maintenance
from portal_app.services.foundation import lay
from portal_app.services.upkeep import first_owner, setting_up
from portal_app.services.upkeep.first_owner import First
from tests.world import Clock, World

TYPED = First(
    practice="Quiet Harbor",
    zone="America/Denver",
    name="Dr. Ada First",
    email="ada@test.example",
    password="a heron on the river",
    ip="192.0.2.1",
    agent="",
)


@pytest.fixture
def clock(tmp_path: Path) -> Clock:
    """An empty folder, as the first start leaves it."""
    foundation = lay(Settings(data_dir=tmp_path / "new"), create=True)
    clock = Clock(access.now())
    access.configure(access.database(), foundation.keyring, clock)
    maintenance.create_practice()
    return clock


@pytest.fixture
def sessions() -> Sessions:
    return Sessions(ThreadPoolExecutor(1))


def owners() -> int:
    with open_system("look", writes=False) as work:
        return len(work.session.exec(select(StaffMember)).all())


@pytest.mark.usefixtures("clock")
def test_it_makes_practice_and_owner_once(sessions: Sessions):
    link = first_owner.new_link()
    assert first_owner.look(link).zones[0] == "America/New_York"
    assert first_owner.make(sessions, link, TYPED)
    with open_system("look", writes=False) as work:
        practice = work.session.get_one(Practice, 1)
        assert (practice.name, practice.zone) == ("Quiet Harbor", "America/Denver")
        assert work.session.exec(select(User.email)).all() == ["ada@test.example"]
    for again in (link, first_owner.new_link()):
        with pytest.raises(NotFoundError):
            first_owner.make(sessions, again, replace(TYPED, email="eve@test.example"))
    assert owners() == 1
    access.database().close()


def test_it_lives_half_an_hour_and_a_newer_one_ends_it(clock: Clock):
    first, second = first_owner.new_link(), first_owner.new_link()
    with pytest.raises(NotFoundError):
        first_owner.look(first)
    clock.pass_by(minutes=29, seconds=59)
    assert first_owner.look(second)
    clock.pass_by(seconds=1)
    with pytest.raises(NotFoundError):
        first_owner.look(second)
    access.database().close()


@pytest.mark.usefixtures("clock")
@pytest.mark.parametrize(
    "wrong",
    [
        {"practice": " "},
        {"zone": "Nowhere/Here"},
        {"name": ""},
        {"email": "ada"},
        {"password": "short"},
        {"password": "ada@test.example"},
    ],
)
def test_what_is_wrong_is_said_and_the_link_stays(sessions: Sessions, wrong: dict[str, str]):
    link = first_owner.new_link()
    with pytest.raises(InvalidError):
        first_owner.make(sessions, link, replace(TYPED, **wrong))
    assert owners() == 0
    assert first_owner.make(sessions, link, TYPED)
    access.database().close()


@pytest.mark.usefixtures("clock")
def test_of_many_at_once_one_becomes_the_owner(sessions: Sessions):
    link = first_owner.new_link()

    def become(number: int) -> bool:
        try:
            first_owner.make(sessions, link, replace(TYPED, email=f"a{number}@test.example"))
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(become, range(8))) == 1
    assert owners() == 1
    access.database().close()


def test_the_steps_tell_what_is_done(world: World):
    view = setting_up.progress(world["owner"])
    steps = {step.title: step for step in view.steps}
    assert steps["Patients"].done
    assert not steps["Visit types"].done
    assert view.next is not None
    assert view.next.title == "Second step"
