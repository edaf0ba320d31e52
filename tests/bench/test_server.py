"""What a view costs the server, told beside a bare page's."""

from contextlib import ExitStack

import httpx

from tests.bench.conftest import Figures
from tests.bench.servers import Server
from tests.bench.visits import Spread, Target

VIEWS = 25
BLOCKS = 5
GENEROUS = 25


def cookies(target: Target) -> dict[str, str]:
    """The cookies of a browser that has signed in."""
    return {c["name"]: c["value"] for c in target.state["cookies"]} if target.state else {}


def ask(client: httpx.Client, target: Target) -> None:
    """Ask for a page, without its files, as often as a block is long."""
    for _ in range(VIEWS):
        answer = client.get(target.address)
        assert target.mark.removeprefix(".") in answer.text


def test_views(product: Server, bare: Server, home: Target, figures: Figures):
    targets = [(product, home), (bare, Target(bare.base, ".bare"))]
    took: tuple[list[float], list[float]] = ([], [])
    with ExitStack() as open_clients:
        pair = [
            (server, open_clients.enter_context(httpx.Client(cookies=cookies(target))), target)
            for server, target in targets
        ]
        for _, client, target in pair:
            ask(client, target)
        before = [server.kilobytes() for server, _ in targets]
        for _ in range(BLOCKS):
            for spent, (server, client, target) in zip(took, pair, strict=True):
                began = server.seconds()
                ask(client, target)
                spent.append((server.seconds() - began) * 1000 / VIEWS)
    grown = [s.kilobytes() - b for (s, _), b in zip(targets, before, strict=True)]
    ours, theirs = map(Spread.of, took)
    ratio = Spread.of([a / b for a, b in zip(*took, strict=True)])
    figures.add(
        "server, ms of processor a view, home and bare page", f"{ours.said(1)} and {theirs.said(1)}"
    )
    figures.add("  home to bare page", ratio.said(1))
    each = [kilobytes / (BLOCKS * VIEWS) for kilobytes in grown]
    figures.add(
        "server, KB a page that is open, home and bare page", f"{each[0]:.0f} and {each[1]:.0f}"
    )
    # a page of eighty elements; this only says that nothing has come upon it unseen
    assert ratio.low <= GENEROUS, ratio.said(1)
