"""A clinician's hours, and the days that differ."""

from datetime import date

import pytest
from sqlmodel import select

from portal_app.data.models import BusyTime, HoursException, OpenHours, StaffMember
from portal_app.data.schemas.schedule import ExceptionInput, HoursInput
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security.system import open_system
from portal_app.services.schedule import availability, decisions
from tests.schedule_world import (
    add_hours,
    all_of,
    at,
    book,
    clinician,
    logged,
    off,
    offered,
    schedule,
    stored,
    time_off,
    wish,
)
from tests.world import World

NINE = at(1, 9)


def mine(world: World, week: str = "2026-12-01"):
    """What Alice is offered."""
    return offered(world["alice"], world.charts["alice"], week)


def shown(world: World, who: str = "own", week: str = "2026-12-01"):
    return availability.availability(world[who], clinician(), week)


def extra(world: World, day: str, start: str, end: str, last: str = "") -> None:
    command = time_off(day, last, start=start, end=end)
    availability.add_extra_hours(world["owner"], clinician(), command)


# ---------------------------------------------------------------- weekly hours
def test_hours_are_offered_from_the_moment_they_are_added_until_they_are_removed(world: World):
    schedule()
    before, said = mine(world), logged()
    add_hours(world, weekday=1, start="18:00", end="19:00")
    assert mine(world) - before == {at(1, 18), at(1, 18, 30)}
    row = next(h for h in shown(world).hours if h.start == "18:00")
    availability.remove_hours(world["own"], clinician(), row.id)
    assert mine(world) == before
    assert [a for a in logged()[len(said) :] if a.startswith("settings")] == ["settings.hours"] * 2


def test_every_second_week_counts_from_the_week_of_its_first_day(world: World):
    schedule()
    # the first day is a Thursday; the Tuesday of its own week is over by then
    add_hours(world, weekday=1, start="18:00", end="18:30", every_weeks=2, valid_from="2026-12-03")
    weeks = ("2026-12-01", "2026-12-08", "2026-12-15", "2026-12-22", "2026-12-29")
    days = (1, 8, 15, 22, 29)
    assert [at(d, 18) in mine(world, w) for w, d in zip(weeks, days, strict=True)] == [
        False,
        False,
        True,
        False,
        True,
    ]


def test_hours_end_with_their_last_day(world: World):
    schedule()
    add_hours(world, weekday=1, start="18:00", end="18:30", valid_until="2026-12-08")
    assert [at(d, 18) in mine(world, f"2026-12-{d:02}") for d in (1, 8, 15)] == [True, True, False]


def test_hours_for_one_type_and_one_way_are_offered_for_these_only(world: World):
    types = schedule()
    add_hours(
        world, weekday=1, start="18:00", end="19:00", visit_type=types.intake, mode="in_person"
    )
    assert at(1, 18) not in mine(world)
    row = next(h for h in shown(world).hours if h.start == "18:00")
    assert row.words == "First visit, in person only"
    add_hours(world, weekday=1, start="20:00", end="21:00", mode="video")
    assert at(1, 20) not in mine(world)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"start": "10:00", "end": "09:00"}, "end"),
        ({"start": "10:00", "end": "10:00"}, "end"),
        ({"start": "10:00", "end": "00:30"}, "end"),
        ({"valid_from": "2026-12-02", "valid_until": "2026-12-01"}, "valid_until"),
        ({"visit_type": "nosuch"}, "visit_type"),
        ({"location": "nosuch"}, "location"),
    ],
)
def test_hours_that_cannot_be_are_refused_at_their_field(world: World, wrong: dict, field: str):
    schedule()
    before = len(all_of(OpenHours))
    with pytest.raises(InvalidError) as refused:
        add_hours(world, **wrong)
    assert refused.value.field == field
    assert len(all_of(OpenHours)) == before


def test_hours_until_midnight_end_with_the_day(world: World):
    schedule()
    for end in ("24:00", "00:00"):
        add_hours(world, weekday=1, start="23:00", end=end)
    assert at(1, 23, 30) in mine(world)


@pytest.mark.parametrize("wrong", ["24:30", "25:00", "9", "09:60", "nine", ""])
def test_a_time_that_no_clock_shows_is_no_time(wrong: str):
    with pytest.raises(ValueError, match="start"):
        HoursInput.model_validate({"weekday": 0, "start": wrong, "end": "12:00"})


def test_an_empty_last_day_is_none():
    command = {"weekday": "0", "start": "9:00", "end": "12:00", "valid_from": "", "valid_until": ""}
    read = HoursInput.model_validate(command)
    assert (read.valid_from, read.valid_until) == (None, None)


# ---------------------------------------------------------------- time off
def test_whole_days_off_take_their_times_out_and_give_them_back(world: World):
    schedule()
    before, said = mine(world), len(logged())
    off(world, "2026-12-01", "2026-12-02")
    assert before - mine(world) == {t for t in before if at(1, 0) <= t < at(3, 0)}
    key = shown(world).exceptions[0].id
    availability.remove_exception(world["own"], clinician(), key)
    assert mine(world) == before
    assert [a for a in logged()[said:] if a.startswith("settings")] == [
        "settings.time_off",
        "settings.exception",
    ]


def test_hours_off_take_out_what_touches_them(world: World):
    schedule()
    before = mine(world)
    off(world, "2026-12-01", start="10:15", end="11:00")
    assert before - mine(world) == {at(1, 10), at(1, 10, 30)}
    assert [b.kind for b in all_of(BusyTime)] == ["block"]
    availability.remove_exception(world["own"], clinician(), shown(world).exceptions[0].id)
    assert (mine(world), all_of(BusyTime)) == (before, [])


@pytest.mark.parametrize("hours", [{}, {"start": "09:00", "end": "10:00"}])
def test_visits_in_it_stand_in_the_way_unless_they_are_kept(world: World, hours: dict):
    types = schedule()
    visit = book(world, types, NINE).id
    with pytest.raises(ConflictError, match="1 visit is booked") as refused:
        off(world, "2026-12-01", **hours)
    assert refused.value.field == "keep_visits"
    assert all_of(HoursException) == []
    off(world, "2026-12-01", **hours, keep_visits=True)
    assert stored(visit).status == "booked"
    assert at(1, 9, 30) not in mine(world)


def test_a_time_that_somebody_holds_counts_as_a_visit(world: World):
    types = schedule()
    decisions.hold(world["alice"], world.charts["alice"], wish(types, NINE))
    with pytest.raises(ConflictError):
        off(world, "2026-12-01")
    world.clock.pass_by(minutes=5)
    off(world, "2026-12-01")


def test_a_visit_that_only_touches_is_not_in_the_way(world: World):
    types = schedule()
    book(world, types, NINE)
    off(world, "2026-12-01", start="09:30", end="10:00")
    off(world, "2026-12-01", start="08:00", end="09:00")


def test_time_off_over_time_off_is_refused_in_words(world: World):
    schedule()
    off(world, "2026-12-01", start="10:00", end="12:00")
    with pytest.raises(ConflictError, match="off already") as refused:
        off(world, "2026-12-01", start="11:00", end="13:00")
    assert refused.value.field == "start"
    assert len(all_of(HoursException)) == 1


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"last": "2026-11-30"}, "last_day"),
        ({"start": "10:00"}, "end"),
        ({"end": "10:00"}, "start"),
        ({"start": "10:00", "end": "09:00"}, "end"),
        ({"last": "2026-12-02", "start": "10:00", "end": "11:00"}, "start"),
        ({"everybody": True, "start": "10:00", "end": "11:00"}, "start"),
    ],
)
def test_time_off_that_cannot_be_is_refused_at_its_field(world: World, wrong: dict, field: str):
    schedule()
    with pytest.raises(InvalidError) as refused:
        off(world, "2026-12-01", **wrong)
    assert refused.value.field == field
    assert (all_of(HoursException), all_of(BusyTime)) == ([], [])


def test_hours_that_the_clock_skips_cannot_be_off(world: World):
    schedule()
    with pytest.raises(InvalidError, match="skip"):
        off(world, "2027-03-14", start="02:15", end="02:45")


# ---------------------------------------------------------------- everybody
def test_only_who_settles_the_practice_closes_it_for_everybody(world: World):
    schedule()
    with pytest.raises(NotFoundError):
        off(world, "2026-12-01", who="own", everybody=True)
    before = offered(world["carol"], world.charts["carol"])
    off(world, "2026-12-01", everybody=True)
    for who, chart in (("alice", "alice"), ("carol", "carol")):
        assert NINE not in offered(world[who], world.charts[chart])
    key = shown(world).exceptions[0].id
    with pytest.raises(NotFoundError):
        availability.remove_exception(world["own"], clinician(), key)
    availability.remove_exception(world["owner"], clinician(), key)
    assert offered(world["carol"], world.charts["carol"]) == before


def test_a_visit_with_anybody_stands_in_the_way_of_closing_for_everybody(world: World):
    types = schedule()
    book(world, types, NINE, who="carol")
    with pytest.raises(ConflictError, match="1 visit is booked"):
        off(world, "2026-12-01", everybody=True)
    off(world, "2026-12-01", everybody=True, keep_visits=True)


def test_a_holiday_is_offered_until_the_practice_is_closed_on_it(world: World):
    schedule()
    christmas = date(2026, 12, 25)
    assert (christmas, "Christmas Day") in shown(world).holidays
    assert at(25, 9) in mine(world, "2026-12-25")
    for _ in range(2):
        availability.close_for_holiday(world["owner"], christmas, "Christmas Day")
    assert [e.holiday for e in all_of(HoursException)] == ["Christmas Day"]
    assert (christmas, "Christmas Day") not in shown(world).holidays
    assert at(25, 9) not in mine(world, "2026-12-25")
    with pytest.raises(NotFoundError):
        availability.close_for_holiday(world["own"], date(2027, 1, 1), "New Year’s Day")


def test_a_holiday_with_visits_is_not_closed_silently(world: World):
    types = schedule()
    book(world, types, at(25, 9))
    with pytest.raises(ConflictError, match="1 visit is booked"):
        availability.close_for_holiday(world["owner"], date(2026, 12, 25), "Christmas Day")
    assert all_of(HoursException) == []


def test_the_practice_is_not_closed_over_visits_that_are_out_of_reach(world: World):
    types = schedule()
    book(world, types, at(25, 9), who="carol")
    with open_system("an assistant of Dr. Own may change the settings") as work:
        rows = select(StaffMember).where(StaffMember.user_id == world.users["desk"])
        desk = work.session.exec(rows).one()
        desk.boxes = [*desk.boxes, Permission.PRACTICE_SETTINGS]
        work.session.add(desk)
    assert [n for _, n in shown(world, "desk").clinicians] == ["Dr. Own"]
    day = date(2026, 12, 25)
    with pytest.raises(ConflictError, match="1 visit is booked"):
        availability.close_for_holiday(world["desk"], day, "Christmas Day")
    everybody = ExceptionInput(first_day=day, last_day=day, everybody=True)
    with pytest.raises(ConflictError, match="1 visit is booked"):
        availability.add_time_off(world["desk"], clinician(), everybody)
    assert all_of(HoursException) == []


# ---------------------------------------------------------------- extra hours
def test_extra_hours_win_over_closed_days(world: World):
    schedule()
    off(world, "2026-12-01", "2026-12-04")
    extra(world, "2026-12-02", "10:00", "11:00")
    extra(world, "2026-12-05", "10:00", "10:30", last="2026-12-06")
    week = {t for t in mine(world) if t >= at(1, 0)}
    assert week == {at(2, 10), at(2, 10, 30), at(5, 10), at(6, 10)}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({}, "start"),
        ({"start": "10:00"}, "start"),
        ({"start": "10:00", "end": "09:00"}, "end"),
        ({"start": "09:00", "end": "10:00", "last": "2026-11-30"}, "last_day"),
        ({"start": "09:00", "end": "10:00", "last": "2027-03-01"}, "last_day"),
    ],
)
def test_extra_hours_that_cannot_be_are_refused_at_their_field(
    world: World, wrong: dict, field: str
):
    schedule()
    with pytest.raises(InvalidError) as refused:
        availability.add_extra_hours(world["own"], clinician(), time_off("2026-12-01", **wrong))
    assert refused.value.field == field
    assert all_of(HoursException) == []


# ---------------------------------------------------------------- the page
def test_a_week_is_drawn_as_it_will_be(world: World):
    schedule()
    off(world, "2026-12-01", reason="Congress")
    off(world, "2026-12-02", start="09:00", end="12:00")
    extra(world, "2026-12-05", "10:00", "11:00")
    blocks = [(b.kind, b.starts_at) for b in shown(world).week]
    assert [s for k, s in blocks if k == "open"] == [
        at(30, 9, month=11),
        at(2, 12),
        at(3, 9),
        at(4, 9),
    ]
    assert {s for k, s in blocks if k == "closed"} == {at(1, 0), at(2, 9)}
    assert [s for k, s in blocks if k == "extra"] == [at(5, 10)]


def test_the_weekly_view_is_free_of_what_differs(world: World):
    schedule()
    off(world, "2026-12-01", reason="Congress")
    view = availability.availability(world["own"], clinician(), "2026-12-01")
    assert {b.kind for b in view.usual} == {"open"}
    assert len(view.usual) == 5
    assert view.rules == (
        ("Online booking", "Final at once"),
        ("Time between visits", "None"),
        ("Book at least", "24 hours ahead"),
        ("Book at most", "8 weeks ahead"),
        ("Change or cancel until", "24 hours before"),
    )


@pytest.mark.parametrize("odd", ["nonsense", "0001-01-01", "9999-12-31", ""])
def test_an_odd_week_in_the_address_shows_this_one(world: World, odd: str):
    schedule()
    assert shown(world, week=odd).first == date(2026, 11, 23)


# ---------------------------------------------------------------- reach
@pytest.mark.parametrize("who", ["other", "nothing", "biller", "alice"])
def test_hours_out_of_reach_are_neither_seen_nor_changed(world: World, who: str):
    schedule()
    off(world, "2026-12-01")
    row, away = shown(world).hours[0].id, shown(world).exceptions[0].id
    own, day = clinician(), date(2026, 12, 2)
    command = ExceptionInput(first_day=day, last_day=day, start="09:00", end="10:00")
    hours = HoursInput(weekday=1, start="18:00", end="19:00")
    said = len(logged())
    for call in (
        lambda a: availability.availability(a, own),
        lambda a: availability.add_hours(a, own, hours),
        lambda a: availability.remove_hours(a, own, row),
        lambda a: availability.add_time_off(a, own, command),
        lambda a: availability.add_extra_hours(a, own, command),
        lambda a: availability.remove_exception(a, own, away),
        lambda a: availability.close_for_holiday(a, day, "x"),
    ):
        with pytest.raises(NotFoundError):
            call(world[who])
    assert (len(all_of(OpenHours)), len(all_of(HoursException))) == (10, 1)
    assert len(logged()) == said


def test_nobody_removes_through_another_clinician(world: World):
    schedule()
    off(world, "2026-12-01")
    row, away = shown(world).hours[0].id, shown(world).exceptions[0].id
    theirs = clinician("Dr. Other")
    for remove, key in (
        (availability.remove_hours, row),
        (availability.remove_exception, away),
        (availability.remove_hours, "nosuch"),
        (availability.remove_exception, "nosuch"),
    ):
        with pytest.raises(NotFoundError):
            remove(world["other"], theirs, key)


def test_the_assistant_keeps_the_hours_of_her_clinician(world: World):
    schedule()
    off(world, "2026-12-01", who="desk")
    view = shown(world, "desk")
    assert [n for _, n in view.clinicians] == ["Dr. Own"]
    assert len(view.exceptions) == 1
    world.clock.pass_by(days=9)
    assert shown(world, "desk").exceptions == ()
