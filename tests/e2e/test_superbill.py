"""A superbill in two browsers: the practice gives a code, the patient makes it in three clicks."""

import io
import re

import pytest
from playwright.sync_api import expect
from pypdf import PdfReader

from tests.e2e.conftest import Enter
from tests.e2e.test_instructions import patient_page


@pytest.mark.seed("S26", "S27")
def test_codes_are_given_and_stand_on_the_superbill(enter: Enter):
    osei, nora = enter("osei"), enter("nora")
    patient_page(osei, "Nora Blum", "Billing")
    osei.page.get_by_role("link", name="Codes and superbills").click()
    osei.page.get_by_role("button", name=re.compile("^Codes of the visit")).first.click()
    dialog = osei.page.get_by_role("dialog")
    dialog.get_by_label("Find a diagnosis").press_sequentially("primary insom")
    dialog.get_by_role("button", name="F51.01 Primary insomnia").click()
    expect(dialog.get_by_text("B. F51.01")).to_be_visible()
    dialog.get_by_role("button", name="Save").click()
    expect(dialog).to_be_hidden()
    osei.sees("F51.01 Primary insomnia")

    nora.inside("home")
    nora.page.get_by_role("link", name="Billing").first.click()
    nora.page.get_by_role("tab", name="Billing history").click()
    with nora.page.expect_download() as download:
        nora.press("Create a superbill")
    data = download.value.path().read_bytes()
    text = " ".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)
    assert "Superbill" in text
    assert "Nora Blum" in text
    assert "F51.01" in text
    link = nora.page.get_by_role("link", name=re.compile("^Download superbill"))
    expect(link).to_have_count(1)

    # a download leaves the page as it is
    with nora.page.expect_download():
        nora.page.get_by_role("link", name="Download statement").click()
    nora.page.get_by_label("Show", exact=True).select_option("30")
    osei.page.get_by_role("button", name=re.compile("^Make superbill .* void")).click()
    dialog.get_by_label("Reason").fill("Another code")
    dialog.get_by_role("button", name="Make void").click()
    expect(nora.page.get_by_text("Void", exact=True)).to_be_visible()
