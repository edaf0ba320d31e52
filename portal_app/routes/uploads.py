"""Files that a patient gives to the practice: posted here, one at a time."""

from fastapi import APIRouter, Request, Response, UploadFile
from fastapi.responses import JSONResponse

from portal_app.integrations.files import FileStore
from portal_app.routes.people import actor_of
from portal_app.rules.errors import NotFoundError, PortalError, SignedOutError
from portal_app.security.sessions import Sessions
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
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "file"
        try:
            kept = await run(uploads.add, self._store, actor, chart, name, data)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        except PortalError as error:
            return JSONResponse({"message": error.message}, error.status)
        return JSONResponse({"name": kept})
