"""The component kit in a real browser: keyboard, reflow, and typing that is never lost."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def base() -> Iterator[str]:
    """Address of a server that shows the component page."""
    if address := os.environ.get("COMPONENTS_AT"):
        yield address
        return
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    keep = {k: v for k, v in os.environ.items() if not k.startswith(("NICEGUI_", "PYTEST_"))}
    server = subprocess.Popen(
        [sys.executable, str(ROOT / "tests/e2e/components_server.py"), str(port)],
        env=keep | {"PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
    )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_for(f"{address}/demo/components", server)
        yield address
    finally:
        server.kill()
        server.wait()


def _wait_for(address: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        assert server.poll() is None, "the server ended"
        try:
            httpx.get(address, timeout=2).raise_for_status()
        except httpx.HTTPError:
            time.sleep(0.1)
        else:
            return
    pytest.fail("the server did not answer")


@pytest.fixture
def page(browser: Browser, base: str) -> Iterator[Page]:
    """The component page, wide; anything in the console fails the test."""
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    said: list[str] = []
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.on("console", lambda m: said.append(m.text) if m.type in {"error", "warning"} else None)
    opened.goto(f"{base}/demo/components")
    expect(opened.get_by_role("heading", level=1)).to_be_visible()
    opened.wait_for_function("() => window.did_handshake")
    yield opened
    context.close()
    assert said == []


@pytest.mark.parametrize(("width", "font"), [(320, "100%"), (640, "200%"), (1440, "100%")])
def test_nothing_scrolls_sideways(browser: Browser, base: str, width: int, font: str):
    page = browser.new_page(viewport={"width": width, "height": 640})
    page.goto(f"{base}/demo/components")
    page.wait_for_function("() => window.did_handshake")
    page.evaluate("size => document.documentElement.style.fontSize = size", font)
    assert page.evaluate("() => document.documentElement.scrollWidth - innerWidth") <= 1
    page.close()


def test_targets_are_large_enough(page: Page):
    for control in page.get_by_role("button").or_(page.get_by_role("tab")).all():
        box = control.bounding_box()
        assert box is None or (box["height"] >= 43 and box["width"] >= 24), control.inner_text()


def test_a_dialog_opens_keeps_the_focus_and_gives_it_back(page: Page):
    opener = page.get_by_role("button", name="Add time off")
    opener.click()
    dialog = page.get_by_role("dialog", name="Add time off")
    expect(dialog).to_be_visible()
    for _ in range(8):
        page.keyboard.press("Tab")
        assert page.evaluate("() => !document.querySelector('main :focus:not(dialog *)')")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_menu_is_used_by_the_keyboard(page: Page):
    button = page.get_by_role("button", name="Viewing as")
    button.focus()
    page.keyboard.press("ArrowDown")
    expect(button).to_have_attribute("aria-expanded", "true")
    items = page.get_by_role("menuitemradio")
    expect(items.nth(0)).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(items.nth(1)).to_be_focused()
    page.keyboard.press("d")
    expect(items.nth(0)).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_have_attribute("aria-expanded", "false")
    expect(button).to_be_focused()


def test_tabs_move_with_the_arrows_and_stand_in_the_address(page: Page):
    page.get_by_role("tab", name="Credit cards").focus()
    page.keyboard.press("ArrowRight")
    chosen = page.get_by_role("tab", name="Invoices")
    expect(chosen).to_have_attribute("aria-selected", "true")
    expect(chosen).to_be_focused()
    expect(page.get_by_text("Now open: ?tab=invoices")).to_be_visible()
    assert page.url.endswith("?tab=invoices")


def test_a_toast_is_shown_and_said(page: Page):
    page.get_by_role("button", name="Send", exact=True).last.click()
    expect(page.get_by_role("region", name="Short notes")).to_contain_text("Message sent")
    expect(page.locator("[data-lw-live]")).to_have_text("Message sent to Dr. Osei")


def test_what_is_wrong_is_listed_and_gets_the_focus(page: Page):
    page.get_by_role("button", name="Save changes").last.click()
    expect(page.get_by_role("alert").filter(has_text="Fix 1 thing to save.")).to_be_focused()
    field = page.get_by_label("Home phone")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description("With the area code Enter a number.")


def test_typing_is_never_taken_back(browser: Browser, base: str):
    page = browser.new_page()
    page.goto(f"{base}/typing")
    page.wait_for_function("() => window.did_handshake")
    field = page.get_by_label("Reply")
    text = "The page changes while this is typed, twenty times a second."
    field.press_sequentially(text, delay=15)
    expect(field).to_have_value(text)
    expect(page.get_by_text(f"heard: {text}", exact=True)).to_be_visible()
    page.get_by_role("button", name="Clear").click()
    expect(field).to_have_value("")
    field.press_sequentially("Next")
    expect(page.get_by_text("heard: Next", exact=True)).to_be_visible()
    page.close()
