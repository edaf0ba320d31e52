"""Scores over time, downloaded as CSV."""

from collections.abc import Callable

from fastapi import APIRouter, Request, Response

from portal_app.routes.people import actor_of
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.services.documents import score_files
from portal_app.services.worker import run


class Scores:
    """The routes of scores: one for each side."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        self.router.add_api_route("/scores/{chart}", self.hers, methods=["GET"])
        self.router.add_api_route("/practice-scores/{chart}", self.theirs, methods=["GET"])

    async def hers(self, request: Request, chart: str) -> Response:
        """Hand out what the practice shows to the patient."""
        return await self._answer(request, chart, score_files.for_patient)

    async def theirs(self, request: Request, chart: str) -> Response:
        """Hand out all scores to the practice."""
        return await self._answer(request, chart, score_files.for_practice)

    async def _answer(
        self, request: Request, chart: str, write: Callable[[Actor, str], bytes]
    ) -> Response:
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        try:
            data = await run(write, actor, chart)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        headers = {
            "Content-Disposition": f'attachment; filename="{score_files.NAME}"',
            "Cache-Control": "no-store",
        }
        return Response(data, media_type="text/csv; charset=utf-8", headers=headers)
