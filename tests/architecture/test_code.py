"""Rules of the layers that an import contract cannot say."""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.source import PACKAGE, imports, modules, named

DRAWN = (PACKAGE / "pages", PACKAGE / "components", PACKAGE / "live.py")
# NiceGUI parses these strings, so a value put into one can become an attribute or a script.
PARSED = {
    "props",
    "classes",
    "style",
    "add_head_html",
    "add_body_html",
    "add_css",
    "run_javascript",
}
# What may be put together for them: JSON, ids and readers that the kit makes, and its own copy.
MADE = {"dumps", "to_html", "reader", "html_id"}
PREPARED = {"read", "readers", "arguments", "SWAP"}
TABLES = ("portal_app.data.models", "portal_app.data.queries", "portal_app.data.engine")
QUERIES = {"select", "Session", "col", "text", "create_engine"}


def interpolated(tree: ast.Module) -> Iterator[int]:
    """Lines that hand a built string to a method that parses it."""
    for node in ast.walk(tree):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
            continue
        scripts = [k.value for k in node.keywords if k.arg == "js_handler"]
        if node.func.attr in PARSED:
            scripts = [*node.args, *(k.value for k in node.keywords)]
        if any(_built(a) for a in scripts):
            yield node.lineno


def _built(node: ast.expr) -> bool:
    return isinstance(node, ast.JoinedStr) or _percent(node) or _formatted(node) or _added(node)


def _percent(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mod)


def _formatted(node: ast.expr) -> bool:
    call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    return call and node.func.attr == "format" and isinstance(node.func.value, ast.Constant)


def _added(node: ast.expr) -> bool:
    return isinstance(node, ast.BinOp) and not all(_ours(leaf) for leaf in _leaves(node))


def _leaves(node: ast.expr) -> Iterator[ast.expr]:
    if isinstance(node, ast.BinOp):
        yield from _leaves(node.left)
        yield from _leaves(node.right)
    else:
        yield node


def _ours(node: ast.expr) -> bool:
    maker = node.func if isinstance(node, ast.Call) else node
    name = getattr(maker, "attr", getattr(maker, "id", ""))
    return isinstance(node, ast.Constant) or name in MADE | PREPARED


def asks(tree: ast.Module) -> set[str]:
    """Names by which a module reaches the database."""
    names = imports(tree)
    found = {n for n in names if n.split(".")[0] == "sqlalchemy" or n.startswith(TABLES)}
    found |= {n for n in names if n.startswith("sqlmodel.") and n.split(".")[1] in QUERIES}
    called = {
        node.func.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    }
    return found | ({"exec", "scalars"} & called)


def foreign(tree: ast.Module) -> set[str]:
    """What a rule imports beside the standard library and other rules."""
    names = imports(tree)
    return {
        n
        for n in names
        if n.split(".")[0] not in sys.stdlib_module_names
        and not re.match(r"portal_app(\.rules(\.|$)|$)", n)
    }


@pytest.mark.parametrize("method", sorted(PARSED))
def test_the_lint_sees_a_built_string(method: str):
    built = ('f"a={x}"', '"a=%s" % x', '"a={}".format(x)', '"a=" + x', '"a=" + x.y() + "b"')
    for call in (f"e.{method}({{}})", 'e.on("click", js_handler={})'):
        assert [b for b in built if list(interpolated(ast.parse(call.format(b)))) != [1]] == []
        for ours in ('"a=1"', '"a(" + json.dumps(x) + ")"', '"a(" + e.html_id + ")"'):
            assert list(interpolated(ast.parse(call.format(ours)))) == []


@pytest.mark.parametrize(
    "code",
    [
        "from sqlmodel import select",
        "import sqlalchemy as sa",
        "from portal_app.data.models import Patient",
        "from portal_app.data import queries",
        "rows = session.exec(statement)",
    ],
)
def test_the_lint_sees_a_query(code: str):
    assert asks(ast.parse(code))


def test_no_built_string_reaches_what_nicegui_parses():
    found = {
        f"{named(path)}:{line}"
        for path, tree in modules(PACKAGE).items()
        for line in interpolated(tree)
    }
    assert found == set()


@pytest.mark.parametrize("folder", DRAWN, ids=named)
def test_what_is_drawn_asks_no_database(folder: Path):
    assert {named(p): q for p, tree in modules(folder).items() if (q := asks(tree))} == {}


def test_rules_import_the_standard_library_and_rules():
    rules = modules(PACKAGE / "rules")
    assert {named(p): f for p, tree in rules.items() if (f := foreign(tree))} == {}
