"""What happens to visits by the clock alone."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import Appointment, BusyTime, OutboxMail, VisitLink
from portal_app.rules.errors import ConflictError
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services.schedule import decisions, desk, ticks
from tests.schedule_world import (
    all_of,
    at,
    book,
    logged,
    offered,
    schedule,
    staff_book,
    stored,
    wish,
)
from tests.world import URL, World

NINE = at(1, 9)


# ---------------------------------------------------------------- requests
def test_a_request_that_nobody_answers_ends_and_both_sides_are_told(world: World):
    types = schedule(mode="request")
    visit = book(world, types, NINE).id
    # asked on Tuesday: two business days are over on Thursday at five
    until = stored(visit).request_until
    assert until == at(26, 17, month=11)
    world.clock.now = until - timedelta(seconds=1)
    assert ticks.expire_requests(URL) == 0
    world.clock.now = until
    said = len(logged())
    assert ticks.expire_requests(URL) == 1
    assert ticks.expire_requests(URL) == 0
    assert stored(visit).status == "expired"
    told = [m for m in all_of(OutboxMail) if ":expired:" in m.unique_key]
    assert sorted({m.kind for m in told}) == ["visit", "visit_staff"]
    assert {m.status for m in told} == {"due"}
    assert logged()[said:] == ["a request has expired"]
    assert all_of(BusyTime) == []
    assert NINE in offered(world["alice"], world.charts["alice"])


def test_a_request_ends_at_the_latest_when_its_visit_would_begin(world: World):
    types = schedule(mode="request", lead_minutes=0)
    visit = book(world, types, at(25, 9, month=11)).id
    world.clock.now = at(25, 9, month=11)
    assert ticks.expire_requests(URL) == 1
    assert stored(visit).status == "expired"


@pytest.mark.parametrize("decide", [desk.approve, lambda a, v, u: desk.decline(a, v, "", u)])
def test_what_was_answered_does_not_expire_and_what_expired_is_not_answered(
    world: World, decide: Callable[..., None]
):
    types = schedule(mode="request")
    answered, forgotten = book(world, types, NINE).id, book(world, types, at(2, 9)).id
    decide(world["own"], answered, URL)
    status = stored(answered).status
    world.clock.pass_by(days=3)
    assert ticks.expire_requests(URL) == 1
    assert (stored(answered).status, stored(forgotten).status) == (status, "expired")
    with pytest.raises(ConflictError):
        decide(world["own"], forgotten, URL)


# ---------------------------------------------------------------- holds
def test_holds_that_ran_out_are_swept_and_open_pickers_hear_of_it(world: World):
    types = schedule()
    heard: list[frozenset[str]] = []
    decisions.hold(world["alice"], world.charts["alice"], wish(types, NINE))
    world.clock.pass_by(minutes=5, seconds=-1)
    assert ticks.sweep_holds() == 0
    assert len(all_of(BusyTime)) == 1
    access.on_commit(heard.append)
    world.clock.pass_by(seconds=1)
    try:
        assert ticks.sweep_holds() == 1
        assert ticks.sweep_holds() == 0
    finally:
        access.on_commit(lambda _: None)
    assert all_of(BusyTime) == []
    assert [t.partition(":")[0] for topics in heard for t in topics] == ["time"]


def test_sweeping_leaves_visits_and_time_off_alone(world: World):
    types = schedule()
    book(world, types, NINE)
    world.clock.pass_by(days=1)
    assert ticks.sweep_holds() == 0
    assert len(all_of(BusyTime)) == 1


# ---------------------------------------------------------------- zones that change
def shifted(visit: str, hours: int = 1) -> datetime:
    """Store a visit as if it had been booked under other rules of its zone."""
    with open_system("another rule of the zone") as work:
        row = work.session.exec(select(Appointment).where(Appointment.public_id == visit)).one()
        busy = work.session.get_one(BusyTime, row.busy_id)
        span = timedelta(hours=hours)
        for one in (row, busy):
            one.starts_at, one.ends_at = one.starts_at + span, one.ends_at + span
            work.session.add(one)
        rows = select(OutboxMail).where(OutboxMail.kind == "reminder")
        for mail in work.session.exec(rows).all():
            mail.due_at += span
            work.session.add(mail)
        return row.starts_at


def test_a_visit_follows_its_wall_time_when_the_zone_changes(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    due = sorted(m.due_at for m in all_of(OutboxMail) if m.kind == "reminder")
    before = stored(visit).sequence
    shifted(visit)
    said = len(logged())
    assert ticks.follow_zones() == (1, 0)
    assert ticks.follow_zones() == (0, 0)
    found = stored(visit)
    assert (found.starts_at, found.ends_at) == (NINE, NINE + timedelta(minutes=30))
    assert found.wall_start == "2026-12-01T09:00:00"
    assert found.sequence == before + 1
    assert [(b.starts_at, b.ends_at) for b in all_of(BusyTime)] == [(NINE, found.ends_at)]
    assert sorted(m.due_at for m in all_of(OutboxMail) if m.kind == "reminder") == due
    assert {link.expires_at for link in all_of(VisitLink)} == {NINE}
    assert logged()[said:] == ["a zone has changed"]


def test_a_visit_whose_time_is_taken_stays_and_is_counted(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    wrong = shifted(visit)
    staff_book(world, types, "2026-12-01", "09:00", override_reason="")
    assert ticks.follow_zones() == (0, 1)
    assert stored(visit).starts_at == wrong


def test_visits_that_are_right_or_over_or_ended_do_not_move(world: World):
    types = schedule()
    visit, gone = book(world, types, NINE).id, book(world, types, at(2, 9)).id
    shifted(gone)
    desk.cancel(world["own"], gone, "", URL)
    assert ticks.follow_zones() == (0, 0)
    shifted(visit)
    world.clock.now = NINE + timedelta(hours=1)
    assert ticks.follow_zones() == (0, 0)


def test_a_time_that_the_wall_shows_twice_is_right_both_times(world: World):
    types = schedule()
    world.clock.now = datetime(2026, 10, 1, tzinfo=UTC)
    visit = staff_book(world, types, "2026-11-01", "01:30").ids[0]
    shifted(visit)
    assert ticks.follow_zones() == (0, 0)
