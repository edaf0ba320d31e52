"""Visits as calendar files: for the person who has signed in, and for her calendar's own eyes."""

from collections.abc import Awaitable

from fastapi import APIRouter, Request, Response

from portal_app.integrations.calendars import MEDIA_TYPE
from portal_app.routes.people import actor_of
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.services.schedule import feeds
from portal_app.services.worker import run

ALL = "all"


class Calendars:
    """The routes of calendar files."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/visits/{chart}/{visit}.ics", self.download, methods=["GET"])
        add("/calendar/{token}.ics", self.feed, methods=["GET"])

    async def download(self, request: Request, chart: str, visit: str) -> Response:
        """Hand out one visit, or all that are coming, to somebody who may see them."""
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        one = "" if visit == ALL else visit
        name = "visits.ics" if visit == ALL else "visit.ics"
        return await _answered(
            run(feeds.calendar_file, actor, chart, one),
            {"Content-Disposition": f'attachment; filename="{name}"'},
        )

    async def feed(self, token: str) -> Response:
        """Hand out the visits behind a private address."""
        return await _answered(run(feeds.public_feed, token), {})


async def _answered(work: Awaitable[bytes], headers: dict[str, str]) -> Response:
    try:
        data = await work
    except (NotFoundError, SignedOutError):
        return Response(status_code=404)
    kept = {"Cache-Control": "no-store", "X-Robots-Tag": "noindex, nofollow"}
    return Response(data, media_type=MEDIA_TYPE, headers=kept | headers)
