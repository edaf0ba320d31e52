"""A patient's page: who it is, and a tab for each part of the chart.

Tabs of other nouns are declared beside them, with ``TABS.tab``.
"""

from dataclasses import dataclass

from portal_app import live
from portal_app.components.avatar import avatar_html
from portal_app.components.button import Button, link_button
from portal_app.components.messages.listing import Queue, tone
from portal_app.components.panel import back_link
from portal_app.components.panel import section as heading
from portal_app.components.safe import fragment
from portal_app.components.schedule.calendar import dated_row
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.messages import QueueRow
from portal_app.data.schemas.practice import OverviewView, PatientHead
from portal_app.data.schemas.schedule import StaffVisitRow
from portal_app.pages.framework.tabbed import Tabbed, TabbedView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.demographics import details_panel
from portal_app.pages.practice.invite import invite_button
from portal_app.pages.practice.new_visit import NewVisit
from portal_app.pages.practice.see_as import see_as_button
from portal_app.pages.routing import section
from portal_app.rules.names import initials
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security.actor import Actor
from portal_app.services import practice
from portal_app.services.schedule import clinician_time
from portal_app.services.worker import run

ORDER = (
    "overview",
    "messages",
    "visits",
    "documents",
    "instructions",
    "records",
    "billing",
    "access",
)
TABS = Tabbed("Parts of the chart", Permission.PRACTICE_ROSTER, ORDER)


@dataclass(frozen=True)
class PatientPage:
    """Who it is, and the open tab."""

    head: PatientHead
    tabs: TabbedView


def load(actor: Actor, chart: str, tab: str = "") -> PatientPage:
    """Read the head of the page and the tab that was asked for."""
    return PatientPage(practice.patient_head(actor, chart), TABS.load(actor, chart, tab))


@section(
    "practice",
    "/patients/{chart}",
    needs=Permission.PRACTICE_ROSTER,
    title="Patient",
    nav="patients",
    load=load,
    query=("tab",),
)
def patient_page(visit: Visit, view: PatientPage) -> None:
    """Show who it is and the tabs of what the person may do here."""
    patient = view.head.row
    with Tag("div", "lw-page"):
        back_link("Patients", "/practice/patients")
        with Tag("div", "lw-page-h lw-between"):
            with Tag("div", "lw-who"):
                Tag("span", html=avatar_html(initials(patient.name), tone(patient.name), "lg"))
                with Tag("div"):
                    h1(patient.name)
                    born = patient.birth_date
                    words = f"Born {born:%B} {born.day}, {born.year}. " if born else ""
                    Tag("p", "lw-lead", f"{words}Chart of {patient.clinician}.")
            with Tag("div", "lw-wrap lw-act1"):
                invite_button(visit, patient.chart)
                see_as_button(visit, patient.chart, view.head.seen_as)
                if view.head.may_write:
                    link_button(
                        "Message", f"/practice/patients/{patient.chart}/message", icon="pen-line"
                    )
                if view.head.may_plan:
                    new = Button("New visit", kind="sec", icon="calendar-plus", repeatable=True)
                    booking = NewVisit(visit, patient.chart, patient.name)
                    new.on_click(lambda: booking.open(visit.wall.today))
        TABS.draw(visit, view.tabs, f"/practice/patients/{patient.chart}")


@TABS.tab("overview", "Overview", needs=Permission.PRACTICE_ROSTER, load=practice.overview)
def overview_tab(visit: Visit, view: OverviewView) -> None:
    """Show the next visits, whom to call, and who has a sign-in."""
    with Tag("div", "lw-cols"):
        with Tag("div", "lw-col"):
            if view.visits is not None:
                with heading("Visits"):
                    _live_visits(visit, view.visits)
            if view.messages is not None:
                with heading("Messages"):
                    _threads(visit, view.messages)
        with Tag("div", "lw-col"):
            if view.details is not None:
                details_panel(visit, view.details)
            with heading("Emergency contacts"):
                _lines(view.contacts, "Nobody is on file.")
            with heading("Portal access"):
                _lines(view.people, "Nobody has a sign-in for this person yet.")


@TABS.tab("messages", "Messages", needs=Permission.PRACTICE_INBOX, load=practice.conversations)
def messages_tab(visit: Visit, view: tuple[QueueRow, ...]) -> None:
    """List the conversations of the chart."""
    _threads(visit, view)


@TABS.tab("visits", "Visits", needs=Permission.PRACTICE_SCHEDULE, load=practice.visits)
def visits_tab(visit: Visit, view: tuple[StaffVisitRow, ...]) -> None:
    """List the visits of the chart."""
    _live_visits(visit, view)


def _threads(visit: Visit, rows: tuple[QueueRow, ...]) -> None:
    if rows:
        queue = Queue("Messages", lambda t: f"/practice/inbox/{t}")
        queue.fill(rows, visit.wall)
    else:
        Tag("p", "lw-soft", "No conversations yet.")


def _live_visits(visit: Visit, rows: tuple[StaffVisitRow, ...]) -> None:
    box = Tag("div")
    _visits(box, rows, visit.wall)
    chart, most = visit.chart, len(rows)

    async def refresh() -> None:
        newer = await run(practice.visits, visit.actor, chart)
        _visits(box, newer[: max(most, practice.RECENT)], visit.wall)

    with box:
        live.subscribe(clinician_time.visits_topic(chart), refresh)


def _visits(box: Tag, rows: tuple[StaffVisitRow, ...], wall: Wall) -> None:
    if rows:
        box.set_html(fragment("ul", "lw-panel", *(dated_row(v, wall) for v in rows)))
    else:
        box.set_html(fragment("p", "lw-soft", "No visits yet."))


def _lines(lines: tuple[str, ...], none: str) -> None:
    if not lines:
        Tag("p", "lw-soft", none)
        return
    with Tag("ul", "lw-panel"):
        for line in lines:
            with Tag("li", "lw-row"):
                Tag("span", "lw-grow", line)
