"""Client lists: posted here by the practice, and what came of them handed out."""

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from portal_app.routes.people import actor_of
from portal_app.rules.errors import NotFoundError, PortalError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.services.roster import desk
from portal_app.services.worker import run

PREFIX = "/patient-lists/"
LIST_UPLOADS = (PREFIX, desk.UPLOAD_MOST + 64 * 1024)


class Lists:
    """The routes of client lists."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        self.router.add_api_route(f"{PREFIX}new", self.take, methods=["POST"])
        self.router.add_api_route(f"{PREFIX}{{key}}", self.outcome, methods=["GET"])

    async def take(self, request: Request, file: UploadFile) -> Response:
        """Take a list as a draft."""
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "list.csv"
        try:
            made = await run(desk.upload, actor, name, data)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        except PortalError as error:
            return JSONResponse({"message": error.message}, error.status)
        return JSONResponse({"id": made})

    async def outcome(self, request: Request, key: str) -> Response:
        """Hand out what became of every row."""
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        try:
            name, data = await run(desk.outcome, actor, key)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        headers = {
            "Content-Disposition": f'attachment; filename="{name}"',
            "Cache-Control": "no-store",
        }
        return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
