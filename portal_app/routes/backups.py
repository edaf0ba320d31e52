"""Backups for the owner, encrypted as they are."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse

from portal_app.routes.people import actor_of
from portal_app.rules.errors import NotFoundError, PortalError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.services.upkeep import desk
from portal_app.services.worker import run


class Backups:
    """The route of the backups."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        self.router.add_api_route("/practice-backups/{name}", self.download, methods=["GET"])

    async def download(self, request: Request, name: str) -> Response:
        """Hand out one of the backups that are kept."""
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        try:
            path = await run(desk.download, actor, name)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        except PortalError as error:
            return PlainTextResponse(error.message, status_code=error.status)
        return FileResponse(
            path,
            media_type="application/octet-stream",
            filename=path.name,
            headers={"Cache-Control": "no-store"},
        )
