"""Files that a patient gives to the practice: posted here, one at a time."""

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from portal_app.integrations.files import FileStore
from portal_app.rules.errors import NotFoundError, PortalError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.security.web.session_gate import cookie_name
from portal_app.services.documents import uploads
from portal_app.services.worker import run

PREFIX = "/document-uploads/"
MOST = uploads.FILE_BYTES_MOST + 64 * 1024


class Uploads:
    """The route of files for the practice."""

    def __init__(self, sessions: Sessions, store: FileStore, *, secure: bool) -> None:
        """Use those sessions and that store."""
        self._sessions, self._store, self._secure = sessions, store, secure
        self.router = APIRouter()
        self.router.add_api_route(f"{PREFIX}{{chart}}", self.take, methods=["POST"])

    async def take(self, request: Request, chart: str, file: UploadFile) -> Response:
        """Take a file for the practice."""
        info = await self._sessions.resolve(request.cookies.get(cookie_name(secure=self._secure)))
        if info is None:
            return Response(status_code=404)
        self._sessions.touch(info.id)
        actor = self._sessions.actor(info.id, request.client.host if request.client else "")
        data, name = await file.read(), file.filename or "file"
        try:
            kept = await run(uploads.add, self._store, actor, chart, name, data)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        except PortalError as error:
            return JSONResponse({"message": error.message}, error.status)
        return JSONResponse({"name": kept})
