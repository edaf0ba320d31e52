"""Calendar files, read back by another reader: moments, identity over moves, and neutral words."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import vobject
from sqlmodel import select

from portal_app.data.models import CalendarFeed, Chart, Grant
from portal_app.data.schemas.schedule import CancelInput
from portal_app.rules.errors import NotFoundError
from portal_app.security.system import open_system
from portal_app.services.schedule import decisions, feeds
from tests.schedule_world import ADDRESS, at, book, schedule, wish
from tests.world import URL, World

NINE = at(1, 9)
SECRETS = ("Follow-up", "Adams", "Alice", "Dr. Own", "video.example", "medicines", "canary")


def events(data: bytes) -> list[Any]:
    calendar = vobject.readOne(data.decode())
    return list(calendar.contents.get("vevent", []))


def file_of(world: World, visit: str = "") -> bytes:
    return feeds.calendar_file(world["alice"], world.charts["alice"], visit)


def feed_of(world: World, who: str = "alice") -> str:
    return feeds.open_feed(world[who], world.charts["alice"])


def moment(event: Any, name: str) -> datetime:
    value = getattr(event, name).value
    assert value.utcoffset() == timedelta(0)
    return value.astimezone(UTC)


def test_a_visit_reads_back_in_utc_and_says_nothing_of_what_it_is(world: World):
    types = schedule()
    visit = book(world, types, NINE, mode="in_person")
    data = file_of(world, visit.id)
    (event,) = events(data)
    assert moment(event, "dtstart") == NINE
    assert moment(event, "dtend") == NINE + timedelta(minutes=30)
    assert moment(event, "dtstamp") == world.clock.now
    assert event.location.value == ADDRESS
    assert event.summary.value == "Appointment, Test practice"
    assert event.contents["class"][0].value == "PRIVATE"
    assert b"\r\n" in data
    assert all(len(line) <= 75 for line in data.split(b"\r\n"))
    assert not any(word.encode() in data for word in SECRETS)


def test_a_moved_visit_is_the_same_entry_with_a_higher_number(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    chart = world.charts["alice"]
    seen = [events(file_of(world, visit))[0]]
    for hour in (10, 11):
        command = wish(types, at(2, hour), moving=visit)
        visit = decisions.book(world["alice"], chart, command, URL).id
        seen.append(events(file_of(world, visit))[0])
    decisions.confirm(world["alice"], chart, visit)
    seen.append(events(file_of(world, visit))[0])
    assert len({e.uid.value for e in seen}) == 1
    numbers = [int(e.sequence.value) for e in seen]
    assert numbers == sorted(set(numbers))
    assert [moment(e, "dtstart") for e in seen[1:3]] == [at(2, 10), at(2, 11)]


def test_a_visit_brought_back_by_undo_is_newer_than_the_move(world: World):
    types = schedule()
    chart = world.charts["alice"]
    first = book(world, types, NINE).id
    second = decisions.book(world["alice"], chart, wish(types, at(2, 9), moving=first), URL).id
    moved = events(file_of(world, second))[0]
    decisions.undo(world["alice"], chart, second)
    back = events(file_of(world, first))[0]
    assert int(back.sequence.value) > int(moved.sequence.value)
    assert back.uid.value == moved.uid.value


def test_a_cancelled_visit_cancels_its_entry(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    decisions.cancel(world["alice"], world.charts["alice"], visit, CancelInput(), URL)
    calendar = vobject.readOne(file_of(world, visit).decode())
    assert calendar.method.value == "CANCEL"
    assert calendar.vevent.status.value == "CANCELLED"
    assert events(file_of(world)) == []


def test_what_the_practice_has_not_approved_is_tentative(world: World):
    types = schedule(mode="request")
    visit = book(world, types, NINE).id
    assert events(file_of(world, visit))[0].status.value == "TENTATIVE"


def test_all_that_is_coming_is_one_file(world: World):
    types = schedule()
    for day in (1, 2, 3):
        book(world, types, at(day, 9))
    assert [moment(e, "dtstart") for e in events(file_of(world))] == [
        at(day, 9) for day in (1, 2, 3)
    ]


# ---------------------------------------------------------------- the private address
def test_the_address_shows_bare_times_and_keeps_only_a_hash(world: World):
    types = schedule()
    book(world, types, NINE)
    token = feed_of(world)
    data = feeds.public_feed(token)
    (event,) = events(data)
    assert moment(event, "dtstart") == NINE
    assert event.summary.value == "Appointment"
    assert not hasattr(event, "location")
    assert not any(word.encode() in data for word in (*SECRETS, "Test practice", ADDRESS))
    with open_system("look", writes=False) as work:
        stored = work.session.exec(select(CalendarFeed)).one()
        assert token.encode() not in stored.token_hash


def test_the_address_is_read_while_somebody_writes(world: World):
    schedule()
    token = feed_of(world)
    with open_system("somebody writes"):
        assert events(feeds.public_feed(token)) == []


def test_a_new_address_ends_the_old_one_and_ending_it_ends_it(world: World):
    schedule()
    old, new = feed_of(world), feed_of(world)
    with pytest.raises(NotFoundError):
        feeds.public_feed(old)
    assert events(feeds.public_feed(new)) == []
    feeds.close_feed(world["alice"], world.charts["alice"])
    for token in (new, "unknown", ""):
        with pytest.raises(NotFoundError):
            feeds.public_feed(token)
    with pytest.raises(NotFoundError):
        feeds.close_feed(world["alice"], world.charts["alice"])


def test_the_address_ends_with_the_right_to_see_the_visits(world: World):
    schedule()
    bobs, own = feed_of(world, "bob"), feed_of(world)
    assert feeds.public_feed(bobs)
    world.clock.pass_by(hours=1)  # bob's grant has run out
    with pytest.raises(NotFoundError):
        feeds.public_feed(bobs)
    assert feeds.public_feed(own)
    with open_system("the practice turns visits off") as work:
        for chart in work.session.exec(select(Chart)).all():
            chart.permissions = [p for p in chart.permissions if not p.startswith("schedule")]
            work.session.add(chart)
    with pytest.raises(NotFoundError):
        feeds.public_feed(own)


def test_a_withdrawn_grant_ends_it_too(world: World):
    schedule()
    token = feed_of(world)
    with open_system("withdrawn") as work:
        for grant in work.session.exec(select(Grant)).all():
            grant.revoked_at = world.clock.now
            work.session.add(grant)
    with pytest.raises(NotFoundError):
        feeds.public_feed(token)
