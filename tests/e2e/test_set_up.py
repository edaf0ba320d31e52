"""From an empty folder to the first booking of a patient, through the real screens, offline."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person, Product
from tests.mail_server import Post, mail_server

OWNER, CHOSEN = "ada@people.example", "a heron on the river"
SECONDS = 60
"""Of the server's own processor time, from the first start to the booking."""


class NewPractice(Product):
    """A practice that is none yet."""

    mode = "serve"

    def spent(self) -> float:
        """Seconds of processor time that the server has used."""
        assert self._process
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as server:
        yield server


@pytest.fixture
def empty(tmp_path: Path, post: Post) -> Iterator[NewPractice]:
    mail = {"PORTAL_SMTP_URL": post.url, "PORTAL_MAIL_FROM": "practice@people.example"}
    product = NewPractice(tmp_path / "data", **mail)
    yield product
    product.stop()


@pytest.mark.seed("S13")
def test_from_an_empty_folder_to_the_first_booking(enter: Enter, empty: NewPractice, post: Post):
    empty.start()
    link = re.search(r"/setup/\S+", empty.log())
    assert link
    owner = enter.visitor(at=empty).open(link[0])
    becomes_the_owner(owner)
    sets_the_practice_up(owner)
    patient = enter.visitor(at=empty).open(brings_a_patient(owner, post))
    patient.write("Date of birth", "1971-04-05")
    patient.write("New password", "four words in a row")
    patient.press("Create sign-in")
    patient.page.wait_for_url("**/portal/*/home")
    books(patient.ready())
    assert empty.spent() < SECONDS
    owner.open("/practice/settings/set-up")
    row = owner.page.get_by_role("listitem").filter(has_text="First booking")
    expect(row).to_contain_text("Done")
    enter.expected.append("status of 404")
    again = enter.visitor(at=empty).page.goto(f"{empty.base}{link[0]}")
    assert again is not None
    assert again.status == 404


def becomes_the_owner(owner: Person) -> None:
    owner.write("Name of the practice", "Quiet Harbor")
    owner.page.get_by_label("Time zone").select_option("America/Denver")
    owner.write("Your name", "Dr. Ada First")
    owner.write("Email", OWNER)
    owner.write("New password", CHOSEN)
    owner.press("Create the practice")
    expect(owner.page.get_by_role("heading", level=1)).to_have_text("Set up two-step sign-in")
    key = owner.page.locator("code").inner_text().replace(" ", "")
    owner.write("6-digit code", pyotp.TOTP(key).now())
    owner.press("Confirm")
    expect(owner.page.get_by_text("recovery codes").first).to_be_visible()
    owner.open("/")
    expect(owner.page.get_by_role("heading", level=1)).to_have_text("Set up")


def sets_the_practice_up(owner: Person) -> None:
    owner.press("Continue setting up", "link")
    owner.page.wait_for_url("**/settings/practice")
    owner.ready().write("Phone", "(541) 555-0100")
    owner.press("Save")
    owner.sees("Saved")
    owner.open("/practice/settings/visit-types").press("Add visit type")
    owner.page.get_by_label("Name", exact=True).fill("Follow-up")
    owner.write("Length (minutes)", "30")
    owner.press("Save")
    owner.sees("Follow-up")
    owner.open("/practice/settings/availability")
    for day in ("Monday", "Thursday"):
        owner.press("Add hours")
        owner.page.get_by_label("Weekday").select_option(label=day)
        owner.page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
        owner.sees("Hours added")
        expect(owner.page.get_by_role("dialog")).to_have_count(0)


def brings_a_patient(owner: Person, post: Post) -> str:
    owner.open("/practice/patients").press("New patient")
    owner.write("Legal first name", "Ida")
    owner.write("Legal last name", "First")
    owner.write("Date of birth", "1971-04-05")
    owner.page.get_by_role("textbox", name="Email").fill("ida@people.example")
    owner.page.get_by_role("checkbox", name="Invite to portal").check(force=True)
    owner.page.get_by_role("dialog").get_by_role("button", name="Add", exact=True).click()
    owner.page.wait_for_url("**/practice/patients/*")
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        texts = (str(mail.get_content()) for mail in post.got)
        if link := next(filter(None, (re.search(r"/invite/\S+", text) for text in texts)), None):
            return link[0]
        owner.page.wait_for_timeout(100)
    pytest.fail("no invitation has come")


def books(patient: Person) -> None:
    patient.inside("schedule/book")
    page = patient.page
    if page.get_by_role("radio", name=re.compile("Follow-up")).count():
        page.get_by_role("radio", name=re.compile("Follow-up")).first.check(force=True)
        patient.press("Continue")
    page.get_by_role("group", name=re.compile("day,")).get_by_role("radio").first.check(force=True)
    button = page.get_by_role("button", name=re.compile("Continue|Confirm booking"))
    button.first.click()
    done = page.get_by_role("heading", name="You are booked")
    confirm = page.get_by_role("button", name="Confirm booking")
    expect(done.or_(confirm).first).to_be_visible()
    if confirm.count():
        confirm.click()
    expect(done).to_be_visible()
