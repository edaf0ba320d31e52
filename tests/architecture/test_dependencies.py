import ast
import re
import sys
import tomllib
from importlib.metadata import packages_distributions

import pytest

from tests.architecture.source import PACKAGE, ROOT, imports, modules

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
RUNTIME = PROJECT["project"]["dependencies"]
DEVELOPMENT = PROJECT["dependency-groups"]["dev"]
LOCKS = ("requirements.lock", "requirements-dev.lock")
# What a framework of ours hands through; its version is the framework's business.
THROUGH = {
    "fastapi": "nicegui",
    "starlette": "nicegui",
    "uvicorn": "nicegui",
    "socketio": "nicegui",
    "pydantic": "sqlmodel",
    "sqlalchemy": "sqlmodel",
    "click": "typer",
}


def plain(requirement: str) -> str:
    """A requirement's name, as an index normalises it."""
    return re.sub(r"[-_.]+", "-", re.split(r"[\[<>=!~; ]", requirement)[0]).lower()


def pins(lock: str) -> dict[str, str]:
    entries = re.findall(r"(?m)^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text())
    return {plain(name): version for name, version in entries}


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_has_a_hash(lock: str):
    entries = re.split(r"(?m)^(?=\S)", (ROOT / lock).read_text())
    assert len(pins(lock)) >= len(RUNTIME)
    assert [e.split()[0] for e in entries if e.strip() and "--hash=sha256:" not in e] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_no_lock_names_an_address(lock: str):
    assert (
        re.findall(r"\S*://\S*|--(?:extra-)?index\S*|--find-links\S*", (ROOT / lock).read_text())
        == []
    )


def test_the_locks_hold_what_is_declared():
    assert {plain(r) for r in RUNTIME} - set(pins("requirements.lock")) == set()
    assert {plain(r) for r in DEVELOPMENT} - set(pins("requirements-dev.lock")) == set()


def test_the_tests_run_on_the_versions_that_are_served():
    development = pins("requirements-dev.lock")
    assert {n: development.get(n) for n in pins("requirements.lock")} == pins("requirements.lock")


@pytest.mark.parametrize("requirement", [*RUNTIME, *DEVELOPMENT])
def test_every_dependency_has_its_reason(requirement: str):
    text = (ROOT / "docs" / "dependencies.md").read_text()
    assert re.search(rf"(?m)^\| `{re.escape(plain(requirement))}` \| \S", text)


def test_no_reason_is_given_for_what_is_gone():
    told = re.findall(r"(?m)^\| `([^`]+)` \|", (ROOT / "docs" / "dependencies.md").read_text())
    assert sorted(told) == sorted(plain(r) for r in [*RUNTIME, *DEVELOPMENT])


def test_every_import_is_declared():
    distributions = packages_distributions()
    declared = {plain(r) for r in RUNTIME}
    undeclared = set()
    for tree in modules(PACKAGE).values():
        for name in {i.split(".")[0] for i in imports(tree)} - {"portal_app"}:
            if name not in sys.stdlib_module_names and THROUGH.get(name) not in declared:
                owners = {plain(d) for d in distributions.get(name, [])}
                if not owners & declared:
                    undeclared.add(name)
    assert undeclared == set()


def test_setting_up_needs_the_standard_library_alone():
    tree = ast.parse((ROOT / "tools" / "setup.py").read_text())
    assert {i.split(".")[0] for i in imports(tree)} - set(sys.stdlib_module_names) == set()
