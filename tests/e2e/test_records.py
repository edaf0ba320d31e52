"""A person reads her record, takes it along, and does what the practice asks, in few clicks."""

import io
import re

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from tests.e2e.conftest import Enter, Person

GROUPS = (
    "Medicines",
    "Diagnoses",
    "Allergies",
    "Lab results",
    "Vital signs",
    "Immunizations",
    "Visit summaries",
    "Documents",
)
SIZES = [(1440, 900), (390, 844)]


def download(page: Page) -> str:
    """Get the record as PDF; gives its words."""
    with page.expect_download() as waiting:
        page.get_by_role("link", name="Download PDF").click()
    pages = PdfReader(io.BytesIO(waiting.value.path().read_bytes())).pages
    return "\n".join(p.extract_text() for p in pages)


def group(page: Page, name: str) -> Locator:
    """Give what stands under a heading of the record."""
    return page.get_by_role("region", name=name)


def open_group(page: Page, name: str) -> str:
    """Open a heading; gives what stands under it."""
    page.get_by_role("button", name=name, exact=True).click()
    expect(group(page, name).get_by_text("Source").first).to_be_visible()
    return group(page, name).inner_text()


@pytest.mark.seed("S23")
@pytest.mark.seed("S24")
def test_a_record_is_read_searched_and_taken_along_from_home_in_three(enter: Enter):
    dana = enter("dana")
    page = dana.page
    page.get_by_role("link", name="Demographic info").first.click()
    page.get_by_role("tab", name="Health records").click()
    expect(page.get_by_role("heading", name="Download your record")).to_be_visible()
    text = download(page)
    assert dana.clicks.count("pointer") == 3
    assert "Dana Whitfield" in text
    assert re.search(r"Page 1 of \d+", text)
    for name in GROUPS:
        expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()
    for name, said in (
        ("Medicines", "Sertraline"),
        ("Lab results", "usual range"),
        ("Allergies", ""),
        ("Visit summaries", ""),
    ):
        assert said in open_group(page, name)
        assert name in text
    assert "Sertraline" in text

    # a word, then days in which it did not stand
    page.get_by_label("Search the records").fill("sertraline")
    expect(group(page, "Lab results").get_by_text("Nothing found")).to_be_visible()
    expect(group(page, "Medicines")).to_contain_text("Sertraline")
    page.get_by_label("Search the records").fill("")
    page.get_by_role("button", name="Choose dates").click()
    page.get_by_label("From", exact=True).fill("1990-01-01")
    page.get_by_label("Until", exact=True).fill("1990-12-31")
    expect(page.get_by_role("link", name="Download PDF")).to_have_attribute(
        "href", re.compile("from=1990-01-01&until=1990-12-31")
    )
    assert "Sertraline" not in download(page)


def assign(osei: Person, title: str) -> None:
    """Ask for a document on the open page of a patient."""
    page = osei.page
    page.get_by_role("button", name="Assign a document").click()
    dialog = page.get_by_role("dialog", name="Assign a document")
    choice = dialog.get_by_label("Document", exact=True)
    label = next(o for o in choice.locator("option").all_inner_texts() if title in o)
    choice.select_option(label=label)
    dialog.get_by_role("button", name="Assign", exact=True).click()
    expect(dialog).to_be_hidden()


@pytest.mark.seed("S29")
@pytest.mark.seed("S30")
@pytest.mark.parametrize("size", SIZES)
def test_what_is_asked_for_comes_by_itself_and_is_done_in_few_clicks(
    enter: Enter, newcomer: str, size: tuple[int, int]
):
    robin, osei = enter(newcomer, size=size), enter("osei")
    page = robin.page
    to_do = page.get_by_role("region", name="To do")
    expect(to_do).to_contain_text("Nothing to do")
    osei.open(f"/practice/patients/{robin.path.split('/')[2]}?tab=documents")
    assign(osei, "Notice of privacy practices")
    sign = to_do.get_by_role("link", name="Sign: Notice of privacy practices")
    expect(sign).to_be_visible()  # without a reload
    assign(osei, "GAD-7")
    answer = to_do.get_by_role("link", name=re.compile("^Answer: "))
    expect(answer).to_be_visible()
    place = page.get_by_role("link", name="Documents, 2 to do")
    more = page.get_by_role("button", name="More, 2 to do")
    expect(place if size[0] > 1000 else more).to_be_visible()

    # sign: the link, the tick, the button
    robin.clicks.clear()
    sign.click()
    page.get_by_role("checkbox", name="I have read this document").check()
    page.get_by_role("checkbox", name="I agree to sign documents on screen.").check()
    name = page.get_by_label("Your full name")
    name.fill(name.input_value() or "Robin Newcomer")
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text(re.compile("Signed on ")).first).to_be_visible()
    assert robin.clicks.count("pointer") == 3 + 1  # and once for all: that it is done on screen

    # submit a form: the link, the answers, the button
    robin.inside("home").clicks.clear()
    answer.click()
    questions = page.get_by_role("radiogroup")
    expect(questions.first).to_be_visible()
    number = questions.count()
    for n in range(number):
        questions.nth(n).get_by_role("radio").first.check()
    page.get_by_role("button", name=re.compile("^(Send to|Submit)")).click()
    expect(page.get_by_role("heading", name="Sent to Dr. Osei")).to_be_visible()
    assert robin.clicks.count("pointer") == 2 + number
    robin.inside("home")
    expect(to_do).to_contain_text("Nothing to do")
