"""The practice's calendar: what it shows, to whom, and how much of it."""

import time
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from portal_app.components.safe import Safe
from portal_app.components.schedule.calendar import columns_markup, columns_of
from portal_app.data.models import Appointment, BusyTime, Chart, User, VisitType
from portal_app.rules.when import Wall
from portal_app.security.system import open_system
from portal_app.services import practice
from portal_app.services.schedule import calendar, desk
from tests.schedule_world import (
    at,
    book,
    clinician,
    off,
    schedule,
    staff_book,
)
from tests.world import URL, World

NINE = at(1, 9)
BUDGET = 0.050
"""Seconds in which a week of a full month is read and drawn."""


def test_a_day_a_week_and_a_list_show_what_lies_in_them(world: World):
    types = schedule()
    ids = {
        day: staff_book(world, types, day, "23:45").ids[0]
        for day in ("2026-11-29", "2026-11-30", "2026-12-06", "2026-12-07")
    }
    day = calendar.calendar(world["own"], date="2026-11-30")
    assert (day.view, day.first, day.last) == ("day", date(2026, 11, 30), date(2026, 11, 30))
    # what runs past midnight stands on the day on which it begins
    assert [v.id for v in day.visits] == [ids["2026-11-30"]]
    for view in ("week", "list"):
        week = calendar.calendar(world["own"], date="2026-12-02", view=view)
        assert (week.first, week.last) == (date(2026, 11, 30), date(2026, 12, 6))
        assert [v.id for v in week.visits] == [ids[d] for d in sorted(ids)[1:3]]


@pytest.mark.parametrize("odd", ["", "tomorrow", "2026-02-30", "0001-01-01", "9999-12-31"])
def test_an_odd_day_in_the_address_shows_today(world: World, odd: str):
    schedule()
    for view in ("day", "week", "month", "list"):
        shown = calendar.calendar(world["own"], date=odd, view=view)
        assert shown.first <= date(2026, 11, 24) <= shown.last


def test_what_was_called_off_is_not_on_the_calendar(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    assert [v.id for v in calendar.calendar(world["own"], date="2026-12-01").visits] == [visit]
    desk.cancel(world["own"], visit, "", URL)
    assert calendar.calendar(world["own"], date="2026-12-01").visits == ()


def test_everybody_sees_the_clinicians_within_reach_only(world: World):
    types = schedule()
    alices = book(world, types, NINE).id
    carols = book(world, types, NINE, who="carol").id
    shown = {
        who: {v.id for v in calendar.calendar(world[who], date="2026-12-01").visits}
        for who in ("owner", "own", "other", "desk")
    }
    assert shown == {
        "owner": {alices, carols},
        "own": {alices},
        "other": {carols},
        "desk": {alices},
    }
    asked = calendar.calendar(world["own"], date="2026-12-01", clinician=clinician("Dr. Other"))
    assert {v.id for v in asked.visits} == {alices}
    one = calendar.calendar(world["owner"], date="2026-12-01", clinician=clinician("Dr. Other"))
    assert {v.id for v in one.visits} == {carols}


def test_time_off_is_drawn_with_its_reason_and_its_clinician(world: World):
    schedule()
    off(world, "2026-12-01", "2026-12-02", reason="Congress")
    off(world, "2026-12-03", start="09:00", end="12:00")
    off(world, "2026-12-04", everybody=True, reason="Team day")
    own = calendar.calendar(world["own"], date="2026-12-01", view="week").blocks
    assert [b.title for b in sorted(own, key=lambda b: b.starts_at)] == [
        "Congress",
        "Time off",
        "Team day",
    ]
    everybody = calendar.calendar(world["owner"], date="2026-12-01", view="week").blocks
    assert [b.title for b in sorted(everybody, key=lambda b: b.starts_at)] == [
        "Dr. Own: Congress",
        "Dr. Own: Time off",
        "Team day",
    ]
    others = calendar.calendar(world["other"], date="2026-12-01", view="week").blocks
    assert [b.title for b in others] == ["Team day"]


def test_one_visit_says_all_about_itself(world: World):
    types = schedule(policy_mode="acknowledge")
    visit = book(world, types, NINE, mode="video", acknowledged=True).id
    view = calendar.visit(world["own"], visit)
    assert view.video_url == "https://video.example/room"
    assert view.price == "$120.00"
    assert view.booked == "November 24, 2026, 10:00 AM, by the patient’s side"
    assert view.policy_accepted == "November 24, 2026, 10:00 AM"
    assert view.may == {"cancel", "move"}
    assert "Reminder: planned for November 29, 2026, 9:00 AM" in view.reminders
    assert [v.id for v in of_chart(world, "alice")] == [visit]
    assert of_chart(world, "carol") == ()


def of_chart(world: World, chart: str):
    return practice.overview(world["owner"], world.charts[chart]).visits or ()


def test_the_patients_page_shows_visits_to_those_who_plan_them(world: World):
    types = schedule()
    book(world, types, NINE)
    for who, sees in (("own", 1), ("desk", 1), ("biller", None)):
        view = practice.overview(world[who], world.charts["alice"])
        head = practice.patient_head(world[who], world.charts["alice"])
        assert (len(view.visits) if view.visits is not None else None) == sees
        assert head.may_plan == (sees is not None)


def test_a_request_waits_on_today_of_those_within_reach(world: World):
    types = schedule(mode="request")
    visit = book(world, types, NINE).id
    for who, waits in (("owner", 1), ("own", 1), ("desk", 1), ("other", 0), ("biller", 0)):
        assert len(practice.today(world[who]).tasks) == waits
    task = practice.today(world["own"]).tasks[0]
    assert (task.title, task.href) == (
        "Approve booking: Tue, Dec 1, 9:00 AM",
        f"/practice/calendar/{visit}",
    )
    assert calendar.visit(world["own"], visit).may == {"approve", "decline", "move"}
    desk.approve(world["own"], visit, URL)
    assert practice.today(world["own"]).tasks == ()


def test_today_shows_the_visits_of_the_practices_day(world: World):
    types = schedule()
    for day, hour in (("2026-11-23", "23:00"), ("2026-11-24", "00:00"), ("2026-11-24", "23:00")):
        staff_book(world, types, day, hour)
    shown = practice.today(world["own"]).visits
    assert shown is not None
    assert [v.starts_at.astimezone(ZoneInfo("America/Los_Angeles")).hour for v in shown] == [0, 23]


def test_today_offers_to_complete_what_has_begun_and_the_next_of_each_clinician(world: World):
    types = schedule()
    hours = ("09:00", "10:00", "11:00", "12:00")
    alice = [staff_book(world, types, "2026-11-24", hour).ids[0] for hour in hours]
    chart = world.charts["carol"]
    carol = staff_book(world, types, "2026-11-24", "13:00", chart=chart).ids[0]
    found = []
    for moment in (at(24, 9, month=11) - timedelta(seconds=1), at(24, 9, month=11)):
        world.clock.now = moment
        found.append(practice.today(world["owner"]).to_complete)
    assert found == [{alice[0], carol}, {*alice[:2], carol}]
    desk.arrive(world["owner"], alice[3])
    desk.complete(world["owner"], alice[0])
    assert practice.today(world["owner"]).to_complete == {alice[1], alice[3], carol}


# ---------------------------------------------------------------- a full month
def full_month(world: World, number: int = 1000) -> None:
    """So many visits of Dr. Own in December, written at once."""
    types = schedule()
    with open_system("a full month") as work:
        chart = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts["alice"])
        ).one()
        kind = work.session.exec(
            select(VisitType).where(VisitType.public_id == types.follow_up)
        ).one()
        user = work.session.exec(select(User.id)).first()
        rows: list[object] = []
        for count in range(number):
            starts_at = datetime(2026, 11, 30, 8, tzinfo=UTC) + timedelta(minutes=44 * count)
            taken = BusyTime(
                practitioner_id=chart.practitioner_id,
                starts_at=starts_at,
                ends_at=starts_at + timedelta(minutes=30),
            )
            rows += [
                taken,
                Appointment(
                    chart_id=chart.id,
                    patient_id=chart.patient_id,
                    practitioner_id=chart.practitioner_id,
                    visit_type_id=kind.id,
                    status="booked",
                    starts_at=starts_at,
                    ends_at=starts_at + timedelta(minutes=30),
                    zone="America/Los_Angeles",
                    wall_start="",
                    title="Follow-up",
                    booked_by=user,
                    booked_at=starts_at,
                    client_key=str(count),
                ),
            ]
        work.session.add_all(rows)


def drawn(world: World) -> tuple[Safe, int]:
    view = calendar.calendar(world["owner"], date="2026-12-07", view="week")
    days = [view.first + timedelta(days=n) for n in range(7)]
    wall = Wall(ZoneInfo(view.zone), world.clock.now)
    columns = columns_of(days, view.clinicians, view.visits, view.blocks, wall)
    return columns_markup(columns, wall, "Week"), len(view.visits)


def test_a_week_of_a_thousand_visits_a_month_is_drawn_without_a_stutter(world: World):
    full_month(world)
    costs = []
    for _ in range(5):
        began = time.thread_time()
        markup, number = drawn(world)
        costs.append(time.thread_time() - began)
    assert number > 220
    assert markup.count("<li") == number

    assert min(costs) < BUDGET


def test_more_visits_than_a_view_draws_are_said(world: World):
    full_month(world, calendar.MOST + 1)
    with open_system("all of them in one week") as work:
        for number, row in enumerate(work.session.exec(select(Appointment)).all()):
            row.overrides = True
            row.starts_at = NINE + timedelta(minutes=number)
            row.ends_at = row.starts_at + timedelta(minutes=5)
            work.session.add(row)
    view = calendar.calendar(world["own"], date="2026-12-01")
    assert (len(view.visits), view.more) == (calendar.MOST, True)


def test_a_visit_past_midnight_ends_with_its_column(world: World):
    types = schedule()
    staff_book(world, types, "2026-12-01", "23:45")
    view = calendar.calendar(world["own"], date="2026-12-01")
    wall = Wall(ZoneInfo(view.zone), world.clock.now)
    columns = columns_of([view.first], view.clinicians, view.visits, (), wall)
    # sixteen hours from eight; the last quarter of one is left
    assert "top:98.438%;height:1.562%" in columns_markup(columns, wall, "Day")
