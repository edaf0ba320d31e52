"""The form behind the link that a new practice's owner gets from the console."""

from urllib.parse import quote

from fastapi import APIRouter, Form, Request, Response

from portal_app.data.schemas.door import Flash
from portal_app.routes.door import FIELD_MOST, Door
from portal_app.rules.errors import NotFoundError, PortalError
from portal_app.security.sessions import Sessions
from portal_app.services.upkeep import first_owner
from portal_app.services.upkeep.first_owner import First
from portal_app.services.worker import run

OLD_PAGE = "This page had been open for long. Try again."


class FirstOwner:
    """The route of the first owner."""

    def __init__(self, door: Door, sessions: Sessions) -> None:
        """Use that way in."""
        self._door, self._sessions = door, sessions
        self.router = APIRouter()
        self.router.add_api_route("/setup/{link}", self.make, methods=["POST"])

    async def make(
        self,
        request: Request,
        link: str,
        practice: str = Form(""),
        zone: str = Form(""),
        name: str = Form(""),
        email: str = Form(""),
        password: str = Form(""),
        form: str = Form("", alias="token"),
    ) -> Response:
        """Make the practice and its owner, and sign her in."""
        back, email = f"/setup/{quote(link, safe='')}", email[:FIELD_MOST].strip()
        if not self._door.token_fits(request, form):
            return self._door.back(back, Flash(OLD_PAGE, email))
        typed = First(
            practice[:FIELD_MOST],
            zone[:FIELD_MOST],
            name[:FIELD_MOST],
            email,
            password[:FIELD_MOST],
            request.client.host if request.client else "",
            request.headers.get("user-agent", ""),
        )
        try:
            token = await run(first_owner.make, self._sessions, link, typed)
        except NotFoundError:
            return Response(status_code=404)
        except PortalError as error:
            return self._door.back(back, Flash(error.message, email))
        return self._door.signed_in(token, "/")
