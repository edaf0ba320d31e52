"""Who is typing: told once, forgotten soon."""

from types import SimpleNamespace

import pytest

from portal_app import live
from portal_app.pages.framework import presence
from portal_app.pages.framework.presence import SECONDS, Presence


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[frozenset[str]]:
    topics: list[frozenset[str]] = []
    monkeypatch.setattr(live, "publish", topics.append)
    return topics


def test_others_see_who_types_and_hear_of_it_once(told: list[frozenset[str]]):
    people = Presence()
    for _ in range(3):
        people.typed("t1", "session-ben", "Ben")
    assert told == [frozenset({"typing:t1"})]
    assert people.others("t1", "session-osei") == ["Ben"]
    assert people.others("t1", "session-ben") == []
    assert people.others("t2", "session-osei") == []


def test_who_has_sent_is_gone_at_once(told: list[frozenset[str]]):
    people = Presence()
    people.typed("t1", "session-ben", "Ben")
    people.left("t1", "session-ben")
    people.left("t1", "session-ben")
    assert len(told) == 2
    assert people.others("t1", "") == []
    assert people._typing == {}, "no conversation is kept"


def test_who_stops_is_gone_after_a_while(
    told: list[frozenset[str]], monkeypatch: pytest.MonkeyPatch
):
    now = [100.0]
    monkeypatch.setattr(presence, "time", SimpleNamespace(monotonic=lambda: now[0]))
    people = Presence()
    people.typed("t1", "session-ben", "Ben")
    now[0] += SECONDS - 1
    assert people.others("t1", "") == ["Ben"]
    now[0] += 1
    assert people.others("t1", "") == []
    people.typed("t1", "session-ben", "Ben")
    assert len(told) == 2, "who comes back is told again"
