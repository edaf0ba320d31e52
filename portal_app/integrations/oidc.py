"""A practice's own identity provider: OpenID Connect, by code with PKCE and nonce.

What the browser carries back proves nothing by itself; what counts is the signed token that we
fetch from the provider, for this client, this nonce and this moment.
"""

import hmac
import json
import secrets
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlsplit

import requests
from authlib.common.errors import AuthlibBaseError
from authlib.integrations.requests_client import OAuth2Session
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")
"""Signatures with the provider's private key; never "none", never our own secret."""
SECONDS = 10.0
LEEWAY = 60
KEYS_KEPT = 3600.0
MOST_BYTES = 256 * 1024
LONGEST_SUBJECT = 255


class OidcError(Exception):
    """The answer is not one that we take; the reason is for the log, and holds nothing of it."""


@dataclass(frozen=True)
class Client:
    """How the portal is known at the provider."""

    issuer: str
    client_id: str
    client_secret: str
    redirect: str


@dataclass(frozen=True)
class Pending:
    """What this browser began, and must come back with."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who the provider says it is; an address only where the provider has verified it."""

    issuer: str
    subject: str
    email: str


class Provider:
    """One provider; asked from threads only."""

    def __init__(self, client: Client) -> None:
        """Know it; nothing is asked before somebody signs in."""
        self._client = client
        self._lock = threading.Lock()
        self._known: dict[str, Any] = {}
        self._keys: KeySet | None = None
        self._read_at = 0.0

    # ------------------------------------------------------------ there
    def begin(self) -> tuple[str, Pending]:
        """Give the address to go to, and what this browser has to bring back.

        Raises:
            OidcError: the provider does not answer.
        """
        pending = Pending(*(secrets.token_urlsafe(48) for _ in range(3)))
        url, _ = self._session().create_authorization_url(
            self._endpoint("authorization_endpoint"),
            state=pending.state,
            nonce=pending.nonce,
            code_verifier=pending.verifier,
        )
        return str(url), pending

    # ------------------------------------------------------------ and back
    def finish(self, answer: Mapping[str, str], pending: Pending, now: float) -> Identity:
        """Turn what the browser brought into an identity.

        Raises:
            OidcError: anything about it is not as it should be.
        """
        if not hmac.compare_digest(answer.get("state", "").encode(), pending.state.encode()):
            raise OidcError("state")
        if answer.get("iss", self._client.issuer) != self._client.issuer:
            raise OidcError("another issuer answers")
        if answer.get("error") or not answer.get("code"):
            raise OidcError("refused there")
        token = self._fetch(answer["code"], pending.verifier)
        return self._read(token, pending.nonce, now)

    def _fetch(self, code: str, verifier: str) -> Mapping[str, Any]:
        try:
            token = self._session().fetch_token(
                self._endpoint("token_endpoint"),
                code=code,
                code_verifier=verifier,
                grant_type="authorization_code",
                timeout=SECONDS,
                allow_redirects=False,
            )
        except (AuthlibBaseError, requests.RequestException, ValueError, KeyError) as error:
            raise OidcError("the code is not taken") from error
        return cast("Mapping[str, Any]", token)

    def _read(self, token: Mapping[str, Any], nonce: str, now: float) -> Identity:
        signed, client = token.get("id_token"), self._client
        if not isinstance(signed, str):
            raise OidcError("no token")
        try:
            read = self._decode(signed)
            claims = CodeIDToken(
                read.claims,
                read.header,
                options={
                    "iss": {"essential": True, "value": client.issuer},
                    "aud": {"essential": True, "value": client.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": nonce,
                    "client_id": client.client_id,
                    "access_token": token.get("access_token"),
                },
            )
            claims.validate(now=int(now), leeway=LEEWAY)
        except (JoseError, AuthlibBaseError, ValueError, TypeError, KeyError) as error:
            raise OidcError("the token does not hold") from error
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
            raise OidcError("no subject")
        email = claims.get("email")
        verified = claims.get("email_verified") is True and isinstance(email, str)
        return Identity(client.issuer, subject, cast("str", email) if verified else "")

    def _decode(self, signed: str) -> jwt.Token:
        try:
            return jwt.decode(signed, self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            # the provider may have changed its keys since
            return jwt.decode(signed, self._key_set(again=True), algorithms=list(ALGORITHMS))

    # ------------------------------------------------------------ what the provider says
    def _session(self) -> OAuth2Session:
        client = self._client
        return OAuth2Session(
            client.client_id,
            client.client_secret or None,
            token_endpoint_auth_method="client_secret_basic" if client.client_secret else "none",
            scope="openid email",
            redirect_uri=client.redirect,
            code_challenge_method="S256",
        )

    def _endpoint(self, name: str) -> str:
        with self._lock:
            if not self._known:
                known = _get(f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
                if known.get("issuer") != self._client.issuer:
                    raise OidcError("the provider names another issuer")
                self._known = known
            address = self._known.get(name)
        scheme = urlsplit(self._client.issuer).scheme
        if not isinstance(address, str) or urlsplit(address).scheme not in {"https", scheme}:
            raise OidcError(f"no {name}")
        return address

    def _key_set(self, *, again: bool = False) -> KeySet:
        address = self._endpoint("jwks_uri")
        with self._lock:
            age = time.monotonic() - self._read_at
            if self._keys is None or age > KEYS_KEPT or (again and age > SECONDS):
                try:
                    self._keys = KeySet.import_key_set(cast("Any", _get(address)))
                except (JoseError, ValueError, KeyError, TypeError) as error:
                    raise OidcError("no keys") from error
                self._read_at = time.monotonic()
            return self._keys


def _get(address: str) -> dict[str, Any]:
    try:
        with requests.get(address, timeout=SECONDS, allow_redirects=False, stream=True) as answer:
            answer.raise_for_status()
            data = answer.raw.read(MOST_BYTES, decode_content=True)

        found = json.loads(data)
    except (requests.RequestException, ValueError, OSError) as error:
        raise OidcError("the provider does not answer") from error
    if not isinstance(found, dict):
        raise OidcError("the provider does not answer")
    return found
