"""Who may see a portal: what the practice decides shows in open pages within a second."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter

MISSING = "We can’t find this page"


@pytest.mark.seed("S01")
def test_a_test_patient_is_made_and_its_portal_seen_and_left(enter: Enter):
    osei = enter("osei").open("/practice/patients")
    osei.press("Create test patient")
    osei.page.wait_for_url("**/portal/*/home")
    osei.ready().sees("This is a test patient.")
    osei.press("Back to the practice")
    osei.page.wait_for_url("**/practice/patients/*")
    osei.press("See as patient")
    osei.page.wait_for_url("**/portal/*/home")
    osei.ready().sees("Nothing can be changed here.")
    expect(osei.page.get_by_role("link", name="Account")).to_have_count(0)
    osei.press("Back to the practice")
    osei.page.wait_for_url("**/practice/patients/*")


def test_a_right_reaches_open_pages_within_a_second(enter: Enter, newcomer: str):
    robin, osei = enter(newcomer), enter("osei")
    chart = robin.path.split("/")[2]
    robin.inside("messages")
    osei.open(f"/practice/patients/{chart}?tab=access")
    osei.page.get_by_role("switch", name=re.compile("^Read messages")).click()
    expect(robin.page.get_by_text(MISSING)).to_be_visible(timeout=1000)
    expect(robin.page.get_by_role("link", name=re.compile("^Messages"))).to_have_count(0)
    osei.page.get_by_role("switch", name=re.compile("^Write messages")).click()
    expect(robin.page.get_by_role("link", name=re.compile("^Messages")).first).to_be_visible(
        timeout=1000
    )
    expect(osei.page.get_by_role("switch", name=re.compile("^Read messages"))).to_be_checked()
