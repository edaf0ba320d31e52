"""Records on the practice's side, in browsers: a file in, what is seen of it, and a refusal."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person

SIZES = [(1440, 900), (390, 844)]


def file(folder: Path, name: str) -> Path:
    me = {"reference": "Patient/p"}
    told = [
        {
            "resourceType": "Patient",
            "id": "p",
            "name": [{"family": "Whitfield", "given": ["Dana"]}],
            "birthDate": "1985-03-14",
        },
        {"resourceType": "Condition", "id": name, "code": {"text": name}, "subject": me},
        {"resourceType": "Condition", "id": "b", "subject": {"reference": "Patient/other"}},
    ]
    path = folder / f"{name}.json"
    bundle = {"resourceType": "Bundle", "entry": [{"resource": r} for r in told]}
    path.write_text(json.dumps(bundle))
    return path


def choose(person: Person, path: Path) -> None:
    person.press("Add records")
    with person.page.expect_file_chooser() as chooser:
        person.press("Choose a file")
    chooser.value.set_files(path)


def record_of_dana(enter: Enter, size: tuple[int, int]) -> Person:
    osei = enter("osei", size=size).open("/practice/patients")
    osei.write("Find a patient", "Dana Whitfield")
    href = osei.page.get_by_role("link", name="Dana Whitfield").first.get_attribute("href")
    return osei.open(f"{href}?tab=records")


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_looked_at_taken_and_withdrawn(
    enter: Enter, tmp_path: Path, size: tuple[int, int]
):
    osei = record_of_dana(enter, size)
    name = f"Elbow {size[0]}"
    choose(osei, file(tmp_path, name))
    box = osei.page.get_by_role("dialog", name="Add records")
    expect(box).to_contain_text("Diagnoses 1")
    expect(box).to_contain_text("It is about another person.")
    box.get_by_role("button", name="Add", exact=True).click()
    osei.sees("1 entry was added")
    osei.page.get_by_label("Show").select_option(label="Diagnoses")
    shown = osei.page.get_by_role("list", name="Entries")
    row = shown.get_by_role("listitem").filter(has_text=name)
    expect(row.get_by_text("Released", exact=True)).to_be_visible()
    row.get_by_role("button").click()
    one = osei.page.get_by_role("dialog", name=name)
    one.get_by_label("Reason").fill("Another person’s")
    one.get_by_role("button", name="Withdraw").click()
    expect(row).to_contain_text("Withdrawn: Another person’s")
    expect(one).to_have_count(0)


def test_a_refused_file_says_why_and_can_be_put_away(enter: Enter, tmp_path: Path):
    osei = record_of_dana(enter, SIZES[0])
    path = tmp_path / "broken.json"
    path.write_text('{"resourceType": "Bundle", "entry": [')
    choose(osei, path)
    box = osei.page.get_by_role("dialog", name="Add records")
    expect(box.get_by_role("alert").filter(has_text="can’t be read")).to_be_visible()
    box.get_by_role("button", name="Put the file away").click()
    expect(box).to_have_count(0)
    osei.press("Add records")
    expect(box.get_by_role("button", name="Put the file away")).to_be_hidden()
