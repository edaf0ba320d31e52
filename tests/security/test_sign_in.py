"""Signing in: the same answer for everybody who may not, slow for who guesses, open for who knows."""

import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import AuthBucket
from portal_app.rules.errors import InvalidError, PortalError, TooManyError
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import sign_in
from portal_app.services.sign_in import Credentials
from tests.world import PASSWORD, World

HOME = "198.51.100.7"


@pytest.fixture
def known(world: World) -> World:
    """The practice, where Alice and a disabled person have passwords."""
    world.give_passwords("alice", "disabled")
    return world


def typed(
    password: str = PASSWORD, email: str = "alice@test.example", ip: str = HOME
) -> Credentials:
    return Credentials(email, password, ip, "test")


def guess(sessions: Sessions, credentials: Credentials) -> str:
    try:
        sign_in.sign_in(sessions, credentials)
    except PortalError as error:
        return type(error).__name__
    return "in"


@pytest.mark.parametrize("email", ["alice@test.example", "  Alice@Test.EXAMPLE "])
def test_email_and_password_open_a_session(known: World, sessions: Sessions, email: str):
    token = sign_in.sign_in(sessions, typed(email=email))
    info = sessions.find(token)
    assert info
    assert info.user_id == str(known.users["alice"])


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("alice@test.example", "wrong words in a row"),
        ("alice@test.example", ""),
        ("alice@test.example", PASSWORD + " "),
        ("nobody@test.example", PASSWORD),
        ("disabled@test.example", PASSWORD),
        ("bob@test.example", PASSWORD),
        ("' OR 1=1 --", PASSWORD),
        ("", ""),
    ],
)
def test_whatever_is_wrong_the_answer_is_the_same(sessions: Sessions, email: str, password: str):
    with pytest.raises(InvalidError) as refused:
        sign_in.sign_in(sessions, typed(password, email))
    assert refused.value.message == sign_in.WRONG
    assert sessions.live_ids() == ()


@pytest.mark.usefixtures("known")
def test_the_answer_takes_as_long_for_nobody_as_for_somebody(sessions: Sessions):
    spent: dict[str, list[float]] = {"alice": [], "nobody": []}
    for number in range(8):
        for name, times in spent.items():
            began = time.perf_counter()
            guess(sessions, typed("wrong", f"{name}@test.example", f"203.0.113.{number}"))
            times.append(time.perf_counter() - began)
            with open_system("forget the failures") as work:
                for row in work.session.exec(select(AuthBucket)).all():
                    work.session.delete(row)
    ratio = statistics.median(spent["alice"]) / statistics.median(spent["nobody"])
    assert 0.6 < ratio < 1.6


@pytest.mark.usefixtures("known")
def test_of_two_hundred_guesses_at_once_few_get_through(sessions: Sessions):
    with ThreadPoolExecutor(8) as pool:
        answers = list(
            pool.map(
                lambda n: guess(sessions, typed("wrong", ip=f"203.0.113.{n % 250}")), range(200)
            )
        )
    assert answers.count("in") == 0
    assert answers.count("InvalidError") <= 6
    assert answers.count("TooManyError") >= 194


@pytest.mark.usefixtures("known")
def test_a_wait_is_said_and_ends(known: World, sessions: Sessions):
    for _ in range(6):
        guess(sessions, typed("wrong"))
    with pytest.raises(TooManyError, match="Wait 1 seconds"):
        sign_in.sign_in(sessions, typed())
    known.clock.pass_by(seconds=1)
    assert guess(sessions, typed()) == "in"


@pytest.mark.usefixtures("known")
def test_strangers_cannot_lock_the_owner_out_of_her_usual_place(sessions: Sessions):
    assert guess(sessions, typed()) == "in"
    for number in range(30):
        guess(sessions, typed("wrong", ip=f"203.0.113.{number}"))
    assert guess(sessions, typed(ip="203.0.113.200")) == "TooManyError"
    assert guess(sessions, typed()) == "in"


def test_from_any_number_of_addresses_twenty_guesses_an_hour_and_she_gets_in(
    known: World, sessions: Sessions
):
    assert guess(sessions, typed()) == "in"
    tried: list[datetime] = []
    for number in range(260):
        known.clock.pass_by(seconds=30)
        place = f"203.0.{number // 200}.{number % 200}"
        if guess(sessions, typed("wrong words in a row", ip=place)) == "InvalidError":
            tried.append(known.clock.now)
    hour = timedelta(hours=1)
    assert len(tried) > 20
    assert max(sum(first <= t < first + hour for t in tried) for first in tried) <= 20
    assert guess(sessions, typed()) == "in"


@pytest.mark.usefixtures("known")
def test_one_address_guesses_for_many_people_only_so_often(sessions: Sessions):
    answers = [guess(sessions, typed("x", f"p{n}@test.example", "203.0.113.9")) for n in range(52)]
    assert answers[:50] == ["InvalidError"] * 50
    assert answers[50:] == ["TooManyError"] * 2


@pytest.mark.usefixtures("known")
def test_a_network_of_ipv6_is_one_address(sessions: Sessions):
    for number in range(50):
        guess(sessions, typed("x", f"p{number}@test.example", f"2001:db8::{number:x}"))
    assert guess(sessions, typed("x", "q@test.example", "2001:db8::ffff")) == "TooManyError"
    assert guess(sessions, typed("x", "q@test.example", "2001:db8:0:1::1")) == "InvalidError"


def test_failures_survive_a_restart(known: World, sessions: Sessions):
    for _ in range(6):
        guess(sessions, typed("wrong"))
    with ThreadPoolExecutor(1) as pool:
        assert guess(Sessions(pool), typed()) == "TooManyError"
    assert known
