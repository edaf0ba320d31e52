"""Signing in and out, the warning before the end, drafts, and a server that goes away."""

import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter, Person, Product

RECORD = "Recent messages"


def set_idle(product: Product, seconds: int) -> None:
    """Let the newest session end after so many idle seconds."""
    file = next(product.folder.glob("*.db"))
    with sqlite3.connect(file, timeout=5) as connection:
        connection.execute(
            "UPDATE usersession SET idle_seconds=? WHERE created_at="
            "(SELECT max(created_at) FROM usersession)",
            (seconds,),
        )
    connection.close()


def second_tab(person: Person) -> Person:
    other = Person(person.page.context.new_page(), person.base)
    other.page.goto(person.page.url)
    other.sees(RECORD)
    return other


def test_signing_out_empties_the_other_tabs_within_two_seconds(enter: Enter, newcomer: str):
    robin = enter(newcomer)
    other = second_tab(robin)
    robin.press("Sign out")
    robin.page.wait_for_url("**/sign-in**")
    expect(other.page.get_by_text(RECORD)).to_have_count(0, timeout=2000)
    other.page.go_back()
    other.page.wait_for_load_state()
    expect(other.page.get_by_text(RECORD)).to_have_count(0)


def test_signing_out_leaves_other_browsers_alone(enter: Enter, newcomer: str):
    here, there = enter(newcomer), enter(newcomer)
    here.press("Sign out")
    here.page.wait_for_url("**/sign-in**")
    there.page.reload()
    there.sees(RECORD)


def test_the_page_behind_the_sign_in_comes_after_it(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    address = robin.send(mark, "Find me")
    robin.press("Sign out")
    robin.page.wait_for_url("**/sign-in**")
    robin.page.goto(f"{robin.base}{address}")
    robin.write("Email", newcomer)
    robin.page.get_by_label("Password").fill("latchwell-demo-2026")
    robin.press("Sign in")
    robin.page.wait_for_url(f"**{address}")
    robin.sees("Find me")


def test_a_warning_comes_first_and_keeps_what_was_typed(
    enter: Enter, newcomer: str, product: Product, mark: str
):
    robin = enter(newcomer)
    address = robin.send(mark, "And then I thought")
    set_idle(product, 121)
    robin.page.reload()
    robin.page.get_by_label("Reply to").fill(f"{mark} half a thought")
    warning = robin.page.get_by_role("dialog", name="Are you still there?")
    expect(warning).to_be_visible(timeout=15_000)
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    robin.sees("Draft saved", 8)
    set_idle(product, 1)
    robin.page.reload()
    robin.page.wait_for_url("**/sign-in**", timeout=15_000)
    expect(robin.page.get_by_text(mark)).to_have_count(0)
    again = enter(newcomer).open(address)
    expect(again.page.get_by_label("Reply to")).to_have_value(f"{mark} half a thought")


def test_an_idle_tab_is_emptied_without_a_click(enter: Enter, product: Product):
    nora = enter("nora")
    set_idle(product, 5)
    nora.page.reload()
    nora.sees(RECORD)
    expect(nora.page.get_by_text(RECORD)).to_have_count(0, timeout=15_000)


def test_a_draft_survives_a_reload_and_leaving_the_section(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    robin.send(mark, "First")
    robin.page.get_by_label("Reply to").fill(f"{mark} not yet sent")
    robin.sees("Draft saved", 8)
    robin.page.reload()
    expect(robin.page.get_by_label("Reply to")).to_have_value(f"{mark} not yet sent")
    robin.page.get_by_label("Reply to").fill(f"{mark} at once away")
    robin.page.wait_for_timeout(400)  # the field tells what is typed four times a second
    robin.press("Home", "link")
    robin.sees(RECORD)
    robin.page.go_back()
    expect(robin.page.get_by_label("Reply to")).to_have_value(f"{mark} at once away")


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[Product]:
    """A demo of its own, for tests that end the server."""
    running = Product(tmp_path / "data")
    running.start()
    yield running
    running.stop(signal.SIGKILL)


def test_a_server_that_was_killed_comes_back_with_everything(
    enter: Enter, own_product: Product, mark: str
):
    dana = enter("dana", at=own_product)
    dana.send(mark, f"{mark} was sent")
    dana.page.get_by_label("Reply to").fill(f"{mark} being typed")
    dana.sees("Draft saved", 8)
    own_product.stop(signal.SIGKILL)
    own_product.start()
    # the tab comes back by itself, signed in, with the message and the draft
    dana.page.wait_for_function("() => document.querySelector('textarea')?.value", timeout=30_000)
    dana.sees(f"{mark} was sent", 20)
    expect(dana.page.get_by_label("Reply to")).to_have_value(f"{mark} being typed", timeout=20_000)
    dana.reply(f"{mark} being typed", "Send")
    expect(dana.page.get_by_role("article").filter(has_text=f"{mark} being typed")).to_have_count(
        1, timeout=10_000
    )


def test_typing_goes_on_while_the_server_is_away(enter: Enter, own_product: Product, mark: str):
    dana = enter("dana", at=own_product)
    dana.send(mark, "First")
    own_product.stop(signal.SIGKILL)
    dana.page.get_by_label("Reply to").fill(f"{mark} typed offline")
    own_product.start()
    dana.page.wait_for_timeout(6000)  # time for the tab to find the server again
    expect(dana.page.get_by_label("Reply to")).to_have_value(f"{mark} typed offline")
    dana.page.get_by_role("button", name="Send", exact=True).click()
    expect(dana.page.get_by_role("article").filter(has_text=f"{mark} typed offline")).to_have_count(
        1, timeout=10_000
    )


def test_ctrl_c_ends_it_cleanly(tmp_path: Path):
    running = Product(tmp_path / "data")
    running.start()
    process = running._process
    assert process
    running.stop(signal.SIGINT)
    assert process.returncode in {0, 130}
    assert "Traceback" not in running.log()
