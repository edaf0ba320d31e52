"""Puts the application together; the only package that knows everything."""

import asyncio
import logging
import os
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import nicegui
from fastapi import Request, Response
from nicegui import app, background_tasks, core, ui

from portal_app import live
from portal_app.app import before
from portal_app.app import sections as _sections  # noqa: F401 - declares them
from portal_app.app.ticks import ticks_of
from portal_app.components import styles
from portal_app.components.first_paint import first_paint
from portal_app.config import Settings
from portal_app.integrations import pdf
from portal_app.integrations.mail import Catcher
from portal_app.integrations.oidc import Client, Provider
from portal_app.integrations.stripe import Stripe
from portal_app.integrations.stripe_sandbox import PREFIX, Deliveries, State
from portal_app.integrations.stripe_sandbox import router as sandbox_router
from portal_app.jobs.scheduler import Jobs
from portal_app.pages.framework import shims
from portal_app.pages.framework.clients import Clients, Owner
from portal_app.pages.framework.idle import IdleWatch
from portal_app.pages.framework.socket_guard import SocketGuard
from portal_app.pages.framework.visit import House
from portal_app.pages.portal.shell import portal_page
from portal_app.pages.practice.shell import practice_page
from portal_app.pages.public.components import components_page
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
from portal_app.routes.second_step import SecondStep
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
    profile,
    worker,
)
from portal_app.services.billing import gateway
from portal_app.services.foundation import Foundation
from portal_app.services.schedule import ticks as schedule_ticks
from portal_app.services.worker import run as in_thread

log = logging.getLogger("portal_app")
ASSETS = Path(__file__).parent.parent / "assets"
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
    jobs = Jobs(ticks_of(foundation, sessions, catcher, public_url))
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
    before.declare(house, door)
    if house.demo:
        page("/demo/components", needs=Permission.PUBLIC)(partial(_kit, house))
    for declared in REGISTRY.pages:
        ui.page(declared.path)(declared.draw)  # noqa: TID251 - the one place


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
