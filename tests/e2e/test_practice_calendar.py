"""Visits from the practice's side, in browsers: Today, the calendar, hours, and who hears of it."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, expect

from portal_app.data.demo.visits import FOLLOW_UP, ZONE
from tests.e2e.conftest import Enter, Person
from tests.e2e.test_schedule import book, cancel, open_times, open_week, radio, tab_to
from tests.product import ROOT, Product

SIZES = [(1440, 900), (390, 844)]
SECOND = 1.0
A_TEST = 120
"""No test here lasts as long, in seconds."""
FAIL_ONE = """
from sqlmodel import select
from portal_app.config import Settings
from portal_app.data.models import OutboxMail
from portal_app.security.system import open_system
from portal_app.services.foundation import lay
lay(Settings(), create=False)
with open_system("a test lets a mail fail") as work:
    rows = select(OutboxMail).where(OutboxMail.kind == "reminder", OutboxMail.status == "due")
    mail = next(m for m in work.session.exec(rows).all() if m.address == "dana@demo.example")
    mail.status, mail.last_error = "failed", "550 no such mailbox"
    work.session.add(mail)
"""
READ_LINKS = """
from sqlmodel import select
from portal_app.config import Settings
from portal_app.data.models import OutboxMail
from portal_app.security.system import open_system
from portal_app.services.foundation import lay
lay(Settings(), create=False)
with open_system("a test reads a reminder", writes=False) as work:
    rows = select(OutboxMail).where(OutboxMail.kind == "reminder", OutboxMail.status == "due")
    for mail in work.session.exec(rows).all():
        if mail.address == "dana@demo.example":
            print(mail.text.split("/visit/")[1].split()[0])
"""


def iso(slot: tuple[str, str]) -> str:
    """The date of a day that has no year on the page: the first one ahead."""
    today = datetime.now(ZONE).date()
    for year in (today.year, today.year + 1):
        words = f"{slot[0].split(', ')[1]} {year}"
        day = datetime.strptime(words, "%B %d %Y").replace(tzinfo=ZONE).date()
        if day >= today:
            return day.isoformat()
    raise AssertionError(slot)


@pytest.fixture(autouse=True)
def on_one_day() -> None:
    """Begin after midnight what might last beyond it: Today is then another day."""
    now = datetime.now(ZONE)
    midnight = (now + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    if (left := midnight.timestamp() - now.timestamp()) < A_TEST:
        time.sleep(left)


def dialog(person: Person, name: str) -> Locator:
    return person.page.get_by_role("dialog", name=name)


def add_visit(person: Person, patient: str, clock: str, reason: str = "") -> Locator:
    """Book a follow-up with Dr. Osei on the page's day, or on a patient's page; gives the dialog."""
    person.press("New visit")
    box = dialog(person, "New visit")
    if patient:
        box.get_by_label("Patient").fill(patient)
        chart = box.get_by_label("Chart")
        expect(chart).to_be_visible()
        names = chart.locator("option").all_inner_texts()
        chart.select_option(label=next(n for n in names if n.endswith("Osei")))
    box.get_by_label("Visit type").select_option(label=f"{FOLLOW_UP}, 25 minutes")
    box.get_by_label("Time").fill(clock)
    box.get_by_label("Reason").fill(reason)
    box.get_by_role("button", name="Add").click()
    return box


def in_calendar(person: Person, clock: str, patient: str) -> Locator:
    """The visits of a patient at a time, on the day that the calendar shows."""
    return person.page.get_by_role("link", name=re.compile(f"^{clock} to .*{patient}"))


def open_visit_of(person: Person, patient: str, clock: str) -> None:
    """Add a visit of today, in the evening, and open it."""
    box = add_visit(person.open("/practice/calendar"), patient, clock)
    expect(box).to_be_hidden()
    shown = f"{int(clock[:2]) - 12}{clock[2:]} PM"
    in_calendar(person, shown, patient).click()
    expect(person.page.get_by_role("button", name="Move")).to_be_visible()


def quietly(person: Person) -> list[object]:
    loads: list[object] = []
    person.page.on("load", lambda _: loads.append(1))
    return loads


def reminded(enter: Enter, product: Product) -> str:
    """The link in a reminder of a visit that Dana books now."""
    before = set(beside(product, READ_LINKS))
    book(enter("dana"))
    return next(link for link in beside(product, READ_LINKS) if link not in before)


def beside(product: Product, script: str) -> list[str]:
    """Run a script on the data folder, beside the server; gives the words it printed."""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=product._environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.split()


# ---------------------------------------------------------------- Today
def test_a_booking_is_approved_from_today_with_two_clicks(enter: Enter):
    ben = enter("ben").open("/practice/today")
    task = ben.page.get_by_role("link", name=re.compile("^Approve booking"))
    expect(task.first).to_be_visible()
    before = task.count()
    ben.clicks.clear()
    task.first.click()
    ben.press("Approve")
    ben.sees("Approved")
    assert ben.clicks.count("pointer") == 2
    ben.open("/practice/today")
    expect(task).to_have_count(before - 1)


def test_each_visit_of_today_opens_itself_and_its_button_completes_it(enter: Enter):
    osei = enter("osei").open("/practice/today")
    visits = osei.page.get_by_role("region", name="Visits")
    # the earliest of the day, it has its button at any hour
    expect(add_visit(osei, "Ivy Okafor", "05:30")).to_be_hidden()
    mine = visits.get_by_role("listitem").filter(has_text="5:30 AM")
    expect(mine).to_contain_text("Ivy Okafor")
    rows = visits.get_by_role("listitem").get_by_role("link")
    for number in range(rows.count()):
        name, href = rows.nth(number).inner_text(), rows.nth(number).get_attribute("href") or "none"
        rows.nth(number).click()
        expect(osei.page.get_by_role("heading", level=1)).to_have_text(name)
        assert osei.page.url.endswith(href)
        osei.open("/practice/today")
    mine.get_by_role("button", name="Complete: Ivy Okafor").click()
    mine.get_by_role("button", name="Issue invoice: Ivy Okafor").click()
    osei.sees("Invoice")
    expect(mine).to_contain_text("Seen")
    expect(mine.get_by_role("button")).to_have_count(0)


# ---------------------------------------------------------------- the calendar
def test_a_new_visit_needs_no_pointer(enter: Enter):
    osei = enter("osei").open("/practice/calendar")
    keys = osei.page.keyboard
    tab_to(osei, lambda said: said == "New visit")
    keys.press("Enter")
    expect(dialog(osei, "New visit")).to_be_visible()
    tab_to(osei, lambda said: said.startswith("Patient"))
    keys.type("Luis Herr")
    expect(dialog(osei, "New visit").get_by_label("Chart")).to_be_visible()
    tab_to(osei, lambda said: said.startswith("Visit type"))
    keys.type("Medication")
    tab_to(osei, lambda said: said.startswith("Time"))
    keys.type("0610AM")
    tab_to(osei, lambda said: said == "Add")
    keys.press("Enter")
    osei.sees("Visit added")
    expect(dialog(osei, "New visit")).to_be_hidden()
    expect(in_calendar(osei, "6:10 AM", "Luis Herrera")).to_be_visible()
    assert osei.clicks.count("pointer") == 0


def test_a_taken_time_asks_for_a_reason_beside_the_field(enter: Enter):
    osei = enter("osei").open("/practice/calendar")
    there = in_calendar(osei, "7:20 AM", "Ivy Okafor")
    expect(add_visit(osei, "Ivy Ok", "07:20")).to_be_hidden()
    expect(there).to_have_count(1)
    box = add_visit(osei, "Ivy Ok", "07:20")
    asked = osei.page.locator(".lw-field").filter(has=osei.page.get_by_label("Reason"))
    expect(asked).to_contain_text("just taken")
    box.locator(".lw-df").get_by_role("button", name="Close").click()
    expect(there).to_have_count(1)
    expect(add_visit(osei, "Ivy Ok", "07:20", "In need")).to_be_hidden()
    expect(there).to_have_count(2)


def test_a_change_by_somebody_else_leaves_an_open_question_and_its_words(enter: Enter):
    dana, osei = enter("dana"), enter("osei")
    slot = book(dana)
    osei.open(f"/practice/calendar?date={iso(slot)}")
    osei.page.get_by_role("link", name=re.compile(f"^{slot[1]} to .*, Dana Whitfield")).click()
    main = osei.page.get_by_role("main")
    expect(main.get_by_role("button", name="Cancel visit")).to_be_visible()
    before = osei.page.locator("dialog").count()
    for name, title in (("Move", "Move"), ("Cancel visit", "Cancel this visit?")):
        main.get_by_role("button", name=name).click()
        expect(dialog(osei, title)).to_be_visible()
        osei.page.keyboard.press("Escape")
    main.get_by_role("button", name="Cancel visit").click()
    reason = dialog(osei, "Cancel this visit?").get_by_label("Reason")
    reason.fill("Dr. Osei is ill")
    cancel(dana, slot)
    expect(main.locator(".lw-visitacts").get_by_role("button")).to_have_count(0)
    expect(reason).to_be_visible()
    expect(reason).to_have_value("Dr. Osei is ill")
    box = dialog(osei, "Cancel this visit?")
    box.get_by_role("button", name="Cancel visit").click()
    expect(box.get_by_role("alert")).to_be_visible()
    expect(reason).to_have_value("Dr. Osei is ill")
    expect(osei.page.locator("dialog")).to_have_count(before)


def test_day_week_and_list_turn_in_place(enter: Enter):
    osei = enter("osei").open("/practice/calendar")
    loads = quietly(osei)
    views = osei.page.get_by_role("navigation", name="View")
    for view, what in (("Week", "week"), ("List", "week"), ("Day", "day")):
        views.get_by_role("link", name=view).click()
        expect(views.get_by_role("link", name=view)).to_have_attribute("aria-current", "true")
        shown = osei.page.get_by_role("main").get_by_role("heading", level=2).first.inner_text()
        osei.press(f"Later {what}", "link")
        expect(osei.page.get_by_role("main")).not_to_contain_text(shown)
        osei.page.get_by_role("main").get_by_role("link", name="Today").click()
        expect(osei.page.get_by_role("main")).to_contain_text(shown)
    assert loads == []


@pytest.mark.seed("S16", "S19")
def test_what_a_patient_books_stands_in_the_open_calendar_within_a_second(enter: Enter):
    dana, osei = enter("dana"), enter("osei")
    dana.inside("schedule/book")
    slot = open_times(dana.page)[-1]
    osei.open(f"/practice/calendar?date={iso(slot)}")
    loads = quietly(osei)
    there = osei.page.get_by_role("link", name=re.compile(f"^{slot[1]} to .*, Dana Whitfield"))
    expect(there).to_have_count(0)
    radio(dana.page, slot).check()
    dana.press("Confirm booking")
    began = time.monotonic()
    expect(there).to_be_visible(timeout=5000)
    assert time.monotonic() - began < SECOND + 0.3
    assert loads == []
    cancel(dana, slot)
    expect(there).to_have_count(0, timeout=2000)


@contextmanager
def by_request(osei: Person) -> Iterator[None]:
    """Let visits with Dr. Osei be asked for, until what is done inside has ended."""

    def choose(mode: str) -> None:
        osei.open("/practice/settings/booking-rules")
        osei.page.get_by_label("Online booking").select_option(mode)
        osei.press("Save")
        osei.sees("Saved")
        osei.open("/practice/settings/booking-rules")
        expect(osei.page.get_by_label("Online booking")).to_have_value(mode)

    try:
        choose("request")
        yield
    finally:
        choose("direct")


def test_what_a_patient_asks_for_waits_on_the_open_today_within_a_second(enter: Enter):
    dana, osei, today = enter("dana"), enter("osei"), enter("osei")
    with by_request(osei):
        today.open("/practice/today")
        loads = quietly(today)
        tasks = today.page.get_by_role("link", name=re.compile("^Approve booking"))
        before = tasks.count()
        dana.inside("schedule/book")
        slot = open_times(dana.page)[0]
        radio(dana.page, slot).check()
        dana.press("Send request")
        expect(tasks).to_have_count(before + 1, timeout=1500)
        cancel(dana, slot)
        expect(tasks).to_have_count(before, timeout=1500)
        assert loads == []


def test_time_off_takes_the_day_out_of_an_open_picker_and_gives_it_back(enter: Enter):
    dana, osei = enter("dana"), enter("osei")
    slot = open_week(dana, 6)[-1]
    osei.open("/practice/settings/availability")
    osei.press("Add time off")
    box = dialog(osei, "Add time off")
    for label in ("First day", "Last day"):
        box.get_by_label(label).fill(iso(slot))
    box.get_by_label("Keep the visits in this time").check()
    box.get_by_role("button", name="Add").click()
    began = time.monotonic()
    expect(radio(dana.page, slot)).to_have_count(0, timeout=5000)
    assert time.monotonic() - began < SECOND + 0.3
    day = slot[0]
    osei.page.get_by_role("button", name=re.compile(f"^Remove {day}")).click()
    expect(radio(dana.page, slot)).to_have_count(1, timeout=5000)


def test_hours_without_a_last_day_are_added_and_stand_in_the_weekly_list(enter: Enter):
    osei = enter("osei").open("/practice/settings/availability?view=every-week")
    osei.press("Add hours")
    box = dialog(osei, "Add hours")
    box.get_by_label("Weekday").select_option(label="Saturday")
    box.get_by_role("button", name="Add").click()
    osei.sees("Hours added")
    remove = osei.page.get_by_role("button", name="Remove Saturday, 9:00 AM")
    remove.click()
    osei.sees("Removed")
    expect(remove).to_have_count(0)


def test_hours_of_one_day_need_that_day_and_say_so_beside_it(enter: Enter):
    osei = enter("osei").open("/practice/settings/availability")
    osei.press("Add hours")
    box = dialog(osei, "Add hours")
    box.get_by_label("Repeat").select_option(label="Once")
    box.get_by_label("First day").fill("")
    box.get_by_role("button", name="Add").click()
    expect(box.get_by_label("First day")).to_have_attribute("aria-invalid", "true")
    expect(box.get_by_label("Last day")).not_to_have_attribute("aria-invalid", "true")
    box.get_by_label("First day").fill("2030-05-04")
    box.get_by_role("button", name="Add").click()
    osei.sees("Hours added")
    osei.press("Remove Saturday, May 4, 2030")
    osei.sees("Removed")


def test_money_is_typed_in_dollars_and_nonsense_is_refused_beside_the_field(enter: Enter):
    osei = enter("osei").open("/practice/settings/visit-types")
    osei.press("Edit Therapy session")
    box = dialog(osei, "Visit type")
    expect(box.get_by_label("Price")).to_have_value("175.00")
    box.get_by_label("Price").fill("a lot")
    box.get_by_role("button", name="Save").click()
    expect(box.get_by_text("Write an amount, such as 75.00.")).to_be_visible()
    expect(box.get_by_label("Price")).to_have_attribute("aria-invalid", "true")
    box.get_by_label("Price").fill("$175.00")
    box.get_by_role("button", name="Save").click()
    osei.sees("Saved")
    expect(osei.page.get_by_text("53 minutes, $175.00").first).to_be_visible()


def test_a_visit_is_booked_from_the_patients_page_and_shows_there(enter: Enter):
    osei = enter("osei")
    open_visit_of(osei, "Theo Whitfield", "17:30")
    osei.press("Open the patient’s page", "link")
    osei.page.wait_for_url("**/practice/patients/*")
    add_visit(osei, "", "06:45")
    osei.sees("Visit added")
    visits = osei.page.get_by_role("region", name="Visits")
    expect(visits.get_by_role("link", name=re.compile("6:45 AM"))).to_be_visible(timeout=2000)


def test_a_mail_that_failed_is_a_task_until_it_is_marked_as_seen(enter: Enter, product: Product):
    reminded(enter, product)
    beside(product, FAIL_ONE)
    osei = enter("osei").open("/practice/today")
    tasks = osei.page.get_by_role("region", name="Tasks")
    failed = tasks.get_by_role("listitem").filter(has_text="Check: a mail could not be sent")
    expect(failed).to_contain_text("refused by the mail server (550)")
    assert faults(osei, "Today with a mail that failed") == []
    failed.get_by_role("button", name=re.compile("^Mark as seen")).click()
    expect(failed).to_have_count(0)


# ---------------------------------------------------------------- links in reminders
def test_a_link_in_a_reminder_confirms_with_one_more_click(enter: Enter, product: Product):
    nobody = enter("nora")
    nobody.page.context.clear_cookies()
    token = reminded(enter, product)
    for _ in range(2):
        nobody.open(f"/visit/{token}")
        nobody.sees("Booked")
    nobody.press("Confirm")
    nobody.sees("The practice knows that you will come.")
    nobody.sees("Confirmed")
    expect(nobody.page.get_by_role("button", name="Cancel visit")).to_have_count(0)
    assert nobody.page.request.get(f"{nobody.base}/visit/nosuch").status == 404


# ---------------------------------------------------------------- looks
def _press(name: str) -> Callable[[Person], None]:
    return lambda person: person.press(name)


PAGES: dict[str, tuple[str, ...]] = {
    "/practice/today": ("New visit",),
    "/practice/calendar": ("New visit", "Add time off"),
    "/practice/calendar?view=week": (),
    "/practice/calendar?view=list": (),
    "/practice/settings/availability": ("Add hours",),
    "/practice/settings/availability?view=every-week": (),
    "/practice/settings/booking-rules": (),
    "/practice/settings/visit-types": ("Add visit type",),
    "/practice/settings/practice": ("Add location", "Edit Mill Street"),
}


def faults(person: Person, where: str) -> list[str]:
    person.page.wait_for_timeout(250)
    found = Axe().run(person.page).response["violations"]
    listed = [f"{where}: {v['id']}: {v['nodes'][0]['html'][:200]}" for v in found]
    wide = person.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    return listed + ([f"{where}: {wide} px too wide"] if wide > 0 else [])


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing(enter: Enter, product: Product, size: tuple[int, int], *, dark: bool):
    osei = enter("osei", size=size, dark=dark)
    found: list[str] = []
    for path, buttons in PAGES.items():
        osei.open(path)
        found += faults(osei, path)
        for button in buttons:
            osei.open(path).press(button)
            expect(osei.page.get_by_role("dialog")).to_be_visible()
            found += faults(osei, f"{path}, {button}")
    open_visit_of(osei, "Ivy Okafor", f"{18 + 2 * SIZES.index(size)}:{40 if dark else '00'}")
    found += faults(osei, "one visit")
    for button in ("Move", "Cancel visit"):
        osei.press(button)
        expect(osei.page.get_by_role("dialog")).to_be_visible()
        found += faults(osei, f"one visit, {button}")
        osei.page.keyboard.press("Escape")
    osei.open(f"/visit/{reminded(enter, product)}")
    found += faults(osei, "the link of a reminder")
    assert found == []


def test_at_320_pixels_no_page_scrolls_sideways(enter: Enter):
    osei = enter("osei", size=(320, 640))
    wide = {}
    for path in PAGES:
        osei.open(path)
        osei.page.wait_for_timeout(150)
        wide[path] = osei.page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert {p: w for p, w in wide.items() if w > 0} == {}
