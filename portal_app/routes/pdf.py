"""PDFs that are made when they are asked for."""

import logging
from collections.abc import Awaitable, Callable
from datetime import date
from urllib.parse import quote

from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from portal_app.data.schemas.health_records import RecordFilter
from portal_app.integrations.pdf import PdfError
from portal_app.routes.people import actor_of
from portal_app.rules.billing import ranges
from portal_app.rules.errors import InvalidError, NotFoundError, SignedOutError
from portal_app.security.sessions import Sessions
from portal_app.services import inviting
from portal_app.services.billing import history, paper, receipts, superbills
from portal_app.services.instructions import reading
from portal_app.services.records import exports
from portal_app.services.worker import run

log = logging.getLogger("portal_app")
Make = Callable[..., tuple[str, bytes]]
"""A service: (who asks, what about) -> (name of the file, bytes)."""


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

    async def _hand_out(self, request: Request, make: Make, *asked: object) -> Response:
        """Have a service make a PDF for whoever asks; nobody and no right are the same answer."""
        actor = await actor_of(request, self._sessions, secure=self._secure)
        if actor is None:
            return Response(status_code=404)
        return await _answered(run(make, actor, *asked))

    async def invitation(self, request: Request, chart: str) -> Response:
        """Hand out the letter of the invitation that waits for a chart."""
        return await self._hand_out(request, inviting.letter, chart, self._public_url)

    async def instruction(self, request: Request, chart: str, note: str) -> Response:
        """Hand out a clinician's note."""
        return await self._hand_out(request, reading.as_pdf, chart, note)

    async def receipt(self, request: Request, chart: str, payment: str) -> Response:
        """Hand out the receipt of a payment."""
        return await self._hand_out(request, receipts.as_pdf, chart, payment)

    async def superbill(self, request: Request, chart: str, superbill: str) -> Response:
        """Hand out a superbill."""
        return await self._hand_out(request, superbills.as_pdf, chart, superbill)

    async def invoice(self, request: Request, chart: str, invoice: str) -> Response:
        """Hand out an invoice, to the patient's side or the practice."""
        return await self._hand_out(request, paper.as_pdf, chart, invoice)

    async def statement(self, request: Request, chart: str) -> Response:
        """Hand out what happened with money in the days that the query names."""
        asked = request.query_params
        key = asked.get("range", ranges.DEFAULT)
        try:
            first, last = _day(asked.get("from")), _day(asked.get("until"))
            return await self._hand_out(request, history.statement, chart, key, first, last)
        except InvalidError as error:
            return PlainTextResponse(error.message, status_code=error.status)

    async def records(self, request: Request, chart: str) -> Response:
        """Hand out the health record, or the part and the days that the query names."""
        asked = request.query_params
        keys = [k for k in asked.get("part", "").split(",") if k]
        try:
            wanted = RecordFilter(since=_day(asked.get("from")), until=_day(asked.get("until")))
            return await self._hand_out(request, exports.as_pdf, chart, keys, wanted)
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
