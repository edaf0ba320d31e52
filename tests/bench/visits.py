"""One visit with clocks inside the page, and what many visits say."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import quantiles
from typing import Any

from playwright.sync_api import BrowserContext, Page, ViewportSize

CLOCKS = """(() => {
  const t = window.bench = {fcp: 0, lcp: 0, shift: 0, ready: 0, socket: 0};
  const see = (type, note) => new PerformanceObserver(
    (list) => list.getEntries().forEach(note)).observe({type, buffered: true});
  see('paint', (e) => { if (e.name === 'first-contentful-paint') t.fcp = e.startTime; });
  see('largest-contentful-paint', (e) => { t.lcp = e.startTime; });
  see('layout-shift', (e) => { if (!e.hadRecentInput) t.shift += e.value; });
  const timer = setInterval(() => {
    // the socket is made when Vue has mounted: from then on a click is answered
    if (!t.ready && window.socket && document.querySelector('#app MARK')) t.ready = performance.now();
    if (t.ready && window.did_handshake) { t.socket = performance.now(); clearInterval(timer); }
  }, 3);
})()"""
VIEWPORT: ViewportSize = {"width": 1280, "height": 800}
AFTER = 150
"""Milliseconds that late shifts and paints are waited for."""


@dataclass(frozen=True)
class Target:
    """A page to visit: its address, and what stands at its end."""

    address: str
    mark: str
    state: Any = None


def visit(page: Page, target: Target) -> dict[str, float]:
    """Load the page; gives what its clocks say."""
    page.goto(target.address)
    page.wait_for_function("() => bench.socket && bench.fcp", polling=50)
    page.wait_for_timeout(AFTER)
    clocks: dict[str, float] = page.evaluate("() => bench")
    return clocks


def prepared(context: BrowserContext, target: Target) -> Page:
    """Open an empty page with the clocks."""
    context.add_init_script(CLOCKS.replace("MARK", target.mark))
    return context.new_page()


def transfer(context: BrowserContext, page: Page) -> dict[str, float]:
    """Count, from now on, what comes over the line."""
    counted: dict[str, float] = {"requests": 0, "bytes": 0}
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")

    def asked(_: object) -> None:
        counted["requests"] += 1

    def came(event: dict[str, float]) -> None:
        counted["bytes"] += event["encodedDataLength"]

    wire.on("Network.requestWillBeSent", asked)
    wire.on("Network.loadingFinished", came)
    return counted


@dataclass(frozen=True)
class Spread:
    """Quartiles of a figure."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Sum up the values of all rounds."""
        return cls(*quantiles(values, n=4, method="inclusive"))

    @property
    def width(self) -> float:
        """How far apart the quartiles lie, in parts of the median."""
        return (self.high - self.low) / self.median

    def said(self, digits: int = 2) -> str:
        """Give the median between its quartiles."""
        low, median, high = (f"{v:.{digits}f}" for v in (self.low, self.median, self.high))
        return f"{median} ({low} – {high})"
