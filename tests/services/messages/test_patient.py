"""A patient's side: folders, conversations, what is unread, and what a proxy sees."""

from datetime import timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import Thread
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError, TooManyError
from portal_app.security.system import open_system
from portal_app.services import home
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from tests.world import URL, World


def begin(world: World, who: str = "alice", chart: str = "alice", **over: str) -> str:
    values = {"recipient": "clinician", "subject": "Refill", "body": "May I have more?"} | over
    sent = messages.send(world[who], world.charts[chart], MessageInput(**values), URL)
    return sent.thread


def answer(world: World, thread: str, body: str = "Yes.", who: str = "own") -> None:
    inbox.reply(world[who], thread, ReplyInput(body=body), URL, done=False)


@pytest.mark.seed("S13", "S14")
def test_an_answer_is_unread_in_the_inbox_until_it_is_on_the_screen(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    answer(world, thread)
    row = messages.folder(world["alice"], chart).rows[0]
    assert (row.subject, row.counterpart, row.snippet, row.unread) == (
        "Refill",
        "Own",
        "Yes.",
        True,
    )
    assert messages.unread_by_chart(world["alice"])[chart] == 1
    messages.mark_seen(world["alice"], chart, thread)
    assert not messages.folder(world["alice"], chart).rows[0].unread
    assert messages.unread_by_chart(world["alice"])[chart] == 0


@pytest.mark.seed("S14")
def test_a_reply_goes_into_the_same_conversation(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    answer(world, thread)
    messages.reply(world["alice"], chart, thread, ReplyInput(body="Thank you."), URL)
    view = messages.thread(world["alice"], chart, thread)
    assert [m.body for m in view.messages] == ["May I have more?", "Yes.", "Thank you."]
    assert [m.mine for m in view.messages] == [True, False, True]


@pytest.mark.seed("S15")
def test_archiving_is_each_persons_own_and_a_new_message_undoes_it(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    answer(world, thread)
    messages.set_archived(world["alice"], chart, thread, archived=True)
    assert messages.folder(world["alice"], chart).rows == ()
    assert [r.id for r in messages.folder(world["alice"], chart, "archived").rows] == [thread]
    assert [r.id for r in messages.folder(world["bob"], chart).rows] == [thread]
    assert messages.unread_by_chart(world["alice"])[chart] == 0
    answer(world, thread, "One more thing.")
    assert [r.id for r in messages.folder(world["alice"], chart).rows] == [thread]


def test_back_to_the_inbox_by_hand(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    messages.set_archived(world["alice"], chart, thread, archived=True)
    messages.set_archived(world["alice"], chart, thread, archived=False)
    assert [r.id for r in messages.folder(world["alice"], chart).rows] == [thread]
    assert messages.folder(world["alice"], chart, "archived").rows == ()


def test_sent_lists_what_the_person_wrote_herself(world: World):
    mine = begin(world)
    started = inbox.start(
        world["own"],
        world.charts["alice"],
        MessageInput(recipient="clinician", subject="Results", body="They are here."),
        URL,
    ).thread
    sent = [r.id for r in messages.folder(world["alice"], world.charts["alice"], "sent").rows]
    assert mine in sent
    assert started not in sent


@pytest.mark.seed("S07")
@pytest.mark.parametrize(("recipient", "name"), [("clinician", "Dr. Own"), ("front_desk", "desk")])
def test_a_message_goes_to_the_clinician_or_to_the_front_desk(
    world: World, recipient: str, name: str
):
    sent = messages.send(
        world["alice"],
        world.charts["alice"],
        MessageInput(recipient=recipient, subject="Hello", body="Hello."),
        URL,
    )
    assert name.lower() in sent.to.lower()
    seen = {r.id for r in inbox.queue(world["desk"]).rows}
    assert (sent.thread in seen) is (recipient == "front_desk")
    own = "mine" if recipient == "clinician" else "unassigned"
    assert sent.thread in {r.id for r in inbox.queue(world["own"], own).rows}


@pytest.mark.seed("S04", "S05")
def test_conversations_stay_on_their_chart(world: World):
    first, second = begin(world), begin(world, chart="alice2", subject="Therapy")
    for chart, thread, other in (("alice", first, second), ("alice2", second, first)):
        rows = messages.folder(world["alice"], world.charts[chart]).rows
        assert [r.id for r in rows] == [thread]
        with pytest.raises(NotFoundError):
            messages.thread(world["alice"], world.charts[chart], other)


@pytest.mark.seed("S02", "S03", "S06", "S10")
def test_home_sums_up_the_chart_that_is_open(world: World):
    for number in range(4):
        begin(world, subject=f"Number {number}")
        world.clock.pass_by(minutes=1)
    begin(world, chart="alice2", subject="Elsewhere")
    own = home.overview(world["alice"], world.charts["alice"])
    assert own.clinician == "Dr. Own"
    assert own.dashboard_message == "Own words"
    assert [r.subject for r in own.messages or ()] == ["Number 3", "Number 2", "Number 1"]
    other = home.overview(world["alice"], world.charts["alice2"])
    assert other.dashboard_message == "Other words"
    assert [r.subject for r in other.messages or ()] == ["Elsewhere"]


@pytest.mark.seed("S03")
def test_home_is_silent_about_what_is_not_enabled(world: World):
    begin(world)
    limited = home.overview(world["bea"], world.charts["alice"])
    assert limited.messages is None
    assert not limited.may_send


@pytest.mark.seed("S04")
def test_a_proxy_writes_in_her_own_name_about_the_patient(world: World):
    chart = world.charts["alice"]
    thread = begin(world, who="bob", body="She can't sleep.")
    view = messages.thread(world["bob"], chart, thread)
    assert (view.messages[0].author, view.messages[0].on_behalf_of) == ("Bob", "Alice Adams")
    with pytest.raises(NotFoundError):
        messages.thread(world["alice"], chart, thread)
    assert messages.folder(world["alice"], chart).rows == ()


def test_what_is_private_to_the_patient_is_hidden_from_a_proxy(world: World):
    thread = begin(world)
    assert messages.thread(world["bob"], world.charts["alice"], thread)
    with open_system("a private talk") as work:
        row = work.session.exec(select(Thread).where(Thread.public_id == thread)).one()
        row.private_to_patient = True
        work.session.add(row)
    assert messages.thread(world["alice"], world.charts["alice"], thread)
    assert messages.folder(world["bob"], world.charts["alice"]).rows == ()
    with pytest.raises(NotFoundError):
        messages.thread(world["bob"], world.charts["alice"], thread)


# ---------------------------------------------------------------- once, and not too often
def test_the_same_press_of_send_sends_once(world: World):
    chart = world.charts["alice"]
    command = MessageInput(
        recipient="clinician", subject="Once", body="Once.", client_key="the-same-press"
    )
    first = messages.send(world["alice"], chart, command, URL)
    second = messages.send(world["alice"], chart, command, URL)
    assert first == second
    reply = ReplyInput(body="Again.", client_key="another-press")
    assert messages.reply(world["alice"], chart, first.thread, reply, URL) == messages.reply(
        world["alice"], chart, first.thread, reply, URL
    )
    view = messages.thread(world["alice"], chart, first.thread)
    assert [m.body for m in view.messages] == ["Once.", "Again."]


def test_the_key_of_a_press_is_each_persons_own(world: World):
    chart = world.charts["alice"]
    command = MessageInput(recipient="clinician", subject="S", body="B", client_key="shared")
    first = messages.send(world["alice"], chart, command, URL)
    second = messages.send(world["bob"], chart, command, URL)
    assert first.thread != second.thread


def test_twenty_messages_an_hour(world: World):
    thread = begin(world)
    for _ in range(19):
        messages.reply(
            world["alice"], world.charts["alice"], thread, ReplyInput(body="And then"), URL
        )
    with pytest.raises(TooManyError, match="20 messages in an hour"):
        begin(world)
    with pytest.raises(TooManyError):
        begin(world, chart="alice2")
    world.clock.pass_by(hours=1, seconds=1)
    assert begin(world)


@pytest.mark.parametrize(
    ("over", "field"),
    [({"recipient": "somebody"}, "recipient"), ({"category": "spam"}, "category")],
)
def test_what_is_wrong_is_named_by_its_field(world: World, over: dict[str, str], field: str):
    with pytest.raises(InvalidError) as refused:
        begin(world, **over)
    assert refused.value.field == field


# ---------------------------------------------------------------- take back
def test_an_unread_message_can_be_taken_back_for_two_minutes(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    messages.reply(world["alice"], chart, thread, ReplyInput(body="Wrong words"), URL)
    view = messages.thread(world["alice"], chart, thread)
    last = view.messages[-1]
    assert last.take_back_until == last.sent_at + timedelta(minutes=2)
    messages.take_back(world["alice"], chart, thread, last.id)
    left = messages.thread(world["alice"], chart, thread).messages
    assert [m.body for m in left] == ["May I have more?"]
    assert "Wrong words" not in repr(inbox.thread(world["own"], thread))
    assert "Wrong" not in inbox.queue(world["own"]).rows[0].snippet


def test_the_only_message_takes_the_conversation_with_it(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    message = messages.thread(world["alice"], chart, thread).messages[0].id
    messages.take_back(world["alice"], chart, thread, message)
    assert messages.folder(world["alice"], chart).rows == ()
    assert inbox.queue(world["own"]).rows == ()
    with pytest.raises(NotFoundError):
        inbox.thread(world["own"], thread)


@pytest.mark.parametrize("why", ["time", "read"])
def test_too_late_to_take_back(world: World, why: str):
    chart = world.charts["alice"]
    thread = begin(world)
    message = messages.thread(world["alice"], chart, thread).messages[0].id
    if why == "time":
        world.clock.pass_by(minutes=2, seconds=1)
    else:
        inbox.mark_seen(world["own"], thread)
    with pytest.raises(ConflictError):
        messages.take_back(world["alice"], chart, thread, message)
    assert inbox.thread(world["own"], thread).messages[0].body == "May I have more?"


def test_nobody_takes_back_what_another_wrote(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    answer(world, thread)
    theirs = messages.thread(world["alice"], chart, thread).messages[-1].id
    with pytest.raises(NotFoundError):
        messages.take_back(world["alice"], chart, thread, theirs)


def test_words_taken_back_are_not_found_any_more(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    messages.reply(world["alice"], chart, thread, ReplyInput(body="Zanzibar"), URL)
    assert messages.folder(world["alice"], chart, query="zanzibar").rows
    last = messages.thread(world["alice"], chart, thread).messages[-1].id
    messages.take_back(world["alice"], chart, thread, last)
    assert messages.folder(world["alice"], chart, query="zanzibar").rows == ()
    assert messages.folder(world["alice"], chart, query="refill").rows


# ---------------------------------------------------------------- read marks
def test_a_read_mark_says_when_the_other_side_saw_it(world: World):
    chart = world.charts["alice"]
    thread = begin(world)
    assert messages.thread(world["alice"], chart, thread).messages[0].seen_at is None
    world.clock.pass_by(minutes=5)
    inbox.mark_seen(world["own"], thread)
    seen = messages.thread(world["alice"], chart, thread).messages[0].seen_at
    assert seen == world.clock.now
    world.clock.pass_by(minutes=5)
    inbox.mark_seen(world["owner"], thread)
    assert messages.thread(world["alice"], chart, thread).messages[0].seen_at == seen


# ---------------------------------------------------------------- search
@pytest.mark.parametrize("typed", ["lorazepam", "LORAZEPAM", "  lorazepam  ", "Müdigkeit", "mudig"])
def test_search_finds_words_without_regard_to_case_and_accents(world: World, typed: str):
    chart = world.charts["alice"]
    hit = begin(world, subject="Müdigkeit", body="Since lorazepam I sleep.")
    begin(world, subject="Other", body="Nothing of it.")
    assert [r.id for r in messages.folder(world["alice"], chart, query=typed).rows] == [hit]


def test_search_needs_every_word_and_stays_on_the_chart(world: World):
    chart = world.charts["alice"]
    begin(world, body="apples and pears")
    begin(world, chart="alice2", body="apples and plums")
    assert len(messages.folder(world["alice"], chart, query="apples pears").rows) == 1
    assert messages.folder(world["alice"], chart, query="apples plums").rows == ()


@pytest.mark.sqlite_only
def test_no_word_of_a_message_stands_on_the_disk(world: World):
    begin(world, subject="Xylophone", body="Quetiapine makes me tired")
    files = list(world.foundation.settings.data_dir.rglob("*"))
    text = b"".join(f.read_bytes() for f in files if f.is_file()).lower()
    assert b"quetiapine" not in text
    assert b"xylophone" not in text
    assert b"alice" in text  # the names of people are what the roster is searched by


# ---------------------------------------------------------------- drafts and pages
def test_a_draft_is_kept_and_goes_with_the_message(world: World):
    chart = world.charts["alice"]
    messages.save_draft(world["alice"], chart, "new", body="half a", subject="thought")
    draft = messages.compose(world["alice"], chart).draft
    assert (draft.subject, draft.body) == ("thought", "half a")
    assert messages.compose(world["bob"], chart).draft.body == ""
    begin(world)
    assert messages.compose(world["alice"], chart).draft.body == ""


def test_a_long_inbox_comes_in_pages_without_gaps_or_doubles(world: World):
    chart = world.charts["alice"]
    made = []
    for number in range(45):
        if number % 15 == 0:
            world.clock.pass_by(hours=2)
        made.append(begin(world, subject=f"n{number}"))
    got: list[str] = []
    cursor: str | None = None
    while True:
        page = messages.folder(world["alice"], chart, cursor=cursor)
        got += [r.id for r in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(got) == len(set(got)) == 45
    assert set(got) == set(made)
