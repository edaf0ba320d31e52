"""Addresses and the sections behind them."""

import threading
from collections.abc import Iterator

import pytest

from portal_app.pages.routing import REGISTRY, action, match, page, section
from portal_app.rules.permissions import Permission
from portal_app.security.actor import Actor


@pytest.fixture(autouse=True)
def _registry() -> Iterator[None]:
    kept = REGISTRY.sections[:], REGISTRY.pages[:], REGISTRY.actions.copy()
    REGISTRY.sections.clear()
    for path in ("/{chart}/messages/{thread}", "/{chart}/messages/new", "/{chart}/home", "/"):
        declare("portal", path)
    declare("practice", "/inbox")
    yield
    REGISTRY.sections[:], REGISTRY.pages[:] = kept[0], kept[1]
    REGISTRY.actions.clear()
    REGISTRY.actions.update(kept[2])


def declare(side: str, path: str, title: str = "") -> None:
    section(
        side,
        path,
        needs=Permission.HOME,
        title=title,
        nav="home",
        load=lambda _: None,
        query=("q",),
    )(lambda *_: None)


@pytest.mark.parametrize(
    ("side", "path", "found", "values"),
    [
        ("portal", "/abc/home", "/{chart}/home", {"chart": "abc"}),
        ("portal", "abc/home/", "/{chart}/home", {"chart": "abc"}),
        ("portal", "/abc/messages/new", "/{chart}/messages/new", {"chart": "abc"}),
        (
            "portal",
            "/abc/messages/xyz",
            "/{chart}/messages/{thread}",
            {"chart": "abc", "thread": "xyz"},
        ),
        ("portal", "", "/", {}),
        ("practice", "/inbox", "/inbox", {}),
    ],
)
def test_an_address_leads_to_its_section(side: str, path: str, found: str, values: dict[str, str]):
    matched = match(side, path)
    assert matched
    assert (matched[0].path, matched[1]) == (found, values)
    assert matched[0].address == f"/{side}{found}"


@pytest.mark.parametrize(
    ("side", "path"),
    [
        ("practice", "/abc/home"),
        ("portal", "/inbox"),
        ("portal", "//home"),
        ("portal", "/abc/home/more"),
        ("portal", "/abc/Home"),
        ("portal", "/abc"),
        ("nobody", "/abc/home"),
        ("portal", "/abc/messages//"),
    ],
)
def test_other_addresses_lead_nowhere(side: str, path: str):
    assert match(side, path) is None


def test_a_later_declaration_takes_the_place_of_an_earlier():
    declare("portal", "/{chart}/home", "Newer")
    same = [s for s in REGISTRY.sections if s.path == "/{chart}/home"]
    assert [s.title for s in same] == ["Newer"]
    for number in range(2):
        page("/x", needs=Permission.PUBLIC)(lambda n=number: n)
    assert [p.draw() for p in REGISTRY.pages if p.path == "/x"] == [1]


async def test_an_action_runs_its_service_off_the_loop():
    seen: list[object] = []

    def service(actor: Actor, word: str, *, loud: bool) -> str:
        seen.append((actor, loud, threading.current_thread() is threading.main_thread()))
        return word.upper() if loud else word

    perform = action(service, needs=Permission.HOME)
    actor = Actor()
    assert await perform(actor, "a", loud=True) == "A"
    assert seen == [(actor, True, False)]
    needs, kept = next(v for k, v in REGISTRY.actions.items() if k.endswith(".service"))
    assert (needs, kept) == (Permission.HOME, service)
