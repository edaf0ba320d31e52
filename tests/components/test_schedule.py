"""Parts about visits: what they say, and what they hand back."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from nicegui.element import Element

from portal_app.components.home import NextAppointment
from portal_app.components.safe import plain
from portal_app.components.schedule.picker import NearestTimes, Steps, WeekTimes, week_words
from portal_app.components.schedule.rows import PastVisits, UpcomingVisits
from portal_app.components.schedule.words import cancel_words, policy_line
from portal_app.data.schemas.schedule import (
    ConsequenceView,
    DayTimes,
    PolicyView,
    TimeOption,
    VisitRow,
    WeekView,
)

NOW = datetime(2026, 11, 24, 18, tzinfo=UTC)
STARTS = datetime(2026, 12, 1, 18, 30, tzinfo=UTC)
ROW = VisitRow(
    id="v1",
    starts_at=STARTS,
    ends_at=STARTS + timedelta(minutes=25),
    zone="America/Los_Angeles",
    minutes=25,
    title="Follow-up <b>",
    clinician="Dr. Own",
    clinician_short="Dr. Own",
    mode="video",
    place="",
    status="booked",
    status_words="Booked",
    status_tone="ok",
    video_url="",
    video_from=STARTS - timedelta(minutes=15),
    instructions="",
    may_move=True,
    may_cancel=True,
    may_confirm=True,
    undo_until=None,
    cancelling=ConsequenceView("free", STARTS - timedelta(hours=24), "$75.00"),
)
WEEK = WeekView(
    first=date(2026, 11, 30),
    last=date(2026, 12, 4),
    days=(
        DayTimes(date(2026, 12, 1), (TimeOption(STARTS, "10:30 AM"),)),
        DayTimes(date(2026, 12, 2), ()),
    ),
    earlier=None,
    later=date(2026, 12, 7),
)
Html = Callable[[], str]


def upcoming() -> UpcomingVisits:
    return UpcomingVisits(lambda v: f"/v/{v}", on_cancel=list, on_confirm=list, on_undo=list)


def test_a_row_says_when_and_where_and_names_its_controls(place: Element, html: Html):
    upcoming().fill([ROW], NOW)
    page = html()
    assert "Tuesday, December 1, 10:30 AM" in plain(page)
    assert "The link opens at 10:15 AM." in page
    assert "Follow-up &lt;b&gt;" in page
    for name in ("Cancel", "Confirm", "Reschedule"):
        assert f'aria-label="{name}: Tuesday, December 1, 10:30 AM"' in page
    assert 'href="/v/v1/move"' in page


def test_a_row_offers_only_what_may_be_done(place: Element, html: Html):
    upcoming().fill([replace(ROW, may_move=False, may_cancel=False, may_confirm=False)], NOW)
    assert "<button" not in html()
    assert "Reschedule" not in html()


def test_a_row_that_stays_the_same_keeps_its_element(place: Element):
    visits = upcoming()
    visits.fill([ROW], NOW)
    kept = visits.default_slot.children[0].default_slot.children[0]
    earlier = replace(ROW, id="v0", starts_at=STARTS - timedelta(days=1))
    visits.fill([earlier, ROW], NOW)
    assert visits.default_slot.children[1].default_slot.children[0] is kept
    visits.fill([replace(ROW, status_words="Confirmed")], NOW)
    assert len(visits.default_slot.children) == 1
    assert kept.is_deleted


def test_many_past_visits_are_one_element(place: Element, html: Html):
    visits = PastVisits(lambda v: f"/v/{v}")
    visits.fill([replace(ROW, status="completed", starts_at=datetime(2024, 2, 1, tzinfo=UTC))], NOW)
    assert visits.default_slot.children == []
    assert "2024" in html()
    assert "Booked" not in html()


@pytest.mark.parametrize(
    ("kind", "status", "fee", "said"),
    [
        (
            "free",
            "booked",
            "$75.00",
            "free until Monday, November 30, 10:30 AM. After that, the fee",
        ),
        ("free", "booked", "", "free until Monday, November 30, 10:30 AM."),
        ("late", "booked", "$75.00", "The fee for cancelling late is $75.00."),
        ("late", "booked", "", "you cancelled late"),
        ("late", "requested", "$75.00", "nothing is charged"),
    ],
)
def test_the_consequence_of_cancelling_in_plain_words(kind: str, status: str, fee: str, said: str):
    means = ConsequenceView(kind, STARTS - timedelta(hours=24), fee)
    words = cancel_words(replace(ROW, status=status, cancelling=means), NOW)
    assert said in words
    assert ("$" in words) == (bool(fee) and status == "booked")


@pytest.mark.parametrize(
    ("mode", "online", "said"),
    [
        ("inform", True, "until 24 hours before a visit. After that, the fee is $75.00."),
        ("block", True, "After that, call (541) 555-0142."),
        ("inform", False, "To change or cancel a visit, call (541) 555-0142."),
    ],
)
def test_the_policy_in_one_line(mode: str, *, online: bool, said: str):
    line = policy_line(PolicyView(mode, 24, "$75.00", ""), "(541) 555-0142", online=online)
    assert said in " ".join(plain(line).replace(" .", ".").split())


def test_times_are_radios_named_by_their_time_in_groups_named_by_their_day(
    place: Element, html: Html
):
    WeekTimes("Open times", list).fill(WEEK, STARTS)
    page = html()
    assert 'role="group" aria-label="Tuesday, December 1"' in page
    assert page.count('type="radio"') == 1
    assert f'value="{STARTS.isoformat()}" checked' in page
    assert "No open times" in page
    # nothing can be chosen before the application has started: it would be lost
    assert "<fieldset disabled" in page.replace(' class="lw-times"', "")
    assert week_words(WEEK) == "November 30 to December 4"


def test_a_chosen_time_is_handed_over_as_it_was_handed_in(place: Element):
    chosen: list[str] = []
    times = WeekTimes("Open times", chosen.append)
    listener = next(iter(times.box._event_listeners.values()))
    times.box._handle_event({"listener_id": listener.id, "args": STARTS.isoformat()})
    assert chosen == [STARTS.isoformat()]


def test_the_nearest_times_say_why(place: Element, html: Html):
    nearest = NearestTimes(list)
    assert not nearest.visible
    nearest.offer([(STARTS, "Tuesday, December 1, 10:30 AM")])
    assert nearest.visible
    assert "That time was just taken. Here are the closest ones." in html()


def test_steps_say_which_is_open(place: Element, html: Html):
    Steps(1)
    assert html().count('aria-current="step"') == 1
    assert html().count('class="lw-done"') == 1


def test_the_next_appointment_and_none(place: Element, html: Html):
    card = NextAppointment("/s", may_book=True)
    card.show(ROW, NOW)
    assert 'href="/s/v1"' in html()
    assert "Book another" in html()
    card.show(None, NOW)
    assert "Book an appointment" in html()
