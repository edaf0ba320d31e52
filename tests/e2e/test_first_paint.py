"""The copy of a page that is painted first, and what a first visit costs: all that is not noisy."""

import re
from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page

from portal_app import app
from portal_app.pages.routing import REGISTRY, match
from portal_app.security.web.head import QUASAR_SHEETS, WITHOUT_QUASAR
from tests.e2e.conftest import Enter, Person, Product

assert app.create  # importing the application fills the registry

HOSTILE = '<img src=x onerror="window.hit=1">'
EACH = 2
"""Addresses that are looked at of every section."""
# The copy goes in the task in which the page is mounted: both are read at that moment.
BOTH = """(() => {
  const read = (root) => {
    const said = [];
    const walk = document.createTreeWalker(root, NodeFilter.SHOW_ELEMENT | NodeFilter.SHOW_TEXT);
    for (let n = walk.nextNode(); n; n = walk.nextNode()) {
      if (n.nodeType === Node.TEXT_NODE) said.push(...n.data.split(/\\s+/));
      else for (const name of ['href', 'aria-label', 'placeholder', 'value', 'role', 'alt'])
        if (n.hasAttribute(name)) said.push(`${name}=${n.getAttribute(name)}`);
    }
    return said.filter(Boolean);
  };
  new MutationObserver((records) => {
    for (const record of records) for (const gone of record.removedNodes)
      if (gone.id === 'pre')
        window.both = [read(gone), read(document.getElementById('app'))];
  }).observe(document, {childList: true, subtree: true});
  window.shift = 0;
  new PerformanceObserver((list) => list.getEntries().forEach((e) => { shift += e.value; }))
    .observe({type: 'layout-shift', buffered: true});
})()"""

# A shift between two elements is none to the browser's own count: their places are compared.
PLACES = """(() => {
  window.places = (root) => [...document.querySelectorAll(`${root} :is(header,nav,h1,h2,p,a,button)`)]
    .map((e) => e.getBoundingClientRect()).map((box) => [box.x, box.y]);
  const frame = () => {
    if (document.getElementById('pre')) window.painted = places('#pre');
    if (!window.both) requestAnimationFrame(frame);
  };
  requestAnimationFrame(frame);
})()"""


def load(page: Page, address: str) -> list[list[str]]:
    """Open a page; gives what the copy said and what the page said when it took its place."""
    page.goto(address)
    page.wait_for_function("() => window.both && window.did_handshake")
    both: list[list[str]] = page.evaluate("() => both")
    return both


def watched(person: Person) -> Page:
    """The person's page, reading copies from now on."""
    person.page.context.add_init_script(BOTH)
    return person.page


@pytest.mark.parametrize(
    ("who", "side", "start"), [("dana", "portal", ""), ("osei", "practice", "/practice/today")]
)
def test_copy_and_page_say_the_same_in_every_section(
    enter: Enter, product: Product, tmp_path: Path, who: str, side: str, start: str
):
    clients = tmp_path / "clients.csv"
    clients.write_text("First name,Last name,DOB\nImke,Imhof,2/3/1971\n")
    product.command("import-patients", str(clients))  # so that there is an import to be looked at
    person = enter(who)
    page = watched(person)
    waiting, seen = [start or urlsplit(page.url).path], set[str]()
    looked_at = Counter[str]()
    while waiting:
        address = waiting.pop(0)
        found = match(side, address.partition("?")[0].removeprefix(f"/{side}"))
        if address in seen or found is None or looked_at[found[0].path] == EACH:
            continue
        seen.add(address)
        looked_at[found[0].path] += 1
        copy, mounted = load(page, person.base + address)
        assert copy == mounted, address
        assert len(copy) > 30
        links = page.locator("#app a[href]").evaluate_all(
            "all => all.map(a => a.getAttribute('href'))"
        )
        waiting += [link for link in links if link.startswith(f"/{side}/")]
    assert set(looked_at) == {s.path for s in REGISTRY.sections if s.side == side}


def test_a_name_that_is_markup_stays_text(enter: Enter, mark: str):
    person = enter("dana")
    page = watched(person)
    address = person.send(f"{mark} {HOSTILE}", f"{mark} {HOSTILE}")
    for path in (address, address.rpartition("/")[0], address.split("/messages")[0] + "/home"):
        copy, mounted = load(page, person.base + path)
        assert HOSTILE.split()[1] in copy
        assert HOSTILE.split()[1] in mounted
        assert page.locator("img[src=x]").count() == 0
        assert page.evaluate("() => window.hit") is None
        html = page.request.get(person.base + path).text()
        assert "<img src=x" not in html
        assert "&lt;img src=x" in html[html.index('<div id="pre">') : html.index('<div id="app"')]


def test_a_first_visit_is_light_and_does_not_jump(enter: Enter):
    person = enter("dana")
    address = person.page.url
    browser = person.page.context.browser
    assert browser is not None
    context = browser.new_context(
        storage_state=person.page.context.storage_state(), viewport={"width": 1280, "height": 800}
    )
    context.add_init_script(BOTH)
    context.add_init_script(PLACES)
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    asked: list[str] = []
    came: list[float] = []
    wire.on("Network.requestWillBeSent", lambda event: asked.append(event["request"]["url"]))
    wire.on("Network.loadingFinished", lambda event: came.append(event["encodedDataLength"]))
    load(page, address)
    page.wait_for_timeout(300)
    assert 5 < len(asked) <= 17, asked
    assert 50 < sum(came) / 1024 <= 350
    assert page.evaluate("() => shift") <= 0.02
    before, after = page.evaluate("() => [painted, places('#app')]")
    assert len(before) == len(after) > 20
    assert (
        max(
            abs(a - b)
            for old, new in zip(before, after, strict=True)
            for a, b in zip(old, new, strict=True)
        )
        <= 2
    )
    assert 20 < page.evaluate("() => Object.keys(mounted_app.elements).length") < 100
    context.close()


@pytest.mark.parametrize("path", ["", "/sign-in", "/demo/components"])
def test_every_rewrite_of_the_head_has_found_its_place(enter: Enter, path: str):
    person = enter("dana")
    answer = person.page.request.get(person.base + (path or urlsplit(person.page.url).path))
    html, policy = answer.text(), answer.headers["content-security-policy"]
    nonce = re.search(r"'nonce-([^']+)'", policy)
    assert nonce
    opened = re.findall(r"<(?:script|style)(?=[\s>])[^>]*", html)
    assert len(opened) > 8
    assert [tag for tag in opened if f'nonce="{nonce[1]}"' not in tag] == []
    assert html.count('id="ng-css"') == 1
    assert html.count('getElementById("ng-css").media="all"') == 1
    assert html.count("@import") == html.count('@import url("/_nicegui/') > 0
    later = html[html.index('id="ng-css"') :]
    assert html.count("@import") == later[: later.index("</style>")].count("@import")
    assert html.count('rel="preload" as="font"') == 2
    assert html.count('rel="modulepreload" href="') >= 1
    assert "dompurify" in html[html.index('rel="modulepreload"') :].split(">")[0]
    assert WITHOUT_QUASAR.removeprefix("<script>") in html
    for left_out in (*QUASAR_SHEETS, "fonts.css", "quasar.umd", "/static/lang/", "tailwind"):
        assert left_out not in html
