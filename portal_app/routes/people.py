"""Who asks for a file: the signed-in person behind the cookie of a request."""

from fastapi import Request

from portal_app.security.actor import Actor
from portal_app.security.sessions import Sessions
from portal_app.security.web.session_gate import cookie_name


async def actor_of(request: Request, sessions: Sessions, *, secure: bool) -> Actor | None:
    """Give who acts, and extend the session; nobody where it has ended."""
    info = await sessions.resolve(request.cookies.get(cookie_name(secure=secure)))
    if info is None:
        return None
    sessions.touch(info.id)
    return sessions.actor(info.id, request.client.host if request.client else "")
