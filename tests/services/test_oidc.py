"""Signing in elsewhere: there and back against an independent provider, and what is refused."""

import base64
import hashlib
import json
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pyotp
import pytest
from fastapi import FastAPI
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from sqlmodel import select

from portal_app.data.models import OidcIdentity, OutboxMail
from portal_app.integrations.oidc import Client, OidcError, Pending, Provider
from portal_app.routes.door import Door
from portal_app.routes.oidc import Oidc
from portal_app.rules.errors import CodeNeededError, InvalidError
from portal_app.security.sessions import Sessions
from portal_app.security.system import open_system
from portal_app.services import oidc
from portal_app.services.account import two_step
from portal_app.services.sign_in import Credentials
from tests.world import World

CLIENT, SECRET = "latchwell", "a secret of ours that nobody knows"
BACK = "https://portal.example/auth/oidc/callback"
TYPED = Credentials("", "", "198.51.100.7", "test")
KEY = RSAKey.generate_key(2048, {"kid": "one"})
OTHER = RSAKey.generate_key(2048, {"kid": "one"})


@pytest.fixture
def today(world: World) -> World:
    """The practice on the day of the machine: an independent provider knows no other."""
    world.clock.now = datetime.now(UTC)
    return world


# ---------------------------------------------------------------- an independent provider
@pytest.fixture(scope="module")
def independent() -> Iterator[str]:
    """The package oidc-provider-mock, in a process of its own."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-W", "ignore", "-m", "oidc_provider_mock"]
    arguments = ["--port", str(port), "--require-nonce"]
    for sub, email, verified in (
        ("alice-there", "alice@test.example", True),
        ("mallory", "carol@test.example", False),
        ("stranger", "stranger@test.example", True),
        ("second-alice", "alice@test.example", True),
    ):
        claims = {"sub": sub, "email": email, "email_verified": verified}
        arguments += ["--user-claims", json.dumps(claims)]
    process = subprocess.Popen(
        [*command, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    base = f"http://127.0.0.1:{port}"
    for _ in range(200):
        try:
            httpx.get(f"{base}/.well-known/openid-configuration")
            break
        except httpx.TransportError:
            time.sleep(0.1)
    yield base
    process.terminate()
    process.wait()


def through(provider: Provider, sub: str) -> tuple[dict[str, str], Pending]:
    """Go there, say who one is, and come back."""
    url, pending = provider.begin()
    asked = parse_qs(urlsplit(url).query)
    assert asked["code_challenge_method"] == ["S256"]
    wanted = hashlib.sha256(pending.verifier.encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(wanted).rstrip(b"=").decode()]
    assert asked["nonce"] == [pending.nonce]
    answer = httpx.post(url, data={"sub": sub})
    location = answer.headers["location"]
    assert location.startswith(BACK)
    found = parse_qs(urlsplit(location).query)
    return {k: v[0] for k, v in found.items()}, pending


def known_at(base: str) -> Provider:
    return Provider(Client(base, CLIENT, SECRET, BACK))


def sign_in(sessions: Sessions, provider: Provider, sub: str) -> str:
    answer, pending = through(provider, sub)
    info = sessions.find(oidc.finish(sessions, provider, answer, pending, TYPED))
    assert info
    return info.user_id


def test_a_verified_address_links_once_and_then_the_subject_counts(
    today: World, sessions: Sessions, independent: str
):
    provider = known_at(independent)
    alice = str(today.users["alice"])
    assert sign_in(sessions, provider, "alice-there") == alice
    assert sign_in(sessions, provider, "alice-there") == alice
    with open_system("rows", writes=False) as work:
        rows = work.session.exec(select(OidcIdentity)).all()
        mails = work.session.exec(select(OutboxMail)).all()
    assert [(r.issuer, r.subject) for r in rows] == [(independent, "alice-there")]
    assert [m.kind for m in mails] == ["security"]


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize("sub", ["mallory", "stranger"])
def test_unverified_and_unknown_people_stay_outside(sessions: Sessions, independent: str, sub: str):
    with pytest.raises(InvalidError, match="do not know"):
        sign_in(sessions, known_at(independent), sub)


@pytest.mark.usefixtures("today")
def test_who_has_taken_over_her_address_there_is_not_her(sessions: Sessions, independent: str):
    provider = known_at(independent)
    sign_in(sessions, provider, "alice-there")
    with pytest.raises(InvalidError):
        sign_in(sessions, provider, "second-alice")


@pytest.mark.usefixtures("today")
def test_a_code_is_taken_once(sessions: Sessions, independent: str):
    provider = known_at(independent)
    answer, pending = through(provider, "alice-there")
    assert oidc.finish(sessions, provider, answer, pending, TYPED)
    with pytest.raises(InvalidError):
        oidc.finish(sessions, provider, answer, pending, TYPED)


def test_it_does_not_replace_the_second_step(world: World, sessions: Sessions, independent: str):

    key = two_step.begin(world["alice"]).key.replace(" ", "")
    two_step.confirm(world["alice"], pyotp.TOTP(key).at(world.clock.now), sessions)
    world.clock.now = datetime.now(UTC)
    provider = known_at(independent)
    answer, pending = through(provider, "alice-there")
    with pytest.raises(CodeNeededError):
        oidc.finish(sessions, provider, answer, pending, TYPED)


# ---------------------------------------------------------------- a provider that lies
class Liar:
    """A provider that answers as a test wants."""

    def __init__(self) -> None:
        self.token: Callable[[dict[str, Any]], object] = sealed
        self.claims: dict[str, Any] = {}
        self.answer: dict[str, Any] = {}
        liar = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self._say(liar.get(self.path))

            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["content-length"]))
                token = {"token_type": "Bearer", "access_token": "a", "expires_in": 60}
                self._say({**token, "id_token": liar.token(liar.claims), **liar.answer})

            def _say(self, data: object) -> None:
                body = json.dumps(data).encode()
                self.send_response(200)
                self.send_header("content-type", "application/json")
                self.send_header("content-length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.base = f"http://127.0.0.1:{self.server.server_port}"
        self.document = {
            "issuer": self.base,
            "authorization_endpoint": f"{self.base}/a",
            "token_endpoint": f"{self.base}/t",
            "jwks_uri": f"{self.base}/k",
        }
        Thread(target=self.server.serve_forever, daemon=True).start()

    def get(self, path: str) -> object:
        return {"keys": [KEY.as_dict(private=False)]} if path == "/k" else self.document


@pytest.fixture
def liar() -> Iterator[Liar]:
    made = Liar()
    yield made
    made.server.shutdown()
    made.server.server_close()


def sealed(claims: dict[str, Any], key: Any = KEY, algorithm: str = "RS256") -> str:
    header = {"alg": algorithm, "kid": "one"}
    return jwt.encode(header, claims, key, algorithms=[algorithm])


def unsigned(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none"}, claims)
    first, second = (
        base64.urlsafe_b64encode(json.dumps(p).encode()).rstrip(b"=").decode() for p in parts
    )
    return f"{first}.{second}."


def altered(claims: dict[str, Any]) -> str:
    head, _, mac = sealed(claims).split(".")
    forged = json.dumps({**claims, "sub": "somebody else"}).encode()
    return f"{head}.{base64.urlsafe_b64encode(forged).rstrip(b'=').decode()}.{mac}"


NOW = time.time()
BAD_CLAIMS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://evil.example"},
    "no issuer": {"iss": None},
    "another client": {"aud": "somebody"},
    "two clients, and no word for which": {"aud": [CLIENT, "somebody"]},
    "for another client's party": {"aud": [CLIENT, "somebody"], "azp": "somebody"},
    "over": {"exp": int(NOW) - 3600},
    "without an end": {"exp": None},
    "not yet": {"nbf": int(NOW) + 3600},
    "made in the future": {"iat": int(NOW) + 3600},
    "another nonce": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "no subject": {"sub": None},
    "an empty subject": {"sub": ""},
    "a subject that is no word": {"sub": ["alice"]},
    "another access token": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}
BAD_TOKENS: dict[str, Callable[[dict[str, Any]], object]] = {
    "another key": lambda c: sealed(c, OTHER),
    "no signature": unsigned,
    "signed with our secret": lambda c: sealed(c, OctKey.import_key(SECRET.encode()), "HS256"),
    "signed with the public key as a secret": lambda c: sealed(
        c, OctKey.import_key(KEY.as_pem(private=False)), "HS256"
    ),
    "altered": altered,
    "no token": lambda _: None,
    "nonsense": lambda _: "a.b.c",
    "empty": lambda _: "",
}


def told(liar: Liar, right: str, /, **changes: Any) -> dict[str, Any]:
    claims = {
        "iss": liar.base,
        "aud": CLIENT,
        "sub": "alice",
        "exp": int(NOW) + 600,
        "iat": int(NOW),
        "nonce": right,
        "email": "alice@test.example",
        "email_verified": True,
        **changes,
    }
    return {k: v for k, v in claims.items() if v is not None}


def test_what_is_right_is_taken(liar: Liar):
    provider = known_at(liar.base)
    _, pending = provider.begin()
    liar.claims = told(liar, pending.nonce)
    found = provider.finish({"state": pending.state, "code": "c"}, pending, NOW)
    assert (found.subject, found.email) == ("alice", "alice@test.example")
    for verified in (False, "true", 1, None):
        liar.claims = told(liar, pending.nonce, email_verified=verified)
        assert provider.finish({"state": pending.state, "code": "c"}, pending, NOW).email == ""


@pytest.mark.parametrize("name", BAD_CLAIMS)
def test_a_token_that_does_not_fit_is_refused(liar: Liar, name: str):
    provider = known_at(liar.base)
    _, pending = provider.begin()
    liar.claims = told(liar, pending.nonce, **BAD_CLAIMS[name])
    with pytest.raises(OidcError):
        provider.finish({"state": pending.state, "code": "c"}, pending, NOW)


@pytest.mark.parametrize("name", BAD_TOKENS)
@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_a_token_that_is_not_the_providers_is_refused(liar: Liar, name: str):
    provider = known_at(liar.base)
    _, pending = provider.begin()
    liar.claims, liar.token = told(liar, pending.nonce), BAD_TOKENS[name]
    with pytest.raises(OidcError):
        provider.finish({"state": pending.state, "code": "c"}, pending, NOW)


@pytest.mark.parametrize(
    "answer",
    [
        {},
        {"code": "c"},
        {"code": "c", "state": ""},
        {"code": "c", "state": "another"},
        {"state": "right"},
        {"state": "right", "error": "access_denied"},
        {"state": "right", "code": "c", "error": "server_error"},
        {"state": "right", "code": "c", "iss": "https://evil.example"},
    ],
)
def test_a_callback_that_does_not_fit_is_refused(liar: Liar, answer: dict[str, str]):
    provider = known_at(liar.base)
    _, pending = provider.begin()
    liar.claims = told(liar, pending.nonce)
    if answer.get("state") == "right":
        answer = {**answer, "state": pending.state}
    with pytest.raises(OidcError):
        provider.finish(answer, pending, NOW)


def test_a_provider_that_names_another_issuer_is_refused(liar: Liar):
    liar.document["issuer"] = "https://evil.example"
    with pytest.raises(OidcError):
        known_at(liar.base).begin()


# ---------------------------------------------------------------- the routes
def client(world: World, sessions: Sessions, provider: Provider | None) -> httpx.AsyncClient:
    app = FastAPI()
    door = Door(sessions, world.foundation.keyring, secure=False)
    app.include_router(Oidc(door, sessions, provider, secure=False).router)
    transport = httpx.ASGITransport(app=app)
    return httpx.AsyncClient(transport=transport, base_url="http://portal.example")


async def test_only_the_browser_that_began_comes_in(today: World, sessions: Sessions, liar: Liar):
    provider = known_at(liar.base)
    async with client(today, sessions, provider) as hers, client(today, sessions, provider) as his:
        there = await hers.get("/auth/oidc/login", params={"next": "/portal/x/home"})
        asked = parse_qs(urlsplit(there.headers["location"]).query)
        began = int(today.clock.now.timestamp())
        liar.claims = told(liar, asked["nonce"][0], iat=began, exp=began + 600)
        back = f"/auth/oidc/callback?{urlencode({'state': asked['state'][0], 'code': 'c'})}"
        refused = await his.get(back)
        assert refused.headers["location"] == "/sign-in"
        assert "latchwell" not in his.cookies
        kept = hers.cookies["latchwell-away"]
        assert asked["state"][0] not in bytes.fromhex(kept).decode("latin-1")
        taken = await hers.get(back)
        assert taken.headers["location"] == "/portal/x/home"
        assert re.fullmatch(r"[\w-]{40,}", hers.cookies["latchwell"])
        assert not hers.cookies.get("latchwell-away")
        again = await hers.get(back)
        assert again.headers["location"] == "/sign-in"


async def test_without_a_provider_there_is_nothing(world: World, sessions: Sessions):
    async with client(world, sessions, None) as browser:
        for path in ("login", "callback"):
            assert (await browser.get(f"/auth/oidc/{path}")).status_code == 404
