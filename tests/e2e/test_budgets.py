"""How many clicks a job takes; typing is not counted."""

import re

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person

SIZES = [(1280, 800), (375, 812)]


def answer_waits(enter: Enter, newcomer: str, mark: str) -> None:
    """Robin has an unread answer."""
    robin, osei = enter(newcomer), enter("osei")
    robin.send(mark, "How?")
    osei.open("/practice/inbox").page.get_by_role("link", name=mark).click()
    osei.reply("So.")
    robin.sees("So.")


@pytest.mark.parametrize("size", SIZES)
def test_read_and_answer_from_home_is_two(
    enter: Enter, newcomer: str, mark: str, size: tuple[int, int]
):
    answer_waits(enter, newcomer, mark)
    robin = enter(newcomer, size=size)
    robin.page.get_by_role("link", name=mark).first.click()
    expect(robin.page.get_by_label("Reply to")).to_be_focused()
    robin.page.keyboard.type(f"{mark} thanks")
    robin.page.get_by_role("button", name="Send", exact=True).click()
    expect(robin.page.get_by_role("article").filter(has_text=f"{mark} thanks")).to_be_visible()
    assert robin.clicks.count("pointer") == 2


@pytest.mark.parametrize("size", SIZES)
def test_the_practice_answers_and_closes_within_three(
    enter: Enter, newcomer: str, mark: str, size: tuple[int, int]
):
    enter(newcomer).send(mark, "How?")
    osei = enter("osei", size=size)
    osei.page.get_by_role("link", name=mark).first.click()
    expect(osei.page.get_by_label("Reply to")).to_be_focused()
    osei.page.keyboard.type("So.")
    osei.page.get_by_role("button", name="Reply and mark done").click()
    expect(osei.page.get_by_role("article").filter(has_text="So.")).to_be_visible()
    assert osei.clicks.count("pointer") <= 3
    osei.open("/practice/today").misses(mark)


def tab_to(person: Person, name: str, most: int = 80) -> None:
    """Press Tab until a control of that name has the focus."""
    for _ in range(most):
        person.page.keyboard.press("Tab")
        said = person.page.evaluate(
            "() => { const e = document.activeElement; return (e.getAttribute('aria-label')"
            " || e.labels?.[0]?.innerText || e.innerText || '') }"
        )
        if re.search(name, said):
            return
    pytest.fail(f"Tab does not reach {name}")


@pytest.mark.parametrize("size", SIZES)
def test_a_patient_needs_no_pointer(enter: Enter, newcomer: str, mark: str, size: tuple[int, int]):
    answer_waits(enter, newcomer, mark)
    robin = enter(newcomer, size=size)
    tab_to(robin, mark)
    robin.page.keyboard.press("Enter")
    expect(robin.page.get_by_label("Reply to")).to_be_focused()
    robin.page.keyboard.type(f"{mark} by keyboard")
    tab_to(robin, "^Send")
    robin.page.keyboard.press("Enter")
    sent = robin.page.get_by_role("article").filter(has_text=f"{mark} by keyboard")
    expect(sent).to_be_visible()
    assert robin.clicks.count("pointer") == 0


@pytest.mark.parametrize("size", SIZES)
def test_the_practice_needs_no_pointer(
    enter: Enter, newcomer: str, mark: str, size: tuple[int, int]
):
    enter(newcomer).send(mark, "How?")
    osei = enter("osei", size=size)
    tab_to(osei, mark)
    osei.page.keyboard.press("Enter")
    expect(osei.page.get_by_label("Reply to")).to_be_focused()
    osei.page.keyboard.type("By keyboard.")
    tab_to(osei, "^Reply and mark done")
    osei.page.keyboard.press("Enter")
    expect(osei.page.get_by_role("article").filter(has_text="By keyboard.")).to_be_visible()
    assert osei.clicks.count("pointer") == 0
