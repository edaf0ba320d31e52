"""The pages before the sign-in, and those that finish it."""

from collections.abc import Callable
from typing import Any

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from portal_app.pages.framework.entry import instead, session_of, who
from portal_app.pages.framework.visit import House
from portal_app.pages.portal import account as _account  # noqa: F401
from portal_app.pages.portal import billing as _billing  # noqa: F401
from portal_app.pages.portal import billing_history as _history  # noqa: F401
from portal_app.pages.portal import billing_invoices as _invoices  # noqa: F401
from portal_app.pages.portal import book as _book  # noqa: F401
from portal_app.pages.portal import consent as _consent  # noqa: F401
from portal_app.pages.portal import demographics as _demographics  # noqa: F401
from portal_app.pages.portal import documents as _documents  # noqa: F401
from portal_app.pages.portal import email_notices as _email_notices  # noqa: F401
from portal_app.pages.portal import family_access as _family_access  # noqa: F401
from portal_app.pages.portal import form as _form  # noqa: F401
from portal_app.pages.portal import health_records as _health_records  # noqa: F401
from portal_app.pages.portal import home as _home  # noqa: F401 - declares its sections
from portal_app.pages.portal import instructions as _instructions  # noqa: F401
from portal_app.pages.portal import messages as _messages  # noqa: F401
from portal_app.pages.portal import new_message as _new_message  # noqa: F401
from portal_app.pages.portal import pay as _pay  # noqa: F401
from portal_app.pages.portal import schedule as _schedule  # noqa: F401
from portal_app.pages.portal import update_info as _update_info  # noqa: F401
from portal_app.pages.practice import account as _own_account  # noqa: F401
from portal_app.pages.practice import availability as _availability  # noqa: F401
from portal_app.pages.practice import backups as _backups  # noqa: F401
from portal_app.pages.practice import billing as _money  # noqa: F401
from portal_app.pages.practice import booking_rules as _booking_rules  # noqa: F401
from portal_app.pages.practice import calendar as _calendar  # noqa: F401
from portal_app.pages.practice import chart_billing as _chart_billing  # noqa: F401
from portal_app.pages.practice import chart_documents as _chart_documents  # noqa: F401
from portal_app.pages.practice import clinician_billing as _clinician_billing  # noqa: F401
from portal_app.pages.practice import compose as _compose  # noqa: F401
from portal_app.pages.practice import consents as _consents  # noqa: F401
from portal_app.pages.practice import demographics as _details  # noqa: F401
from portal_app.pages.practice import fees as _fees  # noqa: F401
from portal_app.pages.practice import form_builder as _form_builder  # noqa: F401
from portal_app.pages.practice import form_settings as _form_settings  # noqa: F401
from portal_app.pages.practice import forms as _forms  # noqa: F401
from portal_app.pages.practice import import_patients as _import_patients  # noqa: F401
from portal_app.pages.practice import inbox as _inbox  # noqa: F401
from portal_app.pages.practice import instructions as _shared_instructions  # noqa: F401
from portal_app.pages.practice import invitations as _invitations  # noqa: F401
from portal_app.pages.practice import notices as _notices  # noqa: F401
from portal_app.pages.practice import one_visit as _one_visit  # noqa: F401
from portal_app.pages.practice import patient as _patient  # noqa: F401
from portal_app.pages.practice import patients as _patients  # noqa: F401
from portal_app.pages.practice import payment_settings as _payment_settings  # noqa: F401
from portal_app.pages.practice import places as _places  # noqa: F401
from portal_app.pages.practice import portal_access as _portal_access  # noqa: F401
from portal_app.pages.practice import portal_defaults as _portal_defaults  # noqa: F401
from portal_app.pages.practice import records as _records_desk  # noqa: F401
from portal_app.pages.practice import security as _security  # noqa: F401
from portal_app.pages.practice import set_up as _set_up  # noqa: F401
from portal_app.pages.practice import settings as _settings  # noqa: F401
from portal_app.pages.practice import superbills as _superbills  # noqa: F401
from portal_app.pages.practice import today as _today  # noqa: F401
from portal_app.pages.practice import visit_types as _visit_types  # noqa: F401
from portal_app.pages.public import door as door_pages
from portal_app.pages.public import second_step
from portal_app.pages.public.first_owner import first_owner_page
from portal_app.pages.public.verify import verify_page
from portal_app.pages.public.visit_link import visit_link_page
from portal_app.pages.routing import page
from portal_app.routes.door import Door
from portal_app.routes.second_step import CODES
from portal_app.rules.errors import NotFoundError, SignedOutError, StepUpError
from portal_app.rules.permissions import Permission
from portal_app.services import (
    identity,
    invitations,
    password_reset,
    sign_in,
)
from portal_app.services.account import signing_in, two_step
from portal_app.services.schedule import links
from portal_app.services.upkeep import first_owner
from portal_app.services.worker import run as in_thread


def declare(house: House, door: Door) -> None:
    """Declare the pages before the sign-in."""

    async def sign_in_page(request: Request) -> Response | None:
        view = await in_thread(identity.door)
        token = door.visitor_token(request)
        elsewhere = door.elsewhere
        door_pages.sign_in_page(house, view, token, door.flash(request), request, elsewhere)
        return None

    async def reset_page(request: Request) -> None:
        token, flash = door.visitor_token(request), door.flash(request)
        door_pages.reset_page(house, await in_thread(identity.door), token, flash)

    async def letter_code(request: Request) -> None:
        token, flash = door.visitor_token(request), door.flash(request)
        door_pages.letter_code_page(house, await in_thread(identity.door), token, flash)

    async def sign_out_page(request: Request) -> None:
        info = await session_of(house, request)
        token = door.session_token(info.id) if info else ""
        door_pages.sign_out_page(house, await in_thread(identity.door), token)

    async def no_chart(request: Request) -> None:
        info = await session_of(house, request)
        token = door.session_token(info.id) if info else ""
        door_pages.no_chart_page(house, await in_thread(identity.door), token)

    async def check_document() -> None:
        verify_page(house, await in_thread(identity.door))

    _second_step_pages(house, door)
    _email_pages(house, door)
    page("/verify", needs=Permission.PUBLIC)(check_document)
    page("/sign-in", needs=Permission.PUBLIC)(sign_in_page)
    page("/sign-out", needs=Permission.PUBLIC)(sign_out_page)
    page("/reset", needs=Permission.PUBLIC)(reset_page)
    page("/no-chart", needs=Permission.PUBLIC)(no_chart)
    page("/invite", needs=Permission.PUBLIC)(letter_code)
    _linked_pages(house, door)


def _linked_pages(house: House, door: Door) -> None:
    """Declare the pages behind one-use links; an unknown link looks like any unknown address."""

    def behind(look: Callable[[str], Any], draw: Callable[..., None]) -> Callable[..., Any]:
        async def show(request: Request, link: str) -> Response | None:
            try:
                view = await in_thread(look, link)
            except NotFoundError:
                return instead(Response(status_code=404))
            token, flash = door.visitor_token(request), door.flash(request)
            draw(house, await in_thread(identity.door), view, token, flash, link)
            return None

        return show

    for path, show in (
        ("/invite/{link}", behind(invitations.look, door_pages.invitation_page)),
        ("/setup/{link}", behind(first_owner.look, first_owner_page)),
        ("/reset/{link}", behind(password_reset.look, door_pages.new_password_page)),
        ("/visit/{link}", behind(links.look, visit_link_page)),
    ):
        page(path, needs=Permission.PUBLIC)(show)


def _second_step_pages(house: House, door: Door) -> None:
    """Declare the pages between the password and the first page."""

    async def verify_code(request: Request) -> Response | None:
        try:
            view = await in_thread(sign_in.ticket, door.ticket(request))
        except NotFoundError:
            return instead(RedirectResponse("/sign-in", 303))
        second_step.verify_page(
            house,
            await in_thread(identity.door),
            door.visitor_token(request),
            door.flash(request),
            staff=view.is_staff,
            recovery="recovery" in request.query_params,
        )
        return None

    async def set_up(request: Request) -> Response | None:
        info = await session_of(house, request)
        if info is None or not info.needs_second_step:
            return instead(RedirectResponse("/", 303))
        actor = who(house, info, request)
        try:
            new = await in_thread(two_step.pending_or_new, actor)
        except (SignedOutError, StepUpError):
            return instead(RedirectResponse("/sign-out", 303))
        view, token = await in_thread(identity.door), door.session_token(info.id)
        second_step.set_up_page(house, view, token, door.flash(request), new)
        return None

    async def codes(request: Request) -> Response | None:
        flash = door.flash(request)
        if flash.kind != CODES:
            return instead(RedirectResponse("/", 303))
        second_step.codes_page(house, await in_thread(identity.door), flash.message.split())
        return None

    page("/sign-in/verify", needs=Permission.PUBLIC)(verify_code)
    page("/sign-in/set-up", needs=Permission.PUBLIC)(set_up)
    page("/sign-in/set-up/codes", needs=Permission.PUBLIC)(codes)


def _email_pages(house: House, door: Door) -> None:
    """Declare the pages behind the links that change an address."""

    async def email_link(request: Request, link: str) -> Response | None:
        try:
            does = await in_thread(signing_in.look_at_link, link)
        except NotFoundError:
            return instead(Response(status_code=404))
        view, token = await in_thread(identity.door), door.visitor_token(request)
        second_step.email_link_page(house, view, token, link, does)
        return None

    async def email_changed(request: Request) -> None:
        does = request.query_params.get("done", "")
        second_step.email_done_page(house, await in_thread(identity.door), does)

    page("/email/{link}", needs=Permission.PUBLIC)(email_link)
    page("/email-changed", needs=Permission.PUBLIC)(email_changed)
