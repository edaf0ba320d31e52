"""A new password: the same answer for everybody, one use of a link, and every session ended."""

import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event
from sqlmodel import select

from portal_app.data.models import (
    Authenticator,
    OutboxMail,
    ResetRequest,
    TrustedDevice,
    User,
)
from portal_app.rules.errors import (
    CodeNeededError,
    InvalidError,
    NotFoundError,
    PortalError,
    TooManyError,
)
from portal_app.security import access, crypto, passwords
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import outbox, password_reset, sign_in
from portal_app.services.sign_in import Credentials
from tests.mail_server import mail_server
from tests.world import URL, World

ALICE = "alice@test.example"
OLD, NEW = "four words in a row", "five other words in a row"
HOME = "198.51.100.7"


@pytest.fixture
def known(world: World) -> World:
    with open_system("password") as work:
        user = work.session.get_one(User, world.users["alice"])
        user.password_hash = passwords.hash_password(OLD, work.keyring)
        work.session.add(user)
    return world


def mails() -> list[OutboxMail]:
    with open_system("look", writes=False) as work:
        rows = select(OutboxMail).order_by(OutboxMail.created_at)  # type: ignore[arg-type]
        return list(work.session.exec(rows).all())


def link(email: str = ALICE) -> str:
    """Ask for a reset, and give the newest token."""
    before = {m.id for m in mails()}
    password_reset.ask(email, HOME)
    password_reset.send_asked(URL)
    (mail,) = (m for m in mails() if m.id not in before)
    assert mail.address == ALICE
    found = re.search(rf"{URL}/reset/(\S+)", mail.text)
    assert found
    return found[1]


def use(sessions: Sessions, token: str, password: str = NEW, ip: str = HOME) -> None:
    password_reset.use(sessions, token, password, URL, ip)


def signs_in(sessions: Sessions, password: str) -> bool:
    try:
        sign_in.sign_in(sessions, Credentials(ALICE, password, HOME, "test"))
    except PortalError:
        return False
    return True


@pytest.mark.usefixtures("known")
def test_a_link_changes_the_password_and_ends_every_session(sessions: Sessions):
    assert signs_in(sessions, OLD)
    held = sessions.live_ids()
    token = link()
    assert password_reset.look(token).email == "a•••@t•••.example"
    use(sessions, token)
    assert not set(held) & set(sessions.live_ids())
    assert not signs_in(sessions, OLD)
    assert signs_in(sessions, NEW)
    told = mails()[-1]
    assert (told.kind, told.address, told.subject) == (
        "security",
        ALICE,
        "Your password was changed",
    )


@pytest.mark.usefixtures("known")
def test_nobody_is_signed_in_by_a_link(sessions: Sessions):
    use(sessions, link())
    assert sessions.live_ids() == ()


@pytest.mark.usefixtures("known")
def test_looking_consumes_nothing(sessions: Sessions):
    token = link()
    for _ in range(20):
        password_reset.look(token)
    use(sessions, token)


@pytest.mark.usefixtures("known")
def test_a_link_works_once(sessions: Sessions):
    token = link()
    use(sessions, token)
    with pytest.raises(NotFoundError):
        use(sessions, token, "yet more words in a row")
    with pytest.raises(NotFoundError):
        password_reset.look(token)
    assert signs_in(sessions, NEW)


@pytest.mark.usefixtures("known")
def test_a_new_link_kills_the_older(sessions: Sessions):
    older, newer = link(), link()
    with pytest.raises(NotFoundError):
        use(sessions, older)
    use(sessions, newer)


def test_a_link_works_for_half_an_hour(known: World, sessions: Sessions):
    token = link()
    known.clock.pass_by(minutes=29, seconds=59)
    password_reset.look(token)
    known.clock.pass_by(seconds=1)
    with pytest.raises(NotFoundError):
        use(sessions, token)


@pytest.mark.usefixtures("known")
def test_a_weak_password_leaves_the_link_good(sessions: Sessions):
    token = link()
    for weak in ("short", "aaaaaaaaaaaaaaaaaaaa", "alice alice alice"):
        with pytest.raises(InvalidError):
            use(sessions, token, weak)
    use(sessions, token)


@pytest.mark.usefixtures("known")
def test_of_two_hundred_uses_at_once_one_succeeds(
    sessions: Sessions, monkeypatch: pytest.MonkeyPatch
):
    # the slow hash is not what is tried here
    monkeypatch.setattr(passwords, "hash_password", lambda password, _: f"hash of {password}")
    token = link()

    def attempt(number: int) -> bool:
        try:
            use(sessions, token, f"{NEW} {number}", ip=f"203.0.113.{number}")
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(attempt, range(200))) == 1
    assert [m.subject for m in mails()].count("Your password was changed") == 1


@pytest.mark.usefixtures("known")
@pytest.mark.parametrize("email", ["nobody@test.example", "disabled@test.example", "", "' OR 1=1"])
def test_who_has_no_sign_in_gets_no_mail(email: str):
    password_reset.ask(email, HOME)
    assert password_reset.send_asked(URL) == 0
    assert mails() == []
    with open_system("look", writes=False) as work:
        assert work.session.exec(select(ResetRequest)).all() == []


@pytest.mark.usefixtures("known")
def test_asking_does_the_same_for_nobody_as_for_somebody():
    """The same statements, so the same time; seconds are measured on a quiet machine."""

    def done(email: str, ip: str) -> list[str]:
        statements: list[str] = []

        def note(*told: object) -> None:
            statements.append(str(told[2]))

        engine = access.database().writing
        event.listen(engine, "before_cursor_execute", note)
        password_reset.ask(email, ip)
        event.remove(engine, "before_cursor_execute", note)
        return statements

    known = done(ALICE, "203.0.113.1")
    assert known == done("nobody@test.example", "203.0.113.2")
    assert any("INSERT INTO resetrequest" in s for s in known)


@pytest.mark.usefixtures("known")
def test_nobody_fills_an_inbox_or_the_table():
    for number in range(20):
        password_reset.ask(ALICE, f"203.0.113.{number}")
        password_reset.send_asked(URL)
    assert len(mails()) == 3
    for number in range(49):
        password_reset.ask(f"p{number}@test.example", HOME)
    password_reset.ask("last@test.example", HOME)
    with pytest.raises(TooManyError):
        password_reset.ask("one-more@test.example", HOME)


@pytest.mark.usefixtures("known")
def test_who_was_locked_out_by_guessers_gets_in_with_a_new_password(sessions: Sessions):
    for number in range(30):
        with pytest.raises(PortalError):
            sign_in.sign_in(sessions, Credentials(ALICE, "wrong", f"203.0.113.{number}", "test"))
    assert not signs_in(sessions, OLD)
    use(sessions, link())
    assert signs_in(sessions, NEW)


@pytest.mark.usefixtures("known")
def test_a_link_that_was_replaced_is_not_mailed_late():
    older = link()
    newer = link()
    with mail_server() as server:
        outbox.deliver(server.sender())
        texts = [m.get_content() for m in server.got]
    assert len(texts) == 1
    assert newer in texts[0]
    assert older not in texts[0]


def test_the_second_step_is_asked_again_also_where_a_browser_was_trusted(
    known: World, sessions: Sessions
):
    with open_system("second step") as work:
        alice = known.users["alice"]
        work.session.add_all(
            [
                Authenticator(user_id=alice, secret="A" * 32, confirmed_at=work.now),
                TrustedDevice(
                    token_hash=crypto.hashed("browser"),
                    user_id=alice,
                    created_at=work.now,
                    expires_at=work.now + timedelta(days=30),
                ),
            ]
        )
    credentials = Credentials(ALICE, OLD, HOME, "test", "browser")
    assert sign_in.sign_in(sessions, credentials)
    use(sessions, link())
    with pytest.raises(CodeNeededError):
        sign_in.sign_in(sessions, replace(credentials, password=NEW))
