"""Password, address and sessions: changed by who knows the password, told to who should know."""

import re
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from portal_app.data.models import OutboxMail, User
from portal_app.rules.errors import InvalidError, NotFoundError, PortalError, SignedOutError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import sign_in
from portal_app.services.account import sessions as list_of
from portal_app.services.account import signing_in
from portal_app.services.sign_in import Credentials
from tests.world import PASSWORD, URL, World

NEW = "quite other words now"
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit Chrome/140.0 Safari/537.36"
EMAIL = "alice@test.example"


@pytest.fixture
def known(world: World) -> World:
    world.give_passwords("alice", "bob")
    return world


def typed(password: str = PASSWORD, email: str = EMAIL) -> Credentials:
    return Credentials(email, password, "198.51.100.7", AGENT)


def mails() -> list[OutboxMail]:
    with open_system("mail", writes=False) as work:
        rows = select(OutboxMail).order_by(col(OutboxMail.created_at))
        return list(work.session.exec(rows).all())


def link(mail: OutboxMail) -> str:
    found = re.search(rf"{URL}/email/([\w-]+)", mail.text)
    assert found
    return found[1]


def works(sessions: Sessions, credentials: Credentials) -> bool:
    try:
        sign_in.sign_in(sessions, credentials)
    except PortalError:
        return False
    return True


# ---------------------------------------------------------------- the password
@pytest.mark.seed("S32")
def test_the_password_changes_and_other_sessions_end(known: World, sessions: Sessions):
    elsewhere = sign_in.sign_in(sessions, typed())
    signing_in.change_password(known["alice"], PASSWORD, NEW, sessions)
    assert sessions.find(elsewhere) is None
    assert not works(sessions, typed())
    known.clock.pass_by(minutes=2)
    assert works(sessions, typed(NEW))
    with access.open(known["alice"], Permission.ACCOUNT) as work:
        assert work.person.password_changed_at is not None
    [mail] = mails()
    assert (mail.kind, mail.address) == ("security", EMAIL)
    assert "password" in mail.text
    assert NEW not in mail.text


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [
        ("wrong words in a row", NEW, "current"),
        ("", NEW, "current"),
        (PASSWORD, "short", "new"),
        (PASSWORD, "aaaaaaaaaaaaaaaaaaa", "new"),
        (PASSWORD, "Alice Alice 12345", "new"),
        (PASSWORD, PASSWORD, "new"),
        (PASSWORD, "x" * 257, "new"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    known: World, sessions: Sessions, current: str, new: str, field: str
):
    with pytest.raises(InvalidError) as refused:
        signing_in.change_password(known["alice"], current, new, sessions)
    assert refused.value.field == field
    assert works(sessions, typed())
    assert mails() == []


# ---------------------------------------------------------------- the address
def test_a_new_address_counts_once_its_link_was_used(known: World, sessions: Sessions):
    signing_in.ask_email(known["alice"], "New@test.example", PASSWORD, URL)
    assert signing_in.look(known["alice"]).waiting == "New@test.example"
    assert works(sessions, typed())
    [mail] = mails()
    assert mail.address == "New@test.example"
    token = link(mail)
    for _ in range(3):
        assert signing_in.look_at_link(token) == "confirm"
    assert works(sessions, typed()), "to look changes nothing"
    assert signing_in.use_link(token, sessions, URL) == "confirm"
    assert not works(sessions, typed())
    assert works(sessions, typed(email="new@test.example"))
    with pytest.raises(NotFoundError):
        signing_in.use_link(token, sessions, URL)
    old = mails()[1]
    assert old.address == EMAIL
    return_token = link(old)
    info = sessions.find(sign_in.sign_in(sessions, typed(email="new@test.example")))
    assert info
    assert signing_in.use_link(return_token, sessions, URL) == "undo"
    assert not sessions.alive(info.id)
    assert works(sessions, typed())
    with pytest.raises(NotFoundError):
        signing_in.use_link(return_token, sessions, URL)


def test_links_end(known: World, sessions: Sessions):
    signing_in.ask_email(known["alice"], "first@test.example", PASSWORD, URL)
    first = link(mails()[0])
    signing_in.ask_email(known["alice"], "second@test.example", PASSWORD, URL)
    with pytest.raises(NotFoundError):
        signing_in.use_link(first, sessions, URL)
    second = link(mails()[1])
    known.clock.pass_by(hours=24)
    with pytest.raises(NotFoundError):
        signing_in.use_link(second, sessions, URL)
    signing_in.ask_email(known["alice"], "third@test.example", PASSWORD, URL)
    signing_in.use_link(link(mails()[2]), sessions, URL)
    undo = link(mails()[3])
    known.clock.pass_by(hours=72)
    with pytest.raises(NotFoundError):
        signing_in.use_link(undo, sessions, URL)


def test_an_address_in_use_is_neither_told_nor_taken(known: World, sessions: Sessions):
    told = signing_in.ask_email(known["alice"], "bob@test.example", PASSWORD, URL)
    assert told == "bob@test.example"
    assert mails() == []
    signing_in.ask_email(known["alice"], "free@test.example", PASSWORD, URL)
    token = link(mails()[0])
    with open_system("somebody is faster") as work:
        user = work.session.get_one(User, known.users["bob"])
        user.email, user.email_index = "free@test.example", work.keyring.index("free@test.example")
        work.session.add(user)
    with pytest.raises(NotFoundError):
        signing_in.use_link(token, sessions, URL)


@pytest.mark.parametrize(
    ("email", "password", "field"),
    [
        ("new@test.example", "wrong words in a row", "password"),
        ("no address", PASSWORD, "email"),
        ("a@b.example\r\nBcc: c@d.example", PASSWORD, "email"),
        (EMAIL, PASSWORD, "email"),
    ],
)
def test_without_the_password_or_an_address_nothing_is_sent(
    known: World, email: str, password: str, field: str
):
    with pytest.raises(InvalidError) as refused:
        signing_in.ask_email(known["alice"], email, password, URL)
    assert refused.value.field == field
    assert mails() == []


def test_of_many_uses_of_a_link_one_changes_something(known: World, sessions: Sessions):
    signing_in.ask_email(known["alice"], "new@test.example", PASSWORD, URL)
    token = link(mails()[0])

    def use(_: int) -> bool:
        try:
            signing_in.use_link(token, sessions, URL)
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(use, range(40))).count(True) == 1


# ---------------------------------------------------------------- sessions
def test_she_sees_where_she_is_signed_in_and_signs_out_there(known: World, sessions: Sessions):
    ended: list[str] = []
    sessions.on_end(ended.append)
    info = sessions.find(sign_in.sign_in(sessions, typed()))
    assert info
    view = list_of.look(known["alice"])
    assert [r.is_this for r in view.rows] == [True, False]
    assert view.rows[1].device == "Chrome on Windows"
    list_of.sign_out(known["alice"], view.rows[1].key, sessions)
    assert ended == [info.id], "its open pages are told at once"
    with (
        pytest.raises(SignedOutError),
        access.open(sessions.actor(info.id), Permission.ACCOUNT),
    ):
        pass
    assert len(list_of.look(known["alice"]).rows) == 1


def test_nobody_signs_somebody_else_out(known: World, sessions: Sessions):
    info = sessions.find(sign_in.sign_in(sessions, typed()))
    assert info
    for key in (info.id[:8], "session-", "", "nonsense"):
        with pytest.raises(NotFoundError):
            list_of.sign_out(known["bob"], key, sessions)
    assert sessions.alive(info.id)


def test_out_of_all_others_at_once(known: World, sessions: Sessions):
    for _ in range(3):
        sign_in.sign_in(sessions, typed())
    assert list_of.sign_out_others(known["alice"], sessions) == 3
    with access.open(known["alice"], Permission.ACCOUNT):
        pass
