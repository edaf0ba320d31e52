"""Invitations: a link that works once, for who knows the date of birth, and makes no second login."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlmodel import col, select

from portal_app.data.models import Chart, Grant, Invitation, Patient, User
from portal_app.data.schemas.invitations import Typed, Wish
from portal_app.rules.errors import InvalidError, NotFoundError, PortalError
from portal_app.security import passwords
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import identity, invitations, sign_in
from portal_app.services.sign_in import Credentials
from tests.world import BORN, PASSWORD, World

HOME = "198.51.100.7"


@pytest.fixture
def known(world: World) -> World:
    """The practice, where Alice has a password."""
    world.give_passwords("alice")
    return world


def typed(password: str = PASSWORD, ip: str = HOME, born: str = "", email: str = "") -> Typed:
    return Typed(born or BORN.isoformat(), email, password, ip, "test")


def signs_in(sessions: Sessions, email: str, password: str) -> bool:
    try:
        sign_in.sign_in(sessions, Credentials(email, password, HOME, "test"))
    except PortalError:
        return False
    return True


def invite(world: World, email: str = "new@test.example", chart: str = "alice") -> str:
    return invitations.invite(world.charts[chart], email)


def test_a_link_makes_a_sign_in_once(world: World, sessions: Sessions):
    token = invite(world)
    view = invitations.look(token)
    assert (view.email, view.has_sign_in) == ("n•••@t•••.example", False)
    assert invitations.look(token) == view, "looking consumes nothing"
    session = invitations.accept(sessions, token, typed("quite a long new secret"))
    info = sessions.find(session)
    assert info
    charts = identity.charts(sessions.actor(info.id))
    assert {c.chart for c in charts} == {world.charts["alice"], world.charts["alice2"]}
    for again in (
        lambda: invitations.look(token),
        lambda: invitations.accept(sessions, token, typed("another long secret")),
    ):
        with pytest.raises(NotFoundError):
            again()
    assert signs_in(sessions, "new@test.example", "quite a long new secret")


def test_of_two_who_use_it_at_once_one_gets_in(world: World, sessions: Sessions):
    token = invite(world)

    def use(number: int) -> str:
        try:
            return invitations.accept(sessions, token, typed(f"quite a long secret {number}"))
        except NotFoundError:
            return ""

    with ThreadPoolExecutor(4) as pool:
        opened = [t for t in pool.map(use, range(4)) if t]
    assert len(opened) == 1
    with open_system("look", writes=False) as work:
        rows = select(User).where(User.email_index == work.keyring.index("new@test.example"))
        assert len(work.session.exec(rows).all()) == 1


def test_a_newer_link_replaces_the_older(world: World):
    old, new = invite(world), invite(world)
    with pytest.raises(NotFoundError):
        invitations.look(old)
    assert invitations.look(new)


def test_a_link_lasts_seven_days(world: World):
    token = invite(world)
    world.clock.pass_by(days=7, seconds=-1)
    assert invitations.look(token)
    world.clock.pass_by(seconds=1)
    with pytest.raises(NotFoundError):
        invitations.look(token)


def test_a_second_chart_needs_the_password_of_the_sign_in(known: World, sessions: Sessions):
    token = invite(known, "alice@test.example", "carol")
    assert invitations.look(token).has_sign_in
    with pytest.raises(InvalidError):
        invitations.accept(sessions, token, typed("not her password"))
    session = invitations.accept(sessions, token, typed())
    info = sessions.find(session)
    assert info
    charts = {c.chart for c in identity.charts(sessions.actor(info.id))}
    assert known.charts["carol"] in charts
    with open_system("look", writes=False) as work:
        rows = select(Grant).where(Grant.user_id == known.users["alice"])
        assert len(work.session.exec(rows).all()) == 2


@pytest.mark.parametrize(
    "password",
    ["short", "password12345678"[:14], "aaaaaaaaaaaaaaaaaaaa", "Adams 1234567890", "x" * 300],
)
def test_weak_passwords_are_refused_and_the_link_stays(
    world: World, sessions: Sessions, password: str
):
    token = invite(world)
    with pytest.raises(InvalidError) as refused:
        invitations.accept(sessions, token, typed(password))
    assert refused.value.field == "password"
    assert invitations.look(token)


def test_a_link_is_no_way_to_guess_a_password(known: World, sessions: Sessions):
    token = invite(known, "alice@test.example", "carol")
    answers = []
    for number in range(8):
        try:
            invitations.accept(sessions, token, typed("wrong", ip=f"203.0.113.{number}"))
        except PortalError as error:
            answers.append(type(error).__name__)
    assert answers == ["InvalidError"] * 6 + ["TooManyError"] * 2


def test_guessing_links_is_slowed_down(world: World, sessions: Sessions):
    del world
    answers = []
    for number in range(51):
        try:
            invitations.accept(sessions, f"guess-{number}", typed("x"))
        except PortalError as error:
            answers.append(type(error).__name__)
    assert answers[0] == "NotFoundError"
    assert answers[-1] == "TooManyError"


def test_the_database_holds_no_link(world: World):
    token = invite(world)
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(Invitation)).one()
    assert token not in repr(row)
    files = [f for f in world.foundation.settings.data_dir.rglob("*") if f.is_file()]
    assert not any(token.encode() in f.read_bytes() for f in files)


@pytest.mark.parametrize("email", ["", "x", "a@", "a b@test.example", "a@b@c.example", "x\r\n@a.b"])
def test_no_link_for_what_is_no_address(world: World, email: str):
    with pytest.raises(InvalidError):
        invite(world, email)


def test_no_link_for_a_chart_that_is_not_there(world: World):
    del world
    with pytest.raises(NotFoundError):
        invitations.invite("nosuchchart", "a@test.example")


# ---------------------------------------------------------------- the date of birth
WRONG_BIRTH = ("1980-05-07", " ", "yesterday", "06/05/1980")


def test_the_date_of_birth_is_asked_and_five_wrong_ones_end_the_link(
    world: World, sessions: Sessions
):
    token = invite(world)
    words = []
    for number in range(5):
        wrong = typed(born=(*WRONG_BIRTH, "x")[number], ip=f"203.0.113.{number}")
        with pytest.raises(InvalidError) as refused:
            invitations.accept(sessions, token, wrong)
        assert refused.value.field == "born"
        words.append(refused.value.message)
    assert "4 tries are left" in words[0]
    assert "1 try is left" in words[3]
    assert "does not work any more" in words[4]
    for again in (
        lambda: invitations.look(token),
        lambda: invitations.accept(sessions, token, typed("quite a long new secret")),
    ):
        with pytest.raises(NotFoundError):
            again()
    assert not signs_in(sessions, "new@test.example", "quite a long new secret")


@pytest.mark.parametrize("born", ["1980-05-06", "05/06/1980", " 5/6/1980 "])
def test_the_date_may_be_written_in_two_ways(world: World, sessions: Sessions, born: str):
    assert invitations.accept(sessions, invite(world), typed("quite a long new secret", born=born))


def test_right_dates_use_up_no_tries(world: World, sessions: Sessions):
    token = invite(world)
    for number in range(8):
        with pytest.raises(InvalidError):
            invitations.accept(sessions, token, typed("short", ip=f"203.0.113.{number}"))
    assert invitations.accept(sessions, token, typed("quite a long new secret"))


def test_nobody_is_invited_without_a_date_of_birth(world: World):
    with open_system("the test takes it away") as work:
        for patient in work.session.exec(select(Patient)).all():
            patient.birth_date = None
            work.session.add(patient)
    with pytest.raises(InvalidError, match="date of birth first"):
        invite(world)


@pytest.mark.usefixtures("world")
def test_of_two_hundred_uses_at_once_one_succeeds(
    world: World, sessions: Sessions, monkeypatch: pytest.MonkeyPatch
):
    # the slow hash is not what is tried here
    monkeypatch.setattr(passwords, "hash_password", lambda password, _: f"hash of {password}")
    token = invite(world)

    def use(number: int) -> bool:
        try:
            invitations.accept(
                sessions, token, typed(f"quite a long secret {number}", ip=f"203.0.113.{number}")
            )
        except NotFoundError:
            return False
        return True

    with ThreadPoolExecutor(16) as pool:
        assert sum(pool.map(use, range(200))) == 1
    with open_system("look", writes=False) as work:
        rows = select(User).where(User.email_index == work.keyring.index("new@test.example"))
        (user,) = work.session.exec(rows).all()
        assert len(work.session.exec(select(Grant).where(Grant.user_id == user.id)).all()) == 1


def test_of_two_hundred_guesses_of_a_birth_date_five_are_looked_at(
    world: World, sessions: Sessions
):
    token = invite(world)

    def guess(number: int) -> str:
        try:
            born = f"19{number % 80 + 10}-01-01"
            invitations.accept(sessions, token, typed(born=born, ip=f"203.0.113.{number}"))
        except PortalError as error:
            return type(error).__name__
        return "in"

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, range(200)))
    assert answers.count("InvalidError") == invitations.TRIES
    assert answers.count("NotFoundError") == 200 - invitations.TRIES


# ---------------------------------------------------------------- letters and families
def chart_row(work: object, public_id: str) -> Chart:
    return work.session.exec(select(Chart).where(Chart.public_id == public_id)).one()  # type: ignore[attr-defined,no-any-return]


def test_a_letter_brings_its_own_address(world: World, sessions: Sessions):
    with open_system("letter") as work:
        row, code = invitations.make(
            work, chart_row(work, world.charts["alice"]), Wish(way="letter")
        )
        assert row.code == code
    assert len(code) == invitations.CODE_LENGTH
    written = invitations.grouped(code).lower().replace("-", " ")
    assert invitations.look(invitations.normalised(written)).asks_email
    with pytest.raises(InvalidError):
        invitations.accept(sessions, code, typed("quite a long new secret"))
    accepted = typed("quite a long new secret", email="New@Test.example")
    assert invitations.accept(sessions, written, accepted)
    assert signs_in(sessions, "new@test.example", "quite a long new secret")
    with open_system("look", writes=False) as work:
        assert work.session.exec(select(Invitation)).one().code is None


def test_a_parent_keeps_her_own_name_and_rights(world: World, sessions: Sessions):
    wish = Wish("mum@test.example", "parent", "Mia Adams", scopes=("billing.view",))
    with open_system("parent") as work:
        _, token = invitations.make(work, chart_row(work, world.charts["alice"]), wish)
    assert invitations.accept(sessions, token, typed("quite a long new secret"))
    with open_system("look", writes=False) as work:
        rows = select(User, Grant).join(Grant, col(Grant.user_id) == User.id)
        rows = rows.where(User.email_index == work.keyring.index("mum@test.example"))
        user, grant = work.session.exec(rows).one()
        assert (user.name, grant.relationship, grant.scopes) == (
            "Mia Adams",
            "parent",
            ["billing.view"],
        )


def test_one_link_opens_what_was_sent_along(world: World, sessions: Sessions):
    with open_system("family") as work:
        first, token = invitations.make(
            work, chart_row(work, world.charts["alice"]), Wish("new@test.example")
        )
        along, _ = invitations.make(
            work, chart_row(work, world.charts["carol"]), Wish("new@test.example", "parent")
        )
        along.follows_id = first.id
        work.session.add(along)
    info = sessions.find(invitations.accept(sessions, token, typed("quite a long new secret")))
    assert info
    charts = {c.chart for c in identity.charts(sessions.actor(info.id))}
    assert charts == set(world.charts.values())


def test_a_link_for_one_parent_leaves_that_of_the_other(world: World):
    with open_system("parents") as work:
        chart = chart_row(work, world.charts["alice"])
        tokens = [
            invitations.make(work, chart, Wish(f"{who}@test.example", "parent", who))[1]
            for who in ("mum", "dad", "mum")
        ]
    with pytest.raises(NotFoundError):
        invitations.look(tokens[0])
    assert invitations.look(tokens[1])
    assert invitations.look(tokens[2])
