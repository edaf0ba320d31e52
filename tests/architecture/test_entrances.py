"""Every page, section and action is declared, with what it needs."""

import ast

import pytest

from portal_app import app
from portal_app.pages.routing import REGISTRY
from portal_app.rules.permissions import Permission
from tests.architecture.source import PACKAGE, modules, named

DECLARES = {"page", "section", "action"}
MOUNTS = {"portal_app/app/__init__.py"}


def without_needs(tree: ast.Module) -> list[int]:
    """Lines that declare an entrance and do not say what it needs."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id in DECLARES
        and "needs" not in {k.arg for k in node.keywords}
    ]


def past_the_registry(tree: ast.Module) -> list[int]:
    """Lines that hand a page to NiceGUI themselves."""
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and (node.value.id, node.attr) in {("ui", "page"), ("app", "page"), ("nicegui", "page")}
    ]


def declaring() -> dict[str, ast.Module]:
    """The modules that use the three declarations of pages.routing."""
    found = {}
    for path, tree in modules(PACKAGE).items():
        names = {
            alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module == "portal_app.pages.routing"
            for alias in node.names
        }
        if names & DECLARES:
            found[named(path)] = tree
    return found


@pytest.mark.parametrize("word", sorted(DECLARES))
def test_the_lint_sees_what_lacks_a_need(word: str):
    assert without_needs(ast.parse(f"{word}('/x')")) == [1]
    assert without_needs(ast.parse(f"{word}('/x', needs=P.HOME)")) == []
    assert past_the_registry(ast.parse("ui.page('/x')")) == [1]


def test_every_declaration_says_what_it_needs():
    found = declaring()
    assert len(found) >= 8
    assert {name: lines for name, tree in found.items() if (lines := without_needs(tree))} == {}


def test_only_the_application_mounts_pages():
    mounted = {named(p) for p, tree in modules(PACKAGE).items() if past_the_registry(tree)}
    assert mounted <= MOUNTS


def test_every_section_needs_a_right_of_its_own_side():
    assert app.__name__ == "portal_app.app"  # its import declares the sections
    assert len(REGISTRY.sections) >= 10
    for entry in REGISTRY.sections:
        assert isinstance(entry.needs, Permission), entry.address
        assert entry.needs not in {Permission.PUBLIC, Permission.ACCOUNT}, entry.address
        of_practice = entry.needs.value.startswith("practice.")
        assert of_practice == (entry.side == "practice"), entry.address


def test_every_section_has_one_address():
    addresses = [entry.address for entry in REGISTRY.sections]
    assert sorted(set(addresses)) == sorted(addresses)


def test_every_action_needs_more_than_to_be_somebody():
    assert len(REGISTRY.actions) >= 10
    public = {name for name, (needs, _) in REGISTRY.actions.items() if needs is Permission.PUBLIC}
    assert public == set()
