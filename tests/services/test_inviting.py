"""The practice invites: by mail and letter, one and many, and sees how far everybody came."""

import re
from datetime import date

import pytest
from sqlmodel import col, select

from portal_app.data.models import Chart, Invitation, OutboxMail, Patient
from portal_app.data.schemas.invitations import InviteInput, Typed
from portal_app.data.schemas.roster import NewPatientInput
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import identity, invitations, inviting
from portal_app.services.roster import adding, desk
from portal_app.services.roster.adding import TwinError
from tests.security.entrances.roster import clinician, newcomer
from tests.world import BORN, URL, World

SECRET = "quite a long new secret"


def mails() -> list[OutboxMail]:
    with open_system("look", writes=False) as work:
        rows = select(OutboxMail).order_by(col(OutboxMail.due_at))
        return list(work.session.exec(rows).all())


def token(mail: OutboxMail) -> str:
    found = re.search(rf"{URL}/invite/(\S+)", mail.text)
    assert found
    return found[1]


def change(name: str, **values: object) -> None:
    with open_system("the test changes a patient") as work:
        row = work.session.exec(select(Patient).where(Patient.given == name)).one()
        for key, value in values.items():
            setattr(row, key, value)
        work.session.add(row)


def add(world: World, given: str, born: date, email: str = "") -> str:
    command = newcomer("Dr. Own").model_copy(
        update={"given": given, "birth_date": born, "email": email}
    )
    return adding.add(world["owner"], command, URL)


def states(world: World) -> dict[str, int]:
    return {s: n for s, n in inviting.board(world["owner"]).counts if n}


def test_a_mail_says_nothing_of_the_patient(world: World):
    command = InviteInput(email="New@test.example")
    made = inviting.invite(world["own"], world.charts["alice"], command, URL)
    assert (made.way, made.email) == ("mail", "New@test.example")
    (mail,) = mails()
    assert mail.address == "New@test.example"
    words = re.sub(r"https?://\S+", "", mail.subject + mail.text)  # a token may read like anything
    assert not re.search("Alice|Adams|1980|Dr", words)
    assert invitations.look(token(mail))


def test_without_an_address_there_is_a_letter(world: World):
    inviting.invite(world["own"], world.charts["alice"], InviteInput(), URL)
    assert mails() == []
    name, data = inviting.letter(world["own"], world.charts["alice"], URL)
    assert name == "invitation.pdf"
    assert data.startswith(b"%PDF")
    with open_system("look", writes=False) as work:
        code = work.session.exec(select(Invitation.code)).one()
    assert code
    with pytest.raises(NotFoundError):
        inviting.letter(world["own"], world.charts["alice2"], URL)


def test_a_child_is_opened_by_a_parent(world: World):
    chart = add(world, "Kim", date(2018, 5, 5), "mum@test.example")
    assert inviting.suggested(world["owner"], chart).who == "parent"
    with pytest.raises(InvalidError) as refused:
        inviting.invite(
            world["owner"], chart, InviteInput(email="mum@test.example", who="parent"), URL
        )
    assert refused.value.field == "name"


def test_the_board_follows_a_link(world: World, sessions: Sessions):
    change("Carol", status="archived")
    assert states(world) == {"active": 1}
    chart = add(world, "Nina", date(1990, 2, 3), "nina@test.example")
    assert states(world) == {"active": 1, "not invited": 1}
    inviting.invite(world["owner"], chart, InviteInput(email="nina@test.example"), URL)
    assert states(world) == {"active": 1, "sent": 1}
    link = token(mails()[0])
    invitations.look(link)
    assert states(world) == {"active": 1, "opened": 1}
    invitations.accept(sessions, link, Typed("1990-02-03", "", SECRET, "203.0.113.1", "t"))
    assert states(world) == {"active": 2}


def test_the_board_tells_what_bounced_and_what_is_too_old(world: World):
    change("Carol", status="archived")
    chart = add(world, "Nina", date(1990, 2, 3), "nina@test.example")
    inviting.invite(world["owner"], chart, InviteInput(email="nina@test.example"), URL)
    with open_system("the server refuses") as work:
        mail = work.session.exec(select(OutboxMail)).one()
        mail.status = "failed"
        work.session.add(mail)
    assert states(world)["bounced"] == 1
    inviting.invite(world["owner"], chart, InviteInput(email="nina@test.example"), URL)
    assert states(world)["sent"] == 1
    world.clock.pass_by(days=8)
    assert states(world)["expired"] == 1


def test_a_family_of_one_address_gets_one_link(world: World, sessions: Sessions):
    mum = add(world, "Mia", date(1985, 1, 1), "family@test.example")
    kid = add(world, "Kim", date(2018, 5, 5), "family@test.example")
    assert inviting.invite_many(world["owner"], [kid, mum], URL) == 1
    (mail,) = mails()
    typed = Typed("1985-01-01", "", SECRET, "203.0.113.1", "t")
    info = sessions.find(invitations.accept(sessions, token(mail), typed))
    assert info
    held = {c.chart: c.relationship for c in identity.charts(sessions.actor(info.id))}
    assert held == {mum: "self", kid: "parent"}


def test_fifty_mails_an_hour(world: World):
    for number in range(52):
        add(
            world,
            f"P{chr(97 + number // 26)}{chr(97 + number % 26)}",
            date(1960 + number % 40, 1, 1 + number % 28),
            f"p{number}@test.example",
        )
    assert inviting.invite_all(world["owner"], URL) == 52
    due = [m.due_at for m in mails()]
    assert due.count(world.clock.now) == 50
    assert {(d - world.clock.now).total_seconds() for d in due} == {0, 3600}
    assert inviting.invite_all(world["owner"], URL) == 0


def test_nobody_invites_beyond_her_reach(world: World):
    change("Carol", email="carol.new@test.example")
    assert inviting.invite_many(world["desk"], [world.charts["carol"]], URL) == 0
    assert mails() == []


# ---------------------------------------------------------------- new patients
def test_somebody_who_looks_the_same_is_said_before(world: World):
    alike = newcomer("Dr. Own").model_copy(
        update={"given": "Alice", "family": "ADAMS", "birth_date": BORN}
    )
    with pytest.raises(TwinError, match="Alice Adams, born May 6, 1980"):
        adding.add(world["own"], alike, URL)
    assert adding.add(world["own"], alike.model_copy(update={"anyway": True}), URL)


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", "x"), ("phone", "12"), ("birth_date", date(2099, 1, 1)), ("clinician", "nobody")],
)
def test_what_can_not_be_used_is_refused_at_its_field(world: World, field: str, value: object):
    command = newcomer("Dr. Own").model_copy(update={field: value})
    with pytest.raises(InvalidError) as refused:
        adding.add(world["own"], command, URL)
    assert refused.value.field == field


def test_a_new_patient_is_invited_only_where_that_is_ticked(world: World):
    add(world, "Nina", date(1990, 2, 3), "nina@test.example")
    assert mails() == []
    command: NewPatientInput = newcomer("Dr. Own").model_copy(
        update={"given": "Otto", "email": "otto@test.example", "invite": True}
    )
    adding.add(world["own"], command, URL)
    assert [m.address for m in mails()] == ["otto@test.example"]


# ---------------------------------------------------------------- lists in the console
LIST = b"Vorname,Family name,DOB\nIda,Imhof,2/3/1971\nAlicia,Adams,5/6/1980\n"


def test_columns_are_named_looked_at_and_imported(world: World):
    owner = world["owner"]
    key = desk.upload(owner, "liste.csv", LIST)
    with pytest.raises(InvalidError, match="names of people"):
        desk.run_import(owner, key, frozenset())
    own = clinician("Dr. Own")
    plan = {"0": "first_name", "1": "last_name", "2": "birth_date"}
    desk.save_plan(owner, key, plan, own)
    view = desk.view(owner, key)
    assert dict(view.counts) == {"ask": 1, "add": 1}
    assert view.rows[0].words.startswith("Perhaps a patient who is here")
    assert desk.run_import(owner, key, frozenset({2})) == 2
    with pytest.raises(InvalidError):
        desk.run_import(owner, key, frozenset())
    done = desk.view(owner, key)
    assert (done.status, dict(done.counts)) == ("done", {"add": 2})
    with open_system("look", writes=False) as work:
        rows = select(Chart).join(Patient).where(Patient.family == "Imhof")
        assert str(work.session.exec(rows).one().practitioner_id) == own
    assert desk.undo(owner, key).removed == 2
    assert desk.history(owner)[0].status == "undone"


@pytest.mark.parametrize(
    "plan",
    [
        {"0": "first_name", "1": "first_name"},
        {"0": "first_name"},
        {"0": "first_name", "1": "nonsense"},
        {"x": "first_name"},
    ],
)
def test_columns_that_make_no_sense_are_refused(world: World, plan: dict[str, str]):
    key = desk.upload(world["owner"], "liste.csv", LIST)
    with pytest.raises(InvalidError):
        desk.save_plan(world["owner"], key, plan, clinician("Dr. Own"))


def test_no_formula_leaves_with_the_outcome(world: World):
    data = b'First name,Last name,Comments\n=1+1,"@x","=HYPERLINK(""http://x"")"\n'
    key = desk.upload(world["owner"], "a.csv", data)
    desk.run_import(world["owner"], key, frozenset())
    _, out = desk.outcome(world["owner"], key)
    text = out.decode("utf-8-sig")
    assert "HYPERLINK" in text
    assert not re.search(r'(?:^|,|\n)"[=+\-@\t\r]', text)
