"""The head of served pages: a fresh nonce on every script of ours, and none for anybody else's. F7"""

import re
from html.parser import HTMLParser

import pytest

from portal_app.security.web.head import Head, rewrite
from portal_app.security.web.headers import page_csp
from tests.product import Product
from tests.served import Arrive

PAGES = ("/sign-in", "/reset", "/sign-out", "/no-chart", "/demo/components", "/")


class Tags(HTMLParser):
    """Every tag with its attributes, as a browser reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def directives(policy: str) -> dict[str, list[str]]:
    return {d.split()[0]: d.split()[1:] for d in policy.split(";") if d.strip()}


@pytest.mark.parametrize("path", PAGES)
def test_every_script_and_style_of_a_page_has_the_nonce_of_its_policy(
    served: Product, arrive: Arrive, path: str
):
    answer = arrive(served, "dana").http.get(path, follow_redirects=True)
    policy = directives(answer.headers["content-security-policy"])
    (nonce,) = re.findall(r"'nonce-([\w-]{24})'", answer.headers["content-security-policy"])
    tags = [(tag, a) for tag, a in Tags(answer.text).found if tag in {"script", "style"}]
    assert len(tags) > 5
    assert [t for t in tags if t[1].get("nonce") != nonce] == []
    assert policy["script-src"] == ["'self'", f"'nonce-{nonce}'", "'unsafe-eval'"]
    assert policy["default-src"] == ["'self'"]
    assert policy["object-src"] == policy["base-uri"] == policy["frame-ancestors"] == ["'none'"]


@pytest.mark.parametrize("path", PAGES)
def test_no_tag_of_a_page_carries_a_script(served: Product, arrive: Arrive, path: str):
    text = arrive(served, "dana").http.get(path, follow_redirects=True).text
    carried = [
        (tag, name, value)
        for tag, attributes in Tags(text).found
        for name, value in attributes.items()
        if name.startswith("on")
        or str(value).strip().lower().startswith(("javascript:", "data:text"))
    ]
    assert carried == []
    assert re.findall(r'(?:src|href)="(?:https?:)?//', text) == [], "nothing comes from elsewhere"


def test_a_nonce_is_used_once(served: Product, arrive: Arrive):
    visitor = arrive(served)
    policies = [visitor.get("/sign-in").headers["content-security-policy"] for _ in range(20)]
    assert len(set(policies)) == 20


def test_what_is_no_page_may_run_nothing(served: Product, arrive: Arrive):
    for path in ("/healthz", "/nothing", "/demo/mail", "/assets/favicon.svg", "/wrong/page"):
        policy = directives(arrive(served).get(path).headers["content-security-policy"])
        assert policy["default-src"] == ["'none'"]
        assert "script-src" not in policy


@pytest.mark.parametrize("path", PAGES)
def test_each_rewrite_finds_its_place_in_the_pinned_framework(
    served: Product, arrive: Arrive, path: str
):
    dana = arrive(served, "dana")
    text = dana.http.get(path, follow_redirects=True).text
    found = dana.get("/wrong/inside").json()["matches"]
    assert found.pop("nonces") == len(re.findall(r"<(?:script|style)[\s>]", text))
    assert found == {"imports": 4, "head": 1, "switch": 1, "quasar": 1, "sanitiser": 1}
    assert "quasar.umd" not in text
    assert "/lang/" not in text
    assert "fonts.css" not in text
    blocking, _, later = text.partition('<style nonce="')[2].partition('media="print"')
    assert "@import" not in blocking, "their styles are not waited for"
    assert "nicegui.css" in later


HEAD = Head("a{}", "0", ("/assets/fonts/x.woff2",))
STOCK = (
    '<head><style>@import url("/s/quasar.unimportant.prod.css") layer(quasar);'
    '@import url("/s/nicegui.css") layer(nicegui);</style></head><body>'
    '<script defer src="/s/quasar.umd.prod.js"></script><div id="app"></div></body>'
)


def test_a_page_with_an_element_of_quasar_keeps_quasar():
    plain, found = rewrite(STOCK, HEAD, "n")
    assert found.quasar == 1
    assert "quasar.umd.prod.js" not in plain
    kept, found = rewrite(STOCK + '{"tag":"q-btn"}', HEAD, "n")
    assert found.quasar == 0
    assert "quasar.umd.prod.js" in kept
    assert "quasar.unimportant.prod.css" in kept


@pytest.mark.parametrize("html", ["", "<p>x", "<style></style>", '<div id="app"></div>'])
def test_a_page_that_is_different_stays_as_it_came(html: str):
    text, found = rewrite(html, HEAD, "n")
    assert text.replace(' nonce="n"', "") == html
    assert (found.imports, found.head, found.switch) == (0, 0, 0)


def test_only_a_tag_gets_the_nonce():
    text, found = rewrite("<script>1</script><scripted><style a>", HEAD, "n")
    assert text == '<script nonce="n">1</script><scripted><style nonce="n" a>'
    assert found.nonces == 2


def test_the_policy_lets_no_inline_script_run():
    rules = directives(page_csp("n"))["script-src"]
    assert not {"'unsafe-inline'", "'strict-dynamic'", "*", "data:", "https:"} & set(rules)
