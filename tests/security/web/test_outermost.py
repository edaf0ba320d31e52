"""The outermost layer of the served product: headers, hosts, origins, bodies, the log. F5, F6, F9."""

import http.client
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from tests.product import ROOT, Product
from tests.served import Arrive, Visitor, form_token, tables, until

EVIL = "evil.example"
MEBIBYTE = 1024 * 1024
WORDS = "zebra words"


@dataclass(frozen=True)
class Asked:
    """A request of one kind, and the status of its answer."""

    path: str
    status: int
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    def send(self, visitor: Visitor, **more: str) -> httpx.Response:
        own = {"Sec-Fetch-Site": "same-origin"} if self.method == "POST" else {}
        headers = own | self.headers | {k.replace("_", "-"): v for k, v in more.items()}
        return visitor.http.request(self.method, self.path, headers=headers, content=self.body)


FORM = {"Content-Type": "application/x-www-form-urlencoded"}
KINDS = {
    "page": Asked("/sign-in", 200),
    "shell without a session": Asked("/portal/x/home?view=1", 303),
    "console without a session": Asked("/practice/inbox", 303),
    "first": Asked("/", 303),
    "page that fails": Asked("/wrong/page", 500),
    "route that fails": Asked("/wrong/route", 500),
    "redirect": Asked("/wrong/redirect", 307),
    "slash too many": Asked("/sign-in/", 307),
    "form": Asked("/sign-in", 303, "POST", FORM),
    "sign-out": Asked("/sign-out", 303, "POST", FORM),
    "form from elsewhere": Asked("/sign-in", 403, "POST", FORM | {"Sec-Fetch-Site": "cross-site"}),
    "body too large": Asked("/sign-in", 413, "POST", FORM, b"x" * (MEBIBYTE + 1)),
    "nothing": Asked("/nothing", 404),
    "invitation": Asked("/invite/nosuchlink", 404),
    "wrong method": Asked("/healthz", 404, "DELETE", {"Sec-Fetch-Site": "same-origin"}),
    "head": Asked("/healthz", 404, "HEAD"),
    "file": Asked("/files/nosuchfile", 404),
    "upload": Asked("/attachments/x/y", 422, "POST"),
    "stock upload": Asked("/_nicegui/client/x/upload/1", 404, "POST"),
    "health": Asked("/healthz", 200),
    "readiness": Asked("/readyz", 200),
    "mail": Asked("/demo/mail", 200),
    "asset": Asked("/assets/favicon.svg", 200),
    "stock file": Asked("/_nicegui/3.18.0/static/nicegui.js", 200),
    "asset that is not there": Asked("/assets/nothing.js", 404),
    "icon": Asked("/favicon.ico", 200),
    "socket without upgrade": Asked("/_nicegui_ws/socket.io/", 404),
    "wrong host": Asked("/", 400, headers={"Host": EVIL}),
}
KEPT = {"asset", "stock file"}
"""What a browser may keep."""


@pytest.fixture
def visitor(served: Product, arrive: Arrive) -> Visitor:
    return arrive(served)


@pytest.mark.parametrize("kind", KINDS)
def test_every_answer_carries_the_headers(visitor: Visitor, kind: str):
    answer = KINDS[kind].send(visitor)
    assert answer.status_code == KINDS[kind].status
    expected = {
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "x-frame-options": "DENY",
        "x-robots-tag": "noindex, nofollow",
    }
    assert {k: answer.headers.get(k) for k in expected} == expected
    for feature in ("camera", "microphone", "geolocation"):
        assert f"{feature}=()" in answer.headers["permissions-policy"]
    policy = answer.headers["content-security-policy"]
    for rule in ("frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"):
        assert rule in policy
    assert "strict-transport-security" not in answer.headers, "this one is served without https"
    assert "server" not in answer.headers
    assert "etag" not in answer.headers
    names = [name.lower() for name, _ in answer.headers.multi_items()]
    assert {n for n in names if names.count(n) > 1} <= {"set-cookie"}


@pytest.mark.parametrize("kind", KINDS)
def test_only_files_of_ours_are_kept(visitor: Visitor, kind: str):
    kept = KINDS[kind].send(visitor).headers.get("cache-control")
    assert kept == ("public, max-age=31536000, immutable" if kind in KEPT else "no-store")


@pytest.mark.parametrize("kind", KINDS)
def test_errors_say_nothing_of_the_inside(visitor: Visitor, kind: str):
    asked = KINDS[kind]
    answer = asked.send(visitor)
    if answer.status_code < 400 or answer.status_code == 422:
        return
    for word in (WORDS, "Traceback", "ValueError", "nicegui", "NiceGUI", "starlette", 'not found"'):
        assert word not in answer.text
    if asked.method != "HEAD":
        assert "<h1>" in answer.text
    assert ("Reference: " in answer.text) == (answer.status_code == 500)


def test_a_reference_finds_the_line_in_the_log(visitor: Visitor, served: Product):
    text = visitor.get("/wrong/route").text
    found = re.search(r"Reference: (\w{8})", text)
    assert found
    place = rf'"failed", "reference": "{found[1]}", "error": "ValueError at product_server.py'
    until(lambda: place in served.log())
    visitor.get("/wrong/page")
    assert WORDS not in served.log()


def test_absent_and_forbidden_are_the_same_bytes(served: Product, arrive: Arrive):
    dana, nora = arrive(served, "dana"), arrive(served, "nora")
    foreign = nora.http.get("/", follow_redirects=True).url.path
    absent = dana.get("/portal/nosuchchart/home")
    for path in (foreign, "/practice/inbox", "/nothing", "/files/nosuchfile", "/portal/x/y/z/w"):
        answer = dana.get(path)
        assert (answer.status_code, answer.content) == (404, absent.content), path


@pytest.mark.parametrize("path", ["/docs", "/redoc", "/openapi.json", "/docs/oauth2-redirect"])
def test_there_is_no_map_of_the_routes(visitor: Visitor, path: str):
    assert visitor.get(path).status_code == 404


def test_pages_are_html_whoever_asks(visitor: Visitor):
    answer = visitor.get("/sign-in", Accept="text/markdown")
    assert answer.headers["content-type"] == "text/html; charset=utf-8"


# ---------------------------------------------------------------- F6: forged hosts and prefixes
FORGED = {
    "X-Forwarded-Prefix": f"https://{EVIL}",
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Forwarded-Proto": "https",
    "X-Forwarded-For": "203.0.113.5",
    "Forwarded": f"for=203.0.113.5;host={EVIL};proto=https",
    "X-Real-IP": "203.0.113.5",
    "X-Original-URL": f"//{EVIL}/",
    "X-Original-Host": EVIL,
    "X-Rewrite-URL": f"//{EVIL}/",
}


def said(answer: httpx.Response) -> tuple[Any, ...]:
    """What an answer leads to, without what is new in each."""
    text = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|Reference: \w+", "", answer.text)
    text = re.sub(r'nonce="[^"]+"|value="[^"]{20,}"|\\?"value\\?":\s*"[^"]{20,}"', "", text)
    links = re.findall(r"(?:href|src|action|url)[\"']?[=:(]\s*[\"']?([^\"')\s>]+)", text)
    return answer.status_code, answer.headers.get("location"), links


@pytest.mark.parametrize("kind", KINDS)
def test_forwarded_headers_of_a_stranger_change_nothing(served: Product, arrive: Arrive, kind: str):
    plain = KINDS[kind].send(arrive(served))
    forged = KINDS[kind].send(arrive(served), **FORGED)
    assert EVIL not in forged.text
    assert said(forged) == said(plain)


@pytest.mark.parametrize(
    "host",
    [
        EVIL,
        f"localhost.{EVIL}",
        f"{EVIL}:80",
        f"localhost:80@{EVIL}",
        f"localhost@{EVIL}",
        "localhost:x",
        f"localhost/{EVIL}",
        f"localhost, {EVIL}",
        "localhost.",
        "[::2]",
        "",
    ],
)
def test_another_host_is_not_served(visitor: Visitor, host: str):
    answer = visitor.get("/sign-in/", Host=host)
    assert answer.status_code == 400
    assert "location" not in answer.headers
    assert EVIL not in answer.text


@pytest.mark.parametrize("host", ["localhost", "localhost:8080", "127.0.0.1:1", "[::1]:8080"])
def test_names_of_this_machine_are_served(visitor: Visitor, host: str):
    assert visitor.get("/healthz", Host=host).status_code == 200


@pytest.mark.parametrize(
    "target",
    [
        f"//{EVIL}/",
        f"//{EVIL}//",
        f"///{EVIL}/%2e%2e/",
        f"/\\{EVIL}/",
        f"/%5c{EVIL}/",
        f"//{EVIL}/sign-in/",
        f"http://{EVIL}/sign-in/",
        f"/sign-in/?next=//{EVIL}",
        f"/portal//{EVIL}",
        f"/@{EVIL}/",
        f"/%0d%0aLocation:%20https://{EVIL}/",
    ],
)
def test_no_address_leads_to_another_site(served: Product, target: str):
    connection = http.client.HTTPConnection("localhost", served.port, timeout=10)
    connection.putrequest("GET", target)
    connection.endheaders()
    location = connection.getresponse().getheader("location", "")
    connection.close()
    own = ("/sign-in", f"{served.base}/", f"http://localhost:{served.port}/")
    assert location == "" or location.startswith(own)
    assert not re.match(r"[/\\]{2}", location)


# ---------------------------------------------------------------- behind a proxy that is trusted
AT_PROXY = {
    "Host": "portal.example",
    "X-Forwarded-Proto": "https",
    "Origin": "https://portal.example",
}


def addresses(product: Product) -> set[str]:
    keys = {row[0] for row in tables(product)["authbucket"]}
    return {k for k in keys if k.startswith("address:")}


def test_behind_a_proxy_addresses_and_scheme_count(proxied: Product):
    before = addresses(proxied)
    with httpx.Client(base_url=proxied.base, headers=AT_PROXY) as client:
        assert client.get("/sign-in/").headers["location"] == "https://portal.example/sign-in"
        for hops in ("203.0.113.21", f"{'198.51.100.1'}, 203.0.113.22", "203.0.113.23, 127.0.0.1"):
            page = client.get("/sign-in")
            visitor = page.headers["set-cookie"].split("latchwell-visitor=")[1].split(";")[0]
            client.post(
                "/sign-in",
                data={"email": "x@y.example", "password": "x", "token": form_token(page.text)},
                headers={"Cookie": f"latchwell-visitor={visitor}", "X-Forwarded-For": hops},
            )
    expected = {f"address:203.0.113.{n}" for n in (21, 22, 23)}
    assert addresses(proxied) - before == expected


def test_without_a_proxy_the_peer_counts(visitor: Visitor, served: Product):
    data = {"email": "x@y.example", "password": "x", "token": visitor.token()}
    visitor.post("/sign-in", data, X_Forwarded_For="203.0.113.5", X_Real_IP="203.0.113.5")
    keys = {row[0] for row in tables(served)["authbucket"]}
    assert {k for k in keys if k.startswith("address:")} == {"address:127.0.0.1"}


@pytest.mark.parametrize("path", ["/sign-in", "/healthz", "/nothing", "/assets/favicon.svg"])
def test_over_https_browsers_are_told_to_stay_there(proxied: Product, path: str):
    answer = httpx.get(f"{proxied.base}{path}", headers=AT_PROXY)
    assert answer.headers["strict-transport-security"] == "max-age=63072000; includeSubDomains"


# ---------------------------------------------------------------- where forms come from
@pytest.mark.parametrize("path", ["/sign-in", "/sign-out", "/invite/x", "/attachments/x/y"])
@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Origin": "null"},
        {"Origin": f"https://{EVIL}"},
        {"Origin": "http://localhost.evil.example"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "own"},
    ],
    ids=repr,
)
def test_what_no_page_of_ours_has_sent_is_refused(
    visitor: Visitor, path: str, headers: dict[str, str]
):
    sent = {k: visitor.product.base if v == "own" else v for k, v in headers.items()}
    assert visitor.http.post(path, data={"email": "x"}, headers=sent).status_code == 403


def test_what_a_page_of_ours_has_sent_is_taken(visitor: Visitor):
    own = visitor.product.base
    for headers in ({"Origin": own}, {"Origin": "null", "Sec-Fetch-Site": "same-origin"}):
        assert visitor.http.post("/sign-in", headers=headers).status_code == 303


# ---------------------------------------------------------------- F5: bodies
def chunks(size: int) -> Iterator[bytes]:
    for _ in range(size // 65536 + 1):
        yield b"x" * 65536


@pytest.mark.parametrize(
    ("path", "most"),
    [
        ("/sign-in", MEBIBYTE),
        ("/attachments/x/y", 10 * MEBIBYTE + 65536),
        ("/practice-attachments/x", 10 * MEBIBYTE + 65536),
    ],
)
def test_what_is_too_large_is_not_read(visitor: Visitor, path: str, most: int):
    kind = {"Content-Type": "multipart/form-data; boundary=b", "Sec-Fetch-Site": "same-origin"}
    head = b'--b\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\n'
    declared = http.client.HTTPConnection("localhost", visitor.product.port, timeout=10)
    declared.putrequest("POST", path)
    for name, value in (kind | {"Content-Length": str(most + 1)}).items():
        declared.putheader(name, value)
    declared.endheaders()
    declared.send(head)
    assert declared.getresponse().status == 413, "said before it was sent"
    declared.close()
    counted = visitor.http.post(path, content=(head, *chunks(most)).__iter__(), headers=kind)
    assert counted.status_code == 413


@pytest.mark.parametrize("length", ["-1", "x", "1e3", "0x10"])
def test_a_length_that_is_no_number_is_refused(served: Product, length: str):
    connection = http.client.HTTPConnection("localhost", served.port, timeout=10)
    connection.putrequest("POST", "/sign-in")
    connection.putheader("Content-Length", length)
    connection.endheaders()
    assert connection.getresponse().status in {400, 413}
    connection.close()


@pytest.mark.parametrize("method", ["POST", "GET", "PUT"])
def test_the_stock_upload_is_closed(served: Product, arrive: Arrive, method: str):
    visitor = arrive(served)
    page = visitor.open("/wrong/upload")
    (path,) = re.findall(rf"/_nicegui/client/{page.client_id}/upload/\d+", page.html)
    own, file = {"Sec-Fetch-Site": "same-origin"}, {"file": ("a.txt", b"words")}
    answer = visitor.http.request(method, path, headers=own, files=file)
    assert answer.status_code == 404
    assert "upload" not in visitor.get("/wrong/ran").json()
    assert page.client_id not in served.log()


# ---------------------------------------------------------------- F9: what a visit leaves
def files(product: Product) -> set[str]:
    found = {str(p) for p in product.folder.rglob("*") if not p.name.startswith("latchwell.db")}
    return found | {str(p) for p in (ROOT / ".nicegui").rglob("*")}


def test_a_visitors_looks_store_nothing(served: Product, arrive: Arrive):
    before, stored = tables(served), files(served)
    for _ in range(3):
        for path in ("/sign-in", "/reset", "/sign-out", "/no-chart", "/portal/x/home", "/nothing"):
            arrive(served).get(path)
    assert tables(served) == before
    assert files(served) == stored


@pytest.mark.parametrize(
    "path",
    ["/nothing", "/portal/x/home", "/practice/inbox", "/invite/x", "/visit/x", "/files/x", "/"],
)
def test_what_is_not_shown_holds_no_page_in_memory(visitor: Visitor, path: str):
    def pages() -> int:
        return visitor.get("/wrong/inside").json()["pages"]

    before = pages()
    for _ in range(10):
        visitor.get(path)
    assert pages() <= before + 1, "an older page may have gone meanwhile, none may have come"


def test_the_log_holds_no_query_no_link_and_no_page_id(served: Product, arrive: Arrive):
    visitor = arrive(served)
    page = visitor.open("/sign-in?next=/portal/zebraquery")
    link = "zebralink" * 5
    secrets = [
        f"/invite/{link}",
        f"/visit/{link}",
        f"/visit/{link}/confirm",
        f"/calendar/{link}.ics",
    ]
    for path in secrets:
        visitor.get(f"{path}?zebraquery")
    visitor.get(f"/nothing/%0a%7bzebraline?{page.client_id}")
    visitor.get(f"/_nicegui/client/{page.client_id}/upload/1")
    log = served.log()
    for word in ("zebraquery", link, page.client_id, "?"):
        assert word not in log
    lines = log.splitlines()
    assert [s for s in lines if s.startswith("zebraline")] == []
    entries = [json.loads(s) for s in lines if s.startswith("{")]
    assert {"at", "level", "from", "what"} <= set(entries[-1])
    noted = [json.loads(e["what"]) for e in entries if e["what"].startswith("{")]
    paths = {note["path"] for note in noted}
    assert {"/invite/…", "/visit/…", "/visit/…/confirm", "/calendar/…"} <= paths
