"""Signing in and out: native forms, because a socket can't set a cookie."""

import json
from collections.abc import Awaitable, Callable

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from portal_app.data.schemas.door import Flash
from portal_app.rules.errors import NotFoundError, PortalError
from portal_app.security.crypto import Keyring, TamperedError
from portal_app.security.sessions import ABSOLUTE, Sessions
from portal_app.security.web.forms import form_token, form_token_fits, safe_next
from portal_app.security.web.session_gate import cookie_name
from portal_app.services import identity, sign_in
from portal_app.services.sign_in import Credentials
from portal_app.services.worker import run

FLASH = "latchwell-flash"
FLASH_LASTS = 60
FIELD_MOST = 512


class Door:
    """The routes of the way in and out."""

    def __init__(self, sessions: Sessions, keyring: Keyring, *, secure: bool) -> None:
        """Use those sessions and keys; secure cookies over https."""
        self._sessions, self._keyring, self._secure = sessions, keyring, secure
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/", self.first, methods=["GET"])
        add("/sign-in", self.sign_in, methods=["POST"])
        add("/sign-out", self.sign_out, methods=["POST"])
        add("/invite/{link}", self.accept, methods=["POST"])

    # ------------------------------------------------------------ cookies
    def visitor_token(self, request: Request) -> str:
        """Give a form token for a visitor who has no session yet."""
        return form_token(self._keyring, request.scope["latchwell.visitor"])

    def session_token(self, session_id: str) -> str:
        """Give a form token for a session."""
        return form_token(self._keyring, session_id)

    def flash(self, request: Request) -> Flash:
        """Read what the last answer has left for this page."""
        sealed = request.cookies.get(FLASH, "")
        try:
            plain = self._keyring.unseal(bytes.fromhex(sealed), b"flash")
            return Flash(**json.loads(plain))
        except (ValueError, TamperedError, TypeError):
            return Flash()

    def token_fits(self, request: Request, form: str) -> bool:
        """Whether a form was drawn for this visitor."""
        return form_token_fits(self._keyring, request.scope["latchwell.visitor"], form)

    def back(self, to: str, flash: Flash) -> Response:
        """Go to a page, and leave some words for it."""
        response = RedirectResponse(to, 303)
        sealed = self._keyring.seal(json.dumps(flash.__dict__).encode(), b"flash").hex()
        response.set_cookie(
            FLASH, sealed, max_age=FLASH_LASTS, httponly=True, samesite="lax", secure=self._secure
        )
        return response

    def _signed_in(self, session_token: str, to: str) -> Response:
        response = RedirectResponse(to, 303)
        response.set_cookie(
            cookie_name(secure=self._secure),
            session_token,
            max_age=int(ABSOLUTE.total_seconds()),
            httponly=True,
            samesite="lax",
            secure=self._secure,
        )
        self._delete(response, FLASH)
        return response

    def _delete(self, response: Response, name: str) -> None:
        # a browser takes a cookie of the name __Host- away only where Secure stands too
        secure = "; Secure" if self._secure else ""
        value = f"{name}=; Max-Age=0; Path=/; HttpOnly; SameSite=lax{secure}"
        response.headers.append("set-cookie", value)

    # ------------------------------------------------------------ routes
    async def first(self, request: Request) -> Response:
        """Send to the sign-in, to the last chart's home, or to the practice's Today."""
        info = await self._sessions.resolve(request.cookies.get(cookie_name(secure=self._secure)))
        if info is None:
            return RedirectResponse("/sign-in", 303)
        landing = await run(identity.landing, self._sessions.actor(info.id, _ip(request)))
        return RedirectResponse(landing.path, 303)

    async def sign_in(
        self,
        request: Request,
        email: str = Form(""),
        password: str = Form(""),
        form: str = Form("", alias="token"),
        going: str = Form("", alias="next"),
    ) -> Response:
        """Check e-mail and password and begin a session."""
        to = safe_next(going[:FIELD_MOST])
        if not self.token_fits(request, form):
            words = "This page had been open for long. Try again."
            return self.back("/sign-in", Flash(words, email[:FIELD_MOST], to))
        typed = self._typed(request, email, password)
        return await self._try(
            lambda: run(sign_in.sign_in, self._sessions, typed), typed, "/sign-in", to or "/", to
        )

    async def accept(
        self,
        request: Request,
        link: str,
        email: str = Form(""),
        password: str = Form(""),
        form: str = Form("", alias="token"),
    ) -> Response:
        """Use an invitation and begin a session."""
        typed = self._typed(request, email, password)
        if not self.token_fits(request, form):
            words = "This page had been open for long. Try again."
            return self.back(f"/invite/{link}", Flash(words))
        return await self._try(
            lambda: run(sign_in.accept, self._sessions, link, typed), typed, f"/invite/{link}", "/"
        )

    async def _try(
        self,
        attempt: Callable[[], Awaitable[str]],
        typed: Credentials,
        back: str,
        to: str,
        going: str = "",
    ) -> Response:
        try:
            return self._signed_in(await attempt(), to)
        except NotFoundError:
            return Response(status_code=404)
        except PortalError as error:
            return self.back(back, Flash(error.message, typed.email, going))

    async def sign_out(self, request: Request, form: str = Form("", alias="token")) -> Response:
        """End the session here, in the database and in every open tab."""
        name = cookie_name(secure=self._secure)
        info = await self._sessions.resolve(request.cookies.get(name))
        if info is not None:
            if not form_token_fits(self._keyring, info.id, form):
                return RedirectResponse("/sign-out", 303)
            await run(self._sessions.end, info.id)
        response = RedirectResponse("/sign-in", 303)
        self._delete(response, name)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def _typed(self, request: Request, email: str, password: str) -> Credentials:
        return Credentials(
            email=email[:FIELD_MOST].strip(),
            password=password[:FIELD_MOST],
            ip=_ip(request),
            agent=request.headers.get("user-agent", ""),
        )


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""
