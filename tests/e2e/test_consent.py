"""A consent is read, signed and kept; whoever holds the file can check it."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Enter, Person

AGREE = "I have read this document and I agree to it."
DOWNLOAD = "Download this document as PDF"


def download(page: Page) -> bytes:
    with page.expect_download() as waiting:
        page.get_by_role("link", name=DOWNLOAD).click()
    return Path(waiting.value.path()).read_bytes()


def verdict(visitor: Person, data: bytes, words: str) -> None:
    visitor.page.goto(f"{visitor.base}/verify")
    expect(visitor.page.get_by_role("heading", name="Check a signed document")).to_be_visible()
    chosen = {"name": "signed.pdf", "mimeType": "application/pdf", "buffer": data}
    visitor.page.locator("#app input[type=file]").set_input_files([chosen])  # type: ignore[list-item]
    expect(visitor.page.get_by_role("heading", name=words)).to_be_visible()


def draw(page: Page) -> None:
    box = page.locator("svg[data-lw-ink]").bounding_box()
    assert box
    page.mouse.move(box["x"] + 30, box["y"] + 60)
    page.mouse.down()
    for step in range(12):
        page.mouse.move(box["x"] + 30 + 10 * step, box["y"] + (40 if step % 2 else 80))
    page.mouse.up()


@pytest.mark.seed("S30")
def test_a_consent_is_read_signed_and_checked(enter: Enter):
    omar, stranger = enter("omar"), enter.visitor()
    page = omar.inside("documents").page
    page.get_by_role("main").get_by_role("link", name="Consent to video visits").first.click()
    tick = page.get_by_role("checkbox", name=AGREE)
    expect(tick).to_be_disabled()
    page.get_by_role("button", name="Next page").click()
    expect(tick).to_be_enabled()
    original = download(page)
    unsigned = page.get_by_role("link", name=DOWNLOAD).get_attribute("href") or ""
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("Type your full name.")).to_be_visible()
    page.get_by_label("Your full name").fill("Omar Farouk")
    draw(page)
    expect(page.locator("svg[data-lw-ink] path")).to_have_count(1)
    page.get_by_role("button", name="Clear").click()
    expect(page.locator("svg[data-lw-ink] path")).to_have_count(0)
    draw(page)
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text("Tick that you have read the document")).to_be_visible()
    tick.check()
    page.get_by_role("button", name="Sign and send").click()
    expect(page.get_by_text(re.compile(r"Signed on .* by Omar Farouk")).first).to_be_visible()
    expect(page.get_by_role("link", name=DOWNLOAD)).not_to_have_attribute("href", unsigned)
    signed = download(page)
    assert signed != original
    verdict(stranger, signed, "This document is genuine")
    verdict(stranger, original, "This document is not genuine")
    changed = bytearray(signed)
    changed[len(changed) // 2] ^= 1
    verdict(stranger, bytes(changed), "This document is not genuine")
