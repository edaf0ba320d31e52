"""Signing in and out: native forms, because a socket can't set a cookie."""

import json
from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from portal_app.data.schemas.door import Flash
from portal_app.data.schemas.invitations import Typed
from portal_app.rules.errors import CodeNeededError, NotFoundError, PortalError
from portal_app.security.crypto import Keyring, TamperedError
from portal_app.security.sessions import ABSOLUTE, Sessions
from portal_app.security.web.forms import form_token, form_token_fits, safe_next
from portal_app.security.web.session_gate import cookie_name
from portal_app.services import identity, invitations, password_reset, sign_in
from portal_app.services.sign_in import Credentials
from portal_app.services.worker import run

FLASH = "latchwell-flash"
FLASH_LASTS = 60
FIELD_MOST = 512
TICKET = "-ticket"
DEVICE = "-device"
"""Endings of the names of cookies: for the second step, and for a trusted browser."""
OLD_PAGE = "This page had been open for long. Try again."


class Door:
    """The routes of the way in and out."""

    def __init__(
        self,
        sessions: Sessions,
        keyring: Keyring,
        public_url: str = "",
        *,
        secure: bool,
        elsewhere: str = "",
    ) -> None:
        """Use those sessions, keys and address in mail; secure cookies over https.

        ``elsewhere`` names the identity provider, where there is one.
        """
        self.elsewhere, self._public_url = elsewhere, public_url
        self._sessions, self.keyring, self._secure = sessions, keyring, secure
        self._name = cookie_name(secure=secure)
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/", self.first, methods=["GET"])
        add("/sign-in", self.sign_in, methods=["POST"])
        add("/sign-out", self.sign_out, methods=["POST"])
        add("/invite", self.letter, methods=["POST"])
        add("/invite/{link}", self.accept, methods=["POST"])
        add("/reset", self.ask_for_reset, methods=["POST"])
        add("/reset/{link}", self.reset, methods=["POST"])

    # ------------------------------------------------------------ cookies
    def visitor_token(self, request: Request) -> str:
        """Give a form token for a visitor who has no session yet."""
        return form_token(self.keyring, request.scope["latchwell.visitor"])

    def session_token(self, session_id: str) -> str:
        """Give a form token for a session."""
        return form_token(self.keyring, session_id)

    def flash(self, request: Request) -> Flash:
        """Read what the last answer has left for this page."""
        sealed = request.cookies.get(FLASH, "")
        try:
            plain = self.keyring.unseal(bytes.fromhex(sealed), b"flash")
            return Flash(**json.loads(plain))
        except (ValueError, TamperedError, TypeError):
            return Flash()

    def token_fits(self, request: Request, form: str) -> bool:
        """Whether a form was drawn for this visitor."""
        return form_token_fits(self.keyring, request.scope["latchwell.visitor"], form)

    def back(self, to: str, flash: Flash) -> Response:
        """Go to a page, and leave some words for it."""
        response = RedirectResponse(to, 303)
        sealed = self.keyring.seal(json.dumps(flash.__dict__).encode(), b"flash").hex()
        response.set_cookie(
            FLASH, sealed, max_age=FLASH_LASTS, httponly=True, samesite="lax", secure=self._secure
        )
        return response

    def signed_in(self, session_token: str, to: str, *, device: str = "") -> Response:
        """Give the browser its session, and go on."""
        response = RedirectResponse(to, 303)
        self._set(response, self._name, session_token, int(ABSOLUTE.total_seconds()))
        if device:
            lasts = int(sign_in.TRUSTED_FOR.total_seconds())
            self._set(response, f"{self._name}{DEVICE}", device, lasts)
        self._delete(response, f"{self._name}{TICKET}")
        self._delete(response, FLASH)
        return response

    def ask_code(self, ticket: str, going: str) -> Response:
        """Go to the second step."""
        response = self.back("/sign-in/verify", Flash(going=going))
        lasts = int(sign_in.TICKET_LASTS.total_seconds())
        self._set(response, f"{self._name}{TICKET}", ticket, lasts)
        return response

    def ticket(self, request: Request) -> str:
        """Read the ticket of the second step."""
        return request.cookies.get(f"{self._name}{TICKET}", "")

    def _set(self, response: Response, name: str, value: str, lasts: int) -> None:
        response.set_cookie(
            name, value, max_age=lasts, httponly=True, samesite="lax", secure=self._secure
        )

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
        if info.needs_second_step:
            return RedirectResponse("/sign-in/set-up", 303)
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
        to, email = safe_next(going[:FIELD_MOST]), email[:FIELD_MOST]
        if not self.token_fits(request, form):
            return self.back("/sign-in", Flash(OLD_PAGE, email, to))
        typed = self.typed(request, email, password)
        return await self._try(
            lambda: run(sign_in.sign_in, self._sessions, typed), email, "/sign-in", to or "/", to
        )

    async def accept(
        self,
        request: Request,
        link: str,
        born: str = Form(""),
        email: str = Form(""),
        password: str = Form(""),
        form: str = Form("", alias="token"),
    ) -> Response:
        """Use an invitation and begin a session."""
        back = f"/invite/{quote(link, safe='')}"
        if not self.token_fits(request, form):
            return self.back(back, Flash(OLD_PAGE, email[:FIELD_MOST]))
        typed = Typed(
            born=born[:FIELD_MOST],
            email=email[:FIELD_MOST].strip(),
            password=password[:FIELD_MOST],
            ip=_ip(request),
            agent=request.headers.get("user-agent", ""),
        )
        return await self._try(
            lambda: run(invitations.accept, self._sessions, link, typed), typed.email, back, "/"
        )

    async def letter(
        self, request: Request, code: str = Form(""), form: str = Form("", alias="token")
    ) -> Response:
        """Go to the page of the code that stands in a letter."""
        typed = invitations.normalised(code[:FIELD_MOST])
        if not self.token_fits(request, form):
            return self.back("/invite", Flash(OLD_PAGE))
        try:
            await run(invitations.look, typed)
        except NotFoundError:
            words = "This code does not work. Check it, or ask the practice for a new letter."
            return self.back("/invite", Flash(words))
        return RedirectResponse(f"/invite/{typed}", 303)

    async def ask_for_reset(
        self, request: Request, email: str = Form(""), form: str = Form("", alias="token")
    ) -> Response:
        """Take the wish for a new password; the answer says nothing about the address."""
        if not self.token_fits(request, form):
            return self.back("/reset", Flash(OLD_PAGE))
        try:
            await run(password_reset.ask, email[:FIELD_MOST].strip(), _ip(request))
        except PortalError as error:
            return self.back("/reset", Flash(error.message))
        return self.back("/reset", Flash(password_reset.ANSWER, kind="ok"))

    async def reset(
        self,
        request: Request,
        link: str,
        password: str = Form(""),
        form: str = Form("", alias="token"),
    ) -> Response:
        """Set a new password by the link of a mail; the person signs in with it afterwards."""
        if not self.token_fits(request, form):
            return self.back(f"/reset/{link}", Flash(OLD_PAGE))
        typed, ip = password[:FIELD_MOST], _ip(request)
        try:
            await run(password_reset.use, self._sessions, link, typed, self._public_url, ip)
        except NotFoundError:
            return Response(status_code=404)
        except PortalError as error:
            return self.back(f"/reset/{link}", Flash(error.message))
        return self.back("/sign-in", Flash("Your password is changed. Sign in.", kind="ok"))

    async def _try(
        self,
        attempt: Callable[[], Awaitable[str]],
        email: str,
        back: str,
        to: str,
        going: str = "",
    ) -> Response:
        try:
            return self.signed_in(await attempt(), to)
        except NotFoundError:
            return Response(status_code=404)
        except CodeNeededError as needed:
            return self.ask_code(needed.ticket, going)
        except PortalError as error:
            return self.back(back, Flash(error.message, email, going))

    async def sign_out(self, request: Request, form: str = Form("", alias="token")) -> Response:
        """End the session here, in the database and in every open tab."""
        name = cookie_name(secure=self._secure)
        info = await self._sessions.resolve(request.cookies.get(name))
        if info is not None:
            if not form_token_fits(self.keyring, info.id, form):
                return RedirectResponse("/sign-out", 303)
            await run(self._sessions.end, info.id)
        response = RedirectResponse("/sign-in", 303)
        self._delete(response, name)
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        return response

    def typed(self, request: Request, email: str, password: str) -> Credentials:
        """Give what was typed, with where it came from."""
        return Credentials(
            email=email[:FIELD_MOST].strip(),
            password=password[:FIELD_MOST],
            ip=_ip(request),
            agent=request.headers.get("user-agent", ""),
            device=request.cookies.get(f"{self._name}{DEVICE}", ""),
        )


def _ip(request: Request) -> str:
    return request.client.host if request.client else ""
