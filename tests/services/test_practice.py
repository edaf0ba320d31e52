"""The practice's own side: what it decides on screen, and who it finds."""

from datetime import UTC, date, datetime

import pytest
from pydantic import ValidationError
from sqlmodel import col, select

from portal_app.data.models import Chart, DashboardMessage, Patient, Practitioner, StaffMember
from portal_app.data.schemas.messages import MessageInput
from portal_app.data.schemas.practice import (
    AbsenceInput,
    DashboardInput,
    MessageSettings,
    SavedReplyInput,
)
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.names import search_name
from portal_app.security.system import open_system
from portal_app.services import home, practice
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from tests.world import URL, World

SETTINGS = {"reply_promise": "Soon.", "answer_hours": 8, "urgent_notice": "911", "auto_reply": ""}


def clinician(name: str = "Dr. Own") -> Practitioner:
    with open_system("look", writes=False) as work:
        return work.session.exec(select(Practitioner).where(Practitioner.name == name)).one()


def member(world: World, who: str) -> str:
    with open_system("look", writes=False) as work:
        rows = select(StaffMember.id).where(StaffMember.user_id == world.users[who])
        return str(work.session.exec(rows).one())


# ---------------------------------------------------------------- settings
def test_who_may_change_what(world: World):
    owner = practice.settings(world["owner"], "messages")
    assert owner.messages is not None
    assert [c.name for c in owner.clinicians] == ["Dr. Other", "Dr. Own"]
    own = practice.settings(world["own"], "clinicians")
    assert (own.messages, own.saved_replies) == (None, ())
    assert [c.name for c in own.clinicians] == ["Dr. Own"]
    for who in ("own", "desk", "biller", "nothing", "alice"):
        with pytest.raises(NotFoundError):
            practice.settings(world[who], "messages")


def test_the_settings_of_messages_take_effect_at_once(world: World):
    practice.save_messages(world["owner"], MessageSettings(**SETTINGS))
    view = messages.compose(world["alice"], world.charts["alice"])
    assert (view.promise, view.urgent) == ("Soon.", "911")
    command = MessageInput(recipient="front_desk", subject="S", body="B")
    thread = messages.send(world["alice"], world.charts["alice"], command, URL).thread
    # eight open hours from ten in the morning, until five: one of them tomorrow
    assert inbox.thread(world["owner"], thread).due_at == datetime(2026, 11, 25, 18, 0, tzinfo=UTC)
    for who in ("own", "desk"):
        with pytest.raises(NotFoundError):
            practice.save_messages(world[who], MessageSettings(**SETTINGS))


@pytest.mark.parametrize("hours", [0, 201, "x"])
def test_hours_that_cannot_be_promised(hours: object):
    with pytest.raises(ValidationError):
        MessageSettings.model_validate(SETTINGS | {"answer_hours": hours})


def test_every_version_of_the_dashboard_message_is_kept(world: World):
    key = str(clinician().id)
    for text in (" First ", "Second", ""):
        practice.save_dashboard_message(world["own"], key, DashboardInput(text=text))
        world.clock.pass_by(minutes=1)
    with open_system("look", writes=False) as work:
        rows = select(DashboardMessage).order_by(col(DashboardMessage.saved_at))
        kept = work.session.exec(rows).all()
    assert [(v.text, v.author) for v in kept] == [
        ("First", "Own"),
        ("Second", "Own"),
        ("", "Own"),
    ]
    assert kept[0].saved_at < kept[1].saved_at
    shown = home.overview(world["alice"], world.charts["alice"]).dashboard_message
    assert shown == ""


@pytest.mark.parametrize("key", ["", "x", "another"])
def test_nobody_writes_for_a_clinician_out_of_reach(world: World, key: str):
    key = str(clinician("Dr. Other").id) if key == "another" else key
    with pytest.raises(NotFoundError):
        practice.save_dashboard_message(world["own"], key, DashboardInput(text="x"))
    with pytest.raises(NotFoundError):
        practice.save_absence(world["own"], key, AbsenceInput())
    assert clinician("Dr. Other").dashboard_message == "Other words"


# ---------------------------------------------------------------- absence
def test_a_clinician_is_back_on_the_day_that_was_named(world: World):
    key, until = str(clinician().id), date(2026, 11, 26)
    desk = member(world, "desk")
    practice.save_absence(world["own"], key, AbsenceInput(away_until=until, stand_in=desk))
    chart = world.charts["alice"]
    assert "is away" in messages.compose(world["alice"], chart).absence
    # a second before midnight in Los Angeles, and midnight
    world.clock.now = datetime(2026, 11, 26, 7, 59, 59, tzinfo=UTC)
    assert "is away" in messages.compose(world["alice"], chart).absence
    world.clock.now = datetime(2026, 11, 26, 8, 0, tzinfo=UTC)
    assert messages.compose(world["alice"], chart).absence == ""


def test_away_without_a_stand_in_the_messages_wait_for_the_clinician(world: World):
    away = AbsenceInput(away_until=date(2026, 12, 1), stand_in="")
    practice.save_absence(world["own"], str(clinician().id), away)
    text = messages.compose(world["alice"], world.charts["alice"]).absence
    assert text == "Dr. Own is away and back on Tuesday, December 1."
    command = MessageInput(recipient="clinician", subject="S", body="B")
    thread = messages.send(world["alice"], world.charts["alice"], command, URL).thread
    assert inbox.thread(world["owner"], thread).assignee == "Own"
    practice.save_absence(world["own"], str(clinician().id), AbsenceInput())
    assert messages.compose(world["alice"], world.charts["alice"]).absence == ""


@pytest.mark.parametrize("who", ["nobody", "left"])
def test_a_stand_in_must_be_of_the_practice(world: World, who: str):
    chosen = member(world, "desk") if who == "left" else "nobody"
    with open_system("she leaves") as work:
        rows = select(StaffMember).where(StaffMember.user_id == world.users["desk"])
        row = work.session.exec(rows).one()
        row.is_active = False
        work.session.add(row)
    away = AbsenceInput(away_until=date(2026, 12, 1), stand_in=chosen)
    with pytest.raises(InvalidError) as error:
        practice.save_absence(world["own"], str(clinician().id), away)
    assert error.value.field == "stand_in"
    assert clinician().away_until is None


def test_a_stand_in_who_left_answers_no_more(world: World):
    away = AbsenceInput(away_until=date(2026, 12, 1), stand_in=member(world, "desk"))
    practice.save_absence(world["own"], str(clinician().id), away)
    with open_system("she leaves") as work:
        rows = select(StaffMember).where(StaffMember.user_id == world.users["desk"])
        row = work.session.exec(rows).one()
        row.is_active = False
        work.session.add(row)
    text = messages.compose(world["alice"], world.charts["alice"]).absence
    assert "answers until then" not in text
    command = MessageInput(recipient="clinician", subject="S", body="B")
    thread = messages.send(world["alice"], world.charts["alice"], command, URL).thread
    assert inbox.thread(world["owner"], thread).assignee == "Own"


# ---------------------------------------------------------------- saved replies
def test_saved_replies_are_kept_up_to_a_limit(world: World):
    for number in range(50):
        words = SavedReplyInput(title=f" T{number:02} ", body=" b ")
        practice.add_saved_reply(world["owner"], words)
    with pytest.raises(InvalidError, match="50 saved replies"):
        practice.add_saved_reply(world["owner"], SavedReplyInput(title="T", body="b"))
    saved = practice.settings(world["owner"], "messages").saved_replies
    assert [(title, body) for _, title, body in saved][:2] == [("T00", "b"), ("T01", "b")]
    practice.remove_saved_reply(world["owner"], saved[0][0])
    assert len(practice.settings(world["owner"], "messages").saved_replies) == 49
    with pytest.raises(NotFoundError):
        practice.remove_saved_reply(world["owner"], saved[0][0])
    with pytest.raises(NotFoundError):
        practice.add_saved_reply(world["desk"], SavedReplyInput(title="T", body="b"))


# ---------------------------------------------------------------- roster and Today
def people(world: World, *names: tuple[str, str], **over: object) -> None:
    own = clinician()
    with open_system("more patients") as work:
        for given, family in names:
            row = Patient(
                family=family, given=given, search_name=search_name(given, family), **over
            )
            work.session.add(row)
            work.session.flush()
            work.session.add(Chart(patient_id=row.id, practitioner_id=own.id))


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("ibanez", ["María Ibáñez"]),
        ("IBÁÑEZ maria", ["María Ibáñez"]),
        ("o'con", ["Tess O’Connor"]),
        ("adams", ["Alice Adams"]),
        ("%", []),
        ("_", []),
        ("' or 1=1 --", []),
        ("clark", []),
        ("", ["Alice Adams", "María Ibáñez", "Tess O’Connor"]),
    ],
)
def test_the_search_of_the_roster(world: World, typed: str, found: list[str]):
    people(world, ("María", "Ibáñez"), ("Tess", "O’Connor"))
    assert [r.name for r in practice.roster(world["own"], typed).rows] == found


def test_the_roster_shows_fifty_and_says_that_there_are_more(world: World):
    people(world, *((f"G{n}", f"F{n:02}") for n in range(49)))
    view = practice.roster(world["own"])
    assert (len(view.rows), view.more) == (50, False)
    people(world, ("Z", "Z"))
    view = practice.roster(world["own"])
    assert (len(view.rows), view.more) == (50, True)
    assert [r.name for r in practice.roster(world["own"], "z").rows] == ["Z Z"]


def test_what_the_roster_tells_of_a_patient(world: World):
    people(world, ("Gone", "First"), is_deceased=True)
    people(world, ("Try", "Second"), is_test=True, status="inactive")
    rows = {r.name: r for r in practice.roster(world["owner"]).rows if r.clinician == "Dr. Own"}
    assert rows["Alice Adams"].has_sign_in
    assert (rows["Gone First"].status, rows["Gone First"].has_sign_in) == ("deceased", False)
    assert (rows["Try Second"].status, rows["Try Second"].is_test) == ("inactive", True)
    for who in ("nothing", "alice"):
        with pytest.raises(NotFoundError):
            practice.roster(world[who])


def test_today_shows_what_waits_longest_to_be_answered(world: World):
    for number in range(8):
        command = MessageInput(recipient="front_desk", subject=f"n{number}", body="B")
        messages.send(world["alice"], world.charts["alice"], command, URL)
        world.clock.pass_by(minutes=1)
    view = practice.today(world["desk"])
    assert view.messages is not None
    assert (len(view.messages), view.waiting) == (6, 8)
    assert practice.today(world["biller"]).messages is None


# ---------------------------------------------------------------- the patient's home
def test_home_shows_what_is_allowed_and_the_newest_three(world: World):
    chart = world.charts["alice"]
    for number in range(4):
        command = MessageInput(recipient="front_desk", subject=f"n{number}", body="B")
        messages.send(world["alice"], chart, command, URL)
        world.clock.pass_by(minutes=1)
    own = home.overview(world["alice"], chart)
    assert own.messages is not None
    assert [m.subject for m in own.messages] == ["n3", "n2", "n1"]
    assert (own.first_name, own.clinician, own.may_send) == ("Alice", "Dr. Own", True)
    assert own.dashboard_message == "Own words"
    proxy = home.overview(world["bea"], chart)
    assert (proxy.messages, proxy.may_send, proxy.first_name) == (None, False, "Bea")
