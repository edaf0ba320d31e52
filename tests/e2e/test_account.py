"""Account in a browser: the second step from turning it on to the next sign-in, and sessions."""

import time

import pyotp
import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Enter
from tests.product import PASSWORD, Product


@pytest.mark.seed("S32", "S33")
def test_the_second_step_and_the_record_from_account(enter: Enter, newcomer: str, product: Product):
    robin = enter(newcomer)
    page = robin.inside("account").page
    robin.press("Turn on")
    key = page.locator(".lw-key").inner_text().replace(" ", "")
    page.get_by_label("6-digit code").fill(pyotp.TOTP(key).now())
    robin.press("Confirm")
    codes = page.get_by_role("list", name="Recovery codes").get_by_role("listitem")
    expect(codes).to_have_count(10)
    expect(page.get_by_role("button", name="Turn off")).to_be_visible()
    robin.press("Export")
    with page.expect_download(timeout=60_000) as got:
        page.get_by_role("link", name="Download your record").click()
    assert got.value.path().read_bytes().startswith(b"%PDF")

    visitor = enter.visitor()
    visitor.page.goto(f"{product.base}/sign-in")
    visitor.page.get_by_label("Email").fill(newcomer)
    visitor.page.get_by_label("Password", exact=True).fill(PASSWORD)
    visitor.press("Sign in")
    visitor.page.wait_for_url("**/sign-in/verify")
    visitor.page.get_by_label("6-digit code").fill("000000")
    visitor.press("Continue")
    expect(visitor.page.get_by_role("alert")).to_contain_text("does not fit")
    visitor.page.get_by_label("6-digit code").fill(pyotp.TOTP(key).at(int(time.time()) + 30))
    visitor.press("Continue")
    visitor.page.wait_for_url("**/home")

    page.get_by_role("button", name="Sign out of Chrome on Linux").click()
    visitor.page.wait_for_url("**/sign-in?ended=1", timeout=2000)
