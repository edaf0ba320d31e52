"""Puts the application together; the only module that knows everything."""

import asyncio
import logging
import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nicegui
from fastapi import Request, Response
from fastapi.responses import RedirectResponse
from nicegui import app, background_tasks, core, ui

from portal_app import live
from portal_app.components import styles
from portal_app.components.first_paint import first_paint
from portal_app.config import Settings
from portal_app.integrations import pdf
from portal_app.integrations.mail import Catcher, Sender, Smtp
from portal_app.integrations.oidc import Client, Provider
from portal_app.integrations.stripe import Stripe
from portal_app.integrations.stripe_sandbox import PREFIX, Deliveries, State
from portal_app.integrations.stripe_sandbox import router as sandbox_router
from portal_app.jobs.scheduler import Jobs
from portal_app.pages.framework import shims
from portal_app.pages.framework.clients import Clients, Owner
from portal_app.pages.framework.entry import instead, session_of, who
from portal_app.pages.framework.idle import IdleWatch
from portal_app.pages.framework.socket_guard import SocketGuard
from portal_app.pages.framework.visit import House
from portal_app.pages.portal import account as _account  # noqa: F401
from portal_app.pages.portal import billing as _billing  # noqa: F401
from portal_app.pages.portal import billing_cards as _billing_cards  # noqa: F401
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
from portal_app.pages.portal.shell import portal_page
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
from portal_app.pages.practice.shell import practice_page
from portal_app.pages.public import door as door_pages
from portal_app.pages.public import second_step
from portal_app.pages.public.components import components_page
from portal_app.pages.public.first_owner import first_owner_page
from portal_app.pages.public.verify import verify_page
from portal_app.pages.public.visit_link import visit_link_page
from portal_app.pages.routing import REGISTRY, page
from portal_app.routes import forms as form_files
from portal_app.routes import operations, scores, uploads, verify, visit_links
from portal_app.routes.backups import Backups
from portal_app.routes.calendars import Calendars
from portal_app.routes.door import Door
from portal_app.routes.files import RECORD_UPLOADS, UPLOAD_MOST, UPLOADS, Files
from portal_app.routes.first_owner import FirstOwner
from portal_app.routes.oidc import CALLBACK, Oidc
from portal_app.routes.patient_lists import LIST_UPLOADS, Lists
from portal_app.routes.payments import EVENT_MOST, WEBHOOK, Payments
from portal_app.routes.pdf import Pdfs
from portal_app.routes.second_step import CODES, SecondStep
from portal_app.rules.errors import NotFoundError, SignedOutError, StepUpError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.passwords import warm_up
from portal_app.security.sessions import Sessions
from portal_app.security.web.head import Head, HeadMiddleware
from portal_app.security.web.outermost import Outermost, Policy
from portal_app.security.web.session_gate import cookie_name
from portal_app.security.web.static_cache import StaticCache, compressed_pages
from portal_app.services import (
    demo_payments,
    files,
    identity,
    invitations,
    outbox,
    password_reset,
    profile,
    sign_in,
    worker,
)
from portal_app.services.account import signing_in, two_step
from portal_app.services.billing import cards, gateway, payments, reconciling, refunds
from portal_app.services.documents import occasions
from portal_app.services.family import seeing
from portal_app.services.family.endings import Endings
from portal_app.services.foundation import Foundation
from portal_app.services.records import exports as record_exports
from portal_app.services.records.due import Releases, sweep_uploads
from portal_app.services.schedule import links
from portal_app.services.schedule import ticks as schedule_ticks
from portal_app.services.upkeep import backup, first_owner, retention
from portal_app.services.worker import run as in_thread

log = logging.getLogger("portal_app")
ASSETS = Path(__file__).parent / "assets"
RECONNECT = 45.0
SOCKET_MOST = 1024 * 1024


@dataclass(frozen=True)
class Served:
    """What has been put together."""

    house: House
    jobs: Jobs
    options: dict[str, Any]


def create(foundation: Foundation, *, host: str, port: int, demo: bool) -> Served:
    """Build shell, routes, pages and jobs; returns the options for ``ui.run``."""
    settings = foundation.settings
    public_url = settings.public_url or f"http://localhost:{port}"
    sessions = Sessions(worker.pool)
    clients = Clients()
    house = House(
        sessions=sessions,
        clients=clients,
        keyring=foundation.keyring,
        store=foundation.store,
        public_url=public_url,
        secure=settings.secure,
        demo=demo,
    )
    catcher = Catcher(settings.data_dir / "mail") if demo else None
    jobs = Jobs(_ticks(foundation, sessions, catcher, public_url))
    elsewhere = (settings.oidc_name or "your practice’s account") if settings.oidc else ""
    door = Door(
        sessions, foundation.keyring, public_url, secure=settings.secure, elsewhere=elsewhere
    )
    idle = IdleWatch(house)

    _shell(house, settings.proxies, local=demo or not settings.public_url)
    app.include_router(door.router)
    second = SecondStep(door, sessions, public_url=public_url, secure=settings.secure)
    app.include_router(second.router)
    app.include_router(
        Oidc(door, sessions, _provider(settings, public_url), secure=settings.secure).router
    )
    app.include_router(FirstOwner(door, sessions).router)
    app.include_router(visit_links.router(door, public_url))
    app.include_router(verify.router())
    app.include_router(Files(sessions, foundation.store, secure=settings.secure).router)
    app.include_router(uploads.Uploads(sessions, foundation.store, secure=settings.secure).router)
    app.include_router(form_files.Forms(sessions, secure=settings.secure).router)
    app.include_router(scores.Scores(sessions, secure=settings.secure).router)
    app.include_router(Lists(sessions, secure=settings.secure).router)
    app.include_router(Calendars(sessions, secure=settings.secure).router)
    app.include_router(Pdfs(sessions, secure=settings.secure, public_url=public_url).router)
    app.include_router(Backups(sessions, secure=settings.secure).router)
    app.include_router(Payments(sessions, secure=settings.secure).router)
    sandbox = _cards(settings, host, port, public_url, demo=demo)
    app.include_router(operations.router(jobs.late, catcher))
    app.add_static_files("/assets", ASSETS)
    _pages(house, idle, door)
    _life(house, idle, jobs, sandbox)
    options = {
        "host": host,
        "port": port,
        "title": "Patient portal",
        "favicon": ASSETS / "favicon.svg",
        "language": "en-US",
        "dark": None,
        "tailwind": False,
        "reload": False,
        "show": False,
        "show_welcome_message": False,
        "storage_secret": foundation.keyring.others["storage"].hex(),
        "binding_refresh_interval": None,
        "reconnect_timeout": RECONNECT,
        "gzip_middleware_factory": compressed_pages,
        "session_middleware_kwargs": {
            "session_cookie": "latchwell-frame",
            "https_only": settings.secure,
            "max_age": None,
        },
        "access_log": False,
        "uvicorn_logging_level": "warning",
        "server_header": False,
        "proxy_headers": False,  # the outermost layer decides whom to believe
        "ws_max_size": SOCKET_MOST,
        "timeout_graceful_shutdown": 2,
    }
    return Served(house, jobs, options)


def _provider(settings: Settings, public_url: str) -> Provider | None:
    """Know the practice's identity provider, where there is one."""
    if not settings.oidc:
        return None
    return Provider(
        Client(
            issuer=settings.oidc_issuer,
            client_id=settings.oidc_client_id,
            client_secret=settings.oidc_client_secret,
            redirect=f"{public_url}{CALLBACK}",
        )
    )


def _ticks(
    foundation: Foundation, sessions: Sessions, catcher: Catcher | None, public_url: str
) -> dict[str, tuple[float, Callable[[], object]]]:
    settings = foundation.settings
    sender: Sender | None = catcher
    if settings.smtp_url:
        sender = Smtp(settings.smtp_url, settings.mail_from)
    ticks: dict[str, tuple[float, Callable[[], object]]] = {
        "sessions": (5.0, sessions.end_expired),
        "requests": (60.0, partial(schedule_ticks.expire_requests, public_url)),
        "documents": (60.0, partial(occasions.tick, public_url)),
        "access": (30.0, Endings(public_url).tick),
        "portal views": (300.0, seeing.sweep),
        "resets": (2.0, partial(password_reset.send_asked, public_url)),
        "holds": (5.0, schedule_ticks.sweep_holds),
        "card payments": (10.0, payments.sweep),
        "cards": (15.0, cards.sweep),
        "card refunds": (15.0, refunds.sweep),
        "card check": (6 * 3600.0, reconciling.check),
        "record exports": (60.0, record_exports.end_old),
        "files": (3600.0, partial(files.sweep_orphans, foundation.store)),
        "uploads": (3600.0, sweep_uploads),
        "records": (2.0, Releases(public_url).tell),
    }
    ticks["retention"] = (3600.0, retention.let_go)
    if not catcher:
        ticks["backup"] = (600.0, partial(backup.nightly, settings))
    if sender:
        ticks["mail"] = (5.0, partial(outbox.deliver, sender))
    return ticks


def _shell(house: House, proxies: tuple[str, ...], *, local: bool) -> None:
    """Put the web shell around everything that NiceGUI serves."""
    policy = Policy(
        public_url=house.public_url,
        local=local,
        proxies=proxies,
        uploads=(
            *((prefix, UPLOAD_MOST) for prefix in UPLOADS),
            RECORD_UPLOADS,
            LIST_UPLOADS,
            (verify.PATH, verify.UPLOAD_MOST),
            (WEBHOOK, EVENT_MOST),
            (form_files.PREFIX, form_files.MOST),
            (uploads.PREFIX, uploads.MOST),
        ),
        secure=house.secure,
    )
    build = app.build_middleware_stack
    files = (f"/_nicegui/{nicegui.__version__}/", "/assets/")
    app.build_middleware_stack = lambda: Outermost(  # type: ignore[method-assign]
        StaticCache(build(), files), policy
    )
    head = Head(styles.stylesheet(), styles.script(), styles.preloaded_fonts(), profile.sheet)
    app.add_middleware(HeadMiddleware, head=head)
    shims.remember_signatures()
    shims.wake_on_first_connect()
    shims.quiet_defaults()
    app._exception_handlers.clear()  # noqa: SLF001 - the stock one writes the text of errors
    for kind in (404, Exception):  # the stock ones build a page that the outermost layer discards
        app.exception_handlers.pop(kind, None)
    app.on_exception(_note_error)
    app.on_page_exception(_note_error)
    core.sio.eio.cors_allowed_origins = None  # the outermost layer has looked already
    core.sio.eio.transports = ["websocket"]
    app.config.socket_io_js_transports = ["websocket"]
    guard = SocketGuard(house.sessions, house.clients, cookie_name(secure=house.secure))
    guard.install()


def _note_error(error: Exception) -> None:
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "?"
    # never the text: it may hold what a person has written
    log.error("%s at %s", type(error).__name__, place.rsplit("/", 2)[-1])
    if os.environ.get("PORTAL_LOG_LEVEL") == "DEBUG":
        log.error("details", exc_info=error)


def _pages(house: House, idle: IdleWatch, door: Door) -> None:
    """Declare the pages that need the house, and mount them all."""

    async def portal(request: Request) -> Response | None:
        return await portal_page(house, idle, request)

    async def practice(request: Request) -> Response | None:
        return await practice_page(house, idle, request)

    page("/portal", needs=Permission.HOME)(portal)
    page("/portal/{_:path}", needs=Permission.HOME)(portal)
    page("/practice", needs=Permission.PRACTICE_ENTER)(practice)
    page("/practice/{_:path}", needs=Permission.PRACTICE_ENTER)(practice)
    _public_pages(house, door)
    if house.demo:
        page("/demo/components", needs=Permission.PUBLIC)(partial(_kit, house))
    for declared in REGISTRY.pages:
        ui.page(declared.path)(declared.draw)  # noqa: TID251 - the one place


def _public_pages(house: House, door: Door) -> None:
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


def _kit(house: House) -> None:
    client = ui.context.client
    client.title = "Component kit"
    house.clients.own(client, Owner())
    components_page()
    first_paint()


def _cards(
    settings: Settings, host: str, port: int, public_url: str, *, demo: bool
) -> Deliveries | None:
    """Name the account at Stripe: the practice's own, or in the demo one on this machine."""
    key, sandbox = settings.stripe_secret_key, None
    if key:
        account = Stripe(key, settings.stripe_webhook_secret, settings.stripe_api_base)
        gateway.use(account, public_url)
    elif demo:
        state = State(settings.data_dir / demo_payments.FILE)
        here = "127.0.0.1" if host in {"0.0.0.0", "localhost"} else host  # noqa: S104 - compared
        base = settings.stripe_api_base or f"http://{here}:{port}{PREFIX}"
        gateway.use(Stripe(state.api_key, state.webhook_secret, base, sandbox=True), public_url)
        app.include_router(sandbox_router(state, public_url))
        sandbox = Deliveries(state, here, port)
    else:
        gateway.use(None, public_url)
    return sandbox


def _life(house: House, idle: IdleWatch, jobs: Jobs, sandbox: Deliveries | None) -> None:
    """Say what begins and ends with the server."""

    def ended(session_id: str) -> None:
        if core.loop and not core.loop.is_closed():
            core.loop.call_soon_threadsafe(house.clients.kick, session_id)

    async def begin() -> None:
        house.sessions.on_end(ended)
        access.on_commit(live.publish)
        await in_thread(warm_up)
        await in_thread(profile.read_colour)
        moved, stuck = await in_thread(schedule_ticks.follow_zones)
        if moved or stuck:
            log.warning("time zone rules have changed: %d visits follow, %d can’t", moved, stuck)
        background_tasks.create(idle.run(), name="idle watch")
        if "NICEGUI_USER_SIMULATION" not in os.environ:
            await asyncio.get_running_loop().run_in_executor(None, jobs.start)
            if sandbox is not None:
                sandbox.start()
            pdf.warm()

    app.on_disconnect(live.away)
    app.on_connect(live.catch_up)
    app.on_startup(begin)
    app.on_shutdown(jobs.stop)
    if sandbox is not None:
        app.on_shutdown(sandbox.stop)
    app.on_shutdown(pdf.stop)


def run(foundation: Foundation, host: str, port: int, *, demo: bool) -> None:
    """Serve until Ctrl-C."""
    ui.run(**create(foundation, host=host, port=port, demo=demo).options)
