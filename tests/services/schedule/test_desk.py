"""What the practice does with visits, and what is refused."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlmodel import select

from portal_app.data.models import (
    Appointment,
    BusyTime,
    Location,
    OutboxMail,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.schedule import MoveInput
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services.schedule import availability, calendar, desk
from portal_app.services.schedule.clinician_time import TakenError
from portal_app.services.schedule.desk import SeriesError
from tests.schedule_world import (
    Scheduled,
    add_hours,
    all_of,
    at,
    book,
    clinician,
    logged,
    off,
    offered,
    schedule,
    staff_book,
    stored,
    time_off,
)
from tests.world import URL, World

NINE = at(1, 9)
ZONE = ZoneInfo("America/Los_Angeles")
READERS = 3
"""Logins that may see Alice's visits."""


def mails(visit: str, kind: str = "visit") -> list[str]:
    """What the news about a visit are, by the last word but one of their keys."""
    key = str(stored(visit).id)
    return [
        m.unique_key.split(":")[3]
        for m in all_of(OutboxMail)
        if m.appointment_id == key and m.kind == kind and m.status == "due"
    ]


def requested(world: World) -> tuple[Scheduled, str]:
    types = schedule(mode="request")
    return types, book(world, types, NINE).id


def walls(ids: tuple[str, ...]) -> list[datetime]:
    return [stored(v).starts_at.astimezone(ZONE).replace(tzinfo=None) for v in ids]


# ---------------------------------------------------------------- a new visit
@pytest.mark.seed("S16")
def test_a_new_visit_takes_the_time_and_tells_the_patient(world: World):
    types = schedule()
    before = len(logged())
    placed = staff_book(world, types, "2026-12-01", "09:00")
    found = stored(placed.ids[0])
    assert (found.starts_at, found.status, found.booked_by_staff) == (NINE, "booked", True)
    assert (found.zone, found.wall_start) == ("America/Los_Angeles", "2026-12-01T09:00:00")
    assert mails(placed.ids[0]) == ["booked"] * READERS
    assert len(mails(placed.ids[0], "reminder")) == 2 * READERS
    assert logged()[before:] == ["visit.book"]
    assert NINE not in offered(world["alice"], world.charts["alice"])


@pytest.mark.parametrize(("time", "told"), [("09:00", 0), ("10:00", 0), ("10:01", READERS)])
def test_a_visit_that_is_noted_afterwards_is_no_news(world: World, time: str, told: int):
    placed = staff_book(world, schedule(), "2026-11-24", time)
    assert mails(placed.ids[0]) == ["booked"] * told
    assert mails(placed.ids[0], "reminder") == []


@pytest.mark.parametrize("time", ["07:00", "20:30"])
def test_the_practice_books_outside_the_weekly_hours_too(world: World, time: str):
    types = schedule()
    assert staff_book(world, types, "2026-12-05", time).ids


def test_a_taken_time_needs_a_typed_reason_which_is_kept(world: World):
    types = schedule()
    staff_book(world, types, "2026-12-01", "09:00")
    with pytest.raises(TakenError):
        staff_book(world, types, "2026-12-01", "09:15", chart=carols(world))
    with pytest.raises(TakenError):
        staff_book(world, types, "2026-12-01", "09:15", chart=carols(world), override_reason="  ")
    placed = staff_book(
        world, types, "2026-12-01", "09:15", chart=carols(world), override_reason=" In need "
    )
    found = stored(placed.ids[0])
    assert (found.overrides, found.override_reason) == (True, "In need")
    assert calendar.visit(world["own"], placed.ids[0]).override_reason == "In need"
    assert len(all_of(Appointment)) == 2


def carols(world: World) -> str:
    """A chart of Carol with Dr. Own, made on first use."""
    with open_system("a second patient of Dr. Own") as work:
        charts = work.session.exec(select(desk.Chart)).all()
        carol = next(c for c in charts if c.public_id == world.charts["carol"])
        own = work.session.exec(select(Practitioner).where(Practitioner.name == "Dr. Own")).one()
        held = [c for c in charts if c.patient_id == carol.patient_id and c != carol]
        made = (
            held[0]
            if held
            else desk.Chart(
                patient_id=carol.patient_id, practitioner_id=own.id, permissions=carol.permissions
            )
        )
        work.session.add(made)
        return made.public_id


def test_one_person_is_at_two_places_only_with_a_reason(world: World):
    types = schedule()
    staff_book(world, types, "2026-12-01", "09:00")
    twice = {"chart": world.charts["alice2"]}
    with pytest.raises(TakenError, match="The patient has another visit"):
        staff_book(world, types, "2026-12-01", "09:00", **twice)
    assert staff_book(world, types, "2026-12-01", "09:00", **twice, override_reason="Both").ids


def test_a_reason_typed_for_a_free_time_opens_no_second_visit(world: World):
    types = schedule()
    staff_book(world, types, "2026-12-01", "09:00", override_reason="Just so")
    assert [b.overrides for b in all_of(BusyTime)] == [False]
    with pytest.raises(TakenError):
        staff_book(world, types, "2026-12-01", "09:00", chart=carols(world))


def test_a_closed_day_needs_a_reason_unless_extra_hours_open_it(world: World):
    types = schedule()
    off(world, "2026-12-01", "2026-12-02", reason="Private")
    with pytest.raises(TakenError, match="closed"):
        staff_book(world, types, "2026-12-01", "09:00")
    staff_book(world, types, "2026-12-01", "09:00", override_reason="Emergency")
    extra = time_off("2026-12-02", start="09:00", end="10:00")
    availability.add_extra_hours(world["owner"], clinician(), extra)
    assert staff_book(world, types, "2026-12-02", "09:00").ids
    with pytest.raises(TakenError, match="closed"):
        staff_book(world, types, "2026-12-02", "10:00")


def test_the_same_click_books_once(world: World):
    types = schedule()
    one = staff_book(world, types, "2026-12-01", "09:00", client_key="click")
    assert staff_book(world, types, "2026-12-01", "09:00", client_key="click").ids == one.ids
    weekly = {"every_weeks": 1, "count": 3, "client_key": "series"}
    many = staff_book(world, types, "2026-12-08", "09:00", **weekly)
    assert staff_book(world, types, "2026-12-08", "09:00", **weekly).ids == many.ids
    assert len(all_of(Appointment)) == 4


def test_a_type_that_the_clinician_does_not_offer_is_refused_at_its_field(world: World):
    types = schedule()
    with open_system("only Dr. Other offers it") as work:
        row = work.session.exec(
            select(VisitType).where(VisitType.public_id == types.follow_up)
        ).one()
        row.practitioner_ids = [clinician("Dr. Other")]
        work.session.add(row)
    with pytest.raises(InvalidError, match="does not offer") as refused:
        staff_book(world, types, "2026-12-01", "09:00")
    assert refused.value.field == "visit_type"


def test_a_way_that_the_type_does_not_have_becomes_its_first(world: World):
    types = schedule()
    placed = staff_book(world, types, "2026-12-01", "09:00", mode="phone")
    assert stored(placed.ids[0]).mode == "in_person"


def test_a_place_in_another_zone_has_its_own_wall_clock(world: World):
    types = schedule()
    with open_system("the place moves to Denver") as work:
        place = work.session.exec(select(Location)).one()
        place.zone = "America/Denver"
        work.session.add(place)
    visit = staff_book(world, types, "2026-12-01", "09:00").ids[0]
    assert stored(visit).starts_at == datetime(2026, 12, 1, 16, tzinfo=UTC)
    assert stored(visit).wall_start == "2026-12-01T09:00:00"
    command = MoveInput.model_validate({"day": "2026-12-02", "time": "10:00"})
    moved = desk.move(world["own"], visit, command, URL)
    assert stored(moved).starts_at == datetime(2026, 12, 2, 17, tzinfo=UTC)


# ---------------------------------------------------------------- series
def test_a_series_keeps_the_time_on_the_wall_over_both_changes_of_the_clock(world: World):
    types = schedule()
    weekly = {"every_weeks": 2, "until": "2027-03-23"}
    ids = staff_book(world, types, "2026-10-27", "09:00", **weekly).ids
    found = walls(ids)
    assert {f"{w:%a %H:%M}" for w in found} == {"Tue 09:00"}
    assert (found[0].date().isoformat(), len(ids)) == ("2026-10-27", 11)
    hours = {stored(v).starts_at.hour for v in ids}
    assert hours == {16, 17}
    assert len({stored(v).series_id for v in ids}) == 1


def test_a_time_that_the_clock_skips_is_no_visit_and_one_that_it_shows_twice_is_the_first(
    world: World,
):
    types = schedule()
    with pytest.raises(InvalidError, match="skip") as refused:
        staff_book(world, types, "2027-03-14", "02:30")
    assert refused.value.field == "time"
    # Pacific time goes back at two in the morning of November 1, 2026
    world.clock.now = datetime(2026, 10, 1, tzinfo=UTC)
    visit = staff_book(world, types, "2026-11-01", "01:30").ids[0]
    assert stored(visit).starts_at == datetime(2026, 11, 1, 8, 30, tzinfo=UTC)


def test_conflicts_of_a_series_are_listed_first_and_nothing_is_saved(world: World):
    types = schedule()
    staff_book(world, types, "2027-03-07", "02:30")
    off(world, "2027-02-28", reason="Away")
    weekly = {"every_weeks": 1, "count": 4, "chart": carols(world)}
    before, said = len(all_of(OutboxMail)), logged()
    with pytest.raises(SeriesError, match="3 of these visits do not fit") as refused:
        staff_book(world, types, "2027-02-28", "02:30", **weekly)
    assert [(c.day.isoformat(), c.words) for c in refused.value.conflicts] == [
        ("2027-02-28", "This day is closed."),
        ("2027-03-07", "That time was just taken."),
        ("2027-03-14", "The clocks skip this time on that day."),
    ]
    assert (len(all_of(Appointment)), len(all_of(OutboxMail))) == (1, before)
    assert logged() == said
    placed = staff_book(world, types, "2027-02-28", "02:30", **weekly, skip_conflicts=True)
    assert walls(placed.ids) == [datetime(2027, 3, 21, 2, 30)]  # noqa: DTZ001 - a wall time
    assert len(placed.conflicts) == 3


def test_a_series_without_an_end_or_without_any_free_time_is_refused(world: World):
    types = schedule()
    with pytest.raises(InvalidError, match="how many"):
        staff_book(world, types, "2026-12-01", "09:00", every_weeks=1)
    off(world, "2026-12-01", "2026-12-08")
    weekly = {"every_weeks": 1, "count": 2, "skip_conflicts": True}
    with pytest.raises(TakenError):
        staff_book(world, types, "2026-12-01", "09:00", **weekly)
    assert all_of(Appointment) == []


def test_cancelling_this_and_later_leaves_the_earlier_ones(world: World):
    types = schedule()
    ids = staff_book(world, types, "2026-12-01", "09:00", every_weeks=1, count=4).ids
    before = len(logged())
    assert desk.cancel_series(world["own"], ids[1], "Away", URL) == 3
    states = [stored(v).status for v in ids]
    assert states == ["booked", *["cancelled_by_practice"] * 3]
    assert len(all_of(BusyTime)) == 1
    assert [mails(v) for v in ids[1:]] == [["cancelled"] * READERS, [], []]
    assert [mails(v, "reminder") for v in ids[1:]] == [[], [], []]
    assert logged()[before:] == ["visit.cancel_series"]
    with pytest.raises(ConflictError):
        desk.cancel_series(world["own"], ids[1], "", URL)


def test_cancelling_one_of_a_series_leaves_the_others(world: World):
    types = schedule()
    ids = staff_book(world, types, "2026-12-01", "09:00", every_weeks=1, count=3).ids
    desk.cancel(world["own"], ids[1], "", URL)
    assert [stored(v).status for v in ids] == ["booked", "cancelled_by_practice", "booked"]


# ---------------------------------------------------------------- deciding
@pytest.mark.parametrize(
    ("decide", "status", "word", "action"),
    [
        (lambda a, v: desk.approve(a, v, URL), "booked", "approved", "visit.approve"),
        (lambda a, v: desk.decline(a, v, "Full", URL), "declined", "declined", "visit.decline"),
    ],
)
def test_an_answer_always_tells_the_patient(
    world: World, decide: Callable[..., None], status: str, word: str, action: str
):
    _, visit = requested(world)
    before = len(logged())
    decide(world["own"], visit)
    assert stored(visit).status == status
    assert [w for w in mails(visit) if w != "requested"] == [word] * READERS
    assert bool(mails(visit, "reminder")) == (status == "booked")
    assert logged()[before:] == [action]
    for again in (desk.approve, lambda a, v, u: desk.decline(a, v, "", u)):
        with pytest.raises(ConflictError):
            again(world["own"], visit, URL)


def test_what_is_declined_gives_its_time_back_with_the_reason(world: World):
    _, visit = requested(world)
    desk.decline(world["own"], visit, " We are full. ", URL)
    assert all_of(BusyTime) == []
    view = calendar.visit(world["own"], visit)
    assert (view.practice_reason, view.patient_reason) == ("We are full.", "")


def test_cancelling_tells_the_patient_and_gives_the_time_back(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    before = len(logged())
    desk.cancel(world["own"], visit, "Ill", URL)
    assert stored(visit).status == "cancelled_by_practice"
    assert (mails(visit), mails(visit, "reminder")) == (["cancelled"] * READERS, [])
    assert logged()[before:] == ["visit.cancel"]
    assert NINE in offered(world["alice"], world.charts["alice"])
    with pytest.raises(ConflictError):
        desk.cancel(world["own"], visit, "", URL)


# ---------------------------------------------------------------- on the day
STEPS: dict[str, Callable[..., None]] = {
    "arrived": desk.arrive,
    "completed": desk.complete,
    "no_show": desk.no_show,
}


@pytest.mark.parametrize("status", sorted(STEPS))
def test_what_happens_on_the_day_is_noted_from_its_first_minute_on(world: World, status: str):
    types = schedule()
    visit = book(world, types, NINE).id
    world.clock.now = at(1, 0) - timedelta(seconds=1)
    with pytest.raises(ConflictError, match="has not come yet"):
        STEPS[status](world["own"], visit)
    verbs = {"arrive", "complete", "no_show"}
    assert not verbs & calendar.visit(world["own"], visit).may
    world.clock.pass_by(seconds=1)
    assert verbs <= calendar.visit(world["own"], visit).may
    before = len(logged())
    STEPS[status](world["own"], visit)
    assert stored(visit).status == status
    assert len(logged()) == before + 1


def test_a_visit_is_completed_after_it_arrived_and_nothing_follows(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    world.clock.now = NINE
    desk.arrive(world["own"], visit)
    assert calendar.visit(world["own"], visit).may == {"complete"}
    with pytest.raises(ConflictError):
        desk.no_show(world["own"], visit)
    desk.complete(world["own"], visit)
    assert calendar.visit(world["own"], visit).may == frozenset()
    for step in STEPS.values():
        with pytest.raises(ConflictError):
            step(world["own"], visit)


def test_a_missed_visit_keeps_its_place_in_the_calendar(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    world.clock.now = NINE
    desk.no_show(world["own"], visit)
    shown = calendar.calendar(world["own"], date="2026-12-01").visits
    assert [(v.id, v.status_words) for v in shown] == [(visit, "Missed")]


# ---------------------------------------------------------------- moving
def to(day: str, time: str, **more: str) -> MoveInput:
    return MoveInput.model_validate({"day": day, "time": time} | more)


def test_moving_makes_a_new_visit_that_knows_the_old_one(world: World):
    types = schedule()
    old = book(world, types, NINE).id
    before = len(logged())
    new = desk.move(world["own"], old, to("2026-12-02", "10:00"), URL)
    first, second = stored(old), stored(new)
    assert (first.status, second.status) == ("rescheduled", "booked")
    assert (first.replaced_by_id, second.replaces_id) == (second.id, first.id)
    assert (second.calendar_uid, second.price_minor) == (first.calendar_uid, first.price_minor)
    assert second.moves == 0
    assert mails(new) == ["moved"] * READERS
    assert mails(old, "reminder") == []
    assert mails(new, "reminder")
    assert logged()[before:] == ["visit.move"]
    assert NINE in offered(world["alice"], world.charts["alice"])


def test_a_taken_time_is_no_place_to_move_to_and_the_visit_stays(world: World):
    types = schedule()
    staff_book(world, types, "2026-12-02", "10:00", chart=carols(world))
    visit = book(world, types, NINE).id
    with pytest.raises(TakenError):
        desk.move(world["own"], visit, to("2026-12-02", "10:00"), URL)
    assert stored(visit).status == "booked"
    assert NINE not in offered(world["bob"], world.charts["alice"])
    there = to("2026-12-02", "10:00", override_reason="Urgent")
    assert stored(desk.move(world["own"], visit, there, URL)).overrides


def test_a_visit_moves_into_a_time_that_overlaps_its_own(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    new = desk.move(world["own"], visit, to("2026-12-01", "09:15"), URL)
    assert stored(new).starts_at == at(1, 9, 15)


def test_the_same_click_moves_once(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    command = to("2026-12-02", "10:00", client_key="click")
    assert desk.move(world["own"], visit, command, URL) == desk.move(
        world["own"], visit, command, URL
    )


def test_a_completed_visit_does_not_move(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    world.clock.now = NINE
    desk.complete(world["own"], visit)
    with pytest.raises(ConflictError):
        desk.move(world["own"], visit, to("2026-12-02", "10:00"), URL)


# ---------------------------------------------------------------- reach
def test_the_dialog_offers_what_is_within_reach(world: World):
    schedule()
    everybody = {name for _, name in desk.offer(world["owner"]).clinicians}
    assert everybody == {"Dr. Own", "Dr. Other"}
    assert [n for _, n in desk.offer(world["desk"]).clinicians] == ["Dr. Own"]
    assert [n for _, n in desk.find_charts(world["desk"], "")] == ["Alice Adams, with Dr. Own"]
    assert desk.find_charts(world["own"], "cla") == ()
    assert [n for _, n in desk.find_charts(world["other"], "CLÄ")] == [
        "Carol Clark, with Dr. Other"
    ]
    assert desk.find_charts(world["owner"], "ali oth") == ()


@pytest.mark.parametrize("who", ["other", "nothing", "biller"])
@pytest.mark.parametrize(
    "change",
    [
        lambda a, v: desk.cancel(a, v, "", URL),
        lambda a, v: desk.cancel_series(a, v, "", URL),
        lambda a, v: desk.move(a, v, to("2026-12-02", "10:00"), URL),
        desk.arrive,
        desk.complete,
        desk.no_show,
        lambda a, v: desk.approve(a, v, URL),
        lambda a, v: desk.decline(a, v, "", URL),
        calendar.visit,
    ],
)
def test_out_of_reach_is_not_found_and_nothing_changes(
    world: World, who: str, change: Callable[..., object]
):
    types = schedule()
    visit = book(world, types, NINE).id
    world.clock.now = NINE
    before, said = stored(visit), logged()
    with pytest.raises(NotFoundError):
        change(world[who], visit)
    assert (stored(visit), logged()) == (before, said)


def test_nobody_books_for_a_chart_out_of_reach(world: World):
    types = schedule()
    add_hours(world)
    for who, chart in (("own", "carol"), ("desk", "carol"), ("other", "alice")):
        with pytest.raises(NotFoundError):
            staff_book(world, types, "2026-12-01", "09:00", who, chart=world.charts[chart])
    assert all_of(Appointment) == []
