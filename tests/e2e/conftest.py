"""A running demo, a browser, and people in it."""

import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.product import PASSWORD, Product


@dataclass
class Person:
    """Somebody in front of a browser of her own."""

    page: Page
    base: str
    clicks: list[str] = field(default_factory=list)

    def open(self, path: str) -> "Person":
        """Go to an address of the product."""
        self.page.goto(f"{self.base}{path}")
        expect(self.page.get_by_role("heading", level=1).first).to_be_visible()
        return self

    def inside(self, section: str) -> "Person":
        """Open a section of the chart that is open."""
        return self.open(f"/{'/'.join(self.page.url.split('/')[3:5])}/{section}")

    def press(self, name: str, role: str = "button") -> None:
        """Press a control by its name."""
        self.page.get_by_role(role, name=name).first.click()  # type: ignore[arg-type]

    def write(self, label: str, text: str) -> None:
        """Fill a field by its label."""
        self.page.get_by_label(label).first.fill(text)

    def send(self, subject: str, body: str, to: str = "Osei") -> str:
        """Begin a conversation; gives its address."""
        self.inside("messages/new")
        choice = self.page.get_by_label("To", exact=True)
        label = next(o for o in choice.locator("option").all_inner_texts() if to in o)
        choice.select_option(label=label)
        self.write("Subject", subject)
        self.page.get_by_label("Message", exact=True).fill(body)
        self.press("Send")
        expect(self.page.get_by_role("article").filter(has_text=body)).to_be_visible()
        return "/" + self.page.url.split("/", 3)[3]

    def reply(self, body: str, button: str = "Send") -> None:
        """Answer in the open conversation."""
        self.page.get_by_label("Reply to").fill(body)
        self.page.get_by_role("button", name=button, exact=True).click()

    def sees(self, text: str, seconds: float = 5) -> None:
        """Wait until the text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def misses(self, text: str) -> None:
        """Check that the text is nowhere on the page."""
        expect(self.page.get_by_text(text)).to_have_count(0)

    def gets_badge(self, section: str, number: int, seconds: float = 1) -> None:
        """Wait until the number beside a section's name is that one."""
        deadline = time.monotonic() + seconds
        while (shown := self.badge(section)) != number and time.monotonic() < deadline:
            self.page.wait_for_timeout(20)
        assert shown == number

    def badge(self, section: str) -> int:
        """Read the number beside a section's name."""
        link = self.page.get_by_role("link", name=section).filter(visible=True).first
        name = f"{link.get_attribute('aria-label') or ''} {link.inner_text()}"
        return next((int(w) for w in name.replace(",", " ").split() if w.isdigit()), 0)


Enter = Callable[..., Person]
COUNT = """addEventListener('pointerdown', e => e.isTrusted && window.__count('pointer'), true);
addEventListener('click', e => e.isTrusted && e.detail === 0 && window.__count('key'), true);"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium."""
    with sync_playwright() as play:
        path = os.environ.get("CHROME") or shutil.which("chromium")
        chromium = play.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """The demo for the whole run; at its end, the event loop must never have been held for long."""
    running = Product(tmp_path_factory.mktemp("demo") / "data")
    running.start()
    yield running
    running.stop()
    assert running.stalls() == []


@pytest.fixture
def enter(browser: Browser, product: Product) -> Iterator[Enter]:
    """Sign somebody of the demo in, in a browser context of her own; errors of scripts fail."""
    contexts: list[BrowserContext] = []
    said: list[str] = []

    def sign_in(
        who: str,
        *,
        size: tuple[int, int] = (1280, 800),
        at: Product = product,
        password: str = PASSWORD,
        dark: bool = False,
    ) -> Person:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        context.set_default_timeout(8000)
        context.on("weberror", lambda e: said.append(str(e.error)))
        person = Person(context.new_page(), at.base)
        person.page.expose_binding("__count", lambda _, kind: person.clicks.append(kind))
        context.add_init_script(COUNT)
        email = who if "@" in who else f"{who}@demo.example"
        person.page.goto(f"{at.base}/sign-in")
        person.page.get_by_label("Email").fill(email)
        person.page.get_by_label("Password").fill(password)
        person.page.get_by_role("button", name="Sign in").click()
        person.page.wait_for_url(lambda url: "/sign-in" not in url)
        expect(person.page.get_by_role("heading", level=1).first).to_be_visible()
        person.clicks.clear()
        return person

    yield sign_in
    for context in contexts:
        context.close()
    assert said == []


@pytest.fixture
def mark() -> str:
    """Words that nobody else has written."""
    return f"mark{secrets.token_hex(6)}"
