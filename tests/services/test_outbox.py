"""Mail that is owed, against a real server: nothing lost, nothing said twice, nothing given up."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlmodel import col, select

from portal_app.data.models import OutboxMail
from portal_app.integrations import mail as smtp
from portal_app.integrations.mail import Mail, Smtp
from portal_app.security.system import open_system
from portal_app.services import outbox
from tests.mail_server import Post, mail_server
from tests.world import World


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


def owe(world: World, *names: str, address: str = "") -> None:
    with open_system("the test owes mail") as work:
        for name in names or ("one",):
            work.session.add(
                OutboxMail(
                    unique_key=name,
                    kind="test",
                    address=address or f"{name}@test.example",
                    subject="Hello",
                    text="Words.",
                    message_id=f"<{name}@portal.example>",
                    due_at=world.clock.now,
                    created_at=world.clock.now,
                )
            )


def rows() -> list[OutboxMail]:
    with open_system("look", writes=False) as work:
        return list(
            work.session.exec(select(OutboxMail).order_by(col(OutboxMail.unique_key))).all()
        )


def only() -> OutboxMail:
    (row,) = rows()
    return row


def test_a_mail_goes_out_once(world: World, post: Post):
    owe(world)
    assert outbox.deliver(post.sender()) == 1
    assert outbox.deliver(post.sender()) == 0
    row = only()
    assert (row.status, row.attempts, row.sent_at) == ("sent", 1, world.clock.now)
    assert row.lease_until is None
    assert post.to == ["one@test.example"]
    assert post.ids == ["<one@portal.example>"]
    assert post.got[0].get_content().strip() == "Words."


def test_nothing_goes_out_before_it_is_due(world: World, post: Post):
    owe(world)
    world.clock.pass_by(seconds=-1)
    assert outbox.deliver(post.sender()) == 0
    assert post.got == []


def pauses(world: World, post: Post, times: int) -> list[timedelta]:
    found = []
    for _ in range(times):
        assert outbox.deliver(post.sender()) == 0
        row = only()
        assert row.status == "due"
        found.append(row.due_at - world.clock.now)
        world.clock.now = row.due_at - timedelta(seconds=1)
        assert outbox.deliver(post.sender()) == 0
        world.clock.now = row.due_at
    return found


def test_what_is_put_off_is_tried_again_ever_more_patiently(world: World, post: Post):
    owe(world)
    post.answers = ["451 later"] * 11
    waited = pauses(world, post, 11)
    minutes = [w.total_seconds() / 60 for w in waited]
    assert minutes == [1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]
    assert only().last_error == "answer 451"
    assert outbox.deliver(post.sender()) == 1
    assert set(post.ids) == {"<one@portal.example>"}
    assert len(post.ids) == 12


def test_after_three_days_it_is_given_up_and_says_why(world: World, post: Post):
    owe(world)
    post.answers = ["451 later"] * 2
    world.clock.pass_by(days=3)
    outbox.deliver(post.sender())
    assert only().status == "due"
    world.clock.pass_by(minutes=1)
    outbox.deliver(post.sender())
    row = only()
    assert (row.status, row.last_error) == ("failed", "answer 451")
    world.clock.pass_by(days=1)
    assert outbox.deliver(post.sender()) == 0
    assert len(post.got) == 2


def test_a_machine_that_was_down_for_days_does_not_give_up_at_its_first_try(
    world: World, post: Post
):
    owe(world)
    post.answers = ["451 later"]
    world.clock.pass_by(days=4)
    assert outbox.deliver(post.sender()) == 0
    assert only().status == "due"
    world.clock.pass_by(minutes=1)
    assert outbox.deliver(post.sender()) == 1


def test_what_is_refused_for_good_is_dead_and_says_why(world: World, post: Post):
    owe(world, "content", "nobody")
    post.refused = {"nobody@test.example": "550 no such person"}
    post.answers = ["554 not that"]
    assert outbox.deliver(post.sender()) == 0
    assert [(r.status, r.last_error) for r in rows()] == [
        ("failed", "answer 554"),
        ("failed", "answer 550"),
    ]
    world.clock.pass_by(days=1)
    assert outbox.deliver(post.sender()) == 0


def test_one_refused_mail_holds_up_no_other(world: World, post: Post):
    owe(world, "a", "b", "c")
    post.answers = ["550 no", "451 later"]
    assert outbox.deliver(post.sender()) == 1
    assert [r.status for r in rows()] == ["failed", "due", "sent"]


@pytest.mark.parametrize("greeting", ["550 not from you", "421 full"])
def test_a_server_that_turns_us_away_is_no_fault_of_the_mail(
    world: World, post: Post, greeting: str
):
    owe(world)
    post.greeting = greeting
    post.refused = {"one@test.example": "451 later"}
    assert outbox.deliver(post.sender()) == 0
    assert only().status == "due"
    post.greeting, post.refused = "", {}
    world.clock.pass_by(minutes=2)
    assert outbox.deliver(post.sender()) == 1


def test_a_wrong_password_of_ours_kills_no_mail(world: World, post: Post):
    owe(world)
    wrong = Smtp(post.url.replace("//", "//user:wrong@"), "practice@portal.example")
    assert outbox.deliver(wrong) == 0
    assert only().status == "due"
    world.clock.pass_by(minutes=2)
    assert outbox.deliver(post.sender()) == 1


def test_a_server_that_hangs_or_hangs_up(world: World, post: Post, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.2)

    async def hang() -> str:
        await asyncio.sleep(1)
        return "250 too late"

    owe(world)
    post.answers = [hang, "drop"]
    assert outbox.deliver(post.sender()) == 0
    assert only().status == "due"
    assert only().last_error
    world.clock.pass_by(minutes=2)
    assert outbox.deliver(post.sender()) == 0
    assert only().status == "due"
    world.clock.pass_by(minutes=5)
    assert outbox.deliver(post.sender()) == 1
    assert post.ids == ["<one@portal.example>"] * 3


@pytest.mark.parametrize("farewell", ["421 closing", "500 what", "hang"])
def test_a_bad_farewell_sends_nothing_twice(
    world: World, post: Post, monkeypatch: pytest.MonkeyPatch, farewell: str
):
    monkeypatch.setattr(smtp, "TIMEOUT", 0.3)
    owe(world)
    post.farewell = farewell
    assert outbox.deliver(post.sender()) == 1
    world.clock.pass_by(days=1)
    assert outbox.deliver(post.sender()) == 0
    assert len(post.got) == 1


class Dying:
    """The process ends between the server's answer and our commit."""

    def __init__(self, sender: Smtp) -> None:
        self.sender = sender

    def send(self, mail: Mail) -> None:
        self.sender.send(mail)
        raise SystemExit


def test_after_a_crash_it_is_sent_again_under_the_same_id(world: World, post: Post):
    owe(world)
    with pytest.raises(SystemExit):
        outbox.deliver(Dying(post.sender()))
    assert outbox.deliver(post.sender()) == 0  # the lease of the dead one still stands
    world.clock.pass_by(minutes=5, seconds=1)
    assert outbox.deliver(post.sender()) == 1
    assert post.ids == ["<one@portal.example>"] * 2


def test_many_workers_at_once_send_nothing_twice(world: World, post: Post):
    names = [f"m{n:02}" for n in range(60)]
    owe(world, *names)
    together, sent = threading.Barrier(4), []

    def work() -> None:
        together.wait()
        while not all(r.status == "sent" for r in rows()):
            sent.append(outbox.deliver(post.sender()))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Counter(post.ids) == Counter({f"<{n}@portal.example>": 1 for n in names})
    assert sum(sent) == 60
    assert {r.attempts for r in rows()} == {1}


def test_behind_a_slow_server_no_lease_runs_out_in_the_queue(world: World, post: Post):
    async def slow() -> str:
        world.clock.pass_by(minutes=4)
        return "250 taken"

    async def slow_while_another_works() -> str:
        world.clock.pass_by(minutes=4)
        await asyncio.to_thread(outbox.deliver, post.sender())
        return "250 taken"

    names = [f"m{n}" for n in range(4)]
    owe(world, *names)
    post.answers = [slow, slow_while_another_works]
    outbox.deliver(post.sender())
    assert {r.status for r in rows()} == {"sent"}
    assert Counter(post.ids) == Counter({f"<{n}@portal.example>": 1 for n in names})


def test_who_has_outlived_the_lease_undoes_nothing(world: World, post: Post):
    async def overtaken() -> str:
        world.clock.pass_by(minutes=6)
        assert await asyncio.to_thread(outbox.deliver, post.sender()) == 1
        return "451 later"

    owe(world)
    post.answers = [overtaken]
    outbox.deliver(post.sender())
    assert (only().status, only().attempts) == ("sent", 2)
    world.clock.pass_by(days=1)
    assert outbox.deliver(post.sender()) == 0


@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_an_address_cannot_carry_a_second_one(world: World, post: Post, end: str):
    owe(world, address=f"one@test.example{end}Bcc: eve@test.example")
    assert outbox.deliver(post.sender()) == 0
    assert only().status == "failed"
    assert post.got == []
