"""What the buttons behind a link in a reminder post to."""

from collections.abc import Callable
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from portal_app.data.schemas.door import Flash
from portal_app.routes.door import Door
from portal_app.rules.errors import NotFoundError, PortalError
from portal_app.services.schedule import links
from portal_app.services.worker import run

CONFIRMED = "Thank you. The practice knows that you will come."
CANCELLED = "The visit is cancelled. The practice has been told."


def router(door: Door, public_url: str) -> APIRouter:
    """Make the routes; ``public_url`` is where the portal is reached."""
    made = APIRouter()

    async def act(
        request: Request, link: str, form: str, work: Callable[[], None], said: str
    ) -> Response:
        back = f"/visit/{link}"
        if not door.token_fits(request, form):
            return door.back(back, Flash("This page had been open for long. Try again."))
        try:
            await run(work)
        except NotFoundError:
            return Response(status_code=404)
        except PortalError as error:
            return door.back(back, Flash(error.message))
        return door.back(back, Flash(said, kind="ok"))

    @made.post("/visit/{link}/confirm")
    async def confirm(
        request: Request, link: str, form: Annotated[str, Form(alias="token")] = ""
    ) -> Response:
        return await act(request, link, form, lambda: links.confirm(link), CONFIRMED)

    @made.post("/visit/{link}/cancel")
    async def cancel(
        request: Request, link: str, form: Annotated[str, Form(alias="token")] = ""
    ) -> Response:
        return await act(request, link, form, lambda: links.cancel(link, public_url), CANCELLED)

    return made
