"""Files in and out: every byte passes the gate."""

from collections.abc import Awaitable, Callable
from urllib.parse import quote

from fastapi import APIRouter, Request, Response, UploadFile

from portal_app.data.schemas.consents import ConsentInput
from portal_app.data.schemas.messages import AttachmentView
from portal_app.integrations.files import FileStore
from portal_app.routes.people import actor_of, handed_in
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.rules.messages import FILE_BYTES_MOST
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.services import files
from portal_app.services.demographics import cards
from portal_app.services.documents.consents import definitions
from portal_app.services.messages import attachments
from portal_app.services.records import taking
from portal_app.services.worker import run

UPLOADS = (
    "/attachments/",
    "/practice-attachments/",
    "/practice-consents",
    "/cards/",
    "/practice-cards/",
)
UPLOAD_MOST = FILE_BYTES_MOST + 64 * 1024
RECORD_UPLOADS = ("/practice-records/", taking.UPLOAD_MOST + 64 * 1024)
SANDBOX = "sandbox; default-src 'none'"


class Files:
    """The routes of attachments."""

    def __init__(self, sessions: Sessions, store: FileStore, *, secure: bool) -> None:
        """Use those sessions and that store."""
        self._sessions, self._store, self._secure = sessions, store, secure
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/files/{file_id}", self.download, methods=["GET"])
        add("/attachments/{chart}/{slot}", self.attach, methods=["POST"])
        add("/practice-attachments/{thread}", self.attach_for_practice, methods=["POST"])
        add("/practice-records/{chart}", self.add_record, methods=["POST"])
        add("/practice-consents", self.add_consent, methods=["POST"])
        add("/cards/{chart}/{place}/{side}", self.card, methods=["POST"])
        add("/practice-cards/{chart}/{place}/{side}", self.card_for_practice, methods=["POST"])

    async def _actor(self, request: Request) -> Actor | None:
        return await actor_of(request, self._sessions, secure=self._secure)

    async def download(self, request: Request, file_id: str) -> Response:
        """Hand out a file to whoever may read what it belongs to."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        try:
            file = await run(files.download, self._store, actor, file_id)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        headers = {
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": SANDBOX,
        }
        return Response(file.data, media_type=file.media_type, headers=headers)

    async def attach(self, request: Request, chart: str, slot: str, file: UploadFile) -> Response:
        """Put a file into a draft."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "file"
        return await _added(run(attachments.add, self._store, actor, chart, slot, name, data))

    async def attach_for_practice(
        self, request: Request, thread: str, file: UploadFile
    ) -> Response:
        """Put a file into a member's draft answer."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "file"
        return await _added(
            run(attachments.add_for_practice, self._store, actor, thread, name, data)
        )

    async def add_record(self, request: Request, chart: str, file: UploadFile) -> Response:
        """Keep a file with health records until a member of the practice takes it."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "file"
        return await _made(run(taking.upload, self._store, actor, chart, name, data))

    async def add_consent(self, request: Request, file: UploadFile) -> Response:
        """Take a PDF as a consent that can be assigned."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "file"
        return await _made(run(definitions.upload, actor, name, data, ConsentInput()))

    async def card(
        self, request: Request, chart: str, place: int, side: str, file: UploadFile
    ) -> Response:
        """Keep a photo of an insurance card."""
        return await self._card(cards.add, request, (chart, place, side), file)

    async def card_for_practice(
        self, request: Request, chart: str, place: int, side: str, file: UploadFile
    ) -> Response:
        """Keep a photo of an insurance card that the practice has taken."""
        return await self._card(cards.add_for_practice, request, (chart, place, side), file)

    async def _card(
        self,
        add: Callable[..., str],
        request: Request,
        where: tuple[str, int, str],
        file: UploadFile,
    ) -> Response:
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        data, name = await file.read(), file.filename or "file"
        return await _made(run(add, self._store, actor, *where, name, data))


async def _made(work: Awaitable[str]) -> Response:
    return await handed_in(work, lambda key: {"id": key})


async def _added(work: Awaitable[AttachmentView]) -> Response:
    return await handed_in(work, lambda view: {"id": view.id, "name": view.name})
