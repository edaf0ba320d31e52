"""What the practice decides about visits: types, places, rules, policies; and money as it is typed."""

from collections.abc import Callable
from typing import Any

import pytest

from portal_app.data.models import BookingPolicy, Location, VisitType
from portal_app.data.schemas.schedule import LocationInput, RulesInput, TypeInput
from portal_app.integrations.money import amount, minor, money
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.services.schedule import overview, picker, settings
from tests.schedule_world import (
    all_of,
    at,
    book,
    clinician,
    logged,
    schedule,
    staff_book,
    stored,
)
from tests.world import World

NINE = at(1, 9)


# ---------------------------------------------------------------- visit types
def kind(**more: Any) -> TypeInput:
    return TypeInput.model_validate({"name": "Group", "minutes": 90} | more)


def saved(world: World, key: str) -> TypeInput:
    return next(t.command for t in settings.types(world["owner"]) if t.id == key)


def test_a_type_is_saved_as_it_was_typed_and_shown_again_the_same(world: World):
    schedule()
    command = kind(
        name="  Group  ",
        description="Together.",
        minutes_before=5,
        minutes_after=10,
        price="1,160.50",
        video=True,
        phone=True,
        in_person=False,
        books="existing",
        approval="request",
        seats=8,
        reminders="7D, 2h;30h",
        instructions=" Bring a pen. ",
    )
    said = len(logged())
    key = settings.save_type(world["owner"], "", command)
    read = saved(world, key)
    assert read == command.model_copy(
        update={"name": "Group", "reminders": "7d, 2h, 30h", "instructions": "Bring a pen."}
    )
    row = next(t for t in all_of(VisitType) if t.public_id == key)
    assert (row.price_minor, row.modes, row.seats) == (1160_50, ["video", "phone"], 8)
    again = settings.save_type(world["owner"], key, kind(minutes=45, price=""))
    assert (again, saved(world, key).minutes, saved(world, key).price) == (key, 45, "")
    assert logged()[said:] == ["settings.visit_type"] * 2


def test_booked_visits_keep_length_words_and_price(world: World):
    types = schedule()
    visit = book(world, types, NINE).id
    before = stored(visit)
    command = saved(world, types.follow_up)
    changed = {"name": "Other", "minutes": 60, "price": "999"}
    settings.save_type(world["owner"], types.follow_up, command.model_copy(update=changed))
    assert stored(visit) == before
    assert overview.overview(world["alice"], world.charts["alice"]).upcoming[0].title == "Follow-up"


def test_a_type_that_is_off_is_offered_to_nobody_and_stays_in_the_list(world: World):
    types = schedule()
    book(world, types, NINE)
    settings.set_type_active(world["owner"], types.follow_up, active=False)
    assert picker.picker(world["alice"], world.charts["alice"]).types == ()
    with pytest.raises(InvalidError):
        staff_book(world, types, "2026-12-02", "09:00")
    shown = {t.id: t.is_active for t in settings.types(world["owner"])}
    assert shown[types.follow_up] is False
    settings.set_type_active(world["owner"], types.follow_up, active=True)
    assert picker.picker(world["alice"], world.charts["alice"]).types


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"in_person": False}, "in_person"),
        ({"reminders": "tomorrow"}, "reminders"),
        ({"reminders": "2d, 1w"}, "reminders"),
        ({"reminders": "1234d"}, "reminders"),
        ({"price": "much"}, "price"),
        ({"price": "-5"}, "price"),
        ({"price": "100,000.01"}, "price"),
    ],
)
def test_a_type_that_cannot_be_is_refused_at_its_field(world: World, wrong: dict, field: str):
    schedule()
    with pytest.raises(InvalidError) as refused:
        settings.save_type(world["owner"], "", kind(**wrong))
    assert refused.value.field == field
    assert len(all_of(VisitType)) == 2


@pytest.mark.parametrize(
    "wrong", [{"name": "   "}, {"minutes": 4}, {"minutes": 481}, {"seats": 0}, {"books": "some"}]
)
def test_a_type_out_of_bounds_is_no_type(wrong: dict):
    with pytest.raises(ValueError, match=next(iter(wrong))):
        kind(**wrong)


# ---------------------------------------------------------------- money
@pytest.mark.parametrize(
    ("typed", "cents"),
    [
        ("75", 75_00),
        ("75.00", 75_00),
        ("75.5", 75_50),
        (" $1,235.00 ", 1235_00),
        ("0", 0),
        ("0.01", 1),
    ],
)
def test_money_is_read_as_people_type_it(typed: str, cents: int):
    assert minor(typed) == cents
    assert minor(amount(cents)) == cents
    assert minor(money(cents)) == cents


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "abc",
        "-1",
        "7.555",
        "1,23",
        "NaN",
        "Infinity",
        "1e3",
        "1e99999999",
        "$",
        "75 dollars",
        "€5",
    ],
)
def test_what_is_no_amount_is_refused(typed: str):
    with pytest.raises(ValueError, match=r"amount|currency"):
        minor(typed)


def test_a_currency_without_cents_has_none():
    assert (minor("500", "JPY"), amount(500, "JPY"), money(500, "JPY")) == (500, "500", "¥500")
    with pytest.raises(ValueError, match="currency"):
        minor("500.5", "JPY")


# ---------------------------------------------------------------- places
def test_a_place_is_saved_and_shown_again_the_same(world: World):
    schedule()
    said = len(logged())
    command = LocationInput(name=" North ", address="2 Test Street", zone="America/Denver")
    key = settings.save_location(world["owner"], "", command)
    shown = next(r for r in settings.locations(world["owner"]) if r.id == key)
    assert shown.command == LocationInput(
        name="North", address="2 Test Street", zone="America/Denver"
    )
    settings.set_location_active(world["owner"], key, active=False)
    assert {r.id: r.is_active for r in settings.locations(world["owner"])}[key] is False
    assert logged()[said:] == ["settings.location"] * 2


@pytest.mark.parametrize(
    "zone", ["Pacific", "America", "../../etc/passwd", "/etc/passwd", "america/denver", "UTC+8"]
)
def test_a_zone_that_does_not_exist_is_refused_at_its_field(world: World, zone: str):
    with pytest.raises(InvalidError) as refused:
        settings.save_location(world["owner"], "", LocationInput(name="North", zone=zone))
    assert refused.value.field == "zone"
    assert all_of(Location) == []


# ---------------------------------------------------------------- rules and policies
def rules(world: World, **more: Any) -> None:
    shown = settings.rules(world["own"], clinician()).rules
    command = RulesInput.model_validate(shown.model_dump() | more)
    settings.save_rules(world["own"], clinician(), command)


def policies() -> list[tuple[int, int, str]]:
    found = [p for p in all_of(BookingPolicy) if str(p.practitioner_id) == clinician()]
    return [(p.version, p.fee_minor, p.text) for p in sorted(found, key=lambda p: p.version)]


def test_rules_are_saved_and_shown_again_the_same(world: World):
    schedule()
    more = {
        "mode": "request",
        "changes_online": False,
        "gap_minutes": 5,
        "gap_rule": "sum",
        "lead_hours": 48,
        "horizon_days": 28,
        "upcoming_most": 2,
        "per_day_most": 2,
        "clinician_day_most": 9,
        "moves_most": 1,
        "approves_first": True,
        "policy_mode": "block",
        "cancel_hours": 48,
        "fee": "60.00",
        "policy_text": "Two days.",
        "video_url": "https://video.example/other",
    }
    assert more.keys() == RulesInput.model_fields.keys()
    said = len(logged())
    rules(world, **more)
    assert settings.rules(world["own"]).rules == RulesInput.model_validate(more)
    view = overview.overview(world["alice"], world.charts["alice"])
    assert (view.mode, view.policy.fee, view.policy.hours) == ("request", "$60.00", 48)
    assert logged()[said] == "settings.booking_rules"
    # the other clinician's rules are her own
    assert settings.rules(world["other"]).rules.lead_hours == 24


def test_a_policy_that_differs_is_a_new_version_and_booked_visits_keep_theirs(world: World):
    types = schedule()
    first = book(world, types, NINE).id
    rules(world, lead_hours=1)
    assert policies() == [(1, 75_00, "Please give a day’s notice.")]
    rules(world, fee="90")
    rules(world, policy_text="New words.")
    assert policies() == [
        (1, 75_00, "Please give a day’s notice."),
        (2, 90_00, "Please give a day’s notice."),
        (3, 90_00, "New words."),
    ]
    second = book(world, types, at(2, 9)).id
    chart = world.charts["alice"]
    fees = [overview.visit(world["alice"], chart, v).policy.fee for v in (first, second)]
    assert fees == ["$75.00", "$90.00"]


def test_a_limit_in_business_days_outlives_a_change_on_screen(world: World):
    schedule(policy_business_days=2)
    rules(world, fee="90")
    assert [p.business_days for p in all_of(BookingPolicy) if p.version == 2] == [2]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"video_url": "http://video.example"}, "video_url"),
        ({"video_url": "javascript:alert(1)"}, "video_url"),
        ({"video_url": "https://a b"}, "video_url"),
        ({"fee": "a lot"}, "fee"),
        ({"fee": "75.001"}, "fee"),
    ],
)
def test_rules_that_cannot_be_are_refused_at_their_field_and_nothing_is_saved(
    world: World, wrong: dict, field: str
):
    schedule()
    with pytest.raises(InvalidError) as refused:
        rules(world, lead_hours=1, policy_text="New words.", **wrong)
    assert refused.value.field == field
    assert settings.rules(world["own"]).rules.lead_hours == 24
    assert len(policies()) == 1


# ---------------------------------------------------------------- reach
@pytest.mark.parametrize("who", ["own", "other", "desk", "biller", "nothing", "alice"])
@pytest.mark.parametrize(
    "call",
    [
        settings.types,
        settings.locations,
        lambda a: settings.save_type(a, "", kind()),
        lambda a: settings.set_type_active(a, "x", active=False),
        lambda a: settings.save_location(a, "", LocationInput(name="x")),
        lambda a: settings.set_location_active(a, "x", active=False),
    ],
)
def test_the_practices_own_settings_are_the_owners(
    world: World, who: str, call: Callable[..., object]
):
    with pytest.raises(NotFoundError):
        call(world[who])
    assert (all_of(VisitType), all_of(Location)) == ([], [])


@pytest.mark.parametrize("who", ["other", "biller", "nothing", "alice"])
def test_rules_of_a_clinician_out_of_reach_are_neither_seen_nor_changed(world: World, who: str):
    schedule()
    with pytest.raises(NotFoundError):
        settings.rules(world[who], clinician())
    with pytest.raises(NotFoundError):
        settings.save_rules(world[who], clinician(), RulesInput(lead_hours=1))
    assert settings.rules(world["desk"], clinician()).rules.lead_hours == 24


def test_what_does_not_exist_is_not_found(world: World):
    schedule()
    for call in (
        lambda a: settings.save_type(a, "nosuch", kind()),
        lambda a: settings.set_type_active(a, "nosuch", active=True),
        lambda a: settings.save_location(a, "nosuch", LocationInput(name="x")),
        lambda a: settings.set_location_active(a, "nosuch", active=True),
        lambda a: settings.rules(a, "nosuch"),
        lambda a: settings.save_rules(a, "nosuch", RulesInput()),
    ):
        with pytest.raises(NotFoundError):
            call(world["owner"])
