"""Whether what comes back after a reload was sent: by whom, and only by that person."""

import pytest

from portal_app.data.schemas.messages import MessageInput, ReplyInput
from portal_app.rules.errors import NotFoundError
from portal_app.services.messages import patient as messages
from portal_app.services.messages import practice as inbox
from portal_app.services.messages import sent
from tests.world import URL, World


def test_a_key_is_used_by_the_message_that_was_sent_under_it(world: World):
    chart = world.charts["alice"]
    first = MessageInput(subject="Refill", body="May I?", client_key="first")
    thread = messages.send(world["alice"], chart, first, URL).thread
    assert sent.by_patient(world["alice"], chart, "first")
    assert not sent.by_patient(world["alice"], chart, "other")
    assert not sent.by_patient(world["alice"], chart, "")
    assert not sent.by_practice(world["own"], "first")
    answer = ReplyInput(body="Yes.", client_key="answer")
    inbox.reply(world["own"], thread, answer, URL, done=False)
    assert sent.by_practice(world["own"], "answer")
    assert not sent.by_patient(world["alice"], chart, "answer")


def test_who_may_not_write_there_hears_nothing(world: World):
    with pytest.raises(NotFoundError):
        sent.by_patient(world["carol"], world.charts["alice"], "first")
    with pytest.raises(NotFoundError):
        sent.by_practice(world["alice"], "first")
