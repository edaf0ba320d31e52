"""A running demo, a browser, and people in it."""

import os
import secrets
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    StorageState,
    expect,
    sync_playwright,
)

from tests.product import PASSWORD, Product

PATIENCE = 20_000
"""How long something may take on a busy machine where no test says less, in milliseconds."""
expect.set_options(timeout=PATIENCE)


@dataclass
class Person:
    """Somebody in front of a browser of her own."""

    page: Page
    base: str
    clicks: list[str] = field(default_factory=list)

    def open(self, path: str) -> "Person":
        """Go to an address of the product."""
        self.page.goto(f"{self.base}{path}")
        return self.ready()

    def ready(self) -> "Person":
        """Wait until the page is shown and connected."""
        expect(self.page.get_by_role("heading", level=1).first).to_be_visible()
        self.page.wait_for_function("() => window.did_handshake && !document.getElementById('pre')")
        return self

    @contextmanager
    def reload(self, seconds: float = 30) -> Iterator[None]:
        """Wait until the page has loaded again by itself, because of what is done inside."""
        self.page.evaluate("window.before = true")
        yield
        self.page.wait_for_function("() => !window.before", timeout=seconds * 1000)
        self.ready()

    def second_tab(self) -> "Person":
        """Open the same page in another tab."""
        return Person(self.page.context.new_page(), self.base).open(self.path)

    @property
    def path(self) -> str:
        """The address without the host."""
        return self.page.url.removeprefix(self.base)

    def inside(self, section: str) -> "Person":
        """Open a section of the chart that is open."""
        return self.open(f"{'/'.join(self.path.split('/')[:3])}/{section}")

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
        return self.path

    def reply(self, body: str, button: str = "Send") -> None:
        """Answer in the open conversation."""
        self.page.get_by_label("Reply to").fill(body)
        self.page.get_by_role("button", name=button, exact=True).click()

    def sees_message(self, text: str) -> None:
        """Wait until a message stands in the open conversation, once."""
        expect(self.page.get_by_role("article").filter(has_text=text)).to_have_count(1)

    def sees(self, text: str, seconds: float = PATIENCE / 1000) -> None:
        """Wait until the text is on the page."""
        expect(self.page.get_by_text(text).first).to_be_visible(timeout=seconds * 1000)

    def misses(self, text: str) -> None:
        """Check that the text is nowhere on the page."""
        expect(self.page.get_by_text(text)).to_have_count(0)

    def gets_badge(self, section: str, number: int, seconds: float = PATIENCE / 1000) -> None:
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


COUNT = """addEventListener('pointerdown', e => e.isTrusted && window.__count('pointer'), true);
addEventListener('click', e => e.isTrusted && e.detail === 0 && window.__count('key'), true);"""


class Enter:
    """Opens browsers of people's own, and listens for what must never happen in them.

    An error of a script, an error or a warning in the console (a broken content policy is one) and
    a request to another host fail the test, but for the parts of messages in `expected`.
    """

    def __init__(self, browser: Browser, product: Product) -> None:
        """Lead to that product, unless told otherwise."""
        self._browser, self._product = browser, product
        self._contexts: list[BrowserContext] = []
        self._said: list[str] = []
        self.expected: list[str] = []

    def visitor(
        self,
        *,
        size: tuple[int, int] = (1280, 800),
        at: Product | None = None,
        state: StorageState | None = None,
        dark: bool = False,
    ) -> Person:
        """Give somebody who has not signed in, or has the cookies of who has."""
        at = at or self._product
        context = self._browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            storage_state=state,
        )
        self._contexts.append(context)
        context.set_default_timeout(PATIENCE)
        self._listen(context, at)
        person = Person(context.new_page(), at.base)
        context.expose_binding("__count", lambda _, kind: person.clicks.append(kind))
        context.add_init_script(COUNT)
        return person

    def without_scripts(self, state: StorageState) -> Person:
        """Give somebody whose browser runs no script, with the cookies of another."""
        context = self._browser.new_context(storage_state=state, java_script_enabled=False)
        self._contexts.append(context)
        self._listen(context, self._product)
        return Person(context.new_page(), self._product.base)

    def _listen(self, context: BrowserContext, at: Product) -> None:
        if at is not self._product:  # it is ended by the test
            self.expected += ["net::ERR_", "WebSocket"]
        context.on("weberror", lambda e: self._said.append(str(e.error)))
        context.on("console", self._hear)
        context.on("request", lambda r: self._same_host(r.url, at))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self._said.append(f"{message.text} ({message.location.get('url', '')})")

    def _same_host(self, url: str, at: Product) -> None:
        if not url.startswith((at.base + "/", "data:", "blob:")):
            self._said.append(f"request to {url}")

    def __call__(
        self,
        who: str,
        *,
        size: tuple[int, int] = (1280, 800),
        at: Product | None = None,
        password: str = PASSWORD,
        dark: bool = False,
    ) -> Person:
        """Sign somebody in; the practice's people come back to the session that they have."""
        known = (at or self._product).signed_in
        if who in known:
            person = self.visitor(size=size, at=at, state=known[who], dark=dark).open("/")
            person.clicks.clear()
            return person
        person = self.visitor(size=size, at=at, dark=dark)
        page = person.page
        page.goto(f"{person.base}/sign-in")
        page.get_by_label("Email").fill(who if "@" in who else f"{who}@demo.example")
        page.get_by_label("Password").fill(password)
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        person.ready().clicks.clear()
        if person.path.startswith("/practice"):
            known[who] = page.context.storage_state()
        return person

    def close(self) -> None:
        """Close every browser; nothing unexpected was heard."""
        for context in self._contexts:
            context.close()
        unexpected = [s for s in self._said if not any(part in s for part in self.expected)]
        assert unexpected == []


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
    """Open browsers for people; what goes wrong in them unseen fails the test."""
    entrance = Enter(browser, product)
    yield entrance
    entrance.close()


@pytest.fixture
def newcomer(product: Product) -> str:
    """Address of a patient of Dr. Osei who has never written."""
    return product.newcomer()


@pytest.fixture
def mark() -> str:
    """Words that nobody else has written."""
    return f"mark{secrets.token_hex(6)}"
