"""Many at once, on each database: writers take turns, and readers see one moment."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import DBAPIError
from sqlmodel import func, select

from portal_app.data.models import AuditEvent, Draft, Message, OutboxMail, Practice, Thread
from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.data.types import StaffId
from portal_app.integrations.mail import Catcher
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.security import audit
from portal_app.security.system import open_system
from portal_app.services import maintenance, outbox, practice
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from tests.world import URL, World

CROWD = 6


def at_once(call: Callable[[int], Any]) -> list[Any]:
    with ThreadPoolExecutor(CROWD) as pool:
        return list(pool.map(call, range(CROWD)))


def count(model: type) -> int:
    with open_system("count", writes=False) as work:
        return work.session.exec(select(func.count()).select_from(model)).one()


def question(key: str = "") -> MessageInput:
    return MessageInput(recipient="clinician", subject="S", body="B", client_key=key)


def test_the_chain_of_the_log_holds_when_many_write(world: World):
    before = count(AuditEvent)
    at_once(lambda _: messages.send(world["alice"], world.charts["alice"], question(), URL))
    assert count(AuditEvent) == before + CROWD
    assert maintenance.verify_log() == (before + CROWD, None)


def test_one_press_of_a_button_sends_once(world: World):
    chart = world.charts["alice"]
    sent = at_once(lambda _: messages.send(world["alice"], chart, question("once"), URL))
    assert len({s.message for s in sent}) == 1
    assert count(Message) == 1


def test_what_is_typed_is_one_draft(world: World):
    chart = world.charts["alice"]
    at_once(lambda n: messages.save_draft(world["alice"], chart, messages.NEW, body=str(n)))
    assert count(Draft) == 1


def test_answers_to_one_conversation_are_numbered_in_a_row(world: World):
    chart = world.charts["alice"]
    thread = messages.send(world["alice"], chart, question(), URL).thread
    at_once(lambda n: messages.reply(world["alice"], chart, thread, ReplyInput(body=f"{n}"), URL))
    shown = messages.thread(world["alice"], chart, thread).messages
    assert [m.seq for m in shown] == list(range(1, CROWD + 2))


def test_a_mail_is_leased_to_one(world: World, tmp_path: Path):
    thread = messages.send(world["alice"], world.charts["alice"], question(), URL).thread
    inbox.reply(world["owner"], thread, ReplyInput(body="B"), URL, done=True)
    world.clock.pass_by(hours=1)
    catcher = Catcher(tmp_path / "mail")
    assert count(OutboxMail) > 1
    # what was answered meanwhile needs no mail any more
    needed = count(OutboxMail) - 1
    assert sum(at_once(lambda _: outbox.deliver(catcher))) == needed
    assert len(catcher.newest(10)) == needed


def test_taken_back_or_seen_and_never_both(world: World):
    chart = world.charts["alice"]
    sent = messages.send(world["alice"], chart, question(), URL)

    def act(number: int) -> str:
        try:
            if number % 2:
                messages.take_back(world["alice"], chart, sent.thread, sent.message)
                return "taken back"
            inbox.mark_seen(world["own"], sent.thread)
        except (ConflictError, NotFoundError):
            return "too late"
        return "seen"

    answers = at_once(act)
    with open_system("look", writes=False) as work:
        row = work.session.exec(select(Message)).one()
    assert (row.taken_back_at is None) != (row.seen_at is None)
    assert ("taken back" in answers) == (row.taken_back_at is not None)
    assert ("seen" in answers) == (row.seen_at is not None)


@pytest.mark.usefixtures("world")
def test_a_reader_sees_one_moment():
    with open_system("read", writes=False) as reading:
        assert reading.session.get_one(Practice, 1).name == "Test practice"
        with open_system("rename") as work:
            work.practice.name = "Renamed"
            work.session.add(work.practice)
        assert reading.session.exec(select(Practice.name)).one() == "Test practice"
    with open_system("read", writes=False) as work:
        assert work.practice.name == "Renamed"


@pytest.mark.usefixtures("world")
def test_a_writer_waits_and_then_sees_what_was_written():
    with ThreadPoolExecutor(1) as pool:
        with open_system("first") as work:
            later = pool.submit(rename, "Second")
            work.practice.answer_hours = 5
            work.session.add(work.practice)
            work.session.flush()
            with pytest.raises(TimeoutError):
                later.result(timeout=0.2)
        assert later.result(timeout=5) == 5


def rename(name: str) -> int:
    with open_system("rename") as work:
        work.practice.name = name
        work.session.add(work.practice)
        return work.practice.answer_hours


@pytest.mark.usefixtures("world_on_postgres")
def test_a_reader_cannot_write():
    with open_system("read", writes=False) as work:
        work.session.add(Practice(id=2, name="Another"))
        with pytest.raises(DBAPIError, match="read-only"):
            work.session.flush()
        work.session.rollback()


def test_the_pages_of_a_queue_miss_nothing_when_moments_are_equal(world: World):
    sent = messages.send(world["alice"], world.charts["alice"], question(), URL)
    with open_system("more conversations") as work:
        first = work.session.exec(select(Thread).where(Thread.public_id == sent.thread)).one()
        for number in range(60):
            values = first.model_dump(exclude={"id", "public_id", "assignee_id"})
            mine = first.assignee_id if number % 2 else None
            work.session.add(Thread(**values, assignee_id=StaffId(mine) if mine else None))
    seen: list[str] = []
    cursor: str | None = None
    while True:
        page = inbox.queue(world["own"], "answer", cursor)
        seen += [row.id for row in page.rows]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert len(seen) == 61
    assert seen == sorted(set(seen), reverse=True)


def test_no_character_breaks_a_search_or_an_address(world: World):
    assert practice.roster(world["owner"], "ad\0ams").rows == ()
    with pytest.raises(NotFoundError):
        messages.folder(world["alice"], f"{world.charts['alice']}\0")
    messages.save_draft(world["alice"], world.charts["alice"], messages.NEW, body="", category="\0")


def test_the_log_counts_on_after_a_work_that_failed(world: World):
    def fail() -> None:
        with open_system("fails", logged=True) as work:
            work.session.add(Practice(id=2, name="Another"))
            work.session.flush()
            entry = audit.Entry(at=work.now, actor="", actor_kind="system", action="x")
            audit.append(work.session, work.keyring, entry)
            raise NotFoundError

    world.clock.now += timedelta(minutes=1)
    with pytest.raises(NotFoundError):
        fail()
    at_once(lambda _: rename("Again"))
    messages.send(world["alice"], world.charts["alice"], question(), URL)
    assert maintenance.verify_log()[1] is None
