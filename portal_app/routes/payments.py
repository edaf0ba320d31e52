"""What Stripe posts to, and where people come back from its pages."""

import logging

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from portal_app.integrations.stripe import UnreachableError
from portal_app.routes.people import actor_of
from portal_app.rules.errors import InvalidError, NotFoundError, PortalError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.services.billing import coming_back, stripe_events
from portal_app.services.worker import run

WEBHOOK = "/webhooks/stripe"
EVENT_MOST = 256 * 1024
log = logging.getLogger("portal_app")


class Payments:
    """The routes of paying."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        self.router.add_api_route(WEBHOOK, self.event, methods=["POST"])
        self.router.add_api_route("/pay/back/{chart}/{ref}", self.back, methods=["GET"])

    async def event(self, request: Request) -> Response:
        """Take an event; 2xx only once it is dealt with."""
        body = await request.body()
        try:
            await run(stripe_events.take, body, request.headers.get("stripe-signature", ""))
        except InvalidError:
            return Response(status_code=400)
        except (UnreachableError, PortalError) as error:
            log.warning("an event waits: %s", type(error).__name__)
            return Response(status_code=503)
        return Response(status_code=200)

    async def back(self, request: Request, chart: str, ref: str) -> Response:
        """Lead somebody who comes from the hosted page to what became of it."""
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return RedirectResponse("/sign-in", 303)
        try:
            where = await run(coming_back.lead, actor, chart, ref)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        return RedirectResponse(where, 303)
