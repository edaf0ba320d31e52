"""How much a notice says: the whole table."""

from itertools import product

import pytest

from portal_app.rules.notices import (
    CHOSEN,
    WARNINGS,
    WITH_DETAILS,
    Channel,
    Content,
    Event,
    content,
    event_of,
    offered,
)
from portal_app.rules.permissions import PORTAL, Permission

NONE, NEWS, DETAILS = Content
ALL = list(product(Event, Content, Content, (False, True)))


@pytest.mark.parametrize(("event", "most", "chosen", "agreed"), ALL)
def test_no_details_without_consent_or_against_anybodys_wish(
    event: Event, most: Content, chosen: Content, agreed: bool
):
    told = content(event, Channel.EMAIL, most=most, chosen=chosen, agreed=agreed)
    if told is DETAILS:
        assert agreed
        assert most is chosen is DETAILS
        assert event in WITH_DETAILS
    if event is Event.SECURITY:
        assert told is NEWS
    elif NONE in {most, chosen}:
        assert told is NONE
    else:
        assert told is not NONE


@pytest.mark.parametrize("event", Event)
def test_nothing_travels_by_a_channel_that_is_not_set_up(event: Event):
    assert content(event, Channel.SMS, most=DETAILS, chosen=DETAILS, agreed=True) is NONE


@pytest.mark.parametrize(("event", "most", "agreed"), list(product(CHOSEN, Content, (False, True))))
def test_what_is_offered_is_what_would_be_told(event: Event, most: Content, agreed: bool):
    for choice in offered(event, most=most, agreed=agreed):
        told = content(event, Channel.EMAIL, most=most, chosen=choice, agreed=agreed)
        assert told is choice


@pytest.mark.parametrize(
    ("needs", "event"),
    [
        (Permission.MESSAGES_READ, Event.MESSAGE),
        (Permission.SCHEDULE_VIEW, Event.APPOINTMENT),
        (Permission.DOCUMENTS_SIGN, Event.FORM),
        (Permission.BILLING_VIEW, Event.INVOICE),
        (Permission.RECORDS_VIEW, Event.RECORD),
        (Permission.INSTRUCTIONS_VIEW, Event.RECORD),
    ],
)
def test_each_section_has_its_event(needs: Permission, event: Event):
    assert event_of(needs) is event


def test_every_right_of_the_portal_has_an_event():
    assert {event_of(p) for p in PORTAL} == set(CHOSEN)


def test_the_words_of_a_version_stay():
    assert WARNINGS[1].startswith("Plain email is not private.")
    assert "You don’t have to agree" in WARNINGS[1]
