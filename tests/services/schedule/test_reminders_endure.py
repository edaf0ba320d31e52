"""Five hundred reminders, three workers, five kills, and a mail server with bad days."""

import random
import subprocess
import sys
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlmodel import col, func, select, update

from portal_app.data.models import Appointment, OutboxMail, User
from portal_app.security.system import open_system
from portal_app.services.schedule import notices
from tests.mail_server import Post, mail_server
from tests.schedule_world import at, book, schedule
from tests.world import World, build

ROOT = Path(__file__).resolve().parents[3]
REMINDERS, WORKERS, KILLS = 500, 3, 5
REFUSED = "nobody@test.example"


@pytest.fixture
def practice(tmp_path: Path) -> World:
    """A practice whose clock is the real one, since its workers are processes of their own."""
    return build(tmp_path / "data", now=datetime.now(UTC))


def plan(world: World) -> None:
    """Plan reminders that are all due, one of them to an address that no server takes."""
    types = schedule(lead_minutes=0)
    start = next(
        t
        for day in range(3, 9)
        if (t := at_day(world.clock.now + timedelta(days=day))).weekday() < 5
    )
    booked = book(world, types, start)
    with open_system("reminders that are due") as work:
        visit = work.session.exec(
            select(Appointment).where(Appointment.public_id == booked.id)
        ).one()
        work.session.exec(update(OutboxMail).values(status="skipped"))
        alice = work.session.get_one(User, world.users["alice"])
        for number in range(REMINDERS):
            work.session.add(
                OutboxMail(
                    unique_key=f"reminder:{number}",
                    kind=notices.REMINDER,
                    address=REFUSED if number == 7 else alice.email,
                    subject="Your appointment is coming up",
                    text="You have an appointment coming up.\n",
                    message_id=f"<reminder-{number}@portal.example>",
                    due_at=world.clock.now,
                    first_due_at=world.clock.now,
                    appointment_id=str(visit.id),
                    user_id=str(alice.id),
                    created_at=world.clock.now,
                )
            )


def at_day(moment: datetime) -> datetime:
    local = moment.astimezone(UTC)
    return at(local.day, 10, month=local.month).replace(year=local.year)


def left() -> int:
    with open_system("look", writes=False) as work:
        rows = select(func.count()).where(col(OutboxMail.status) == "due")
        return work.session.exec(rows).one()


def worker(world: World, post: Post) -> subprocess.Popen[str]:
    folder = str(world.foundation.settings.data_dir)
    return subprocess.Popen(
        [sys.executable, "-m", "tests.services.reminder_worker", folder, post.url],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def end(worker: subprocess.Popen[str]) -> None:
    worker.kill()
    worker.communicate()


def hurry() -> None:
    """Let nobody wait for pauses and leases that are minutes long."""
    with open_system("the test does not wait") as work:
        now = work.now
        work.session.exec(
            update(OutboxMail)
            .where(col(OutboxMail.status) == "due", col(OutboxMail.lease_until).is_(None))
            .values(due_at=now)
        )


def expire_leases_of_the_dead() -> None:
    with open_system("the test does not wait") as work:
        work.session.exec(
            update(OutboxMail)
            .where(col(OutboxMail.status) == "due")
            .values(lease_until=None, due_at=work.now)
        )


def test_none_is_lost_and_none_comes_twice_but_for_a_crash(practice: World):
    plan(practice)
    dice = random.Random(7)  # noqa: S311 - where the bad answers stand
    with mail_server() as post:
        post.refused = {REFUSED: "550 no such person"}
        bad = ["451 later", "drop"] * 12
        post.answers = ["250 taken"] * 120
        for answer in bad:
            post.answers.insert(dice.randrange(len(post.answers)), answer)
        workers = [worker(practice, post) for _ in range(WORKERS)]
        for w in workers:
            assert w.stdout is not None
            assert w.stdout.readline() == "ready\n"
        try:
            for _ in range(KILLS):
                seen = len(post.got)
                deadline = time.monotonic() + 20
                while len(post.got) < seen + 30 and time.monotonic() < deadline:
                    time.sleep(0.01)
                victim = workers.pop(0)
                end(victim)
                workers.append(worker(practice, post))
                hurry()
            deadline = time.monotonic() + 90
            while left() and time.monotonic() < deadline:
                hurry()
                # what a killed worker had leased is free only after minutes
                if post_is_quiet(post):
                    expire_leases_of_the_dead()
                time.sleep(0.1)
        finally:
            for w in workers:
                end(w)
    assert left() == 0
    with open_system("look", writes=False) as work:
        rows = work.session.exec(
            select(OutboxMail).where(OutboxMail.kind == notices.REMINDER, OutboxMail.attempts > 0)
        ).all()
    status = Counter(r.status for r in rows)
    assert status == {"sent": REMINDERS - 1, "failed": 1}
    assert [r.last_error for r in rows if r.status == "failed"] == ["answer 550"]
    taken = Counter(post.ids)
    assert len(taken) == REMINDERS - 1
    # a mail that the server took, or was taking, when its worker was killed may come again; so may
    # one whose line broke after it was handed over: the Message-ID is the same each time
    again = {i for i, number in taken.items() if number > 1}
    assert len(again) <= len(bad) + KILLS


def post_is_quiet(post: Post) -> bool:
    seen = len(post.got)
    time.sleep(0.5)
    return len(post.got) == seen
