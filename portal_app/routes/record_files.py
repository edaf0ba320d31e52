"""Health records as PDF: made for whoever may download them, and logged."""

from datetime import date

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from portal_app.data.schemas.health_records import RecordFilter
from portal_app.rules.errors import InvalidError, NotFoundError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.security.web.session_gate import cookie_name
from portal_app.services.records import exports
from portal_app.services.worker import run


class RecordFiles:
    """The route of the PDF of a record."""

    def __init__(self, sessions: Sessions, *, secure: bool) -> None:
        """Use those sessions."""
        self._sessions, self._secure = sessions, secure
        self.router = APIRouter()
        self.router.add_api_route("/pdf/records/{chart}", self.as_pdf, methods=["GET"])

    async def as_pdf(self, request: Request, chart: str) -> Response:
        """Hand out the record, or the part and the days that the query names."""
        info = await self._sessions.resolve(request.cookies.get(cookie_name(secure=self._secure)))
        if info is None:
            return Response(status_code=404)
        self._sessions.touch(info.id)
        actor = self._sessions.actor(info.id, request.client.host if request.client else "")
        asked = request.query_params
        try:
            wanted = RecordFilter(since=_day(asked.get("from")), until=_day(asked.get("until")))
            keys = [k for k in asked.get("part", "").split(",") if k]
            made = await run(exports.as_pdf, actor, chart, keys, wanted)
        except (NotFoundError, SignedOutError):
            return Response(status_code=404)
        except InvalidError as error:
            return PlainTextResponse(error.message, status_code=422)
        headers = {
            "Content-Disposition": f'attachment; filename="{made.name}"',
            "Cache-Control": "no-store",
        }
        return Response(made.data, media_type="application/pdf", headers=headers)


def _day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidError("Write days as 2026-11-24.") from error
