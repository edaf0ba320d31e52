"""What a patient decides about visits, and what stands in the way."""

import threading
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlmodel import select

from portal_app.data.models import (
    Appointment,
    BookingPolicy,
    BookingRules,
    BusyTime,
    DraftCharge,
    OutboxMail,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.schedule import Booked, CancelInput, ScheduleView
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services import home
from portal_app.services.schedule import decisions, desk, feeds, overview, picker
from portal_app.services.schedule.clinician_time import TakenError
from tests.schedule_world import ADDRESS, Scheduled, at, book, offered, schedule, wish
from tests.world import URL, World

NINE = at(1, 9)


def listed(world: World, who: str = "alice", chart: str = "alice") -> ScheduleView:
    return overview.overview(world[who], world.charts[chart])


def cancel(world: World, visit: str, reason: str = "") -> str:
    command = CancelInput(reason=reason)
    return decisions.cancel(world["alice"], world.charts["alice"], visit, command, URL)


def move(world: World, types: Scheduled, visit: str, starts_at: datetime, **more: str) -> Booked:
    command = wish(types, starts_at, moving=visit, **more)
    return decisions.book(world["alice"], world.charts["alice"], command, URL)


def stored(visit: str) -> Appointment:
    with open_system("look", writes=False) as work:
        return work.session.exec(select(Appointment).where(Appointment.public_id == visit)).one()


def all_of(model: type) -> list:
    with open_system("look", writes=False) as work:
        return list(work.session.exec(select(model)).all())


def test_her_own_request_makes_nobody_known_to_the_practice(world: World):
    types = schedule(approves_first=True)
    asked = [book(world, types, starts_at).status for starts_at in (NINE, at(2, 9))]
    assert asked == ["requested", "requested"]
    view = picker.picker(world["alice"], world.charts["alice"])
    assert len(view.types) == 2


# ---------------------------------------------------------------- the picker
@pytest.mark.seed("S19")
def test_somebody_new_chooses_a_type_and_somebody_known_starts_with_the_last(world: World):
    types = schedule()
    alice, chart = world["alice"], world.charts["alice"]
    view = picker.picker(alice, chart)
    assert (view.chosen, len(view.types)) == (None, 2)
    book(world, types, NINE, mode="video")
    view = picker.picker(alice, chart)
    assert view.chosen is not None
    assert (view.chosen.name, view.mode) == ("Follow-up", "video")
    assert [t.name for t in view.types] == ["Follow-up"]


def test_a_week_offers_the_hours_and_what_is_booked_is_no_longer_offered(world: World):
    types = schedule()
    bob, chart = world["bob"], world.charts["alice"]
    before = offered(bob, chart)
    assert {NINE, at(1, 16, 30)} <= before
    assert at(1, 17) not in before
    book(world, types, NINE)
    assert before - offered(bob, chart) == {NINE}


def test_the_first_week_shown_is_the_first_that_has_an_open_time(world: World):
    schedule(lead_minutes=14 * 24 * 60)
    view = picker.picker(world["alice"], world.charts["alice"], kind=_kind(world))
    assert view.week is not None
    assert view.week.first.isoformat() == "2026-12-07"
    assert view.week.times[0].starts_at == at(8, 10)


def _kind(world: World) -> str:
    return picker.picker(world["alice"], world.charts["alice"]).types[0].id


@pytest.mark.parametrize("week", ["1999-01-01", "9999-12-27", "nonsense", "2026-13-01"])
def test_an_odd_week_in_the_address_shows_one_that_can_be_booked(world: World, week: str):
    schedule()
    view = picker.picker(world["alice"], world.charts["alice"], kind=_kind(world), week=week)
    assert view.week is not None
    assert view.week.first >= date(2026, 11, 23)
    assert view.week.first <= date(2027, 1, 19)


# ---------------------------------------------------------------- holds
def test_a_held_time_is_kept_for_five_minutes_and_stays_open_for_its_holder(world: World):
    types = schedule()
    chart = world.charts["alice"]
    held = decisions.hold(world["alice"], chart, wish(types, NINE))
    assert held.until == world.clock.now + timedelta(minutes=5)
    assert held.free_until == NINE - timedelta(hours=24)
    assert NINE in offered(world["alice"], chart)
    assert NINE not in offered(world["bob"], chart)
    with pytest.raises(TakenError):
        book(world, types, NINE, who="bob")
    world.clock.pass_by(minutes=5)
    assert NINE in offered(world["bob"], chart)
    assert book(world, types, NINE, who="bob").status == "booked"


def test_a_second_hold_lets_the_first_go(world: World):
    types = schedule()
    chart = world.charts["alice"]
    decisions.hold(world["alice"], chart, wish(types, NINE))
    decisions.hold(world["alice"], chart, wish(types, at(1, 10)))
    assert offered(world["bob"], chart) & {NINE, at(1, 10)} == {NINE}
    book(world, types, at(1, 11))
    assert offered(world["bob"], chart) >= {NINE, at(1, 10)}


def test_the_nearest_times_of_who_is_too_late_include_the_one_she_kept_before(world: World):
    types = schedule()
    chart = world.charts["alice"]
    book(world, types, at(1, 10), who="bob")
    decisions.hold(world["alice"], chart, wish(types, at(1, 10, 30)))
    with pytest.raises(TakenError) as refused:
        decisions.hold(world["alice"], chart, wish(types, at(1, 10)))
    assert set(refused.value.nearest) == {at(1, 9, 30), at(1, 10, 30), NINE}


# ---------------------------------------------------------------- booking
@pytest.mark.seed("S08", "S09", "S16")
def test_a_booked_visit_stands_in_the_lists_of_everybody_who_may_see_it(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    assert booked.undo_until == world.clock.now + timedelta(minutes=3)
    for who in ("alice", "bob"):
        row = listed(world, who).upcoming[0]
        assert (row.id, row.starts_at, row.place) == (booked.id, NINE, ADDRESS)
    view = home.overview(world["alice"], world.charts["alice"])
    assert view.next_visit is not None
    assert view.next_visit.id == booked.id
    assert home.overview(world["bea"], world.charts["alice"]).next_visit is None
    assert listed(world, chart="alice2").upcoming == ()


def test_a_double_click_books_once_also_for_somebody_new(world: World):
    types = schedule()
    for kind in (types.intake, types.follow_up):
        command = wish(types, at(2, 9), visit_type=kind, client_key=f"key{kind}")
        first, second = (
            decisions.book(world["alice"], world.charts["alice"], command, URL) for _ in range(2)
        )
        assert first == second
        decisions.undo(world["alice"], world.charts["alice"], first.id)
    assert len(all_of(Appointment)) == 2


def test_two_who_want_the_same_time_get_one_visit_and_three_other_times(world: World):
    types = schedule()
    book(world, types, at(3, 9))
    results: list[object] = []
    gate = threading.Barrier(2)

    def want(who: str) -> None:
        gate.wait()
        try:
            results.append(book(world, types, at(4, 12), who=who))
        except TakenError as error:
            results.append(error)

    people = [threading.Thread(target=want, args=(who,)) for who in ("alice", "bob")]
    for person in people:
        person.start()
    for person in people:
        person.join()
    refused = [r for r in results if isinstance(r, TakenError)]
    assert len(refused) == 1
    assert set(refused[0].nearest) < {at(4, 11), at(4, 11, 30), at(4, 12, 30), at(4, 13)}
    assert len(refused[0].nearest) == 3
    assert len([v for v in all_of(Appointment) if v.starts_at == at(4, 12)]) == 1


@pytest.mark.parametrize(
    "starts_at", [at(1, 9, 10), at(1, 17), at(5, 9), at(25, 9, month=11), at(31, 9, month=1)]
)
def test_what_is_not_offered_can_not_be_booked(world: World, starts_at: datetime):
    types = schedule()
    with pytest.raises(TakenError):
        book(world, types, starts_at)
    assert all_of(Appointment) == []


def test_lead_time_and_horizon_to_the_minute(world: World):
    types = schedule(lead_minutes=23 * 60, horizon_days=1)  # it is Tuesday, ten o'clock
    assert book(world, types, at(25, 9, month=11)).status == "booked"
    with pytest.raises(TakenError):
        book(world, types, at(26, 9, month=11))
    world.clock.pass_by(minutes=1)
    with pytest.raises(TakenError):
        book(world, types, at(25, 9, 0, month=11), who="carol")


def test_limits_of_upcoming_visits_and_of_visits_a_day(world: World):
    types = schedule(upcoming_most=2, per_day_most=1)
    book(world, types, NINE)
    with pytest.raises(TakenError):
        book(world, types, at(1, 15))
    book(world, types, at(2, 9))
    with pytest.raises(ConflictError, match="You have 2 upcoming visits"):
        book(world, types, at(3, 9))
    view = listed(world)
    assert not view.may_book
    assert "2 upcoming" in view.why_not
    assert "2 upcoming" in picker.picker(world["alice"], world.charts["alice"]).why_not


def test_a_person_is_not_in_two_places(world: World):
    types = schedule()
    command = wish(types, NINE)
    decisions.book(world["alice"], world.charts["alice2"], command, URL)
    assert NINE not in offered(world["alice"], world.charts["alice"])
    with pytest.raises(TakenError):
        book(world, types, NINE)


def test_view_only_practices_book_themselves(world: World):
    types = schedule(mode="view_only")
    assert not listed(world).may_book
    with pytest.raises(ConflictError, match="booked by the practice"):
        book(world, types, NINE)
    with pytest.raises(ConflictError, match="booked by the practice"):
        decisions.hold(world["alice"], world.charts["alice"], wish(types, NINE))


def test_where_the_practice_books_nobody_moves_a_visit_online(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    change(BookingRules, mode="view_only")
    row = listed(world).upcoming[0]
    assert (row.may_move, row.may_cancel) == (False, True)
    with pytest.raises(ConflictError, match="moved online"):
        move(world, types, booked.id, at(2, 11))


def test_a_clinician_who_has_left_is_not_booked(world: World):
    types = schedule()
    change(Practitioner, is_active=False)
    with pytest.raises(ConflictError, match="booked by the practice"):
        book(world, types, NINE)


def test_who_may_not_book_another_keeps_no_time_either(world: World):
    types = schedule(upcoming_most=1)
    book(world, types, NINE)
    with pytest.raises(ConflictError, match="1 upcoming"):
        decisions.hold(world["alice"], world.charts["alice"], wish(types, at(2, 11)))


def test_moving_a_request_leaves_it_a_request(world: World):
    types = schedule(approves_first=True)
    first = book(world, types, NINE)
    second = move(world, types, first.id, at(2, 11))
    assert (first.status, second.status) == ("requested", "requested")


def test_the_nearest_times_of_a_move_lie_beside_the_old_one_too(world: World):
    types = schedule()
    booked = book(world, types, at(1, 9, 30))
    book(world, types, NINE, who="bob")
    with pytest.raises(TakenError) as refused:
        move(world, types, booked.id, NINE)
    assert at(1, 9, 30) in refused.value.nearest


@pytest.mark.parametrize("year", [1, 9999])
def test_a_year_that_no_clock_knows_is_refused(world: World, year: int):
    types = schedule()
    odd = datetime(year, 6, 1, 9, tzinfo=UTC)
    with pytest.raises(InvalidError):
        book(world, types, odd)
    with pytest.raises(InvalidError):
        decisions.hold(world["alice"], world.charts["alice"], wish(types, odd))


def change(model: type, **values: object) -> None:
    with open_system("the practice changes its rules") as work:
        for row in work.session.exec(select(model)).all():
            for name, value in values.items():
                setattr(row, name, value)
            work.session.add(row)


def test_a_type_for_new_patients_is_not_for_those_who_are_known(world: World):
    types = schedule()
    book(world, types, NINE)
    with pytest.raises(InvalidError):
        book(world, types, at(2, 9), visit_type=types.intake)
    with pytest.raises(InvalidError):
        book(world, types, at(2, 9), mode="phone")


def test_a_time_without_a_zone_is_refused(world: World):
    types = schedule()
    with pytest.raises(InvalidError):
        book(world, types, NINE.replace(tzinfo=None))


# ---------------------------------------------------------------- requests and policies
def test_a_request_waits_and_can_be_taken_back_without_a_fee(world: World):
    types = schedule(mode="request", lead_minutes=0)
    booked = book(world, types, at(25, 9, month=11))
    assert (booked.status, booked.waits_for) == ("requested", "Dr. Own")
    row = listed(world).upcoming[0]
    assert (row.status_words, row.may_confirm) == ("Waiting for Dr. Own", False)
    assert cancel(world, booked.id) == "free"
    assert all_of(DraftCharge) == []


def test_a_policy_that_must_be_accepted_is_kept_with_the_visit(world: World):
    types = schedule(policy_mode="acknowledge")
    assert picker.picker(world["alice"], world.charts["alice"]).acknowledges
    with pytest.raises(InvalidError) as refused:
        book(world, types, NINE)
    assert refused.value.field == "acknowledged"
    booked = book(world, types, NINE, acknowledged=True)
    assert stored(booked.id).policy_accepted_at == world.clock.now


@pytest.mark.seed("S18")
@pytest.mark.parametrize(("minutes", "means"), [(0, "free"), (1, "late")])
def test_the_limit_of_cancelling_to_the_minute(world: World, minutes: int, means: str):
    types = schedule()
    booked = book(world, types, NINE)
    world.clock.now = NINE - timedelta(hours=24) + timedelta(minutes=minutes)
    row = listed(world).upcoming[0]
    assert (row.cancelling.kind, row.cancelling.fee) == (means, "$75.00")
    assert row.may_cancel
    assert row.may_move == (means == "free")
    assert cancel(world, booked.id, "ill") == means
    found = stored(booked.id)
    late = means == "late"
    assert found.status == ("late_cancelled" if late else "cancelled_by_patient")
    assert found.status_reason == "ill"
    assert [c.amount_minor for c in all_of(DraftCharge)] == ([75_00] if late else [])
    assert all_of(BusyTime) == []


def test_a_practice_may_refuse_late_changes(world: World):
    types = schedule(policy_mode="block")
    booked = book(world, types, NINE)
    world.clock.now = NINE - timedelta(hours=23)
    assert not listed(world).upcoming[0].may_cancel
    with pytest.raises(ConflictError, match="Call us"):
        cancel(world, booked.id)


def test_the_policy_that_was_shown_counts(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    with open_system("a stricter policy") as work:
        old = work.session.exec(select(BookingPolicy)).first()
        assert old is not None
        newer = old.model_dump(exclude={"id"}) | {"version": 2, "hours": 24 * 30}
        work.session.add(type(old)(**newer))
    assert cancel(world, booked.id) == "free"


def test_who_may_not_change_visits_sees_no_way_to(world: World):
    types = schedule(changes_online=False)
    booked = book(world, types, NINE)
    row = listed(world).upcoming[0]
    assert (row.may_cancel, row.may_move) == (False, False)
    with pytest.raises(ConflictError):
        cancel(world, booked.id)


# ---------------------------------------------------------------- moving
@pytest.mark.seed("S17")
def test_a_moved_visit_leaves_its_old_time_and_keeps_its_price_and_calendar_entry(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    with open_system("dearer now") as work:
        kind = work.session.exec(select(decisions.VisitType)).first()
        assert kind is not None
        kind.price_minor = 999_00
    new = move(world, types, booked.id, at(2, 11))
    view = listed(world)
    assert [r.starts_at for r in view.upcoming] == [at(2, 11)]
    old, moved = stored(booked.id), stored(new.id)
    assert (old.status, old.replaced_by_id, moved.replaces_id) == ("rescheduled", moved.id, old.id)
    assert (moved.price_minor, moved.calendar_uid) == (120_00, old.calendar_uid)
    free = offered(world["bob"], world.charts["alice"])
    assert NINE in free
    assert at(2, 11) not in free


def test_a_visit_is_not_offered_its_own_time_and_may_overlap_it(world: World):
    types = schedule()
    booked = book(world, types, NINE, visit_type=types.intake)
    view = picker.mover(world["alice"], world.charts["alice"], booked.id, week="2026-12-01")
    assert view.week is not None
    times = {t.starts_at for t in view.week.times}
    assert NINE not in times
    assert view.chosen is not None
    assert (view.chosen.name, view.mode) == ("First visit", "in_person")


def test_a_visit_is_moved_twice_and_then_by_the_practice(world: World):
    types = schedule(moves_most=2)
    visit = book(world, types, NINE).id
    for hour in (10, 11):
        visit = move(world, types, visit, at(2, hour)).id
    assert not listed(world).upcoming[0].may_move
    with pytest.raises(ConflictError, match="can’t be moved"):
        move(world, types, visit, at(3, 9))
    assert listed(world).upcoming[0].starts_at == at(2, 11)


def test_a_move_to_a_taken_time_loses_nothing(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    book(world, types, at(2, 9), who="bob")
    with pytest.raises(TakenError) as refused:
        move(world, types, visit, at(2, 9))
    assert len(refused.value.nearest) == 3
    assert NINE in {r.starts_at for r in listed(world).upcoming}


# ---------------------------------------------------------------- undoing and confirming
def test_undo_stands_for_three_minutes_and_nobody_is_told(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    world.clock.pass_by(minutes=3, seconds=-1)
    decisions.undo(world["alice"], world.charts["alice"], booked.id)
    assert listed(world).upcoming == ()
    assert NINE in offered(world["bob"], world.charts["alice"])
    assert {m.status for m in all_of(OutboxMail)} == {"skipped"}


def test_undo_comes_too_late_and_is_for_who_has_booked(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    with pytest.raises(ConflictError):
        decisions.undo(world["bob"], world.charts["alice"], booked.id)
    world.clock.pass_by(minutes=3)
    assert listed(world).upcoming[0].undo_until is None
    with pytest.raises(ConflictError, match="too late"):
        decisions.undo(world["alice"], world.charts["alice"], booked.id)


@pytest.mark.parametrize("mode", ["direct", "request"])
def test_undoing_a_move_brings_the_visit_back_as_it_was(world: World, mode: str):
    types = schedule(mode=mode)
    first = book(world, types, NINE)
    world.clock.pass_by(minutes=4)
    before, planned = stored(first.id), reminders_due(first.id)
    with open_system("look", writes=False) as work:
        busy = work.session.get_one(BusyTime, before.busy_id)
    second = move(world, types, first.id, at(2, 11))
    decisions.undo(world["alice"], world.charts["alice"], second.id)
    after = stored(first.id)
    assert (after.status, after.starts_at) == (before.status, NINE)
    assert after.sequence > before.sequence
    with open_system("look", writes=False) as work:
        again = work.session.get_one(BusyTime, after.busy_id)
        assert again.model_dump(exclude={"id"}) == busy.model_dump(exclude={"id"})
    assert reminders_due(first.id) == planned
    assert bool(planned) == (mode == "direct")
    assert reminders_due(second.id) == set()


@pytest.mark.parametrize("others", [0, 1])
def test_undoing_a_move_takes_the_seat_in_the_group_again(world: World, others: int):
    types = schedule()
    with open_system("a group") as work:
        group = VisitType(name="Group", minutes=30, modes=["in_person"], seats=3)
        work.session.add(group)
        kind = group.public_id
    first = book(world, types, NINE, visit_type=kind)
    with open_system("somebody else takes a seat") as work:
        row = work.session.get_one(BusyTime, stored(first.id).busy_id)
        row.taken += others
        work.session.add(row)
    second = move(world, types, first.id, at(2, 11), visit_type=kind)
    decisions.undo(world["alice"], world.charts["alice"], second.id)
    rows = all_of(BusyTime)
    assert [(r.kind, r.seats, r.taken) for r in rows] == [("group", 3, 1 + others)]
    assert stored(first.id).busy_id == rows[0].id


def reminders_due(visit: str) -> set[str]:
    return {
        m.unique_key
        for m in all_of(OutboxMail)
        if m.kind == "reminder" and m.status == "due" and m.appointment_id == str(stored(visit).id)
    }


def test_confirming_is_said_once(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    decisions.confirm(world["alice"], world.charts["alice"], booked.id)
    row = listed(world).upcoming[0]
    assert (row.status_words, row.may_confirm) == ("Confirmed", False)
    with pytest.raises(ConflictError):
        decisions.confirm(world["alice"], world.charts["alice"], booked.id)


def test_the_video_link_shows_from_a_quarter_of_an_hour_before(world: World):
    types = schedule()
    book(world, types, NINE, mode="video")
    shown = []
    for before in (16, 15, 0, -29, -30):
        world.clock.now = NINE - timedelta(minutes=before)
        shown += [bool(r.video_url) for r in listed(world).upcoming]
    assert shown == [False, True, True, True]


def test_what_the_practice_calls_off_is_said_and_not_listed(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    desk.cancel(world["owner"], booked.id, "", URL)
    view = listed(world)
    assert view.upcoming == ()
    assert [r.status_words for r in view.called_off] == ["Cancelled by the practice"]


def test_past_visits_come_in_pages_the_newest_first(world: World):
    types = schedule(upcoming_most=0, horizon_days=200)
    days = [at(d, 9) for d in (*range(1, 5), *range(7, 12), *range(14, 18))]
    for day in days:
        book(world, types, day)
    world.clock.pass_by(days=29)
    first = listed(world)
    assert (first.past_count, len(first.past)) == (13, overview.PAGE)
    rest = overview.overview(world["alice"], world.charts["alice"], first.next_cursor)
    assert [r.starts_at for r in first.past + rest.past] == sorted(days, reverse=True)
    assert rest.next_cursor is None


def test_pages_lose_none_of_two_visits_at_the_same_time(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    types = schedule(upcoming_most=0)
    booked = [book(world, types, start).id for start in (NINE, at(1, 10), at(1, 11))]
    with open_system("two at the same time") as work:
        rows = select(Appointment).where(Appointment.public_id == booked[1])
        visit = work.session.exec(rows).one()
        # a visit that is over takes nobody's time
        visit.status, visit.busy_id = "no_show", None
        visit.starts_at, visit.ends_at = NINE, at(1, 9, 30)
        work.session.add(visit)
    world.clock.pass_by(days=29)
    monkeypatch.setattr(overview, "PAGE", 1)
    seen, cursor = [], None
    for _ in booked:
        view = overview.overview(world["alice"], world.charts["alice"], cursor)
        seen += [r.id for r in view.past]
        cursor = view.next_cursor
    assert cursor is None
    assert sorted(seen) == sorted(booked)


def test_visits_that_are_off_hide_none_that_are_coming(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    types = schedule(upcoming_most=0)
    monkeypatch.setattr(overview, "UPCOMING_SHOWN", 2)
    for day in (1, 2):
        cancel(world, book(world, types, at(day, 9)).id)
        desk.cancel(world["owner"], book(world, types, at(day, 10)).id, "", URL)
    coming = book(world, types, at(3, 9)).id
    view = listed(world)
    assert [r.id for r in view.upcoming] == [coming]
    assert len(view.called_off) == 2


def test_a_visit_of_another_chart_is_not_found(world: World):
    types = schedule()
    booked = book(world, types, NINE)
    chart = world.charts["alice2"]
    for call in (
        lambda: overview.visit(world["alice"], chart, booked.id),
        lambda: decisions.confirm(world["alice"], chart, booked.id),
        lambda: decisions.undo(world["alice"], chart, booked.id),
        lambda: feeds.calendar_file(world["alice"], chart, booked.id),
        lambda: picker.mover(world["alice"], chart, booked.id),
    ):
        with pytest.raises(NotFoundError):
            call()
