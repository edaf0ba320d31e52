"""The home page beside a bare page of the same NiceGUI, in the same rounds.

A goal is missed only if even the lower quartile is over it. All but two goals are ratios; those two
give way as far as the bare page itself is slowed down by what else the machine does.
"""

import os
from dataclasses import dataclass, field
from random import Random

import pytest
from playwright.sync_api import Browser, Page

from tests.bench.conftest import Figures
from tests.bench.servers import Server
from tests.bench.visits import VIEWPORT, Spread, Target, prepared, transfer, visit

ROUNDS = int(os.environ.get("BENCH_ROUNDS", "9"))
PAUSE = 100
NOISY = 0.30
AGAIN = 2
QUIET = 450
"""Milliseconds within which the bare page is ready on a machine of two cores that is left alone."""
GOALS = {
    "cold ready": 0.95,
    "cold first paint": 0.70,
    "cold largest paint": 0.95,
    "warm ready": 1.36,
}
"""Most that the home page may take, in parts of the bare page."""
TO_MESSAGES = """() => new Promise((done) => {
  const link = [...document.querySelectorAll('.lw-rail a')]
    .find((a) => a.pathname.endsWith('/messages'));
  const began = performance.now();
  const watch = new MutationObserver(() => {
    if (!document.querySelector('#app .lw-listtitle')) return;
    watch.disconnect();
    done(performance.now() - began);
  });
  watch.observe(document.getElementById('app'), {subtree: true, childList: true});
  link.click();
})"""
ROUND_TRIP = """() => new Promise((done) => {
  const began = performance.now();
  const watch = new MutationObserver(() => { watch.disconnect(); done(performance.now() - began); });
  watch.observe(document.querySelector('[data-lw-live]'),
    {subtree: true, childList: true, characterData: true});
  [...document.querySelectorAll('#app button')].findLast((b) => b.innerText === 'Send').click();
})"""


@dataclass
class Measured:
    """What the rounds have given, round by round."""

    home: dict[str, list[float]] = field(default_factory=dict)
    bare: dict[str, list[float]] = field(default_factory=dict)
    to_messages: list[float] = field(default_factory=list)
    shift: list[float] = field(default_factory=list)
    transferred: dict[str, float] = field(default_factory=dict)
    elements: int = 0

    def ratio(self, name: str) -> Spread:
        """Compare round by round."""
        pairs = zip(self.home[name], self.bare[name], strict=True)
        return Spread.of([ours / theirs for ours, theirs in pairs])

    @property
    def noise(self) -> float:
        """How far the bare page itself varies."""
        return Spread.of(self.bare["cold ready"]).width

    @property
    def slowness(self) -> float:
        """How many times slower than a quiet machine this one is while others use it."""
        return max(1.0, Spread.of(self.bare["cold ready"]).low / QUIET)


def _elements(page: Page) -> int:
    number: int = page.evaluate("() => Object.keys(mounted_app.elements).length")
    return number


def _round(
    browser: Browser,
    target: Target,
    told: dict[str, list[float]],
    measured: Measured,
    *,
    counts: bool,
) -> None:
    """Visit cold, then warm; from home go on to Messages."""
    context = browser.new_context(viewport=VIEWPORT, storage_state=target.state)
    page = prepared(context, target)
    is_home = target.state is not None
    line = transfer(context, page) if is_home and not counts else {}
    cold = visit(page, target)
    if line:
        measured.transferred = dict(line)
        measured.elements = _elements(page)
    warm = visit(page, target)
    if counts:
        for name, value in (
            ("cold ready", cold["ready"]),
            ("cold first paint", cold["fcp"]),
            ("cold largest paint", cold["lcp"]),
            ("cold socket", cold["socket"]),
            ("warm ready", warm["ready"]),
            ("warm first paint", warm["fcp"]),
        ):
            told.setdefault(name, []).append(value)
    if is_home and counts:
        measured.shift += [cold["shift"], warm["shift"]]
        measured.to_messages.append(page.evaluate(TO_MESSAGES))
    context.close()


def _measure(browser: Browser, home: Target, bare: Target) -> Measured:
    chance, measured = Random(), Measured()  # noqa: S311 - the order of visits
    for number in range(ROUNDS + 1):
        pair = [(home, measured.home), (bare, measured.bare)]
        chance.shuffle(pair)
        for target, told in pair:
            _round(browser, target, told, measured, counts=number > 0)
    return measured


@pytest.fixture(scope="module")
def measured(browser: Browser, bare: Server, home: Target, figures: Figures) -> Measured:
    """All rounds; once more where the machine was not quiet, and the quietest run counts."""
    stock = Target(bare.base, ".bare")
    runs = [_measure(browser, home, stock)]
    while runs[-1].noise > NOISY and len(runs) <= AGAIN:
        runs.append(_measure(browser, home, stock))
    best = min(runs, key=lambda run: run.noise)
    figures.add("runs, and how far the bare page itself varies", f"{len(runs)}, {best.noise:.2f}")
    for name in best.home:
        ours, theirs = (Spread.of(kept[name]) for kept in (best.home, best.bare))
        goal = f", goal {GOALS[name]:.2f}" if name in GOALS else ""
        figures.add(f"{name}, home to bare page", best.ratio(name).said() + goal)
        figures.add("  in ms, home and bare page", f"{ours.said(0)} and {theirs.said(0)}")
    return best


@pytest.mark.parametrize("name", GOALS)
def test_home_to_the_bare_page(measured: Measured, name: str):
    ratio = measured.ratio(name)
    assert ratio.low <= GOALS[name], ratio.said()


def test_home_is_light(measured: Measured, figures: Figures):
    requests, size = measured.transferred["requests"], measured.transferred["bytes"] / 1024
    shift = max(measured.shift)
    figures.add(
        "home, cold: requests, KB, NiceGUI elements", f"{requests}, {size:.0f}, {measured.elements}"
    )
    figures.add("home: largest layout shift", f"{shift:.4f}")
    assert requests <= 17
    assert size <= 350
    assert shift <= 0.02
    assert measured.elements < 100


def test_home_to_messages(measured: Measured, figures: Figures):
    spread = Spread.of(measured.to_messages)
    figures.add("home to Messages in place, ms", spread.said(0))
    assert spread.low <= 60 * measured.slowness, spread.said()


def test_an_event_comes_back(
    browser: Browser, product: Server, measured: Measured, figures: Figures
):
    page = browser.new_page(viewport=VIEWPORT)
    page.goto(f"{product.base}/demo/components")
    page.wait_for_function("() => window.did_handshake")
    times = []
    for _ in range(ROUNDS + 1):
        times.append(page.evaluate(ROUND_TRIP))
        page.wait_for_timeout(PAUSE)
    page.close()
    spread = Spread.of(times[1:])
    figures.add("click, server, page: ms", spread.said(1))
    assert spread.low <= 25 * measured.slowness, spread.said()
