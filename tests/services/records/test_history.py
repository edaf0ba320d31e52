"""Who opened a record, as its patient reads it."""

import pytest

from portal_app.data.schemas.health_records import HistoryView, RecordFilter
from portal_app.rules.errors import NotFoundError
from portal_app.security import access
from portal_app.services.records import desk, history, reading
from tests.records import medicine, record
from tests.world import World


def told(world: World, who: str = "alice", cursor: int = 0) -> HistoryView:
    return history.history(world[who], world.charts["alice"], cursor)


def look(world: World, who: str) -> None:
    reading.overview(world[who], world.charts["alice"])


def work_on(world: World) -> None:
    """Look as the clinician does; the log's own pause between two looks is over."""
    access._State.views.clear()
    desk.records(world["own"], world.charts["alice"])


@pytest.mark.seed("S23")
def test_every_look_is_told_with_who_and_when(world: World):
    record(world, "alice", [medicine()])
    look(world, "bob")
    world.clock.pass_by(hours=1)
    work_on(world)
    world.clock.pass_by(hours=1)
    reading.group(world["alice"], world.charts["alice"], "medicines", RecordFilter())
    rows = [(r.who, r.role, r.what) for r in told(world).rows]
    assert ("You", "", "Looked at Medicines") in rows
    assert ("Bob", "Partner", "Looked at the health records") in rows
    assert ("Own", "Clinician", "Looked at the health records") in rows
    times = [r.at for r in told(world).rows]
    assert times == sorted(times, reverse=True)


def test_what_is_opened_again_at_once_is_one_line(world: World):
    for _ in range(3):
        work_on(world)
        world.clock.pass_by(minutes=6)
    world.clock.pass_by(hours=1)
    work_on(world)
    rows = [r for r in told(world).rows if r.who == "Own"]
    assert [r.times for r in rows] == [1, 3]


def test_nothing_of_another_chart_or_patient_is_told(world: World):
    reading.overview(world["carol"], world.charts["carol"])
    reading.overview(world["alice"], world.charts["alice2"])
    look(world, "bob")
    assert {r.who for r in told(world).rows} <= {"Bob", "You"}
    assert not any(
        r.what == "Looked at the health records" and r.who == "You" for r in told(world).rows
    )


@pytest.mark.parametrize("who", ["bob", "bea", "carol", "own"])
def test_only_the_patient_and_who_is_responsible_read_it(world: World, who: str):
    with pytest.raises(NotFoundError):
        told(world, who)


def test_a_long_history_comes_in_pages_that_meet(world: World):
    for _ in range(history.PAGE * 2 + 3):
        work_on(world)
        world.clock.pass_by(minutes=20)
    first = told(world)
    assert len(first.rows) == history.PAGE
    second = told(world, cursor=first.next_cursor)
    third = told(world, cursor=second.next_cursor)
    every = [r.at for v in (first, second, third) for r in v.rows if r.who == "Own"]
    assert len(every) == len(set(every))
    assert every == sorted(every, reverse=True)
    assert len(every) == history.PAGE * 2 + 3
    assert not third.next_cursor
