"""Files that a patient gives to the practice: posted here, one at a time."""

from fastapi import APIRouter, Request, Response, UploadFile

from portal_app.integrations.files import FileStore
from portal_app.routes.people import actor_of, handed_in
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
        work = run(uploads.add, self._store, actor, chart, name, data)
        return await handed_in(work, lambda kept: {"name": kept})
