"""Consent to plain email: kept with its words, taken back at once, and nothing without it."""

from collections.abc import Iterator

import pytest
from sqlalchemy.exc import DatabaseError
from sqlmodel import col, select

from portal_app.data.models import PlainEmailChoice, User
from portal_app.data.schemas.messages import MessageInput
from portal_app.rules.errors import ConflictError, InvalidError
from portal_app.rules.notices import TEXT_VERSION, Content, Event
from portal_app.security.system import open_system
from portal_app.services import outbox
from portal_app.services.messages import practice as inbox
from portal_app.services.notices import choices, plain_email
from tests.mail_server import Post, mail_server
from tests.world import URL, World

SECRET = "Your lithium level is 0.8."
ALICE, BOB = "alice@test.example", "bob@test.example"


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


def kept() -> list[tuple[bool, int]]:
    with open_system("look", writes=False) as work:
        rows = select(PlainEmailChoice).order_by(col(PlainEmailChoice.at))
        return [(c.agreed, c.text_version) for c in work.session.exec(rows).all()]


def told(world: World, post: Post) -> dict[str, str]:
    """Write to Alice, and read what everybody is told."""
    command = MessageInput(recipient="clinician", subject="Lithium", body=SECRET)
    inbox.start(world["own"], world.charts["alice"], command, URL)
    world.clock.pass_by(minutes=5)
    post.got.clear()
    outbox.deliver(post.sender())
    return {mail["To"]: mail.get_content() for mail in post.got}


def test_yes_and_no_are_kept_with_their_words(world: World):
    alice = world["alice"]
    assert choices.view(alice, world.charts["alice"]).agreed_at is None
    plain_email.agree(alice, TEXT_VERSION)
    agreed = world.clock.now
    world.clock.pass_by(hours=1)
    plain_email.agree(alice, TEXT_VERSION)
    assert choices.view(alice, world.charts["alice"]).agreed_at == agreed
    plain_email.withdraw(alice)
    plain_email.withdraw(alice)
    assert choices.view(alice, world.charts["alice"]).agreed_at is None
    assert kept() == [(True, TEXT_VERSION), (False, TEXT_VERSION)]


def test_other_words_than_those_on_the_page_are_not_agreed_to(world: World):
    with pytest.raises(ConflictError):
        plain_email.agree(world["alice"], TEXT_VERSION + 1)
    assert choices.view(world["alice"], world.charts["alice"]).agreed_at is None
    assert kept() == []


@pytest.mark.parametrize(
    "verb", ["UPDATE plainemailchoice SET agreed = true", "DELETE FROM plainemailchoice"]
)
def test_what_was_agreed_to_can_not_be_changed(world: World, verb: str):
    plain_email.agree(world["alice"], TEXT_VERSION)
    with pytest.raises(DatabaseError, match="plainemailchoice_kept"), open_system("forge") as work:
        work.session.connection().exec_driver_sql(verb)
    assert kept() == [(True, TEXT_VERSION)]


def test_the_two_versions_on_the_page_are_those_that_are_sent(world: World, post: Post):
    view = choices.view(world["alice"], world.charts["alice"])
    plain_email.agree(world["alice"], TEXT_VERSION)
    mails = told(world, post)

    def shape(text: str) -> list[str]:
        return [line for line in text.splitlines() if line and "https://" not in line]

    assert shape(mails[BOB]) == shape(view.without)
    assert [w for w in shape(mails[ALICE]) if w != SECRET] == shape(view.without)
    assert len(shape(view.having)) == len(shape(mails[ALICE]))


def test_consent_is_ones_own(world: World, post: Post):
    plain_email.agree(world["alice"], TEXT_VERSION)
    mails = told(world, post)
    assert SECRET in mails[ALICE]
    assert SECRET not in mails[BOB]


def test_taken_back_while_a_mail_waits(world: World, post: Post):
    plain_email.agree(world["alice"], TEXT_VERSION)
    command = MessageInput(recipient="clinician", subject="Lithium", body=SECRET)
    inbox.start(world["own"], world.charts["alice"], command, URL)
    plain_email.withdraw(world["alice"])
    world.clock.pass_by(minutes=5)
    outbox.deliver(post.sender())
    assert len(post.got) >= 2
    assert not any("ithium" in mail.as_string() for mail in post.got)


@pytest.mark.parametrize(
    ("choice", "gets", "holds"),
    [("none", False, False), ("news", True, False), ("details", True, True)],
)
def test_what_a_person_has_chosen(world: World, post: Post, choice: str, gets: bool, holds: bool):
    plain_email.agree(world["alice"], TEXT_VERSION)
    choices.choose(world["alice"], "message", choice)
    mails = told(world, post)
    assert (ALICE in mails) is gets
    assert (SECRET in mails.get(ALICE, "")) is holds
    assert BOB in mails


def test_details_are_not_offered_without_consent(world: World):
    with pytest.raises(InvalidError):
        choices.choose(world["alice"], "message", "details")
    for wrong in (("security", "none"), ("message", "everything"), ("weather", "news")):
        with pytest.raises(InvalidError):
            choices.choose(world["alice"], *wrong)


def test_the_practice_sets_the_most(world: World, post: Post):
    plain_email.agree(world["alice"], TEXT_VERSION)
    choices.save_settings(world["owner"], {"message": "news"})
    assert SECRET not in told(world, post)[ALICE]
    choices.save_settings(world["owner"], {"message": "none"})
    assert told(world, post) == {}
    assert dict(choices.settings(world["owner"]).rows)[Event.MESSAGE] is Content.NONE
    assert choices.settings(world["owner"]).agreed == 1


def test_a_choice_counts_again_when_the_consent_comes_back(world: World, post: Post):
    plain_email.agree(world["alice"], TEXT_VERSION)
    choices.choose(world["alice"], "message", "details")
    plain_email.withdraw(world["alice"])
    rows = {r.event: r.chosen for r in choices.view(world["alice"], world.charts["alice"]).rows}
    assert rows[Event.MESSAGE] is Content.NEWS
    assert SECRET not in told(world, post)[ALICE]


def test_the_state_and_the_log_agree(world: World):
    plain_email.agree(world["alice"], TEXT_VERSION)
    plain_email.agree(world["bob"], TEXT_VERSION)
    world.clock.pass_by(seconds=1)
    plain_email.withdraw(world["bob"])
    with open_system("look", writes=False) as work:
        for user in work.session.exec(select(User)).all():
            rows = select(PlainEmailChoice).where(PlainEmailChoice.user_id == user.id)
            last = work.session.exec(rows.order_by(col(PlainEmailChoice.at).desc())).first()
            assert (user.plain_email_since is not None) is bool(last and last.agreed)
