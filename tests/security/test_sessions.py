"""Sessions: what extends them, what ends them, and that everybody hears of it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import select

from portal_app.data.models import StaffMember, User, UserSession
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from tests.world import World


def begin(sessions: Sessions, world: World, who: str = "alice", *, staff: bool = False) -> str:
    with open_system("look", writes=False) as work:
        user = work.session.get_one(User, world.users[who])
        rows = select(StaffMember).where(StaffMember.user_id == user.id)
        member = work.session.exec(rows).first()
    assert (member is not None) is staff
    return sessions.begin(user, member, ip="192.0.2.1", agent="test")


def test_the_database_holds_no_token(world: World, sessions: Sessions):
    token = begin(sessions, world)
    files = [f for f in world.foundation.settings.data_dir.rglob("*") if f.is_file()]
    assert not any(token.encode() in f.read_bytes() for f in files)
    assert sessions.find(token)


@pytest.mark.parametrize("token", ["", "x", "' OR 1=1 --", "a" * 43, "\x00"])
def test_other_tokens_find_nothing(world: World, sessions: Sessions, token: str):
    begin(sessions, world)
    assert sessions.find(token) is None


@pytest.mark.parametrize(("who", "staff", "minutes"), [("alice", False, 20), ("own", True, 15)])
def test_idle_ends_it_to_the_second(
    world: World, sessions: Sessions, who: str, minutes: int, *, staff: bool
):
    token = begin(sessions, world, who, staff=staff)
    info = sessions.find(token)
    assert info
    world.clock.pass_by(minutes=minutes, seconds=-1)
    assert sessions.alive(info.id)
    assert sessions.seconds_left(info.id) == 1
    world.clock.pass_by(seconds=1)
    assert not sessions.alive(info.id)
    assert sessions.find(token) is None
    assert not sessions.actor(info.id).signed_in


def test_what_a_person_does_extends_it_and_looking_does_not(world: World, sessions: Sessions):
    token = begin(sessions, world)
    info = sessions.find(token)
    assert info
    for _ in range(3):
        world.clock.pass_by(minutes=19)
        sessions.touch(info.id)
    assert sessions.alive(info.id)
    for _ in range(4):
        world.clock.pass_by(minutes=5)
        sessions.find(token)
        sessions.alive(info.id)
        sessions.actor(info.id)
    assert not sessions.alive(info.id)


def test_twelve_hours_end_it_whatever_is_done(world: World, sessions: Sessions):
    info = sessions.find(begin(sessions, world))
    assert info
    for _ in range(12 * 6):
        assert sessions.alive(info.id)
        world.clock.pass_by(minutes=10)
        sessions.touch(info.id)
    assert not sessions.alive(info.id)


def test_a_touch_after_the_end_revives_nothing(world: World, sessions: Sessions):
    info = sessions.find(begin(sessions, world))
    assert info
    world.clock.pass_by(minutes=21)
    sessions.touch(info.id)
    assert not sessions.alive(info.id)


def test_activity_survives_a_restart(world: World, sessions: Sessions):
    token = begin(sessions, world)
    info = sessions.find(token)
    assert info
    world.clock.pass_by(minutes=15)
    sessions.touch(info.id)
    sessions.end_expired()
    with ThreadPoolExecutor(1) as pool:
        again = Sessions(pool)
        world.clock.pass_by(minutes=15)
        assert again.find(token)


def test_ending_is_told_once_committed(world: World, sessions: Sessions):
    token = begin(sessions, world)
    info = sessions.find(token)
    assert info
    told: list[object] = []

    def hear(session_id: str) -> None:
        with open_system("look", writes=False) as work:
            told.append(work.session.get_one(UserSession, session_id).revoked_at)

    sessions.on_end(hear)
    sessions.end(info.id)
    assert told == [world.clock.now]
    assert sessions.find(token) is None
    assert not sessions.alive(info.id)


def test_the_eleventh_session_ends_the_oldest(world: World, sessions: Sessions):
    tokens = []
    for _ in range(11):
        world.clock.pass_by(seconds=1)
        tokens.append(begin(sessions, world, "bob"))
    # the practice of the test has given everybody one session before
    assert [bool(sessions.find(t)) for t in tokens] == [False] + [True] * 10


def test_upkeep_ends_what_has_expired_or_was_ended_elsewhere(world: World, sessions: Sessions):
    idle, elsewhere, disabled, fine = (
        sessions.find(begin(sessions, world, who)) for who in ("alice", "bob", "bea", "carol")
    )
    assert idle
    assert elsewhere
    assert disabled
    assert fine
    told: list[str] = []
    sessions.on_end(told.append)
    world.clock.pass_by(minutes=19)
    for info in (elsewhere, disabled, fine):
        sessions.touch(info.id)
    world.clock.pass_by(minutes=2)
    with open_system("an administrator ends two") as work:
        row = work.session.get_one(UserSession, elsewhere.id)
        row.revoked_at = work.now
        user = work.session.get_one(User, world.users["bea"])
        user.disabled_at = work.now
        work.session.add(row)
        work.session.add(user)
    sessions.end_expired()
    assert set(told) == {idle.id, elsewhere.id, disabled.id}
    assert sessions.alive(fine.id)


def test_every_sign_in_has_a_token_of_its_own(world: World, sessions: Sessions):
    tokens = {begin(sessions, world) for _ in range(5)}
    assert len(tokens) == 5
    assert all(len(t) >= 43 for t in tokens)
