"""The practice builds a form, puts it into use, changes it, and takes one over from elsewhere."""

import json
from pathlib import Path

from playwright.sync_api import Page, expect

from portal_app.data.instruments import scales
from tests.e2e.conftest import Enter, Person


def add(osei: Person, words: str, answer: str, **more: str) -> None:
    """Add a question by the dialog."""
    page = osei.page
    page.get_by_role("button", name="Add a question").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Question or text").fill(words)
    dialog.get_by_label("Answer", exact=True).select_option(label=answer)
    for label, value in more.items():
        dialog.get_by_label(label.replace("_", " ")).fill(value)
    dialog.get_by_role("button", name="Save question").click()
    expect(page.get_by_role("button", name=f"Edit: {words}")).to_be_visible()
    expect(dialog).to_be_hidden()


def group(page: Page, name: str):
    return page.get_by_role("radiogroup", name=name)


def test_a_form_is_built_put_into_use_and_changed(enter: Enter, mark: str):
    osei = enter("osei").open("/practice/documents")
    page = osei.page
    page.get_by_role("button", name="New form").click()
    page.get_by_label("Title").fill(f"{mark} sleep")
    page.get_by_role("button", name="Begin form").click()
    page.get_by_role("button", name="Add a question").wait_for()
    add(osei, "Do you sleep well?", "Yes or no")
    add(osei, "How often do you wake?", "One of several answers", Answers="Never = 0\nOften = 1")

    # the second is shown only after a no
    page.get_by_role("button", name="Edit: How often do you wake?").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Shown only when").select_option(label="Do you sleep well?")
    dialog.get_by_label("With", exact=True).select_option("No")
    dialog.get_by_role("button", name="Save question").click()
    expect(group(page, "How often do you wake?")).to_be_hidden()
    group(page, "Do you sleep well?").get_by_label("No").check()
    expect(group(page, "How often do you wake?")).to_be_visible()

    page.get_by_role("button", name="Remove: Do you sleep well?").click()
    osei.sees("waits for this question")
    page.get_by_role("button", name="Put into use").click()
    page.get_by_role("link", name=f"{mark} sleep").click()
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_role("button", name="Put into use")).to_be_visible()
    osei.sees("version 2")
    page.get_by_role("button", name="Move up: How often do you wake?").click()
    osei.sees("can only wait for a question that comes before it")


def test_a_form_from_elsewhere_needs_a_word_about_rights(enter: Enter, mark: str, tmp_path: Path):
    file = tmp_path / "form.json"
    resource = {**(scales()["pcl-5"].questionnaire or {}), "title": f"{mark} import"}
    file.write_text(json.dumps(resource | {"copyright": "© Somebody Else"}))
    osei = enter("osei").open("/practice/documents")
    page = osei.page
    chooser = page.get_by_label("Import a form")
    chooser.set_input_files(file)
    page.get_by_role("button", name="We may use this form").wait_for()
    expect(page.get_by_text("© Somebody Else").filter(visible=True).first).to_be_visible()
    page.get_by_role("button", name="Put into use").click()
    osei.sees("Confirm first that you may use this form.")
    page.get_by_role("button", name="We may use this form").click()
    osei.sees("Right to use it confirmed by")
    with page.expect_download() as download:
        page.get_by_role("link", name="Export as FHIR").click()
    assert json.loads(download.value.path().read_text())["item"] == resource["item"]
