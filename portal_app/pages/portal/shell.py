"""The patient's portal: one page, one frame, sections inside."""

import asyncio
from typing import Any

from fastapi import Request, Response
from nicegui import ui

from portal_app import live
from portal_app.components.avatar import TONES
from portal_app.components.first_paint import first_paint
from portal_app.components.shell import Brand, Choice, Help, PortalShell, Viewing
from portal_app.components.shell import Section as Entry
from portal_app.pages.framework.entry import enter, instead
from portal_app.pages.framework.idle import IdleWatch
from portal_app.pages.framework.sections import Sections
from portal_app.pages.framework.visit import House, Visit
from portal_app.pages.routing import Section, action
from portal_app.rules.errors import NotFoundError
from portal_app.rules.names import possessive
from portal_app.rules.permissions import Permission
from portal_app.security.web.forms import form_token
from portal_app.services import identity
from portal_app.services.documents import filling
from portal_app.services.documents.shared import topic as documents_topic
from portal_app.services.family import seeing
from portal_app.services.identity import ChartChoice, PortalFrame
from portal_app.services.messages import patient as messages
from portal_app.services.messages.writing import chart_topic
from portal_app.services.worker import run

STOP = action(seeing.stop, needs=Permission.PRACTICE_ROSTER)
GONE = "document.getElementById('app').style.display='none';location.replace('/')"
"""The page is emptied before it leaves: what is out of reach must not stay on the screen."""
DEMOGRAPHICS = frozenset({Permission.DEMOGRAPHICS_EDIT, Permission.RECORDS_VIEW})
"""Either of them opens the section: each has a tab of its own."""
NAVIGATION: tuple[tuple[str, str, str, Permission | frozenset[Permission], bool], ...] = (
    ("home", "Home", "house", Permission.HOME, True),
    ("messages", "Messages", "mail", Permission.MESSAGES_READ, True),
    ("schedule", "Schedule", "calendar", Permission.SCHEDULE_VIEW, True),
    ("demographics", "Demographic info", "contact-round", DEMOGRAPHICS, False),
    ("billing", "Billing", "credit-card", Permission.BILLING_VIEW, True),
    ("documents", "Documents", "file-text", Permission.DOCUMENTS_FILL, False),
    (
        "instructions",
        "Clinician’s instructions",
        "clipboard-list",
        Permission.INSTRUCTIONS_VIEW,
        False,
    ),
    ("account", "Account", "circle-user-round", Permission.HOME, False),
)
"""Key, words, icon, what it needs (one of them), whether it stands in the bar of a phone."""

RELATIONS = {
    "self": "You",
    "parent": "Your child",
    "child": "Your parent",
    "guardian": "You are the guardian",
    "spouse": "Your partner",
}
BILLING_ONLY = frozenset(
    {
        Permission.HOME,
        Permission.BILLING_VIEW,
        Permission.BILLING_PAY,
        Permission.BILLING_CARDS,
        Permission.BILLING_SUPERBILL,
    }
)


async def portal_page(house: House, idle: IdleWatch, request: Request) -> Response | None:
    """Answer any address below /portal."""
    entered = await enter(house, request, "portal", _read)
    if isinstance(entered, Response):
        return entered
    frame: PortalFrame = entered.frame
    if _hidden(frame, entered.section):
        return instead(Response(status_code=404))
    actor = entered.visit.actor
    unread, waiting = await asyncio.gather(
        run(messages.unread_by_chart, actor), run(_waiting, actor, frame)
    )
    portal = Portal(entered.visit, frame, unread, waiting)
    idle.watch(entered.visit.client, portal.shell.idle)
    portal.mark(entered.section)
    portal.sections = Sections(entered.visit, "portal", entered.view, portal.enter)
    first_paint()
    return None


def _read(actor: Any, chart: str = "") -> PortalFrame:
    return identity.portal_frame(actor, chart)


def _waiting(actor: Any, frame: PortalFrame) -> int:
    """Count the documents that wait on the open chart."""
    if Permission.DOCUMENTS_FILL not in frame.permissions:
        return 0
    return filling.waiting(actor, frame.current.chart)


class Portal:
    """The frame of one open portal page."""

    def __init__(
        self, visit: Visit, frame: PortalFrame, unread: dict[str, int], waiting: int
    ) -> None:
        """Draw the frame."""
        self._visit, self._frame, self._unread, self._waiting = visit, frame, unread, waiting
        self.sections: Sections | None = None
        self._nav = "home"
        brand = Brand(frame.practice, frame.practice_second_line, self._address("home"))
        help_words = Help(
            frame.crisis_line,
            frame.emergency_number,
            frame.current.clinician_short,
            frame.phone,
            frame.hours,
        )
        self.shell = PortalShell(
            visit.client,
            brand,
            help_words,
            token=form_token(visit.house.keyring, visit.session_id),
            on_stay=_stay,
            on_leave=self._leave,
        )
        visit.shell = self.shell
        visit.refresh_badges = self.refresh
        self._show()
        with visit.client.layout:
            for choice in frame.choices:
                live.subscribe(chart_topic(choice.chart), self.refresh)
                live.subscribe(documents_topic(choice.chart), self.refresh)
            for topic in frame.topics:
                live.subscribe(topic, self.follow)

    def _address(self, key: str, chart: str = "") -> str:
        return f"/portal/{chart or self._frame.current.chart}/{key}"

    def _show(self) -> None:
        current = self._frame.current
        entries = [
            Entry(
                label,
                self._address(key),
                icon,
                self._number(key),
                "to do" if key == "documents" else "unread",
                on_bar=bar,
            )
            for key, label, icon, needs, bar in NAVIGATION
            if _either(needs) & current.permissions
            if key != "account" or not self._frame.seen_as
        ]
        people = self._people()
        tone = next((person.tone for person in people if person.current), 1)
        others = (
            None
            if current.is_own or self._frame.seen_as
            else Viewing(current.first_name, current.initials, tone)
        )
        own = next((c.chart for c in self._frame.choices if c.is_own), current.chart)
        self.shell.show(
            entries,
            people,
            self._clinicians(),
            home=self._address("home"),
            viewing=others,
            own=self._address("home", own),
        )

        self.shell.show_practice(_practice_words(self._frame))

    async def _leave(self) -> None:
        chart = self._frame.current.chart
        if self._frame.seen_as:
            await self._visit.attempt(STOP(self._visit.actor, chart), lambda _: None)
        self._visit.go(f"/practice/patients/{chart}")

    def _number(self, key: str) -> int:
        if key == "documents":
            return self._waiting
        return self._unread.get(self._frame.current.chart, 0) if key == "messages" else 0

    def _people(self) -> list[Choice]:
        found: dict[tuple[str, str], list[ChartChoice]] = {}
        for choice in self._frame.choices:
            found.setdefault((choice.patient, choice.relationship), []).append(choice)
        current = self._frame.current
        return [
            Choice(
                label=charts[0].patient,
                href=self._address("home", (current if current in charts else charts[0]).chart),
                detail=_detail(charts[0]),
                initials=charts[0].initials,
                tone=number % TONES + 1,
                unread=sum(self._unread.get(c.chart, 0) for c in charts),
                current=current in charts,
            )
            for number, charts in enumerate(found.values())
        ]

    def _clinicians(self) -> list[Choice]:
        current = self._frame.current
        return [
            Choice(
                label=c.clinician,
                href=self._address("home", c.chart),
                unread=self._unread.get(c.chart, 0),
                current=c.chart == current.chart,
            )
            for c in self._frame.choices
            if (c.patient, c.relationship) == (current.patient, current.relationship)
        ]

    async def enter(self, section: Section[Any], params: dict[str, str]) -> None:
        """Bring the frame along before a later section is drawn."""
        if params["chart"] != self._frame.current.chart:
            actor = self._visit.actor
            self._frame = await run(identity.portal_frame, actor, params["chart"])
            self._unread = await run(messages.unread_by_chart, actor)
            self._waiting = await run(_waiting, actor, self._frame)
            self._show()
        if _hidden(self._frame, section):
            raise NotFoundError
        self.mark(section)

    def mark(self, section: Section[Any]) -> None:
        """Mark the open section in the navigation."""
        self._nav = section.nav
        self.shell.navigation.set_current(self._address(section.nav))

    async def follow(self) -> None:
        """Somebody's access has changed: show what is left of this page, or leave it."""
        visit, before = self._visit, self._frame
        if not visit.actor.signed_in:
            return
        try:
            self._frame = await run(identity.portal_frame, visit.actor, before.current.chart)
        except NotFoundError:
            with visit.client:
                ui.run_javascript(GONE)
            return
        if self._frame == before:
            return
        visit.permissions = self._frame.permissions
        self._show()
        self.shell.navigation.set_current(self._address(self._nav))
        if self.sections and self._frame.permissions != before.permissions:
            self.sections.draw_again()
        await self.refresh()

    async def refresh(self) -> None:
        """Read the unread counts again and show them where they stand."""
        actor = self._visit.actor
        if not actor.signed_in:
            return
        self._unread = await run(messages.unread_by_chart, actor)
        self._waiting = await run(_waiting, actor, self._frame)
        for key in ("messages", "documents"):
            self.shell.navigation.set_unread(self._address(key), self._number(key))
        self.shell.set_choices(self._people(), self._clinicians())


def _either(needs: Permission | frozenset[Permission]) -> frozenset[Permission]:
    return needs if isinstance(needs, frozenset) else frozenset({needs})


def _detail(choice: ChartChoice) -> str:
    words = RELATIONS.get(choice.relationship, choice.relationship.capitalize())
    if not choice.is_own and choice.permissions <= BILLING_ONLY:
        words += ". Billing only"
    return words


def _hidden(frame: PortalFrame, section: Section[Any]) -> bool:
    """Whether a section is about the sign-in of the one who looks, and not about the portal."""
    return bool(frame.seen_as) and section.nav == "account"


def _practice_words(frame: PortalFrame) -> str:
    current = frame.current
    if frame.seen_as:
        return (
            f"You see {possessive(current.patient)} portal as {frame.seen_as} sees it. "
            "Nothing can be changed here."
        )
    return "This is a test patient. Try whatever you like." if current.is_test else ""


def _stay() -> None:
    """Extend the session: the click itself has done it."""
