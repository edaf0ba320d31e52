"""The practice console: one page, one frame, sections inside."""

from typing import Any

from fastapi import Request, Response

from portal_app import live
from portal_app.components.first_paint import first_paint
from portal_app.components.shell import Brand, ConsoleShell
from portal_app.components.shell import Section as Entry
from portal_app.pages.framework.entry import enter
from portal_app.pages.framework.idle import IdleWatch
from portal_app.pages.framework.sections import Sections
from portal_app.pages.framework.visit import House
from portal_app.pages.routing import Section
from portal_app.rules.permissions import Permission
from portal_app.security.web.forms import form_token
from portal_app.services import identity
from portal_app.services.identity import PracticeFrame
from portal_app.services.messages import practice as messages
from portal_app.services.messages.writing import INBOX_TOPIC
from portal_app.services.worker import run

NAVIGATION = (
    ("today", "Today", "list-checks", "/practice/today", Permission.PRACTICE_ENTER),
    ("inbox", "Inbox", "inbox", "/practice/inbox", Permission.PRACTICE_INBOX),
    (
        "calendar",
        "Calendar",
        "calendar-days",
        "/practice/calendar",
        Permission.PRACTICE_SCHEDULE,
    ),
    ("patients", "Patients", "users-round", "/practice/patients", Permission.PRACTICE_ROSTER),
    ("billing", "Billing", "receipt", "/practice/billing", Permission.PRACTICE_BILLING),
    ("documents", "Documents", "file-text", "/practice/documents", Permission.PRACTICE_FORMS),
    (
        "settings",
        "Settings",
        "settings",
        "/practice/settings/clinicians-and-staff",
        Permission.PRACTICE_PROFILE,
    ),
    ("account", "Account", "circle-user-round", "/practice/account", Permission.PRACTICE_ENTER),
)


async def practice_page(house: House, idle: IdleWatch, request: Request) -> Response | None:
    """Answer any address below /practice."""
    entered = await enter(house, request, "practice", _read)
    if isinstance(entered, Response):
        return entered
    visit, frame = entered.visit, entered.frame
    reads = Permission.PRACTICE_INBOX in frame.permissions
    waiting = await run(messages.waiting_count, visit.actor) if reads else 0
    entries = [
        Entry(
            label,
            href,
            icon,
            waiting if key == "inbox" else 0,
            "waiting",
            on_bar=key not in {"documents", "billing", "account"},
        )
        for key, label, icon, href, needs in NAVIGATION
        if needs in frame.permissions
    ]
    shell = ConsoleShell(
        visit.client,
        Brand(frame.practice, "Practice console", "/practice/today"),
        frame.person,
        entries,
        token=form_token(house.keyring, visit.session_id),
        find=Permission.PRACTICE_ROSTER in frame.permissions,
        on_stay=_stay,
    )
    visit.shell = shell
    hrefs = {key: href for key, _, _, href, _ in NAVIGATION}

    async def refresh() -> None:
        if visit.actor.signed_in:
            number = await run(messages.waiting_count, visit.actor)
            shell.navigation.set_unread(hrefs["inbox"], number)

    async def arrive(section: Section[Any], _: dict[str, str]) -> None:
        shell.listen(None)
        shell.navigation.set_current(hrefs[section.nav])

    if reads:
        with visit.client.layout:
            live.subscribe(INBOX_TOPIC, refresh)
    idle.watch(visit.client, shell.idle)
    shell.on_find(lambda: visit.go("/practice/patients"))
    await arrive(entered.section, {})
    Sections(visit, "practice", entered.view, arrive)
    first_paint()
    return None


def _read(actor: Any, _chart: str = "") -> PracticeFrame:
    return identity.practice_frame(actor)


def _stay() -> None:
    """Extend the session: the click itself has done it."""
