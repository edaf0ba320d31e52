"""Who a patient is, in two browsers: changed, refused in place, waiting, decided, and a card."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter
from tests.e2e.test_instructions import patient_page
from tests.world import picture


@pytest.mark.seed("S20", "S21", "S22")
def test_direct_changes_count_and_reviewed_ones_wait(enter: Enter, mark: str):
    nora, osei = enter("nora"), enter("osei")
    nora.inside("demographics?tab=update")
    page = nora.page

    page.get_by_label("Mobile phone").fill("12")
    nora.press("Save changes")
    expect(page.get_by_label("Mobile phone")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Mobile phone")).to_have_value("12")

    page.get_by_label("Mobile phone").fill("541 555 0188")
    page.get_by_label("Full name").first.fill(f"Em {mark}")
    page.get_by_label("Insurance company").fill(f"Plan {mark}")
    nora.press("Save changes")
    expect(page.get_by_text(re.compile("Saved. .* will check it")).first).to_be_visible()
    expect(page.get_by_label("Mobile phone")).to_have_value("(541) 555-0188")
    expect(page.get_by_text(re.compile(f"Waiting for .*Plan {mark}"))).to_be_visible()

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add a photo").first.click()
    chooser.value.set_files([{"name": "c.png", "mimeType": "image/png", "buffer": picture()}])
    expect(page.get_by_role("link", name=re.compile("^Front of card"))).to_be_visible()

    patient_page(osei, "Nora Blum", "Overview")
    expect(osei.page.get_by_text(f"Em {mark}")).to_be_visible()
    osei.press("Accept: Insurance company")
    expect(page.get_by_role("textbox", name="Insurance company")).to_have_value(f"Plan {mark}")
    expect(page.get_by_text("Waiting for")).to_have_count(0)
