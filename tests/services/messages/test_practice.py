"""The practice's side: queues, assignment, notes, promises, automatic answers."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import AuditEvent, OutboxMail, Practitioner
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.data.schemas.practice import AbsenceInput, DashboardInput, SavedReplyInput
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services import home, practice
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from tests.world import URL, World

NIGHT = datetime(2026, 11, 25, 6, 0, tzinfo=UTC)
"""Ten in the evening of the same Tuesday."""


def write(world: World, recipient: str = "front_desk", **over: str) -> str:
    values = {"recipient": recipient, "subject": "Question", "body": "How?"} | over
    return messages.send(world["alice"], world.charts["alice"], MessageInput(**values), URL).thread


def ids(world: World, queue: str, who: str = "owner") -> list[str]:
    return [r.id for r in inbox.queue(world[who], queue).rows]


def staff_id(world: World, name: str) -> str:
    thread = write(world)
    colleagues = inbox.thread(world["owner"], thread).colleagues
    return next(c.value for c in colleagues if c.label == name)


def clinician_id(world: World) -> str:
    del world
    with open_system("look", writes=False) as work:
        rows = select(Practitioner.id).where(Practitioner.name == "Dr. Own")
        return str(work.session.exec(rows).one())


@pytest.mark.seed("S14")
def test_the_way_of_a_conversation_through_the_queues(world: World):
    thread = write(world)
    assert thread in ids(world, "unassigned")
    inbox.reply(world["desk"], thread, ReplyInput(body="So."), URL, done=False)
    assert thread in ids(world, "waiting")
    assert thread not in ids(world, "answer")
    messages.reply(world["alice"], world.charts["alice"], thread, ReplyInput(body="Oh?"), URL)
    assert thread in ids(world, "mine", "desk")
    inbox.reply(world["desk"], thread, ReplyInput(body="Yes."), URL, done=True)
    assert thread in ids(world, "done")
    messages.reply(world["alice"], world.charts["alice"], thread, ReplyInput(body="Thanks"), URL)
    assert thread in ids(world, "answer", "desk")


def test_done_without_an_answer(world: World):
    thread = write(world)
    inbox.mark_done(world["desk"], thread)
    assert thread in ids(world, "done")
    assert inbox.waiting_count(world["desk"]) == 0


def test_assigning_moves_it_and_lets_the_colleague_in(world: World):
    nobody = staff_id(world, "Biller")
    thread = write(world, "clinician")
    assert thread not in ids(world, "answer", "desk")
    desk = staff_id(world, "Desk")
    assert inbox.assign(world["own"], thread, desk) == "Desk"
    assert thread in ids(world, "mine", "desk")
    assert inbox.thread(world["desk"], thread).assignee == "Desk"
    inbox.assign(world["own"], thread, "")
    with pytest.raises(NotFoundError):
        inbox.thread(world["desk"], thread)
    with pytest.raises(InvalidError):
        inbox.assign(world["own"], thread, "nobody")
    assert nobody


def test_an_answer_takes_what_nobody_had(world: World):
    thread = write(world)
    inbox.reply(world["desk"], thread, ReplyInput(body="Mine."), URL, done=False)
    assert inbox.thread(world["owner"], thread).assignee == "Desk"


def test_a_note_never_reaches_the_patient(world: World):
    thread = write(world)
    inbox.add_note(world["desk"], thread, "Sounds like the pharmacy again.")
    assert [n.body for n in inbox.thread(world["owner"], thread).notes] == [
        "Sounds like the pharmacy again."
    ]
    chart = world.charts["alice"]
    shown = (
        repr(messages.thread(world["alice"], chart, thread))
        + repr(messages.folder(world["alice"], chart))
        + repr(home.overview(world["alice"], chart))
    )
    assert "pharmacy" not in shown
    assert messages.folder(world["alice"], chart, query="pharmacy").rows == ()
    with open_system("mail", writes=False) as work:
        texts = [m.text for m in work.session.exec(select(OutboxMail)).all()]
    assert not any("pharmacy" in t for t in texts)


@pytest.mark.parametrize("text", ["", "   ", "x" * 20_000])
def test_a_note_without_words_or_without_end_is_refused(world: World, text: str):
    thread = write(world)
    with pytest.raises(InvalidError):
        inbox.add_note(world["desk"], thread, text)


def test_the_promise_counts_business_hours(world: World):
    thread = write(world)
    # sixteen hours from Tuesday 10:00, open from 9 to 17: seven, eight, and one on Thursday
    due = inbox.thread(world["owner"], thread).due_at
    assert due == datetime(2026, 11, 26, 18, 0, tzinfo=UTC)
    assert thread not in ids(world, "overdue")
    world.clock.now = due + timedelta(seconds=1)
    assert thread in ids(world, "overdue")
    row = next(r for r in inbox.queue(world["owner"]).rows if r.id == thread)
    assert row.overdue


def test_out_of_hours_one_automatic_answer_a_closed_period(world: World):
    chart = world.charts["alice"]
    world.clock.now = NIGHT
    thread = write(world)
    messages.reply(world["alice"], chart, thread, ReplyInput(body="Hello?"), URL)
    automatic = [m for m in messages.thread(world["alice"], chart, thread).messages if m.automatic]
    assert [m.body for m in automatic] == ["We are closed."]
    # it is no answer: nothing is unread, and the conversation still waits for the practice
    assert messages.unread_by_chart(world["alice"])[chart] == 0
    assert thread in ids(world, "unassigned")
    world.clock.now = NIGHT + timedelta(days=1)
    messages.reply(world["alice"], chart, thread, ReplyInput(body="Still?"), URL)
    automatic = [m for m in messages.thread(world["alice"], chart, thread).messages if m.automatic]
    assert len(automatic) == 2


def test_no_automatic_answer_while_the_practice_is_open(world: World):
    thread = write(world)
    view = messages.thread(world["alice"], world.charts["alice"], thread)
    assert [m.automatic for m in view.messages] == [False]


def test_a_stand_in_gets_what_comes_while_a_clinician_is_away(world: World):
    desk = staff_id(world, "Desk")
    away = AbsenceInput(away_until=world.clock.now.date() + timedelta(days=3), stand_in=desk)
    practice.save_absence(world["own"], clinician_id(world), away)
    said = messages.compose(world["alice"], world.charts["alice"]).absence
    assert said.startswith("Dr. Own is away and back on Friday, November 27.")
    assert "Desk answers" in said
    thread = write(world, "clinician")
    assert thread in ids(world, "mine", "desk")
    world.clock.pass_by(days=4)
    assert messages.compose(world["alice"], world.charts["alice"]).absence == ""
    assert write(world, "clinician") not in ids(world, "mine", "desk")


def test_saved_replies_are_filled_for_the_patient(world: World):
    words = SavedReplyInput(title="Hello", body="Dear {{first name}}, {{clinician}} will call.")
    practice.add_saved_reply(world["owner"], words)
    saved = inbox.thread(world["desk"], write(world)).saved_replies
    assert [(s.label, s.value) for s in saved] == [("Hello", "Dear Alice, Dr. Own will call.")]


def test_a_conversation_that_the_practice_begins(world: World):
    view = inbox.address(world["own"], world.charts["alice"])
    assert view.patient == "Alice Adams"
    assert "Bob" in view.readers
    command = MessageInput(
        recipient="clinician", subject="Results", body="All well.", client_key="once"
    )
    first = inbox.start(world["own"], world.charts["alice"], command, URL)
    assert inbox.start(world["own"], world.charts["alice"], command, URL) == first
    assert [r.subject for r in messages.folder(world["bob"], world.charts["alice"]).rows] == [
        "Results"
    ]


def test_the_same_press_of_send_answers_once(world: World):
    thread = write(world)
    command = ReplyInput(body="Once.", client_key="press")
    first = inbox.reply(world["desk"], thread, command, URL, done=True)
    assert inbox.reply(world["desk"], thread, command, URL, done=True) == first
    assert [m.body for m in inbox.thread(world["desk"], thread).messages] == ["How?", "Once."]


def test_an_answer_can_be_taken_back_while_it_is_unread(world: World):
    thread = write(world)
    inbox.reply(world["desk"], thread, ReplyInput(body="Wrong."), URL, done=True)
    message = inbox.thread(world["desk"], thread).messages[-1]
    inbox.take_back(world["desk"], thread, message.id)
    view = messages.thread(world["alice"], world.charts["alice"], thread)
    assert [m.body for m in view.messages] == ["How?"]
    assert thread in ids(world, "answer", "desk")


def test_every_effect_is_in_the_access_log_without_words(world: World):
    thread = write(world)
    inbox.reply(world["desk"], thread, ReplyInput(body="Secretly."), URL, done=False)
    with open_system("log", writes=False) as work:
        rows = work.session.exec(select(AuditEvent)).all()
    assert {"message.send", "message.answer"} <= {r.action for r in rows}
    answered = next(r for r in rows if r.action == "message.answer")
    assert (answered.actor_kind, answered.target) == ("staff", thread)
    assert answered.chart_id
    assert "Secretly" not in repr(rows)


@pytest.mark.seed("S10")
def test_the_dashboard_message_is_the_clinicians_own(world: World):
    practice.save_dashboard_message(
        world["own"], clinician_id(world), DashboardInput(text="Bring **both** forms.")
    )
    own = home.overview(world["alice"], world.charts["alice"]).dashboard_message
    other = home.overview(world["alice"], world.charts["alice2"]).dashboard_message
    assert (own, other) == ("Bring **both** forms.", "Other words")


def test_counts_beside_the_queues_fit_the_rows(world: World):
    for number in range(7):
        write(world, subject=f"n{number}")
    write(world, "clinician")
    view = inbox.queue(world["own"], "unassigned")
    assert view.counts["unassigned"] == len(view.rows) == 7
    assert inbox.queue(world["own"], "mine").counts["mine"] == 1
    assert inbox.waiting_count(world["own"]) == 8


def test_clinicians_see_their_own_charts_only(world: World):
    thread = write(world)
    assert ids(world, "answer", "other") == []
    with pytest.raises(NotFoundError):
        inbox.thread(world["other"], thread)
    assert inbox.queue(world["other"], query="question").rows == ()
    assert len(inbox.queue(world["own"], query="question").rows) == 1
