"""PDFs that are made when they are asked for."""

import logging
from collections.abc import Awaitable
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from portal_app.data.schemas.health_records import RecordFilter
from portal_app.integrations.pdf import PdfError
from portal_app.routes.people import actor_of
from portal_app.rules.billing import ranges
from portal_app.rules.errors import InvalidError, NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.services import inviting
from portal_app.services.billing import history, paper, receipts, superbills
from portal_app.services.instructions import reading
from portal_app.services.records import exports
from portal_app.services.worker import run

log = logging.getLogger("portal_app")


class Pdfs:
    """The routes of PDFs."""

    def __init__(self, sessions: Sessions, *, secure: bool, public_url: str = "") -> None:
        """Use those sessions; letters name the address where the portal is reached."""
        self._sessions, self._secure, self._public_url = sessions, secure, public_url
        self.router = APIRouter()
        add = self.router.add_api_route
        add("/pdf/records/{chart}", self.records, methods=["GET"])
        add("/pdf/invitation/{chart}", self.invitation, methods=["GET"])
        add("/pdf/instructions/{chart}/{note}", self.instruction, methods=["GET"])
        add("/pdf/receipts/{chart}/{payment}", self.receipt, methods=["GET"])
        add("/pdf/statements/{chart}", self.statement, methods=["GET"])
        add("/pdf/superbills/{chart}/{superbill}", self.superbill, methods=["GET"])
        add("/pdf/invoices/{chart}/{invoice}", self.invoice, methods=["GET"])

    async def invitation(self, request: Request, chart: str) -> Response:
        """Hand out the letter of the invitation that waits for a chart."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(inviting.letter, actor, chart, self._public_url))

    async def _actor(self, request: Request) -> Actor | None:
        return await actor_of(request, self._sessions, secure=self._secure)

    async def instruction(self, request: Request, chart: str, note: str) -> Response:
        """Hand out a clinician's note."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(reading.as_pdf, actor, chart, note))

    async def receipt(self, request: Request, chart: str, payment: str) -> Response:
        """Hand out the receipt of a payment."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(receipts.as_pdf, actor, chart, payment))

    async def statement(self, request: Request, chart: str) -> Response:
        """Hand out what happened with money in the days that the query names."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        asked = request.query_params
        key = asked.get("range", ranges.DEFAULT)
        try:
            first, last = _day(asked.get("from")), _day(asked.get("until"))
            return await _answered(run(history.statement, actor, chart, key, first, last))
        except InvalidError as error:
            return PlainTextResponse(error.message, status_code=error.status)

    async def superbill(self, request: Request, chart: str, superbill: str) -> Response:
        """Hand out a superbill."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(superbills.as_pdf, actor, chart, superbill))

    async def invoice(self, request: Request, chart: str, invoice: str) -> Response:
        """Hand out an invoice, to the patient's side or the practice."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(paper.as_pdf, actor, chart, invoice))

    async def records(self, request: Request, chart: str) -> Response:
        """Hand out the health record, or the part and the days that the query names."""
        actor = await self._actor(request)
        if actor is None:
            return Response(status_code=404)
        asked = request.query_params
        keys = [k for k in asked.get("part", "").split(",") if k]
        try:
            wanted = RecordFilter(since=_day(asked.get("from")), until=_day(asked.get("until")))
            return await _answered(run(exports.as_pdf, actor, chart, keys, wanted))
        except InvalidError as error:
            return PlainTextResponse(error.message, status_code=error.status)


def _day(value: str | None) -> date | None:
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise InvalidError("Write days like 2026-11-24.") from error


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
