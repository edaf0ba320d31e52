"""Signing in and out over HTTP: where forms come from, what cookies may, where one is led."""

import re
from urllib.parse import quote

import httpx
import pytest

from tests.product import PASSWORD, Product
from tests.served import Arrive, Visitor, form_token, tables

PUBLIC = {"Host": "portal.example", "X-Forwarded-Proto": "https", "Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def visitor(served: Product, arrive: Arrive) -> Visitor:
    return arrive(served)


def set_cookies(answer: httpx.Response) -> dict[str, str]:
    """What an answer sets, by name."""
    lines = answer.headers.get_list("set-cookie")
    return {line.partition("=")[0]: line for line in lines}


def value(line: str) -> str:
    return line.partition("=")[2].partition(";")[0]


# ---------------------------------------------------------------- the token
def test_without_the_token_of_this_browser_nobody_is_signed_in(served: Product, arrive: Arrive):
    for token in ("", "x.y", arrive(served).token()):
        visitor = arrive(served)
        visitor.token()
        answer = visitor.sign_in("nora", token=token)
        assert answer.headers["location"] == "/sign-in"
        assert "latchwell" not in set_cookies(answer)
        assert "had been open for long" in visitor.get("/sign-in").text


def test_a_refusal_says_why_once_and_keeps_what_was_typed(visitor: Visitor):
    answer = visitor.sign_in("nora", password="zebra words", next="/portal/x/messages")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
    line = set_cookies(answer)["latchwell-flash"]
    assert "nora" not in line, "the cookie is sealed"
    page = visitor.get("/sign-in").text
    assert "do not match" in page
    assert 'value="nora@demo.example"' in page
    assert 'value="/portal/x/messages"' in page
    assert "zebra" not in page
    signed_in = visitor.sign_in("nora")
    assert "Max-Age=0" in set_cookies(signed_in)["latchwell-flash"]


@pytest.mark.parametrize("sealed", ["", "00", "zz", "é", "00" * 60])
def test_a_forged_note_says_nothing(served: Product, sealed: str):
    cookie = f"latchwell-flash={sealed}".encode()
    answer = httpx.get(f"{served.base}/sign-in", headers={b"Cookie": cookie})
    assert answer.status_code == 200
    assert 'role="alert"' not in answer.text.split("<script", 1)[0]


# ---------------------------------------------------------------- where one is led
@pytest.mark.parametrize(
    ("wished", "led"),
    [
        ("", "/"),
        ("/practice/inbox", "/practice/inbox"),
        ("//evil.example", "/"),
        ("https://evil.example/portal", "/"),
        ("/\\evil.example", "/"),
        ("/portal/../../evil", "/"),
        ("/portal\r\nX-Forged: 1", "/"),
        ("/sign-out", "/"),
        ("/portal/" + "x" * 600, "/portal/" + "x" * 504),
    ],
)
def test_after_the_sign_in_one_stays_here(visitor: Visitor, wished: str, led: str):
    answer = visitor.sign_in("nora", next=wished)
    assert answer.status_code == 303
    assert answer.headers["location"] == led
    assert "x-forged" not in answer.headers
    assert "latchwell" in set_cookies(answer)


def test_the_wish_goes_through_the_page(visitor: Visitor):
    asked = visitor.get("/portal/x/messages?view=sent")
    going = quote("/portal/x/messages?view=sent", safe="")
    assert asked.headers["location"] == f"/sign-in?next={going}"
    page = visitor.get(asked.headers["location"]).text
    assert "/portal/x/messages?view=sent" in page
    hostile = visitor.get("/sign-in?next=%22%3E%3Cscript%3Ealert(1)%3C/script%3E").text
    assert "<script>alert" not in hostile


# ---------------------------------------------------------------- cookies
def test_cookies_end_by_age_and_belong_to_this_host(visitor: Visitor):
    answers = [visitor.get("/sign-in"), visitor.sign_in("nora", password="wrong")]
    answers += [visitor.sign_in("nora"), visitor.get("/sign-out"), visitor.sign_out()]
    lines = [line for a in answers for line in a.headers.get_list("set-cookie")]
    assert {line.partition("=")[0] for line in lines} >= {
        "latchwell",
        "latchwell-visitor",
        "latchwell-flash",
    }
    for line in lines:
        flags = [f.strip().lower() for f in line.split(";")[1:]]
        assert {"httponly", "samesite=lax", "path=/"} <= set(flags), line
        assert not [f for f in flags if f.startswith(("expires", "domain"))], line
        assert "secure" not in flags
    begun = set_cookies(answers[2])["latchwell"]
    assert "Max-Age=43200" in begun
    assert re.fullmatch(r"[\w-]{43}", value(begun))


def test_over_https_cookies_are_bound_to_it(proxied: Product):
    with httpx.Client(base_url=proxied.base, headers=PUBLIC) as client:
        page = client.get("/sign-in")
        visitor = f"latchwell-visitor={value(set_cookies(page)['latchwell-visitor'])}"
        fields = {"email": "nora@demo.example", "token": form_token(page.text)}
        cookie = {"Cookie": visitor}
        refused = client.post("/sign-in", data=fields | {"password": "x"}, headers=cookie)
        begun = client.post("/sign-in", data=fields | {"password": PASSWORD}, headers=cookie)
        own = {"Cookie": f"__Host-latchwell={value(set_cookies(begun)['__Host-latchwell'])}"}
        asks = client.get("/sign-out", headers=own)
        token = {"token": form_token(asks.text)}
        ended = client.post("/sign-out", data=token, headers=own)
        assert client.get("/", headers={"Cookie": "latchwell=x"}).headers["location"] == "/sign-in"
    for answer in (page, refused, begun, asks, ended):
        for line in answer.headers.get_list("set-cookie"):
            assert "; secure" in line.lower(), line
    gone = set_cookies(ended)["__Host-latchwell"]
    assert "Max-Age=0" in gone
    assert "Path=/" in gone


def test_nobody_can_plant_a_session(served: Product, arrive: Arrive):
    attacker, victim = arrive(served, "omar"), arrive(served)
    planted = attacker.http.cookies["latchwell"]
    victim.http.cookies.set("latchwell", planted, domain="localhost.local", path="/")
    assert victim.cookies.count(planted) == 1
    answer = victim.sign_in("nora")
    fresh = value(set_cookies(answer)["latchwell"])
    assert fresh != planted
    again = value(set_cookies(arrive(served).sign_in("nora"))["latchwell"])
    assert again != fresh, "each sign-in is a session of its own"
    assert "Nora Blum" in served_home(victim, fresh)
    assert "Nora Blum" not in served_home(attacker, planted)


def served_home(visitor: Visitor, token: str) -> str:
    cookie = {"Cookie": f"latchwell={token}"}
    first = httpx.get(f"{visitor.product.base}/", headers=cookie).headers["location"]
    return httpx.get(f"{visitor.product.base}{first}", headers=cookie).text


# ---------------------------------------------------------------- the way out
def test_signing_out_ends_the_session_and_clears_the_browser(served: Product, arrive: Arrive):
    nora = arrive(served, "nora")
    cookie = nora.cookies
    inside = nora.get("/").headers["location"]
    answer = nora.sign_out()
    assert answer.headers["location"] == "/sign-in"
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "Max-Age=0" in set_cookies(answer)["latchwell"]
    kept = httpx.get(f"{served.base}{inside}", headers={"Cookie": cookie})
    assert kept.headers["location"].startswith("/sign-in")


def test_an_address_alone_signs_nobody_out(served: Product, arrive: Arrive):
    nora, dana = arrive(served, "nora"), arrive(served, "dana")
    nora.get("/sign-out")
    for token in ("", "x.y", dana.token("/sign-out"), nora.token("/sign-in")):
        answer = nora.post("/sign-out", {"token": token})
        assert answer.headers["location"] == "/sign-out"
        assert "clear-site-data" not in answer.headers
    assert nora.get("/").headers["location"].startswith("/portal/")


# ---------------------------------------------------------------- links
def test_a_link_is_opened_without_using_it_and_used_once(served: Product, arrive: Arrive):
    chart = arrive(served, "dana").get("/").headers["location"].split("/")[2]
    link = "/invite/" + served.command("invite", chart, "new@demo.example").split("/invite/")[1]
    path = link.split()[0]
    for _ in range(2):
        assert "n•••@d•••.example" in arrive(served).get(path).text
    visitor = arrive(served)
    fields = {"token": visitor.token(path), "born": "1985-03-14"}
    weak = visitor.post(path, fields | {"password": "short"})
    assert weak.headers["location"] == path
    assert visitor.post(path, fields | {"password": "x", "token": ""}).headers["location"] == path
    used = visitor.post(path, fields | {"password": "a few words in a row"})
    assert used.headers["location"] == "/"
    assert visitor.get("/").headers["location"].startswith("/portal/")
    assert arrive(served).get(path).status_code == 404
    assert path.rsplit("/", 1)[1] not in repr(tables(served))
    assert path.rsplit("/", 1)[1] not in served.log()
