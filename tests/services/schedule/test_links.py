"""Links in reminders: what they open, what they change, and when they end."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import (
    BusyTime,
    Chart,
    DraftCharge,
    Grant,
    OutboxMail,
    User,
    VisitLink,
)
from portal_app.data.schemas.schedule import MoveInput
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.security import crypto
from portal_app.security.system import open_system
from portal_app.services.schedule import desk, links
from tests.schedule_world import all_of, at, book, logged, schedule, stored
from tests.world import URL, World

NINE = at(1, 9)
FAR = at(8, 9)


def tokens(who: str = "alice") -> list[str]:
    """The links that a person's reminders carry, the earliest first."""
    rows = sorted(all_of(OutboxMail), key=lambda m: m.due_at)
    mine = [m for m in rows if m.kind == "reminder" and m.address == f"{who}@test.example"]
    return [re.search(rf"{URL}/visit/(\S+)", m.text)[1] for m in mine]


def prepared(world: World, moment: datetime = NINE, **rules: object) -> tuple[str, str]:
    """A visit of Alice, and the link of her first reminder."""
    types = schedule(**rules)
    visit = book(world, types, moment).id
    return visit, tokens()[0]


def everything() -> list[object]:
    tables = (VisitLink, OutboxMail, BusyTime, DraftCharge)
    return [sorted(repr(r.model_dump()) for r in all_of(t)) for t in tables] + [logged()]


def test_each_reminder_of_each_person_has_a_link_of_its_own(world: World):
    prepared(world)
    held = [tokens(w) for w in ("alice", "bob")]
    assert [len(t) for t in held] == [2, 2]
    assert len({t for one in held for t in one}) == 4
    stored_hashes = {row.token_hash for row in all_of(VisitLink)}
    assert {crypto.hashed(t) for one in held for t in one} <= stored_hashes
    assert not any(t.encode() in h for one in held for t in one for h in stored_hashes)


def test_opening_changes_nothing_however_often(world: World):
    visit, token = prepared(world)
    before, row = everything(), stored(visit)
    for _ in range(3):
        view = links.look(token)
    assert (everything(), stored(visit)) == (before, row)
    assert (view.title, view.clinician, view.place) == ("Follow-up", "Dr. Own", "1 Test Street")
    assert (view.may_confirm, view.may_cancel, view.late_fee) == (True, True, "")
    assert view.free_until == NINE - timedelta(hours=24)


def test_confirming_is_said_once(world: World):
    visit, token = prepared(world)
    before = len(logged())
    links.confirm(token)
    assert stored(visit).status == "confirmed"
    assert logged()[before:] == ["schedule.confirm"]
    view = links.look(token)
    assert (view.status_words, view.may_confirm, view.may_cancel) == ("Confirmed", False, False)
    for answer in (links.confirm, lambda t: links.cancel(t, URL)):
        with pytest.raises(ConflictError, match="has been used"):
            answer(token)


def test_a_later_reminder_still_cancels_what_was_confirmed(world: World):
    visit, token = prepared(world)
    links.confirm(token)
    later = tokens()[1]
    assert (links.look(later).may_confirm, links.look(later).may_cancel) == (False, True)
    links.cancel(later, URL)
    assert stored(visit).status == "cancelled_by_patient"


def test_cancelling_gives_the_time_back_and_tells_both_sides(world: World):
    visit, token = prepared(world)
    before = len(logged())
    links.cancel(token, URL)
    assert (stored(visit).status, all_of(BusyTime), all_of(DraftCharge)) == (
        "cancelled_by_patient",
        [],
        [],
    )
    due = [m for m in all_of(OutboxMail) if m.status == "due"]
    assert sorted({m.kind for m in due}) == ["visit", "visit_staff"]
    assert {":cancelled:" in m.unique_key for m in due} == {True}
    assert logged()[before:] == ["schedule.cancel"]
    view = links.look(token)
    assert (view.status_words, view.may_confirm, view.may_cancel) == ("Cancelled", False, False)


def test_a_late_fee_is_proposed_once_however_often_it_is_clicked(world: World):
    visit, token = prepared(world)
    world.clock.now = NINE - timedelta(hours=3)
    assert links.look(token).late_fee == "$75.00"
    links.cancel(token, URL)
    with pytest.raises(ConflictError):
        links.cancel(token, URL)
    with pytest.raises(ConflictError):
        links.cancel(tokens()[1], URL)
    assert stored(visit).status == "late_cancelled"
    assert [(c.amount_minor, c.status) for c in all_of(DraftCharge)] == [(75_00, "draft")]


@pytest.mark.parametrize("rules", [{"policy_mode": "block"}, {"changes_online": False}])
def test_what_the_practice_blocks_cannot_be_cancelled_by_a_link(world: World, rules: dict):
    visit, token = prepared(world, **rules)
    world.clock.now = NINE - timedelta(hours=3)
    assert links.look(token).may_cancel is False
    with pytest.raises(ConflictError, match="Call us"):
        links.cancel(token, URL)
    assert stored(visit).status == "booked"
    links.confirm(token)


def test_a_link_ends_when_the_visit_begins(world: World):
    visit, token = prepared(world)
    world.clock.now = NINE - timedelta(seconds=1)
    assert links.look(token).may_confirm
    world.clock.now = NINE
    for call in (links.look, links.confirm, lambda t: links.cancel(t, URL)):
        with pytest.raises(NotFoundError):
            call(token)
    assert stored(visit).status == "booked"


@pytest.mark.parametrize("wrong", ["", "nosuch", "a" * 500, "ä"])
def test_a_link_that_never_was_answers_like_one_that_has_ended(world: World, wrong: str):
    _, token = prepared(world)
    world.clock.now = NINE
    answers = []
    for one in (wrong, token):
        with pytest.raises(NotFoundError) as refused:
            links.look(one)
        answers.append((str(refused.value), refused.value.status))
    assert answers[0] == answers[1]


def test_the_link_of_a_visit_that_moved_or_was_cancelled_only_shows_it(world: World):
    visit, token = prepared(world, FAR)
    command = MoveInput.model_validate({"day": "2026-12-09", "time": "09:00"})
    desk.move(world["own"], visit, command, URL)
    view = links.look(token)
    assert (view.status_words, view.may_confirm, view.may_cancel) == ("Moved", False, False)
    for answer in (links.confirm, lambda t: links.cancel(t, URL)):
        with pytest.raises(ConflictError):
            answer(token)


# ---------------------------------------------------------------- rights that ended
def revoke(world: World) -> None:
    with open_system("the practice ends a grant") as work:
        rows = select(Grant).where(Grant.user_id == world.users["alice"])
        for grant in work.session.exec(rows).all():
            grant.revoked_at = work.now
            work.session.add(grant)


def close_account(world: World) -> None:
    with open_system("the login is closed") as work:
        user = work.session.get_one(User, world.users["alice"])
        user.disabled_at = work.now
        work.session.add(user)


def hide_visits(world: World) -> None:
    with open_system("the practice hides visits on this chart") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        chart.permissions = [p for p in chart.permissions if not p.startswith("schedule")]
        work.session.add(chart)


@pytest.mark.parametrize("end", [revoke, close_account, hide_visits])
def test_a_link_ends_with_the_right_to_see_the_visit(world: World, end: Callable[[World], None]):
    visit, token = prepared(world)
    other = tokens("bob")[0]
    end(world)
    for call in (links.look, links.confirm, lambda t: links.cancel(t, URL)):
        with pytest.raises(NotFoundError):
            call(token)
    assert stored(visit).status == "booked"
    if end is not hide_visits:
        world.clock.pass_by(minutes=1)
        assert links.look(other).may_confirm


def test_without_the_right_to_change_it_a_link_only_shows(world: World):
    visit, token = prepared(world)
    with open_system("changes are off on this chart") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        chart.permissions = [p for p in chart.permissions if p != "schedule.change"]
        work.session.add(chart)
    view = links.look(token)
    assert (view.may_confirm, view.may_cancel) == (False, False)
    for answer in (links.confirm, lambda t: links.cancel(t, URL)):
        with pytest.raises(ConflictError):
            answer(token)
    assert stored(visit).status == "booked"
