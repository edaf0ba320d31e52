"""Signing in and out, the warning before the end, drafts, and a server that goes away."""

import secrets
import signal
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter
from tests.product import Product

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


def test_signing_out_empties_the_other_tabs_within_two_seconds(enter: Enter, newcomer: str):
    robin = enter(newcomer)
    other = robin.second_tab()
    other.inside("messages").inside("home").sees(RECORD)
    robin.press("Sign out")
    robin.page.wait_for_url("**/sign-in")
    expect(other.page.get_by_text(RECORD)).to_have_count(0, timeout=2000)
    other.page.wait_for_url("**/sign-in?ended=1")
    for earlier in ("messages", "home"):
        other.page.go_back()
        expect(other.page.get_by_role("button", name="Sign in")).to_be_visible()
        assert earlier in other.path
        expect(other.page.get_by_text(RECORD)).to_have_count(0)


def test_no_handler_runs_in_a_signed_out_tab(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    address = robin.send(mark, "First")
    other = robin.second_tab()
    other.page.get_by_label("Reply to").fill(f"{mark} too late")
    # the tab is held back on its way to the sign-in, and presses Send when it has been emptied
    other.page.route("**/sign-in**", lambda _: None)
    pressed: list[int] = []
    other.page.expose_function("pressed", lambda: pressed.append(1))
    other.page.evaluate(
        "new MutationObserver(() => setTimeout(() => {"
        "document.querySelector('#app [data-lw-go]').click(); window.pressed(); }, 50))"
        ".observe(document.getElementById('app'), {attributes: true, attributeFilter: ['style']})"
    )
    robin.press("Sign out")
    robin.page.wait_for_url("**/sign-in")
    robin.page.wait_for_timeout(1000)
    assert pressed
    other.page.unroute_all(behavior="ignoreErrors")
    again = enter(newcomer).open(address)
    expect(again.page.get_by_role("article")).not_to_have_count(0)
    again.misses(f"{mark} too late")


def test_signing_out_leaves_other_browsers_alone(enter: Enter, newcomer: str):
    here, there = enter(newcomer), enter(newcomer)
    here.press("Sign out")
    here.page.wait_for_url("**/sign-in")
    there.page.reload()
    there.sees(RECORD)


def test_the_page_behind_the_sign_in_comes_after_it(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    address = robin.send(mark, "Find me")
    robin.press("Sign out")
    robin.page.wait_for_url("**/sign-in")
    robin.page.goto(f"{robin.base}{address}")
    robin.write("Email", newcomer)
    robin.page.get_by_label("Password").fill("latchwell-demo-2026")
    robin.press("Sign in")
    robin.page.wait_for_url(f"**{address}")
    robin.sees("Find me")


def test_an_idle_tab_warns_keeps_what_was_typed_and_is_emptied(
    enter: Enter, newcomer: str, product: Product, mark: str
):
    robin = enter(newcomer)
    address = robin.send(mark, "And then I thought")
    set_idle(product, 121)
    robin.page.reload()
    robin.page.get_by_label("Reply to").fill(f"{mark} half a thought")
    warning = robin.page.get_by_role("dialog", name="Are you still there?")
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="Stay signed in").click()
    expect(warning).to_be_hidden()
    robin.sees("Draft saved")
    set_idle(product, 10)
    robin.page.reload()
    robin.sees(mark)
    # without a click, the tab is emptied
    robin.page.wait_for_url("**/sign-in?ended=1", timeout=30_000)
    expect(robin.page.get_by_text(mark)).to_have_count(0)
    again = enter(newcomer).open(address)
    expect(again.page.get_by_label("Reply to")).to_have_value(f"{mark} half a thought")


def test_a_draft_survives_a_reload_and_leaving_the_section(enter: Enter, newcomer: str, mark: str):
    robin = enter(newcomer)
    robin.send(mark, "First")
    robin.page.get_by_label("Reply to").fill(f"{mark} not yet sent")
    robin.sees("Draft saved")
    robin.page.reload()
    expect(robin.page.get_by_label("Reply to")).to_have_value(f"{mark} not yet sent")
    robin.page.get_by_label("Reply to").fill(f"{mark} at once away")
    robin.page.wait_for_timeout(400)  # the field tells what is typed four times a second
    robin.press("Home", "link")
    robin.sees(RECORD)
    robin.page.go_back()
    expect(robin.page.get_by_label("Reply to")).to_have_value(f"{mark} at once away")


def test_what_is_typed_while_a_reload_is_caught_up_with_is_not_replaced(
    enter: Enter, newcomer: str, mark: str
):
    robin = enter(newcomer)
    robin.send(mark, "First")
    robin.ready()
    robin.page.evaluate(
        """words => {
          const box = document.querySelector("#app [data-lw-carry]"), field = box.querySelector("textarea");
          const key = "k".repeat(20), texts = [words + " of before"];
          box.dispatchEvent(new CustomEvent("lwcarried", { detail: { key, texts } }));
          field.value = words + " of now";
          field.dispatchEvent(new Event("input"));
        }""",
        mark,
    )
    robin.sees("Draft saved")
    robin.page.wait_for_timeout(500)
    expect(robin.page.get_by_label("Reply to")).to_have_value(f"{mark} of now")
    again = robin.second_tab()
    expect(again.page.get_by_label("Reply to")).to_have_value(f"{mark} of now")


@pytest.fixture
def own_product(tmp_path: Path) -> Iterator[Product]:
    """A demo of its own, for tests that end the server."""
    running = Product(tmp_path / "data")
    running.start()
    yield running
    running.stop(signal.SIGKILL)


def test_typing_goes_on_while_the_server_is_away(enter: Enter, own_product: Product, mark: str):
    robin = enter(own_product.newcomer(), at=own_product)
    robin.send(mark, "First")
    other = robin.second_tab().inside("messages/new")
    with robin.reload(), other.reload():
        own_product.stop(signal.SIGKILL)
        robin.page.get_by_label("Reply to").fill(f"{mark} typed offline")
        other.write("Subject", f"{mark} later")
        other.page.get_by_label("Message", exact=True).fill("Also offline")
        own_product.start()
    expect(robin.page.get_by_label("Reply to")).to_have_value(f"{mark} typed offline")
    robin.page.get_by_role("button", name="Send", exact=True).click()
    robin.sees_message(f"{mark} typed offline")
    expect(other.page.get_by_label("Subject")).to_have_value(f"{mark} later")
    other.press("Send")
    other.sees_message("Also offline")


def test_what_is_shown_as_sent_outlives_five_kills_and_nothing_is_doubled(
    enter: Enter, own_product: Product, mark: str
):
    robin = enter(own_product.newcomer(), at=own_product)
    robin.send(mark, f"{mark} first")
    articles = robin.page.get_by_role("article")
    field = robin.page.get_by_label("Reply to")
    for number in range(5):
        text = f"{mark} number {number}"
        with robin.reload():
            moment = threading.Timer(
                secrets.randbelow(300) / 1000, own_product.stop, (signal.SIGKILL,)
            )
            moment.start()
            robin.reply(text)
            moment.join()
            robin.page.wait_for_timeout(100)  # what had left the server is drawn
            shown = [t for t in articles.all_inner_texts() if mark in t]
            own_product.start()
        expect(articles.filter(has_text=mark)).not_to_have_count(0)
        # the carried text is given back after a look whether it had been sent
        robin.page.wait_for_function(
            "([text]) => document.querySelector('textarea').value === text || "
            "[...document.querySelectorAll('article')].some(a => a.innerText.includes(text))",
            arg=[text],
        )
        for line in shown:
            words = next(part for part in line.splitlines() if mark in part)
            expect(articles.filter(has_text=words)).to_have_count(1)
        sent = articles.filter(has_text=text).count()
        robin.page.wait_for_timeout(300)
        assert (sent, field.input_value()) in {(1, ""), (0, text)}
        if not sent:
            robin.page.get_by_role("button", name="Send", exact=True).click()
        robin.sees_message(text)
    own_product.command("audit", "verify")


def test_ctrl_c_ends_it_cleanly(own_product: Product):
    process = own_product._process
    assert process
    own_product.stop(signal.SIGINT)
    assert process.returncode in {0, 130}
    assert "Traceback" not in own_product.log()
