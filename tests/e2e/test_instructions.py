"""Instructions in two browsers: shared, seen at once, read, ticked, and downloaded."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.e2e.conftest import Enter, Person


def patient_page(member: Person, name: str, tab: str) -> None:
    """Open the page of a patient in the console, at a tab."""
    member.open("/practice/patients")
    member.page.get_by_label("Find a patient").fill(name)
    link = member.page.get_by_role("main").get_by_role("link", name=name)
    expect(link).to_have_count(1)
    link.click()
    member.page.wait_for_url("**/practice/patients/*")
    member.page.get_by_role("tab", name=tab).click()
    expect(member.page.get_by_role("tab", name=tab)).to_have_attribute("aria-selected", "true")


@pytest.mark.seed("S31")
def test_a_note_is_shared_read_ticked_and_downloaded(enter: Enter, mark: str):
    osei, nora = enter("osei"), enter("nora")
    nora.inside("instructions")
    patient_page(osei, "Nora Blum", "Instructions")
    osei.press("Share instructions")
    dialog = osei.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(f"Plan {mark}")
    dialog.get_by_label("Text").fill("# Mornings\n- Walk **20 minutes**")
    dialog.get_by_label("Steps to tick").fill("Walk today\nWalk tomorrow")
    dialog.get_by_label("Ask the patient to confirm").check()
    osei.press("Preview")
    expect(dialog.get_by_role("heading", name="Mornings")).to_be_visible()
    osei.press("Share with Nora")
    expect(dialog).to_be_hidden()

    # it appears in the open list without a reload
    nora.page.get_by_role("link", name=f"New: Plan {mark}").click()
    expect(nora.page.get_by_role("heading", level=1, name=f"Plan {mark}")).to_be_visible()
    expect(nora.page.get_by_role("heading", name="Mornings")).to_be_visible()
    expect(nora.page.get_by_role("button", name="Print this note")).to_be_visible()
    nora.page.get_by_label("Walk today").check()
    expect(nora.page.get_by_text(re.compile("Done by Nora Blum"))).to_be_visible()
    nora.press("I have read this")
    expect(nora.page.get_by_text(re.compile("^You read this"))).to_be_visible()
    with nora.page.expect_download() as download:
        nora.page.get_by_role("link", name="Download this note as PDF").click()
    data = download.value.path().read_bytes()
    text = "".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)
    assert f"Plan {mark}" in text
    assert "Done: Walk today" in text

    row = osei.page.get_by_role("listitem").filter(has_text=f"Plan {mark}")
    expect(row).to_contain_text("Read by Nora Blum")
    expect(row).to_contain_text("1 of 2 steps done")
    row.get_by_role("button", name="Take back").click()
    nora.inside("instructions")
    expect(nora.page.get_by_role("link", name=f"Plan {mark}")).to_have_count(0)


def test_what_is_typed_is_kept_when_the_editor_is_closed(enter: Enter, mark: str):
    osei = enter("osei")
    patient_page(osei, "Lily Blum", "Instructions")
    osei.press("Share instructions")
    dialog = osei.page.get_by_role("dialog")
    dialog.get_by_label("Title").fill(f"Half {mark}")
    dialog.get_by_label("Text").fill("Not finished")
    expect(dialog.get_by_text("Draft saved")).to_be_visible(timeout=8000)
    osei.page.keyboard.press("Escape")
    row = osei.page.get_by_role("listitem").filter(has_text=f"Half {mark}")
    expect(row).to_contain_text("Draft")
    osei.press("Share instructions")
    osei.press("Share with Lily")
    expect(dialog.get_by_text(re.compile("Give it a title"))).to_be_visible()
    osei.page.keyboard.press("Escape")
    row.get_by_role("button", name="Edit").click()
    expect(dialog.get_by_label("Text")).to_have_value("Not finished")
