"""There and back: the routes of the sign-in through an identity provider."""

import json
import time

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal_app.data.schemas.door import Flash
from portal_app.integrations.oidc import Pending, Provider
from portal_app.routes.door import Door
from portal_app.rules.errors import CodeNeededError, PortalError
from portal_app.security.crypto import TamperedError
from portal_app.security.sessions import Sessions
from portal_app.security.web.forms import safe_next
from portal_app.services import oidc
from portal_app.services.worker import run

LOGIN = "/auth/oidc/login"
CALLBACK = "/auth/oidc/callback"
LASTS = 600
LONGEST = 4096
NEW = "That took too long, or was begun in another browser. Try again."


class Oidc:
    """The routes, where a provider is configured."""

    def __init__(
        self, door: Door, sessions: Sessions, provider: Provider | None, *, secure: bool
    ) -> None:
        """Use the door's cookies, and that provider."""
        self._door, self._sessions, self._provider = door, sessions, provider
        self._cookie = "__Host-latchwell-away" if secure else "latchwell-away"
        self._secure = secure
        self.router = APIRouter()
        self.router.add_api_route(LOGIN, self.login, methods=["GET"])
        self.router.add_api_route(CALLBACK, self.callback, methods=["GET"])

    async def login(self, request: Request) -> Response:
        """Send the browser to the provider."""
        if self._provider is None:
            return Response(status_code=404)
        try:
            url, pending = await run(oidc.begin, self._provider)
        except PortalError as error:
            return self._door.back("/sign-in", Flash(error.message))
        going = safe_next(request.query_params.get("next", "")[:512])
        kept = json.dumps([pending.state, pending.nonce, pending.verifier, going, time.time()])
        response = RedirectResponse(url, 303)
        response.set_cookie(
            self._cookie,
            self._door.keyring.seal(kept.encode(), b"oidc").hex(),
            max_age=LASTS,
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )
        return response

    async def callback(self, request: Request) -> Response:
        """Take the browser back; what it carries is used once."""
        if self._provider is None:
            return Response(status_code=404)
        response = await self._answer(self._provider, request)
        secure = "; Secure" if self._secure else ""
        gone = f"{self._cookie}=; Max-Age=0; Path=/; HttpOnly; SameSite=lax{secure}"
        response.headers.append("set-cookie", gone)
        return response

    async def _answer(self, provider: Provider, request: Request) -> Response:
        door, found = self._door, self._pending(request)
        if found is None:
            return door.back("/sign-in", Flash(NEW))
        pending, going = found
        answer = {k: v[:LONGEST] for k, v in request.query_params.items()}
        typed = door.typed(request, "", "")
        try:
            token = await run(oidc.finish, self._sessions, provider, answer, pending, typed)
        except CodeNeededError as needed:
            return door.ask_code(needed.ticket, going)
        except PortalError as error:
            return door.back("/sign-in", Flash(error.message, going=going))
        return door.signed_in(token, going or "/")

    def _pending(self, request: Request) -> tuple[Pending, str] | None:
        try:
            sealed = bytes.fromhex(request.cookies.get(self._cookie, ""))
            state, nonce, verifier, going, at = json.loads(
                self._door.keyring.unseal(sealed, b"oidc")
            )
        except (ValueError, TamperedError, TypeError):
            return None
        if time.time() > at + LASTS:
            return None
        return Pending(state, nonce, verifier), going
