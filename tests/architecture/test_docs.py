"""The pages for people name only what is there."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.architecture.source import ROOT

PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
DECISION = re.compile(r"(\d{4})-[a-z-]+\.md")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def links(page: Path) -> set[str]:
    """Addresses inside the project that a page links to or draws."""
    found = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text())
    return {target for target in found if not (page.parent / target).exists()}


def paths(text: str) -> set[str]:
    """Files and folders of the project that a page names in code marks."""
    named = re.findall(r"`((?:portal_app|tests|tools|docs)/[\w./-]*)", text)
    return {name.rstrip("./") for name in named}


def targets(text: str) -> set[str]:
    return set(re.findall(r"(?m)(?:^\s*|`)make ([a-z][a-z0-9-]*)", text))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path):
    assert links(page) == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_every_file_that_is_named_is_there(page: Path):
    assert {name for name in paths(page.read_text()) if not (ROOT / name).exists()} == set()


def test_the_sweep_sees_what_is_gone():
    assert paths("in `portal_app/gone.py`, and `tests/`.") == {"portal_app/gone.py", "tests"}
    assert targets("`make run` or\n    make test\nto make sense") == {"run", "test"}


def test_every_target_that_is_named_exists():
    made = set(re.findall(r"(?m)^([a-z0-9-]+):", (ROOT / "Makefile").read_text()))
    named = set().union(*(targets(page.read_text()) for page in PAGES))
    assert {"run", "test"} <= named
    assert named - made == set()


def test_every_command_that_is_named_exists():
    said = subprocess.run(
        [sys.executable, "main.py", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    text = "\n".join(page.read_text() for page in PAGES)
    named = set(re.findall(r"main\.py ([a-z][a-z0-9-]+)", text))
    assert len(named) >= 4
    assert {name for name in named if not re.search(rf"\b{name}\b", said)} == set()


def test_the_first_screen_has_the_commands_and_a_picture():
    top = "\n".join((ROOT / "README.md").read_text().splitlines()[:40])
    assert all(words in top for words in ("make run", "make test", "!["))


def test_decisions_are_numbered_without_a_gap():
    names = sorted(p.name for p in (ROOT / "docs" / "adr").iterdir())
    numbers = [int(found[1]) for name in names if (found := DECISION.fullmatch(name))]
    assert numbers == list(range(1, len(names) + 1))


def test_the_layers_are_told_as_they_are_held():
    layers = PROJECT["tool"]["importlinter"]["contracts"][0]["layers"]
    told = " ".join((ROOT / "docs" / "architecture.md").read_text().split())
    assert " -> ".join(layers) in told
