"""Visits from the patient's side, in browsers: booking, moving, cancelling, and who hears of it."""

import re
import time
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

from portal_app.data.demo.visits import ZONE
from tests.e2e.conftest import Enter, Person

SIZES = [(1280, 800), (375, 812)]
DAY = re.compile(r"^\w+day, \w+ \d+$")
BOOK = re.compile("^Book (an appointment|another)")
DONE = re.compile("^(You are booked|Request sent)$")


def open_times(page: Page) -> list[tuple[str, str]]:
    """Day and time of every radio that can be chosen, in order."""
    expect(page.get_by_role("main").get_by_role("radio").first).to_be_enabled()
    found: list[tuple[str, str]] = page.evaluate(
        "() => [...document.querySelectorAll('#app .lw-week [role=group]')].flatMap(g =>"
        " [...g.querySelectorAll('label')].map(l => [g.ariaLabel, l.innerText.trim()]))"
    )
    return [(day, clock) for day, clock in found]


def radio(page: Page, slot: tuple[str, str]) -> Locator:
    group = page.get_by_role("group", name=slot[0], exact=True)
    return group.get_by_role("radio", name=slot[1], exact=True)


def row(person: Person, slot: tuple[str, str]) -> Locator:
    upcoming = person.page.get_by_role("region", name="Upcoming")
    return upcoming.get_by_role("listitem").filter(has_text=", ".join(slot))


def week(ahead: int) -> str:
    """The picker at a week, counted from this one."""
    day = datetime.now(ZONE).date() + timedelta(weeks=ahead)
    return f"schedule/book?week={day.isoformat()}"


def open_week(person: Person, ahead: int) -> list[tuple[str, str]]:
    """Open a week that has times; gives them."""
    return open_times(person.inside(week(ahead)).page)


def book(person: Person, which: int = -1) -> tuple[str, str]:
    """Book one of the times that are offered first."""
    person.inside("schedule/book")
    slot = open_times(person.page)[which]
    radio(person.page, slot).check()
    person.press("Confirm booking")
    expect(person.page.get_by_role("heading", name=DONE)).to_be_visible()
    return slot


def cancel(person: Person, slot: tuple[str, str]) -> None:
    person.inside("schedule")
    row(person, slot).get_by_role("button", name="Cancel").click()
    person.press("Cancel visit")
    person.sees("Visit cancelled")
    expect(row(person, slot)).to_have_count(0)


# ---------------------------------------------------------------- journeys and their clicks
@pytest.mark.seed("S08", "S09", "S19")
@pytest.mark.parametrize("size", SIZES)
def test_from_home_to_a_booked_visit_is_three_clicks(enter: Enter, size: tuple[int, int]):
    dana = enter("dana", size=size)
    dana.page.get_by_role("link", name=BOOK).first.click()
    slot = open_times(dana.page)[-1]
    radio(dana.page, slot).click()
    dana.press("Confirm booking")
    expect(dana.page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert dana.clicks.count("pointer") == 3
    expect(row(dana.inside("schedule"), slot)).to_be_visible()
    home = dana.inside("home").page.get_by_role("region", name="Next appointment")
    expect(home.get_by_role("link", name="See details")).to_be_visible()
    cancel(dana, slot)


@pytest.mark.seed("S17")
@pytest.mark.parametrize("size", SIZES)
def test_moving_from_the_schedule_is_three_clicks(enter: Enter, size: tuple[int, int]):
    dana = enter("dana", size=size)
    old = book(dana)
    dana.inside("schedule")
    dana.clicks.clear()
    row(dana, old).get_by_role("link", name="Reschedule").click()
    dana.page.wait_for_url("**/move*")
    new = next(s for s in open_times(dana.page) if s[0] != old[0])
    radio(dana.page, new).click()
    dana.press("Confirm booking")
    expect(dana.page.get_by_role("heading", name="You are booked")).to_be_visible()
    assert dana.clicks.count("pointer") == 3
    dana.inside("schedule")
    expect(row(dana, new)).to_be_visible()
    expect(row(dana, old)).to_have_count(0)
    cancel(dana, new)


@pytest.mark.seed("S16", "S18")
@pytest.mark.parametrize("size", SIZES)
def test_cancelling_is_two_clicks_and_asks_first(enter: Enter, size: tuple[int, int]):
    dana = enter("dana", size=size)
    slot = book(dana)
    dana.inside("schedule")
    row(dana, slot).get_by_role("button", name="Cancel").click()
    dialog = dana.page.get_by_role("dialog", name="Cancel this visit?")
    expect(dialog).to_contain_text(", ".join(slot))
    dialog.get_by_role("button", name="Keep visit").click()
    expect(dialog).to_be_hidden()
    expect(row(dana, slot)).to_be_visible()
    dana.clicks.clear()
    row(dana, slot).get_by_role("button", name="Cancel").click()
    dialog.get_by_role("button", name="Cancel visit").click()
    expect(row(dana, slot)).to_have_count(0)
    assert dana.clicks.count("pointer") == 2
    dana.inside("schedule/book")
    assert slot in open_times(dana.page)


def tab_to(person: Person, wanted: Callable[[str], bool], most: int = 250) -> None:
    for _ in range(most):
        person.page.keyboard.press("Tab")
        said = person.page.evaluate(
            "() => { const e = document.activeElement;"
            " return e.getAttribute('aria-label') || e.labels?.[0]?.innerText || e.innerText || '' }"
        )
        if wanted(said):
            return
    pytest.fail("Tab does not reach it")


def test_booking_and_cancelling_need_no_pointer(enter: Enter):
    dana = enter("dana")
    tab_to(dana, lambda said: bool(BOOK.match(said)))
    dana.page.keyboard.press("Enter")
    slot = open_times(dana.page)[0]
    tab_to(dana, lambda said: said == slot[1])
    dana.page.keyboard.press("Space")
    tab_to(dana, lambda said: said.startswith("Confirm booking"))
    dana.page.keyboard.press("Enter")
    expect(dana.page.get_by_role("heading", name="You are booked")).to_be_focused()
    tab_to(dana, lambda said: said == "Back to Schedule")
    dana.page.keyboard.press("Enter")
    tab_to(dana, lambda said: said == f"Cancel: {', '.join(slot)}")
    dana.page.keyboard.press("Enter")
    expect(dana.page.get_by_role("dialog", name="Cancel this visit?")).to_be_visible()
    tab_to(dana, lambda said: said == "Cancel visit")
    dana.page.keyboard.press("Enter")
    expect(row(dana, slot)).to_have_count(0)
    assert dana.clicks.count("pointer") == 0


# ---------------------------------------------------------------- together
def test_a_time_that_is_taken_leaves_other_pickers_and_their_choice_stays(enter: Enter):
    dana, nora = enter("dana"), enter("nora")
    hers = open_week(nora, 5)
    shared = [s for s in open_week(dana, 5) if s in hers]
    taken, wished = shared[-1], shared[0]
    radio(nora.page, wished).check()
    nora.sees("We keep this time for you until")
    expect(radio(dana.page, wished)).to_have_count(0)
    radio(dana.page, taken).check()
    began = time.monotonic()
    expect(radio(nora.page, taken)).to_have_count(0, timeout=1000)
    assert time.monotonic() - began < 1
    expect(radio(nora.page, wished)).to_be_checked()
    expect(radio(nora.page, wished)).to_be_focused()
    dana.press("Confirm booking")
    expect(dana.page.get_by_role("heading", name="You are booked")).to_be_visible()
    dana.press("Undo")
    dana.sees("Taken back")
    expect(radio(nora.page, taken)).to_have_count(1, timeout=1000)


def test_a_double_click_books_once(enter: Enter):
    dana = enter("dana")
    dana.inside("schedule/book")
    slot = open_times(dana.page)[-1]
    radio(dana.page, slot).check()
    dana.page.get_by_role("button", name="Confirm booking").dblclick()
    expect(dana.page.get_by_role("heading", name="You are booked")).to_be_visible()
    dana.inside("schedule")
    expect(row(dana, slot)).to_have_count(1)
    cancel(dana, slot)


def test_another_page_hears_of_a_cancelled_visit(enter: Enter):
    dana = enter("dana")
    slot = book(dana)
    second = Person(dana.page.context.new_page(), dana.base)
    second.page.goto(dana.page.url)
    second.inside("schedule")
    expect(row(second, slot)).to_be_visible()
    cancel(dana, slot)
    expect(row(second, slot)).to_have_count(0, timeout=1000)


def test_weeks_turn_in_place_and_a_reload_shows_the_same(enter: Enter):
    dana = enter("dana")
    earlier = dana.inside(week(0)).page.get_by_role("button", name="Earlier week")
    expect(earlier).to_be_disabled()
    first = open_week(dana, 2)
    loads: list[object] = []
    dana.page.on("load", lambda _: loads.append(1))
    before = dana.page.url
    dana.press("Later week")
    dana.page.wait_for_function("before => location.href !== before", arg=before)
    second = open_times(dana.page)
    assert first != second
    expect(earlier).to_be_enabled()
    assert loads == []
    dana.page.reload()
    assert open_times(dana.page) == second


def test_a_policy_to_be_accepted_has_a_step_of_its_own(enter: Enter):
    dana = enter("dana")
    dana.press("Clinician")
    dana.page.get_by_role("menuitemradio", name="Ben Castellano").click()
    expect(dana.page.get_by_role("button", name="Clinician Ben Castellano")).to_be_visible()
    dana.inside("schedule/book")
    slot = open_times(dana.page)[-1]
    radio(dana.page, slot).check()
    dana.press("Continue")
    act = dana.page.get_by_role("button", name=re.compile("^(Confirm booking|Send request)"))
    act.click()
    dana.sees("Tick that you understand the policy.")
    dana.page.get_by_role("checkbox", name="I understand").check()
    act.click()
    expect(dana.page.get_by_role("heading", name=DONE)).to_be_visible()
    dana.press("Undo")
    dana.sees("Taken back")


# ---------------------------------------------------------------- calendar, looks
def test_calendar_files_and_the_private_address(enter: Enter):
    dana, nora = enter("dana"), enter("nora")
    dana.inside("schedule")
    link = dana.page.get_by_role("link", name="Add to my calendar")
    path = link.get_attribute("href") or ""
    got = dana.page.request.get(f"{dana.base}{path}")
    assert got.headers["content-type"].startswith("text/calendar")
    assert got.headers["content-disposition"].startswith("attachment")
    assert nora.page.request.get(f"{nora.base}{path}").status == 404
    dana.press("Make a private address")
    address = dana.page.locator("code").filter(has_text="/calendar/")
    expect(address).to_be_visible()
    private = address.inner_text()
    stranger = nora.page.request
    read = stranger.get(private)
    assert (read.status, read.headers["cache-control"]) == (200, "no-store")
    assert "noindex" in read.headers["x-robots-tag"]
    assert "Whitfield" not in read.text()
    dana.press("End the address")
    dana.sees("The address has ended")
    gone, never = stranger.get(private), stranger.get(f"{nora.base}/calendar/nosuch.ics")
    assert gone.status == never.status == 404


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("section", ["schedule", "schedule/book", "schedule/book?kind=all", "home"])
def test_axe_finds_nothing(enter: Enter, section: str, size: tuple[int, int], *, dark: bool):
    dana = enter("dana", size=size, dark=dark)
    dana.inside(section)
    if section == "schedule/book":
        assert open_times(dana.page)
    dana.page.wait_for_timeout(300)
    found = Axe().run(dana.page).response["violations"]
    assert [(v["id"], v["nodes"][0]["html"]) for v in found] == []
    wide = dana.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0
