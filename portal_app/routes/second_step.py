"""The second step of the sign-in, and links that change an address: native forms."""

from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import RedirectResponse

from portal_app.data.schemas.door import Flash
from portal_app.routes.door import FIELD_MOST, OLD_PAGE, Door
from portal_app.rules.errors import NotFoundError, PortalError, SignedOutError, StepUpError
from portal_app.security.sessions import Sessions
from portal_app.security.web.forms import form_token_fits, safe_next
from portal_app.security.web.session_gate import cookie_name
from portal_app.services import sign_in
from portal_app.services.account import signing_in, two_step
from portal_app.services.worker import run

ASK = "/sign-in/verify"
SET_UP = "/sign-in/set-up"
CODES = "codes"
"""Kind of what is left for the page that shows the recovery codes once."""


class SecondStep:
    """Routes between the password and the first page."""

    def __init__(self, door: Door, sessions: Sessions, *, public_url: str, secure: bool) -> None:
        """Use the door's cookies and tokens."""
        self._door, self._sessions = door, sessions
        self._public_url, self._secure = public_url, secure
        self.router = APIRouter()
        add = self.router.add_api_route
        add(ASK, self.verify, methods=["POST"])
        add(SET_UP, self.set_up, methods=["POST"])
        add("/email/{link}", self.email, methods=["POST"])

    async def verify(
        self,
        request: Request,
        code: str = Form(""),
        kind: str = Form("app"),
        trust: str = Form(""),
        form: str = Form("", alias="token"),
        going: str = Form("", alias="next"),
    ) -> Response:
        """Take the code, and begin the session."""
        door, to = self._door, safe_next(going[:FIELD_MOST])
        recovery = kind == "recovery"
        here = f"{ASK}?recovery=1" if recovery else ASK
        if not door.token_fits(request, form):
            return door.back(here, Flash(OLD_PAGE, going=to))
        typed = door.typed(request, "", "")
        try:
            done = await run(
                sign_in.verify,
                self._sessions,
                door.ticket(request),
                code[:FIELD_MOST],
                typed,
                recovery=recovery,
                trust=bool(trust),
            )
        except NotFoundError as error:
            return door.back("/sign-in", Flash(error.message, going=to))
        except PortalError as error:
            return door.back(here, Flash(error.message, going=to))
        return door.signed_in(done.session, to or "/", device=done.device)

    async def set_up(
        self, request: Request, code: str = Form(""), form: str = Form("", alias="token")
    ) -> Response:
        """Take the first code of a new app."""
        door = self._door
        token = request.cookies.get(cookie_name(secure=self._secure))
        info = await self._sessions.resolve(token)
        if info is None:
            return RedirectResponse("/sign-in", 303)
        if not form_token_fits(door.keyring, info.id, form):
            return door.back(SET_UP, Flash(OLD_PAGE))
        actor = self._sessions.actor(info.id, door.typed(request, "", "").ip)
        try:
            codes = await run(two_step.confirm, actor, code[:FIELD_MOST], self._sessions)
        except (SignedOutError, StepUpError):
            return RedirectResponse("/sign-out", 303)
        except PortalError as error:
            return door.back(SET_UP, Flash(error.message))
        return door.back(f"{SET_UP}/codes", Flash(" ".join(codes), kind=CODES))

    async def email(
        self, request: Request, link: str, form: str = Form("", alias="token")
    ) -> Response:
        """Confirm a new address, or take the change back."""
        if not self._door.token_fits(request, form):
            return RedirectResponse(f"/email/{link}", 303)
        try:
            does = await run(signing_in.use_link, link, self._sessions, self._public_url)
        except NotFoundError:
            return Response(status_code=404)
        return RedirectResponse(f"/email-changed?done={does}", 303)
