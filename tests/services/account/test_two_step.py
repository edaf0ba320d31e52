"""The second step: on with a code, each code once, off with the password."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from portal_app.data.models import Authenticator, OutboxMail, Practice, RecoveryCode, User
from portal_app.rules.errors import (
    CodeNeededError,
    ConflictError,
    InvalidError,
    NotFoundError,
    PortalError,
    SignedOutError,
    StepUpError,
    TooManyError,
)
from portal_app.rules.permissions import Permission
from portal_app.security import access, second_step
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import sign_in
from portal_app.services.account import proving, two_step
from portal_app.services.sign_in import Credentials
from tests.world import PASSWORD, World


@pytest.fixture
def known(world: World) -> World:
    """The practice, where Alice and the owner have passwords."""
    world.give_passwords("alice", "owner")
    return world


def typed(name: str = "alice", device: str = "") -> Credentials:
    return Credentials(f"{name}@test.example", PASSWORD, "198.51.100.7", "test", device)


def code(world: World, key: str, ahead: int = 0) -> str:
    return pyotp.TOTP(key.replace(" ", "")).at(world.clock.now + timedelta(seconds=30 * ahead))


def turned_on(world: World, sessions: Sessions, name: str = "alice") -> tuple[str, tuple[str, ...]]:
    key = two_step.begin(world[name]).key
    return key, two_step.confirm(world[name], code(world, key), sessions)


def ticket(sessions: Sessions, name: str = "alice") -> str:
    with open_system("who", writes=False) as work:
        index = work.keyring.index(f"{name}@test.example")
        user = work.session.exec(select(User).where(User.email_index == index)).one()
    with pytest.raises(CodeNeededError) as needed:
        sign_in.enter(sessions, user, typed(name))
    return needed.value.ticket


def verify(sessions: Sessions, token: str, typed_code: str, *, recovery: bool = False) -> str:
    done = sign_in.verify(sessions, token, typed_code, typed(), recovery=recovery, trust=False)
    return done.session


@pytest.mark.seed("S32")
def test_it_counts_only_once_a_code_was_confirmed(known: World, sessions: Sessions):
    key = two_step.begin(known["alice"]).key
    assert not two_step.look(known["alice"]).is_on
    assert sign_in.sign_in(sessions, typed())
    with pytest.raises(InvalidError):
        two_step.confirm(known["alice"], f"{(int(code(known, key)) + 1) % 10**6:06}", sessions)
    codes = two_step.confirm(known["alice"], code(known, key), sessions)
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"(?:[A-Z2-9]{4}-){3}[A-Z2-9]{4}", c) for c in codes)
    view = two_step.look(known["alice"])
    assert (view.is_on, view.codes_left) == (True, 10)
    token = ticket(sessions)
    info = sessions.find(verify(sessions, token, code(known, key, 1)))
    assert info
    assert info.user_id == str(known.users["alice"])


def test_the_picture_is_drawn_here_and_holds_what_an_app_reads(known: World):
    app = two_step.begin(known["alice"])
    assert app.qr.startswith("<svg")
    assert "http" not in app.qr.replace("http://www.w3.org/2000/svg", "")
    assert len(app.key.replace(" ", "")) == 32


@pytest.mark.sqlite_only
def test_the_secret_and_the_codes_are_in_no_row_as_they_stand(known: World, sessions: Sessions):
    key, codes = turned_on(known, sessions)
    raw = known.foundation.settings.data_dir / "latchwell.db"
    kept = b"".join(p.read_bytes() for p in raw.parent.glob("latchwell.db*"))
    assert key.replace(" ", "").encode() not in kept
    assert not any(c.encode() in kept or c.replace("-", "").encode() in kept for c in codes)


def test_turning_it_on_ends_other_sessions_and_tells_her(known: World, sessions: Sessions):
    elsewhere = sign_in.sign_in(sessions, typed())
    assert sessions.find(elsewhere)
    turned_on(known, sessions)
    assert sessions.find(elsewhere) is None
    with open_system("mail", writes=False) as work:
        kinds = [m.kind for m in work.session.exec(select(OutboxMail)).all()]
    assert kinds == ["security"]


def many(attempt: object, number: int = 200) -> list[str]:
    with ThreadPoolExecutor(16) as pool:
        return list(pool.map(attempt, range(number)))  # type: ignore[arg-type]


def test_of_two_hundred_uses_of_one_code_one_succeeds(known: World, sessions: Sessions):
    key, _ = turned_on(known, sessions)
    typed_code, user = code(known, key, 1), known.users["alice"]

    def use(_: int) -> str:
        with open_system("a code is used") as work:
            app = second_step.active(work.session, user)
            assert app
            return str(second_step.use_code(work.session, app, typed_code, work.now))

    assert many(use).count("True") == 1
    with open_system("a code is used") as work:
        app = second_step.active(work.session, user)
        assert app
        assert not second_step.use_code(work.session, app, code(known, key), work.now), "an older"


def test_of_two_hundred_uses_of_a_recovery_code_one_succeeds(known: World, sessions: Sessions):
    _, codes = turned_on(known, sessions)
    user = known.users["alice"]

    def use(_: int) -> str:
        with open_system("a code is used") as work:
            right = second_step.use_recovery_code(
                work.session, work.keyring, user, codes[0].lower(), work.now
            )
            return str(right)

    assert many(use).count("True") == 1
    with open_system("codes", writes=False) as work:
        assert second_step.left(work.session, user) == 9


@pytest.mark.parametrize("recovery", [False, True])
def test_through_the_door_too_one_of_many_succeeds(
    known: World, sessions: Sessions, *, recovery: bool
):
    key, codes = turned_on(known, sessions)
    one = codes[0] if recovery else code(known, key, 1)
    tokens = [ticket(sessions) for _ in range(20)]

    def use(number: int) -> str:
        try:
            verify(sessions, tokens[number], one, recovery=recovery)
        except PortalError as error:
            return type(error).__name__
        return "in"

    answers = many(use, len(tokens))
    assert answers.count("in") == 1
    assert set(answers) <= {"in", "InvalidError", "TooManyError"}


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "000000",
        "12345",
        "1234567",
        "abcdef",
        "\uff11\uff12\uff13\uff14\uff15\uff16",
        "-12345",
        "1 2 3",
    ],
)
def test_what_is_no_code_of_hers_is_refused(known: World, sessions: Sessions, wrong: str):
    turned_on(known, sessions)
    with pytest.raises(InvalidError):
        verify(sessions, ticket(sessions), wrong)
    with pytest.raises(InvalidError):
        verify(sessions, ticket(sessions), wrong, recovery=True)


def test_a_code_of_two_steps_away_is_refused(known: World, sessions: Sessions):
    key, _ = turned_on(known, sessions)
    for away in (-2, 2):
        with pytest.raises(InvalidError):
            verify(sessions, ticket(sessions), code(known, key, away))


def test_a_ticket_opens_nothing_else_and_burns(known: World, sessions: Sessions):
    key, _ = turned_on(known, sessions)
    token = ticket(sessions)
    assert sessions.find(token) is None
    for _ in range(5):
        with pytest.raises(InvalidError):
            verify(sessions, token, "000000")
    with pytest.raises(NotFoundError):
        verify(sessions, token, code(known, key, 1))
    late = ticket(sessions)
    known.clock.pass_by(minutes=6)
    with pytest.raises(NotFoundError):
        verify(sessions, late, code(known, key))


def test_guessing_codes_is_slowed_over_all_tickets(known: World, sessions: Sessions):
    turned_on(known, sessions)
    answers = []
    for _ in range(4):
        token = ticket(sessions)
        for _ in range(3):
            try:
                verify(sessions, token, "000000")
            except PortalError as error:
                answers.append(type(error))
    assert answers.count(InvalidError) <= 6
    assert TooManyError in answers


def test_a_trusted_browser_of_a_patient_is_not_asked(known: World, sessions: Sessions):
    key, _ = turned_on(known, sessions)
    done = sign_in.verify(
        sessions, ticket(sessions), code(known, key, 1), typed(), recovery=False, trust=True
    )
    assert done.device
    assert sign_in.sign_in(sessions, typed(device=done.device))
    for other in ("", "x", done.device[:-1]):
        with pytest.raises(CodeNeededError):
            sign_in.sign_in(sessions, typed(device=other))
    known.clock.pass_by(days=30)
    with pytest.raises(CodeNeededError):
        sign_in.sign_in(sessions, typed(device=done.device))


def test_no_browser_of_the_practice_is_trusted(known: World, sessions: Sessions):
    key, _ = turned_on(known, sessions, "owner")
    done = sign_in.verify(
        sessions,
        ticket(sessions, "owner"),
        code(known, key, 1),
        typed(),
        recovery=False,
        trust=True,
    )
    assert done.device == ""


# ---------------------------------------------------------------- people of the practice
def test_who_works_here_reaches_nothing_before_a_second_step(known: World, sessions: Sessions):
    info = sessions.find(sign_in.sign_in(sessions, typed("owner")))
    assert info
    assert info.needs_second_step
    actor = sessions.actor(info.id)
    for needs in Permission:
        if needs in {Permission.PUBLIC, Permission.ACCOUNT}:
            continue
        for chart in (None, known.charts["alice"]):
            with (
                pytest.raises((NotFoundError, SignedOutError)),
                access.open(actor, needs, chart=chart, quiet=True),
            ):
                pass
    key = two_step.pending_or_new(actor).key
    assert two_step.pending_or_new(actor).key == key
    two_step.confirm(actor, code(known, key), sessions)
    with access.open(actor, Permission.PRACTICE_SETTINGS, quiet=True) as work:
        assert work.member.name == "Owner"
    with pytest.raises(ConflictError):
        two_step.turn_off(actor, sessions)


def test_in_the_demo_a_password_is_enough(known: World, sessions: Sessions):
    with open_system("demo") as work:
        practice = work.session.get_one(Practice, 1)
        practice.is_demo = True
        work.session.add(practice)
    info = sessions.find(sign_in.sign_in(sessions, typed("owner")))
    assert info
    assert not info.needs_second_step


def test_from_the_console_it_is_taken_away_and_sessions_end(known: World, sessions: Sessions):
    turned_on(known, sessions, "owner")
    assert two_step.reset("owner@test.example") == "Owner"
    with pytest.raises(SignedOutError), access.open(known["owner"], Permission.ACCOUNT):
        pass
    info = sessions.find(sign_in.sign_in(sessions, typed("owner")))
    assert info
    assert info.needs_second_step
    with pytest.raises(ConflictError):
        two_step.reset("owner@test.example")
    with pytest.raises(NotFoundError):
        two_step.reset("nobody@test.example")


# ---------------------------------------------------------------- the password again
def test_sensitive_things_want_the_password_of_the_last_ten_minutes(
    known: World, sessions: Sessions
):
    alice = known["alice"]
    turned_on(known, sessions)
    known.clock.pass_by(minutes=10)
    for act in (
        lambda: two_step.begin(alice),
        lambda: two_step.new_codes(alice),
        lambda: two_step.turn_off(alice, sessions),
        lambda: two_step.confirm(alice, "123456", sessions),
    ):
        with pytest.raises(StepUpError):
            act()
    with pytest.raises(InvalidError):
        proving.prove(alice, "other words in a row")
    with pytest.raises(StepUpError):
        two_step.new_codes(alice)
    proving.prove(alice, PASSWORD)
    assert len(two_step.new_codes(alice)) == 10
    two_step.turn_off(alice, sessions)
    with open_system("rows", writes=False) as work:
        assert not work.session.exec(select(Authenticator)).all()
        assert not work.session.exec(select(RecoveryCode)).all()
    assert sign_in.sign_in(sessions, typed())


def test_guessing_the_password_again_is_counted(known: World):
    answers = []
    for _ in range(12):
        try:
            proving.prove(known["alice"], "wrong words in a row")
        except PortalError as error:
            answers.append(type(error))
    assert answers.count(InvalidError) <= 7
    assert TooManyError in answers


def test_new_codes_end_the_older_ones(known: World, sessions: Sessions):
    _, codes = turned_on(known, sessions)
    newer = two_step.new_codes(known["alice"])
    with pytest.raises(InvalidError):
        verify(sessions, ticket(sessions), codes[1], recovery=True)
    assert verify(sessions, ticket(sessions), newer[0], recovery=True)
