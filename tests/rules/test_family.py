"""Birthdays, to the second on the practice's wall; and what a member of the practice may look at."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from portal_app.rules import family
from portal_app.rules.access import GrantFacts, Role, StaffFacts
from portal_app.rules.family import AgeRules
from portal_app.rules.permissions import BOXES, PORTAL, REQUIRES, Permission, consistent

P = Permission
PACIFIC = ZoneInfo("America/Los_Angeles")
RULES = AgeRules()
SECOND = timedelta(seconds=1)
BORN = date(2014, 6, 1)


def left(
    now: datetime, born: date | None = BORN, zone: ZoneInfo = PACIFIC, **more: frozenset[Permission]
) -> frozenset[Permission]:
    """What a parent holds at that moment."""
    grant = family.narrowed(GrantFacts(PORTAL), RULES, born, zone, now, **more)
    return grant.scopes if grant.holds(now) else frozenset()


@pytest.mark.parametrize(
    "zone", ["America/Los_Angeles", "Asia/Tokyo", "America/Havana", "Pacific/Apia", "UTC"]
)
@pytest.mark.parametrize("born", [BORN, date(2012, 2, 29), date(2013, 3, 10), date(2013, 12, 31)])
def test_a_birthday_counts_from_midnight_to_the_second(zone: str, born: date):
    wall = ZoneInfo(zone)
    for age, before, after in (
        (12, PORTAL, RULES.limited),
        (18, RULES.limited, frozenset()),
    ):
        moment = family.reaches(born, age, wall)
        assert moment.astimezone(wall).date() == family.birthday(born, age)
        assert left(moment.astimezone(UTC) - SECOND, born, wall) == before
        assert left(moment.astimezone(UTC), born, wall) == after


def test_the_practices_wall_counts_and_not_the_servers():
    moment = datetime(2026, 6, 1, 5, tzinfo=UTC)  # still the last of May on the Pacific coast
    assert left(moment) == PORTAL
    assert left(moment, zone=ZoneInfo("Europe/Berlin")) == RULES.limited


def test_whoever_is_born_on_29_february_has_the_next_birthday_on_1_march():
    born = date(2012, 2, 29)
    assert family.birthday(born, 11) == date(2023, 3, 1)
    assert family.birthday(born, 12) == date(2024, 2, 29)
    assert family.birthday(born, 18) == date(2030, 3, 1)
    assert family.age_on(born, date(2023, 2, 28)) == 10
    assert family.age_on(born, date(2023, 3, 1)) == 11


def test_the_teenager_may_agree_to_more():
    at_14 = family.reaches(BORN, 14, PACIFIC)
    more = frozenset({P.MESSAGES_READ, P.MESSAGES_SEND})
    assert left(at_14, agreed=more) == RULES.limited | more
    assert left(family.reaches(BORN, 18, PACIFIC), agreed=more) == frozenset()


def test_an_earlier_end_stands():
    until = datetime(2020, 1, 1, tzinfo=UTC)
    grant = family.narrowed(GrantFacts(PORTAL, valid_until=until), RULES, BORN, PACIFIC, until)
    assert grant.valid_until == until
    assert not grant.holds(until)


def test_without_a_birth_date_the_narrow_rule_holds():
    assert left(datetime(2026, 1, 1, tzinfo=UTC), None) == RULES.limited


def test_age_never_gives_what_was_not_granted():
    grant = GrantFacts(frozenset({P.BILLING_VIEW, P.RECORDS_VIEW}))
    at_13 = family.reaches(BORN, 13, PACIFIC)
    assert family.narrowed(grant, RULES, BORN, PACIFIC, at_13).scopes == {P.BILLING_VIEW}


def test_rules_are_kept_and_read_again():
    rules = AgeRules(13, 18, 14, frozenset({P.BILLING_VIEW}), confirmed=True)
    assert AgeRules.of(rules.kept()) == rules
    assert AgeRules.of({}) == AgeRules()
    assert not AgeRules.of({}).confirmed


# ---------------------------------------------------------------- block
def test_a_block_overrides_everything():
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert GrantFacts(PORTAL).holds(now)
    assert not GrantFacts(PORTAL, is_blocked=True).holds(now)


# ---------------------------------------------------------------- looking
def test_an_assistant_without_boxes_looks_at_nothing():
    assert family.seen_by(StaffFacts(Role.ASSISTANT)) == frozenset()
    assert family.seen_by(StaffFacts(Role.OWNER)) == PORTAL


@pytest.mark.parametrize("box", sorted(BOXES))
def test_each_box_shows_its_own_part_only(box: Permission):
    parts = {p.value.partition(".")[0] for p in family.seen_by(StaffFacts(Role.ASSISTANT, {box}))}
    expected = {
        P.PRACTICE_DEMOGRAPHICS: {"demographics", "share"},
        P.PRACTICE_SCHEDULE: {"schedule"},
        P.PRACTICE_MESSAGES: {"messages"},
        P.PRACTICE_CLINICIAN_MESSAGES: {"messages"},
        P.PRACTICE_BILLING: {"billing"},
        P.PRACTICE_FORMS: {"documents"},
        P.PRACTICE_RECORDS: {"records", "instructions"},
    }
    assert parts == expected.get(box, set())


# ---------------------------------------------------------------- switches and words
@pytest.mark.parametrize("right", sorted(PORTAL))
def test_a_right_comes_with_what_it_needs_and_takes_along_what_needs_it(right: Permission):
    on = family.switched(frozenset(), right, on=True)
    assert right in on
    assert consistent(on) == on
    off = family.switched(PORTAL, right, on=False)
    assert right not in off
    assert (
        consistent(off) == off == PORTAL - {right} - {p for p, n in REQUIRES.items() if n == right}
    )


def test_every_right_has_words():
    assert set(family.RIGHTS) == PORTAL


@pytest.mark.parametrize(
    ("scopes", "words"),
    [
        (PORTAL, "Everything"),
        (PORTAL - {P.SHARE_PROXY}, "Everything"),
        ({P.BILLING_VIEW, P.BILLING_PAY}, "Billing only"),
        ({P.BILLING_VIEW, P.SCHEDULE_VIEW}, "Visits and billing"),
        ({P.SCHEDULE_VIEW, P.BILLING_VIEW, P.DOCUMENTS_FILL}, "Visits, billing and documents"),
        (set(), "Nothing"),
    ],
)
def test_scopes_are_said_in_a_few_words(scopes: set[Permission], words: str):
    assert family.in_words(frozenset(scopes)) == words
