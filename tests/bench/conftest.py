"""The servers, a browser, and the figures that are printed at the end."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect

from tests.bench import servers
from tests.bench.servers import Server
from tests.bench.visits import VIEWPORT, Target
from tests.e2e.conftest import PASSWORD, browser

__all__ = ["browser"]
FIGURES = pytest.StashKey[list[tuple[str, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.section("Figures")
    for name, figure in config.stash[FIGURES]:
        terminalreporter.write_line(f"{name:<70} {figure}")


class Figures:
    """What has been measured, for the reader."""

    def __init__(self, config: pytest.Config) -> None:
        self._kept = config.stash[FIGURES]

    def add(self, name: str, figure: str) -> None:
        """Print it once all is measured."""
        self._kept.append((name, figure))


@pytest.fixture(scope="session")
def figures(pytestconfig: pytest.Config) -> Figures:
    return Figures(pytestconfig)


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from servers.product(tmp_path_factory.mktemp("product"))


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    yield from servers.bare(tmp_path_factory.mktemp("bare"))


@pytest.fixture(scope="session")
def home(browser: Browser, product: Server) -> Target:
    """Dana's home page, signed in."""
    context = browser.new_context(viewport=VIEWPORT)
    page = context.new_page()
    page.goto(f"{product.base}/sign-in")
    page.get_by_label("Email").fill("dana@demo.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/home")
    expect(page.locator("#app .lw-quote")).to_be_visible()
    target = Target(page.url, ".lw-quote", context.storage_state())
    context.close()
    return target
