"""What a person sees: nothing twice, nothing out of place, nothing that frightens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Enter, Person, Product

WIDE, PHONE, SMALL = (1440, 900), (390, 844), (320, 640)
SCROLLS = "() => document.documentElement.scrollHeight - innerHeight"
SIDEWAYS = "() => document.documentElement.scrollWidth - innerWidth"


@pytest.fixture
def stranger(browser: Browser, product: Product) -> Iterator[Page]:
    """Somebody at the door."""
    context = browser.new_context(viewport={"width": WIDE[0], "height": WIDE[1]})
    page = context.new_page()
    page.goto(f"{product.base}/sign-in")
    yield page
    context.close()


def read(person: Person) -> None:
    """Open the newest conversation from Home."""
    row = person.page.get_by_role("region", name="Recent messages").get_by_role("listitem").first
    row.get_by_role("link").click()
    expect(person.page.get_by_label("Reply to")).to_be_focused()


def test_the_form_at_the_door_stands_in_the_middle_of_its_half(stranger: Page):
    form = stranger.locator("form").filter(visible=True).bounding_box()
    assert form
    assert form["x"] + form["width"] / 2 == pytest.approx(WIDE[0] * 3 / 4, abs=1)


def test_a_password_can_be_read_while_it_is_typed(stranger: Page):
    field = stranger.get_by_label("Password", exact=True)
    field.fill("four words in a row")
    stranger.get_by_role("button", name="Show password").click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value("four words in a row")
    stranger.get_by_role("button", name="Hide password").click()
    expect(field).to_have_attribute("type", "password")


def test_no_notice_shows_before_the_framework_has_its_sheet(browser: Browser, product: Product):
    page = browser.new_page()
    page.route("**/nicegui.css", lambda route: route.abort())
    page.goto(f"{product.base}/sign-in")
    notices = page.locator(".nicegui-error-popup")
    assert notices.count() == 2
    for notice in notices.all():
        expect(notice).to_be_hidden()
    page.close()


def test_what_is_typed_into_a_reply_stands_in_the_field_alone(enter: Enter, mark: str):
    dana = enter("dana")
    read(dana)
    dana.page.keyboard.type(mark)
    dana.sees("Draft saved")
    dana.misses(mark)
    dana.page.get_by_label("Reply to").fill("")


def test_on_a_wide_screen_the_panes_scroll_and_the_page_does_not(enter: Enter, mark: str):
    dana = enter("dana", size=WIDE)
    dana.send(mark, "One line of many.\n" * 80)
    assert dana.page.evaluate(SCROLLS) == 0


def test_on_a_phone_the_way_back_stays_in_sight(enter: Enter, mark: str):
    dana = enter("dana", size=SMALL)
    dana.send(mark, "One line of many.\n" * 80)
    dana.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    dana.page.wait_for_function("() => scrollY > 50")
    expect(dana.page.get_by_role("link", name="Back to messages")).to_be_in_viewport(ratio=1)
    expect(dana.page.get_by_role("heading", level=1)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize("size", [PHONE, WIDE])
def test_twice_the_text_fits(enter: Enter, size: tuple[int, int]):
    dana = enter("dana", size=size)
    for section in ("home", "messages", "messages/new"):
        dana.inside(section)
        dana.page.add_style_tag(content="html{font-size:200%}")
        assert dana.page.evaluate(SIDEWAYS) <= 0, section


def test_the_reply_box_covers_no_message_however_large_the_text(enter: Enter, mark: str):
    dana = enter("dana", size=PHONE)
    dana.send(mark, "One line of many.\n" * 30)
    dana.page.add_style_tag(content="html{font-size:200%}")
    dana.page.get_by_label("Reply to").focus()
    dana.page.wait_for_function(
        "() => { scrollTo(0, document.documentElement.scrollHeight);"
        " const last = [...document.querySelectorAll('main article')].at(-1);"
        " const box = document.querySelector('main .lw-compose');"
        " return last.getBoundingClientRect().bottom <= box.getBoundingClientRect().top }",
        timeout=5000,
    )


def test_the_console_fits_a_small_phone(enter: Enter):
    osei = enter("osei", size=SMALL)
    for section in ("today", "inbox", "patients", "settings/messages"):
        osei.open(f"/practice/{section}")
        assert osei.page.evaluate(SIDEWAYS) <= 0, section


def test_another_persons_portal_carries_her_colour(enter: Enter):
    dana = enter("dana")
    dana.press("Viewing as")
    dana.page.get_by_role("menuitemradio", name="Theo").click()
    bar = dana.page.locator(".lw-viewing").filter(visible=True)
    expect(bar).to_contain_text("You are viewing Theo’s portal.")
    avatars = dana.page.locator(".lw-person .lw-av, .lw-viewing .lw-av").filter(visible=True)
    expect(avatars).to_have_count(2)
    colours = avatars.evaluate_all("all => all.map(one => getComputedStyle(one).color)")
    assert colours[0] == colours[1]
    tint = bar.evaluate("bar => getComputedStyle(bar).backgroundColor")
    own = dana.page.locator(".lw-person .lw-av").evaluate(
        "a => getComputedStyle(a).backgroundColor"
    )
    assert tint == own


def test_an_empty_inbox_says_what_the_practice_promises(enter: Enter):
    nora = enter("nora")
    nora.press("Viewing as")
    nora.page.get_by_role("menuitemradio", name="Lily").click()
    expect(nora.page.locator(".lw-viewing").filter(visible=True)).to_contain_text("Lily’s")
    rows = nora.inside("messages").page.get_by_role("list", name="Inbox").get_by_role("link")
    for _ in range(rows.count()):
        rows.first.click()
        nora.press("Archive")
        nora.sees("Conversation archived")
        nora.inside("messages")
    nora.sees("Write to your clinician or the front desk. Replies come within 2 business days.")
