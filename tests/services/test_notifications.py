"""Notices of messages: after a while, once, and without a word that nobody asked for."""

from collections.abc import Iterator

import pytest
from sqlmodel import select

from portal_app.data.models import Chart, Grant, OutboxMail, Patient, StaffMember, User
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services import outbox
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from tests.mail_server import Post, mail_server
from tests.world import URL, World

READERS = ["alice@test.example", "bob@test.example", "ended@test.example"]
SECRET = "Your lithium level is 0.8."


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


def begin(world: World, body: str = SECRET, subject: str = "Lithium") -> str:
    command = MessageInput(recipient="clinician", subject=subject, body=body)
    return inbox.start(world["own"], world.charts["alice"], command, URL).thread


def answer(world: World, thread: str, body: str = "More.") -> str:
    return inbox.reply(world["own"], thread, ReplyInput(body=body), URL, done=False).message


def after(world: World, post: Post, **span: float) -> list[str]:
    world.clock.pass_by(**span)
    outbox.deliver(post.sender())
    got, post.to = post.to, []
    return sorted(got)


def change(world: World, name: str, **values: object) -> None:
    with open_system("the test changes a user") as work:
        user = work.session.get_one(User, world.users[name])
        for key, value in values.items():
            setattr(user, key, value)
        work.session.add(user)


def test_a_notice_waits_until_the_message_has_stayed_unread(world: World, post: Post):
    begin(world)
    assert after(world, post, minutes=4, seconds=59) == []
    assert after(world, post, seconds=1) == READERS


def test_what_was_read_meanwhile_needs_no_notice(world: World, post: Post):
    thread = begin(world)
    messages.mark_seen(world["alice"], world.charts["alice"], thread)
    assert after(world, post, minutes=5) == READERS[1:]


def test_one_notice_in_half_an_hour_and_none_lost(world: World, post: Post):
    thread = begin(world)
    assert after(world, post, minutes=5) == READERS
    for minute in range(25):
        answer(world, thread, f"And {minute}.")
        assert after(world, post, minutes=1) == []
    assert after(world, post, minutes=5) == READERS
    assert after(world, post, hours=2) == []


@pytest.mark.parametrize("start", range(0, 24, 4))
def test_the_half_hour_is_no_half_hour_of_the_clock(world: World, post: Post, start: int):
    world.clock.pass_by(minutes=start)
    thread = begin(world)
    assert after(world, post, minutes=5) == READERS
    answer(world, thread)
    assert after(world, post, minutes=29) == []
    assert after(world, post, minutes=1) == READERS


def test_a_message_after_one_that_was_read_in_time_is_told(world: World, post: Post):
    chart = world.charts["alice"]
    thread = begin(world)
    for who in ("alice", "bob"):
        messages.mark_seen(world[who], chart, thread)
    assert after(world, post, minutes=5) == READERS[2:]
    answer(world, thread)
    assert after(world, post, minutes=5) == READERS[:2]
    messages.mark_seen(world["alice"], chart, thread)
    answer(world, thread)
    assert after(world, post, minutes=30) == READERS


def test_two_conversations_are_two_notices(world: World, post: Post):
    begin(world)
    begin(world, subject="Other")
    assert after(world, post, minutes=5) == sorted(READERS * 2)


def test_no_word_of_a_message_without_consent(world: World, post: Post):
    begin(world)
    assert after(world, post, minutes=5) == READERS
    for mail in post.got:
        raw = mail.as_string()
        assert "ithium" not in raw
        assert "Alice" not in raw
        assert mail["Subject"] == "You have a new message"
        assert mail.get_content().splitlines()[0] == "You have a new message from Test practice."
        assert f"{URL}/portal/{world.charts['alice']}/messages/" in mail.get_content()


def test_with_consent_the_unread_messages_stand_in_the_mail(world: World, post: Post):
    change(world, "alice", plain_email_since=world.clock.now)
    thread = begin(world)
    answer(world, thread, "Come on Monday.")
    after(world, post, minutes=5)
    texts = {mail["To"]: mail.get_content() for mail in post.got}
    assert SECRET in texts["alice@test.example"]
    assert "Come on Monday." in texts["alice@test.example"]
    assert all(SECRET not in texts[other] for other in READERS[1:])
    assert {mail["Subject"] for mail in post.got} == {"You have a new message"}


def test_consent_taken_back_while_the_mail_waits(world: World, post: Post):
    change(world, "alice", plain_email_since=world.clock.now)
    begin(world)
    change(world, "alice", plain_email_since=None)
    assert after(world, post, minutes=5) == READERS
    assert not any("ithium" in mail.as_string() for mail in post.got)


def test_words_taken_back_are_not_mailed(world: World, post: Post):
    change(world, "alice", plain_email_since=world.clock.now)
    thread = begin(world)
    wrong = answer(world, thread, "Meant for somebody else.")
    inbox.take_back(world["own"], thread, wrong)
    after(world, post, minutes=5)
    assert not any("somebody else" in mail.as_string() for mail in post.got)
    assert any(SECRET in mail.get_content() for mail in post.got)


def test_nothing_left_to_read_is_no_notice(world: World, post: Post):
    thread = begin(world)
    for who in ("alice", "bob", "ended"):
        messages_of = (world["alice"], world.charts["alice"], thread)
        if who != "ended":
            messages.mark_seen(world[who], *messages_of[1:])
    wrong = answer(world, thread, "Wrong.")
    inbox.take_back(world["own"], thread, wrong)
    assert after(world, post, minutes=5) == READERS[2:]
    whole = begin(world, subject="All of it")
    first = inbox.thread(world["own"], whole).messages[0].id
    inbox.take_back(world["own"], whole, first)
    assert after(world, post, minutes=5) == []


def test_waiting_mail_holds_no_word_of_a_message(world: World):
    change(world, "alice", plain_email_since=world.clock.now)
    begin(world)
    with open_system("look", writes=False) as work:
        waiting = work.session.exec(select(OutboxMail)).all()
        assert sorted(m.address for m in waiting) == READERS
        for mail in waiting:
            assert SECRET not in mail.subject + mail.text
            assert "ithium" not in mail.subject + mail.text


@pytest.mark.parametrize("ending", ["grant", "login", "chart", "practice", "patient"])
def test_who_may_not_read_it_any_more_is_not_told(world: World, post: Post, ending: str):
    begin(world)

    def end(work: Work) -> None:
        if ending == "grant":
            rows = select(Grant).where(Grant.user_id == world.users["bob"])
            grant = work.session.exec(rows).one()
            grant.revoked_at = work.now
            work.session.add(grant)
        elif ending == "chart":
            rows_of = select(Chart).where(Chart.public_id == world.charts["alice"])
            chart = work.session.exec(rows_of).one()
            chart.permissions = []
            work.session.add(chart)
        elif ending == "practice":
            work.practice.portal_ceiling = []
            work.session.add(work.practice)
        elif ending == "patient":
            bob = work.session.exec(select(Grant).where(Grant.user_id == world.users["bob"])).one()
            patient = work.session.get_one(Patient, bob.patient_id)
            patient.status = "archived"
            work.session.add(patient)

    with open_system("the test ends something") as work:
        end(work)
    if ending == "login":
        change(world, "bob", disabled_at=world.clock.now)
    told = after(world, post, minutes=5)
    assert "bob@test.example" not in told
    assert bool(told) is (ending in {"grant", "login"})


def test_the_assigned_member_is_told_without_any_word(world: World, post: Post):
    change(world, "own", plain_email_since=world.clock.now)
    command = MessageInput(recipient="clinician", subject="Lithium", body=SECRET)
    messages.send(world["alice"], world.charts["alice"], command, URL)
    assert after(world, post, minutes=5) == ["own@test.example"]
    raw = post.got[0].as_string()
    assert "ithium" not in raw
    assert "Alice" not in raw
    assert f"{URL}/practice/inbox/" in post.got[0].get_content()


def test_a_member_who_left_or_lost_the_conversation_is_not_told(world: World, post: Post):
    def write() -> str:
        command = MessageInput(recipient="clinician", subject="S", body="B")
        return messages.send(world["alice"], world.charts["alice"], command, URL).thread

    inbox.assign(world["own"], write(), "")
    assert after(world, post, minutes=5) == []
    write()
    with open_system("a member leaves") as work:
        rows = select(StaffMember).where(StaffMember.user_id == world.users["own"])
        member = work.session.exec(rows).one()
        member.is_active = False
        work.session.add(member)
    assert after(world, post, minutes=5) == []


def test_the_front_desk_as_such_gets_no_mail(world: World, post: Post):
    command = MessageInput(recipient="front_desk", subject="S", body="B")
    messages.send(world["alice"], world.charts["alice"], command, URL)
    assert after(world, post, minutes=5) == []
