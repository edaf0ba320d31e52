"""A list is imported, looked at and undone; a newcomer forgets her password and gets another."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person

NEW = "another four words in a row"
LIST = "First name,Last name,DOB,Email\n{a},Imhof,2/3/1971,{a}@people.example\n,Ott,1/1/1990,\n"


@pytest.mark.seed("S33")
def test_plain_email_is_agreed_to_and_taken_back(enter: Enter, newcomer: str):
    person = enter(newcomer).inside("account")
    switch = person.page.get_by_role("switch", name="Send me plain, unencrypted email")
    expect(switch).not_to_be_checked()
    switch.click()
    dialog = person.page.get_by_role("dialog", name="Send you plain, unencrypted email?")
    expect(dialog).to_contain_text("If you agree")
    dialog.get_by_role("button", name="Keep it private").click()
    expect(switch).not_to_be_checked()
    switch.click()
    dialog.get_by_role("button", name="I agree").click()
    person.sees("You agreed on")
    person.page.reload()
    person.ready()
    expect(switch).to_be_checked()
    switch.click()
    person.misses("You agreed on")
    person.page.reload()
    person.ready()
    expect(switch).not_to_be_checked()


def test_a_list_is_imported_and_undone(enter: Enter, mark: str, tmp_path: Path):
    file = tmp_path / f"{mark}.csv"
    file.write_text(LIST.format(a=mark))
    osei = enter("osei").open("/practice/patients/import")
    osei.page.locator("input[type=file]").set_input_files(file)
    osei.page.wait_for_url("**/patients/import/*")
    osei.sees("There is no first name.")
    osei.press("Import 1 patient")
    osei.sees("Imported on")
    osei.page.get_by_role("link", name=re.compile(f"Row 1: {mark}")).click()
    expect(osei.page.get_by_role("button", name="Invite to portal")).to_be_visible()
    osei.page.go_back()
    osei.press("Undo this import")
    osei.press("Undo the import")
    osei.sees("Taken back")


def test_a_forgotten_password(enter: Enter, newcomer: str):
    visitor = enter.visitor().open("/reset")
    visitor.write("Email", newcomer)
    visitor.press("Send link")
    visitor.sees("is on its way")
    link = _mailed(visitor, newcomer)
    visitor.open(f"/reset/{link}")
    visitor.write("New password", NEW)
    visitor.press("Save password")
    visitor.sees("Your password is changed")
    assert "/portal/" in enter(newcomer, password=NEW).path


def _mailed(visitor: Person, to: str) -> str:
    """Wait for the mail, and give the token of its link."""
    for _ in range(60):
        text = visitor.page.request.get(f"{visitor.base}/demo/mail").text()
        found = re.search(r"/reset/([\w-]{40,})", text)
        if found and to in text:
            return found[1]
        visitor.page.wait_for_timeout(500)
    raise AssertionError("no mail came")
