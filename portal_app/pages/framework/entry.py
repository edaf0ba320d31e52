"""The way into a shell: find the session, read, build, and only then answer."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import ui

from portal_app.pages.framework.clients import Owner
from portal_app.pages.framework.visit import House, Visit
from portal_app.pages.routing import Section, match
from portal_app.rules.errors import NotFoundError, SignedOutError
from portal_app.security.actor import Actor
from portal_app.security.web.session_gate import SessionInfo, cookie_name
from portal_app.services.worker import run

MISSING = 404


@dataclass(frozen=True)
class Entered:
    """What has been read for the first view of a shell."""

    visit: Visit
    section: Section[Any]
    frame: Any
    view: Any


async def session_of(house: House, request: Request) -> SessionInfo | None:
    """Find the session of a request."""
    token = request.cookies.get(cookie_name(secure=house.secure))
    return await house.sessions.resolve(token)


def address_of(request: Request) -> str:
    """Give the network address that a request came from."""
    return request.client.host if request.client else ""


async def enter(
    house: House, request: Request, side: str, read_frame: Callable[..., Any]
) -> Entered | Response:
    """Read all that the first view needs, or answer with a redirect or "not found".

    Raises:
        NotFoundError: never; it becomes an answer.
    """
    info = await session_of(house, request)
    if info is None:
        query = f"?{request.url.query}" if request.url.query else ""
        going = quote(request.url.path + query, safe="")
        return instead(RedirectResponse(f"/sign-in?next={going}", 303))
    if info.needs_second_step:
        return instead(RedirectResponse("/sign-in/set-up", 303))
    found = match(side, request.url.path.removeprefix(f"/{side}"))
    if found is None:
        return instead(Response(status_code=MISSING))
    section, params = found
    params |= {n: request.query_params[n] for n in section.query if n in request.query_params}
    house.sessions.touch(info.id)
    actor = house.sessions.actor(info.id, address_of(request))
    try:
        frame, view = await asyncio.gather(
            run(read_frame, actor, *_chart(params)), run(section.load, actor, **params)
        )
    except NotFoundError:
        return instead(Response(status_code=MISSING))
    except SignedOutError:
        return instead(RedirectResponse("/sign-in?ended=1", 303))
    client = ui.context.client
    visit = Visit(
        house,
        client,
        info.id,
        actor.ip,
        zone=frame.zone,
        person=frame.person,
        practice=frame.practice,
        permissions=frame.permissions,
        params=params,
    )
    house.clients.own(client, Owner(info.id, actor.ip))
    client.title = f"{section.title} – {frame.practice}"
    return Entered(visit, section, frame, view)


def instead(response: Response) -> Response:
    """Answer with that and not with the page that was begun, which would stay for a minute."""
    ui.context.client.delete()
    return response


def _chart(params: dict[str, str]) -> tuple[str, ...]:
    return (params["chart"],) if params.get("chart") else ()


def who(house: House, info: SessionInfo, request: Request) -> Actor:
    """Say who acts in a request."""
    return house.sessions.actor(info.id, address_of(request))
