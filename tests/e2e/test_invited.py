"""Somebody from a file: imported and invited beside the running server, signed up, and answered."""

import json
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Product

CHOSEN = "four words in a row"
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "name": [{"use": "official", "family": "Imported", "given": ["Ida"]}],
                "birthDate": date(1971, 4, 5).isoformat(),
            }
        }
    ],
}


def becomes_a_patient(enter: Enter, product: Product, file: Path, mark: str, born: str) -> None:
    said = product.command("import-records", "new:osei@demo.example", str(file))
    chart = next(line.split()[1] for line in said.splitlines() if line.startswith("Chart:"))
    email = f"{mark}@people.example"
    link = product.command("invite", chart, email).split()[0].rsplit("/", 1)[1]
    invited = enter.visitor().open(f"/invite/{link}")
    invited.write("Date of birth", born)
    invited.write("New password", CHOSEN)
    invited.press("Create sign-in")
    invited.page.wait_for_url(f"**/portal/{chart}/home")
    invited.ready().press("Sign out")
    invited.page.wait_for_url("**/sign-in")  # and not "you were signed out"

    patient, osei = enter(email, password=CHOSEN), enter("osei")
    assert patient.path == f"/portal/{chart}/home"
    patient.send(mark, f"{mark} hello")
    osei.open("/practice/inbox").page.get_by_role("link", name=mark).click()
    expect(osei.page.get_by_label("Reply to")).to_be_focused()
    osei.reply(f"{mark} welcome")
    patient.sees(f"{mark} welcome", 1)

    enter.expected.append("status of 404")
    again = enter.visitor()
    again.page.goto(f"{again.base}/invite/{link}")
    expect(again.page.get_by_role("heading", level=1)).to_have_text("We can’t find this page")


@pytest.mark.seed("S13", "S14")
def test_somebody_of_our_own_making(enter: Enter, product: Product, mark: str, tmp_path: Path):
    file = tmp_path / "ida.json"
    file.write_text(json.dumps(BUNDLE))
    becomes_a_patient(enter, product, file, mark, "1971-04-05")


@pytest.mark.parametrize(
    ("name", "born"),
    [
        ("demo_patients/jenna_hagenes.json.gz", "1992-10-08"),
        ("fhir/smart-eduardo_trevino.json.gz", "1971-02-01"),
    ],
)
def test_somebody_of_the_samples(
    enter: Enter, product: Product, mark: str, samples: Path, name: str, born: str
):
    becomes_a_patient(enter, product, samples / name, mark, born)
