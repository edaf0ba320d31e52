"""Forms as files: a FHIR R4 Questionnaire posted here, or handed out."""

from urllib.parse import quote

from fastapi import APIRouter, Request, Response, UploadFile

from portal_app.integrations.fhir.questionnaire import BYTES_MOST
from portal_app.routes.files import SANDBOX
from portal_app.routes.people import actor_of, handed_in
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.services.documents import form_files
from portal_app.services.worker import run

PREFIX = "/form-files/"
MOST = BYTES_MOST + 64 * 1024


class Forms:
    """The routes of form files."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        self.router.add_api_route(f"{PREFIX}new", self.take_over, methods=["POST"])
        self.router.add_api_route(f"{PREFIX}{{definition}}", self.export, methods=["GET"])

    async def _actor(self, request: Request) -> Actor | None:
        return await actor_of(request, self._sessions, secure=self._secure)

    async def take_over(self, request: Request, file: UploadFile) -> Response:
        """Read a form into a draft."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        work = run(form_files.take_over, actor, await file.read())
        return await handed_in(work, lambda made: {"id": made})

    async def export(self, request: Request, definition: str) -> Response:
        """Hand out a form."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        try:
            file = await run(form_files.export, actor, definition)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        disposition = f"attachment; filename*=UTF-8''{quote(file.name, safe='')}"
        headers = {"Content-Disposition": disposition, "Content-Security-Policy": SANDBOX}
        return Response(file.data, media_type="application/fhir+json", headers=headers)
