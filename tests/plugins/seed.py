"""Says which statements of the product's seed the passing tests cover: ``@pytest.mark.seed("S13")``."""

import json
import os
from collections.abc import Iterable
from pathlib import Path

import pytest

STATEMENTS = tuple(f"S{number:02}" for number in range(1, 34))
COUNTED = ("passed", "failed", "skipped", "xfailed", "xpassed", "error")


def account(passed: Iterable[str], failed: Iterable[str]) -> list[str]:
    """The lines that name what is covered: some test passed, and none failed."""
    covered = set(passed) - set(failed)
    lines = [
        f"Seed statements covered: {' '.join(s for s in STATEMENTS if s in covered) or 'none'}"
    ]
    if rest := [s for s in STATEMENTS if s not in covered]:
        lines.append(f"not yet: {' '.join(rest)}")
    return lines


class Seeds:
    """Keeps the statements of the tests that ran."""

    def __init__(self) -> None:
        """Start with none."""
        self.passed: set[str] = set()
        self.failed: set[str] = set()

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Write each test's statements where its report will carry them."""
        for item in items:
            numbers = [str(n) for mark in item.iter_markers("seed") for n in mark.args]
            if unknown := [n for n in numbers if n not in STATEMENTS]:
                message = f"{item.nodeid}: no such seed statement: {' '.join(unknown)}"
                raise pytest.UsageError(message)
            item.user_properties.extend(("seed", number) for number in numbers)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Sort a test's statements by its outcome."""
        numbers = {str(value) for name, value in report.user_properties if name == "seed"}
        if report.failed:
            self.failed |= numbers
        elif report.when == "call" and report.passed:
            self.passed |= numbers

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Print the account, or leave it to the suite that asked for it."""
        if not (asked := os.environ.get("SUITE_TALLY")):
            for line in account(self.passed, self.failed):
                terminalreporter.write_line(line)
            return
        counts = {kind: len(terminalreporter.stats.get(kind, [])) for kind in COUNTED}
        result = {
            "counts": counts,
            "passed": sorted(self.passed),
            "failed": sorted(self.failed),
        }
        Path(asked).write_text(json.dumps(result))


def pytest_configure(config: pytest.Config) -> None:
    """Register."""
    config.pluginmanager.register(Seeds(), "seeds")
