"""PDFs that are made when they are asked for."""

import logging
from collections.abc import Awaitable
from urllib.parse import quote

from fastapi import APIRouter, Request, Response

from portal_app.integrations.pdf import PdfError
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.web.session_gate import cookie_name
from portal_app.services.instructions import reading
from portal_app.services.worker import run

log = logging.getLogger("portal_app")


class Pdfs:
    """The routes of PDFs."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/pdf/instructions/{chart}/{note}", self.instruction, methods=["GET"])

    async def _actor(self, request: Request) -> Actor | None:
        info = await self._sessions.resolve(request.cookies.get(cookie_name(secure=self._secure)))
        if info is None:
            return None
        self._sessions.touch(info.id)
        return self._sessions.actor(info.id, request.client.host if request.client else "")

    async def instruction(self, request: Request, chart: str, note: str) -> Response:
        """Hand out a clinician's note."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(reading.as_pdf, actor, chart, note))


async def _answered(work: Awaitable[tuple[str, bytes]]) -> Response:
    try:
        name, data = await work
    except (NotFoundError, SignedOutError):
        return Response(status_code=404)
    except PdfError as error:
        log.warning("no PDF: %s", error)
        return Response(status_code=503)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "no-store",
    }
    return Response(data, media_type="application/pdf", headers=headers)
