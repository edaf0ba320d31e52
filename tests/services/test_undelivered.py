"""Mail that could not be sent is a task of those who may do something about it."""

import pytest
from sqlmodel import select

from portal_app.data.models import OutboxMail
from portal_app.data.schemas.messages import MessageInput
from portal_app.integrations.mail import LaterError, Mail, RefusedError
from portal_app.rules.errors import NotFoundError
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services import outbox, practice, undelivered
from portal_app.services.messages import practice as inbox
from portal_app.services.schedule import calendar
from tests.schedule_world import all_of, logged, schedule, staff_book
from tests.world import URL, World

SAID = "550 5.1.1 <alice@test.example> takes pills no longer"


class Refuses:
    """A mail server that refuses one address for good and everybody else for now."""

    def __init__(self, address: str = "alice@test.example") -> None:
        self.address = address

    def send(self, mail: Mail) -> None:
        raise RefusedError(SAID) if mail.to == self.address else LaterError("451 later")


def failed_visit(world: World) -> str:
    """News about a visit that Alice's server refuses."""
    visit = staff_book(world, schedule(), "2026-12-01", "09:00").ids[0]
    outbox.deliver(Refuses())
    return visit


def failures(world: World, who: str):
    return [t for t in practice.today(world[who]).tasks if t.mail]


def test_a_mail_that_was_refused_is_a_task_with_a_link_and_without_the_servers_words(
    world: World,
):
    visit = failed_visit(world)
    (task,) = failures(world, "own")
    assert task.title == "Check: a mail could not be sent"
    assert task.detail == "Alice Adams: news about a visit, refused by the mail server (550)"
    assert task.href == f"/practice/calendar/{visit}"
    said = " ".join(calendar.visit(world["own"], visit).reminders)
    assert "NOT SENT" in said


def test_a_mail_that_nobody_took_for_three_days_is_a_task(world: World):
    staff_book(world, schedule(), "2026-12-01", "09:00")
    for _ in range(2):
        outbox.deliver(Refuses("nobody"))
        world.clock.pass_by(days=3, minutes=5)
    mine = [t for t in failures(world, "own") if "news" in t.detail]
    assert {t.detail.rpartition(", ")[2] for t in mine} == {"given up after three days"}
    # Alice and one more; whose grant has ended meanwhile is told nothing
    assert len(mine) == 2


def test_it_ends_when_somebody_has_seen_it(world: World):
    visit = failed_visit(world)
    (task,) = failures(world, "own")
    before = len(logged())
    undelivered.note(world["desk"], task.mail)
    assert (failures(world, "own"), failures(world, "owner")) == ([], [])
    assert logged()[before:] == ["mail.noted"]
    assert "NOT SENT" in " ".join(calendar.visit(world["own"], visit).reminders)
    with pytest.raises(NotFoundError):
        undelivered.note(world["own"], task.mail)


def test_a_notice_of_a_message_leads_to_its_conversation(world: World):
    command = MessageInput(recipient="clinician", subject="S", body="B")
    thread = inbox.start(world["own"], world.charts["alice"], command, URL).thread
    world.clock.pass_by(hours=1)
    outbox.deliver(Refuses())
    (task,) = failures(world, "own")
    assert task.href == f"/practice/inbox/{thread}"
    assert task.detail.startswith("Alice Adams: notice of a message, refused")


def test_only_those_within_reach_see_it_and_mark_it(world: World):
    failed_visit(world)
    seen = {w: len(failures(world, w)) for w in ("owner", "own", "desk", "other", "biller")}
    assert seen == {"owner": 1, "own": 1, "desk": 1, "other": 0, "biller": 0}
    (task,) = failures(world, "owner")
    for who in ("other", "biller", "nothing", "alice"):
        with pytest.raises(NotFoundError):
            undelivered.note(world[who], task.mail)
    for wrong in ("", "nosuch", "00000000-0000-0000-0000-000000000000"):
        with pytest.raises(NotFoundError):
            undelivered.note(world["owner"], wrong)
    with open_system("look", writes=False) as work:
        rows = select(OutboxMail.status).where(OutboxMail.status == "failed")
        assert len(work.session.exec(rows).all()) == 1


def test_failures_out_of_reach_hide_none_within_it(world: World, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(undelivered, "READ", 2)
    types = schedule()
    visit = staff_book(world, types, "2026-12-01", "09:00").ids[0]
    outbox.deliver(Refuses())
    world.clock.pass_by(minutes=1)
    chart = world.charts["carol"]
    others = [
        staff_book(world, types, "2026-12-02", f"{hour}:00", chart=chart).ids[0]
        for hour in (10, 11, 12)
    ]
    outbox.deliver(Refuses("carol@test.example"))
    (task,) = failures(world, "own")
    assert task.href == f"/practice/calendar/{visit}"
    latest = [t.href.rpartition("/")[2] for t in failures(world, "owner")]
    assert len(latest) == 2
    assert set(latest) < set(others)
    # what the list has no room for can be marked all the same
    undelivered.note(world["owner"], task.mail)
    assert failures(world, "own") == []


def test_open_pages_hear_of_it(world: World):
    heard: list[str] = []
    access.on_commit(heard.extend)
    try:
        failed_visit(world)
    finally:
        access.on_commit(lambda _: None)
    assert undelivered.TOPIC in heard
    assert {m.status for m in all_of(OutboxMail)} == {"due", "failed"}
