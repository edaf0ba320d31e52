"""What the practice lets be asked for by itself, as it is decided on screen."""

import pytest

from portal_app.rules.errors import InvalidError
from portal_app.services.documents import definitions, occasion_rules
from portal_app.services.documents.occasion_rules import add_occasion, occasions, remove_occasion
from tests.papers_world import consent, define
from tests.schedule_world import all_of, at, book, schedule
from tests.world import World

VIDEO = "Consent to video visits"


def papers() -> list[str]:
    from portal_app.data.models import DocumentAssignment  # noqa: PLC0415

    return sorted(a.title for a in all_of(DocumentAssignment))


@pytest.mark.seed("S29")
def test_what_is_chosen_comes_with_the_booking_and_what_is_removed_does_not(world: World):
    types, owner = schedule(), world["owner"]
    define("about")
    consent(VIDEO)
    view = occasions(owner)
    assert view.rows == ()
    assert view.occasions[0] == ("first", "A new patient’s first visit")
    assert types.follow_up in dict(view.occasions)
    add_occasion(owner, "first", "about")
    add_occasion(owner, types.follow_up, VIDEO)
    add_occasion(owner, types.follow_up, VIDEO)
    rows = [(r.occasion, r.title) for r in occasions(owner).rows]
    assert rows == [("first", "About you"), (types.follow_up, VIDEO)]
    book(world, types, at(1, 10))
    assert papers() == ["About you", VIDEO]
    remove_occasion(owner, types.follow_up, VIDEO)
    assert [r.key for r in occasions(owner).rows] == ["about"]
    book(world, types, at(3, 10))
    assert papers() == ["About you", VIDEO]


def test_only_what_there_is_can_be_chosen(world: World):
    schedule()
    define("about")
    owner = world["owner"]
    for occasion, key, field in (
        ("first", "nothing", "document"),
        ("first", "", "document"),
        ("nowhere", "about", "occasion"),
    ):
        with pytest.raises(InvalidError) as refused:
            add_occasion(owner, occasion, key)
        assert refused.value.field == field
    assert occasions(owner).rows == ()


def test_a_form_out_of_use_is_shown_no_more_and_an_occasion_has_an_end(world: World):
    schedule()
    owner, public_id = world["owner"], define("about")
    add_occasion(owner, "first", "about")
    definitions.set_retired(owner, public_id, retired=True)
    assert occasions(owner).rows == ()
    for number in range(occasion_rules.MOST):
        consent(f"Consent {number}")
        if number < occasion_rules.MOST - 1:
            add_occasion(owner, "first", f"Consent {number}")
    with pytest.raises(InvalidError, match="at most 10"):
        add_occasion(owner, "first", f"Consent {occasion_rules.MOST - 1}")
