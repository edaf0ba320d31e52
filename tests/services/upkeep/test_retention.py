"""What is let go, to the second, and what stays."""

from datetime import UTC, datetime, timedelta

from sqlmodel import select

from portal_app.data.models import Draft, OutboxMail, StoredFile, UserSession
from portal_app.rules import retention as rule
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.messages import attachments
from portal_app.services.messages import patient as messages
from portal_app.services.upkeep import retention
from tests.world import World, picture

SECOND = timedelta(seconds=1)


def count(table: type) -> int:
    with open_system("look", writes=False) as work:
        return len(work.session.exec(select(table)).all())


def test_nightly_copies_thin_out_as_they_grow_old():
    nights = [datetime(2026, 1, 1, 3, tzinfo=UTC) + timedelta(days=n) for n in range(500)]
    left = rule.kept(nights)
    assert set(nights[-7:]) <= left
    assert len(left) <= 7 + 4 + 12
    assert min(left) > nights[0] + timedelta(days=100)
    assert rule.kept(left) == left
    assert rule.kept([]) == set()


def test_sessions_go_a_month_after_their_end(world: World):
    before = count(UserSession)
    world.clock.now += timedelta(days=30) + rule.SESSIONS - SECOND
    retention.let_go()
    assert count(UserSession) == before - 1, "only the one that was ended at the beginning"
    world.clock.now += 2 * SECOND
    retention.let_go()
    assert count(UserSession) == 0


def test_a_forgotten_draft_goes_with_its_file(world: World):
    store, chart = world.foundation.store, world.charts["alice"]
    attachments.add(store, world["alice"], chart, messages.NEW, "scan.png", picture())
    with open_system("look") as work:
        draft = work.session.exec(select(Draft)).one()
        draft.updated_at = world.clock.now - rule.DRAFTS
    retention.let_go()
    assert (count(Draft), count(StoredFile)) == (1, 1)
    world.clock.now += SECOND
    assert retention.let_go() >= 1
    assert (count(Draft), count(StoredFile)) == (0, 0)
    assert files.ORPHAN_AFTER


def test_the_words_of_mail_go_and_that_it_went_stays(world: World):
    at = world.clock.now - rule.MAIL - SECOND
    with open_system("mail of long ago") as work:
        for status in ("sent", "due", "failed"):
            work.session.add(
                OutboxMail(
                    unique_key=status,
                    kind="news",
                    address="a@test.example",
                    subject="News",
                    text="words",
                    message_id=status,
                    status=status,
                    due_at=at,
                )
            )
    assert retention.let_go() == 1
    assert retention.let_go() == 0
    with open_system("look", writes=False) as work:
        found = {m.unique_key: m.text for m in work.session.exec(select(OutboxMail)).all()}
    assert found == {"sent": "", "due": "words", "failed": "words"}
