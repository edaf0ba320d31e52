"""The check of a dropped file: open to everybody, limited by size and number, nothing kept."""

from fastapi import APIRouter, Request, UploadFile
from fastapi.responses import JSONResponse

from portal_app.data.schemas.consents import Checked
from portal_app.rules.errors import PortalError
from portal_app.services.documents.consents import checking
from portal_app.services.worker import run

PATH = "/verify"
UPLOAD_MOST = checking.FILE_MOST + 64 * 1024


def router() -> APIRouter:
    """Make the route."""
    made = APIRouter()
    made.add_api_route(PATH, verify, methods=["POST"])
    return made


async def verify(request: Request, file: UploadFile) -> JSONResponse:
    """Say whether a file is genuine."""
    data = await file.read(checking.FILE_MOST + 1)
    ip = request.client.host if request.client else ""
    try:
        found = await run(checking.check, data, ip)
    except PortalError as error:
        return JSONResponse({"genuine": False, "lines": [error.message]}, error.status)
    return JSONResponse({"genuine": found.genuine, "lines": _lines(found)})


def _lines(found: Checked) -> list[str]:
    if not found.genuine:
        return [
            "This document is not genuine",
            "It was not signed here, or something in the file is not as it was when it was signed.",
        ]
    return [
        "This document is genuine",
        found.title,
        f"Signed on {found.signed}" if found.signed else "",
        found.practice,
    ]
