"""The servers, a browser, and the figures that are printed at the end."""

from collections.abc import Iterator

import pytest

from tests.bench import servers
from tests.bench.servers import Server
from tests.e2e.conftest import browser

__all__ = ["browser"]
FIGURES = pytest.StashKey[list[tuple[str, str]]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FIGURES] = []


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    terminalreporter.section("Figures")
    for name, figure in config.stash[FIGURES]:
        terminalreporter.write_line(f"{name:<52} {figure}")


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
