"""Who hands a file in or asks for one, and what is answered when one was handed in."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from fastapi import Request, Response
from fastapi.responses import JSONResponse

from portal_app.rules.errors import NotFoundError, PortalError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.web.session_gate import cookie_name

R = TypeVar("R")


async def actor_of(request: Request, sessions: Sessions, *, secure: bool) -> Actor | None:
    """Give who acts, and extend the session; nobody where it has ended."""
    info = await sessions.resolve(request.cookies.get(cookie_name(secure=secure)))
    if info is None:
        return None
    sessions.touch(info.id)
    return sessions.actor(info.id, request.client.host if request.client else "")


async def handed_in(work: Awaitable[R], told: Callable[[R], dict[str, str]]) -> Response:
    """Answer the script that has sent a file: what was made of it, or why it is not taken."""
    try:
        made = await work
    except (NotFoundError, SignedOutError):
        return Response(status_code=404)
    except PortalError as error:
        return JSONResponse({"message": error.message}, error.status)
    return JSONResponse(told(made))
