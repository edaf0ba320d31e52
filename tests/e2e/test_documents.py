"""Documents in real browsers: a scale is answered, sent once, and seen by the practice."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person

SEND = re.compile("^Send to")


def scale(person: Person) -> str:
    """Open the first rating scale that waits on Home; gives its title."""
    item = person.page.get_by_role("link", name=re.compile("^Answer: ")).first
    title = item.inner_text().removeprefix("Answer: ").strip()
    item.click()
    person.page.wait_for_url("**/documents/*")
    expect(person.page.get_by_role("radiogroup").first).to_be_visible()
    return title


@pytest.mark.seed("S29")
def test_a_scale_is_answered_sent_and_looked_at(enter: Enter):
    dana, osei = enter("dana"), enter("osei")
    title = scale(dana)
    paper = dana.path
    dana.press("Send to Dr. Osei")
    faults = dana.page.get_by_text("Answer this question.")
    expect(faults.first).to_be_visible()
    groups = dana.page.get_by_role("radiogroup")
    required = dana.page.locator("[role=radiogroup][aria-required=true]").count()
    expect(faults).to_have_count(required)
    expect(groups.first).to_be_focused()
    assert not Axe().run(dana.page).response["violations"]

    # what was acknowledged as saved is there on another page
    groups.first.get_by_role("radio").nth(2).check()
    expect(dana.page.get_by_text(re.compile("^Saved "))).to_be_visible()
    other = dana.second_tab()
    expect(other.page.get_by_role("radiogroup").first.get_by_role("radio").nth(2)).to_be_checked()

    dana.clicks.clear()
    for number in range(required):
        groups.nth(number).get_by_role("radio").nth(1).check()
    expect(dana.page.get_by_role("heading", name="You do not have to carry")).to_be_visible()
    expect(dana.page.get_by_role("link", name="Call 988")).to_be_visible()

    chart = paper.split("/")[2]
    osei.open(f"/practice/patients/{chart}?tab=documents")
    dana.page.get_by_role("button", name=SEND).click()
    expect(dana.page.get_by_role("heading", name="Sent to Dr. Osei")).to_be_visible()
    expect(dana.page.get_by_role("heading", name="You do not have to carry")).to_be_visible()
    # answers and one press
    assert dana.clicks.count("pointer") == required + 1

    # without a reload
    expect(osei.page.get_by_text("Look today").first).to_be_visible()
    other.page.get_by_role("button", name=SEND).click()
    expect(other.page.get_by_role("heading", name="Sent to Dr. Osei")).to_be_visible()
    osei.open("/practice/today")
    task = osei.page.get_by_role("link", name="Look today: Dana Whitfield")
    expect(task).to_have_count(1)
    task.click()
    osei.press("Mark as looked at")
    osei.sees("Looked at by")
    osei.open("/practice/today")
    expect(task).to_have_count(0)

    dana.inside("documents")
    finished = dana.page.get_by_role("region", name="Finished")
    expect(finished.get_by_role("listitem").filter(has_text=title).first).to_contain_text("today")
    assert not Axe().run(dana.page).response["violations"]
