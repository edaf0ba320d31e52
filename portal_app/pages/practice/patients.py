"""The roster, and a patient's page."""

from portal_app import live
from portal_app.components.avatar import avatar_html
from portal_app.components.badge import chip_html
from portal_app.components.button import Button, link_button
from portal_app.components.messages.listing import Queue, tone
from portal_app.components.panel import row
from portal_app.components.panel import section as heading
from portal_app.components.safe import Safe, fragment
from portal_app.components.schedule.calendar import dated_row
from portal_app.components.shell import ConsoleShell
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.practice import PatientRow, PatientView, RosterView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.new_visit import NewVisit
from portal_app.pages.routing import section
from portal_app.rules.names import initials
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.services import practice
from portal_app.services.schedule import clinician_time
from portal_app.services.worker import run

VISITS = 12


@section(
    "practice",
    "/patients",
    needs=Permission.PRACTICE_ROSTER,
    title="Patients",
    nav="patients",
    load=practice.roster,
)
def roster_page(visit: Visit, view: RosterView) -> None:
    """List the patients; the search in the top bar narrows the list."""
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"):
            h1("Patients")
        rows = Tag("div")
        words = Tag("p", "lw-soft", role="status")

    def show(found: RosterView) -> None:
        rows.clear()
        with rows:
            if found.rows:
                with Tag("ul", "lw-panel"):
                    for patient in found.rows:
                        _row(patient)
            else:
                empty("Nobody found.", "Check the spelling, or type less of the name.", "search")
        words.set_text("Type a name to find the others." if found.more else "")

    async def narrow(text: str) -> None:
        show(await run(practice.roster, visit.actor, text))

    show(view)
    shell = visit.shell
    if isinstance(shell, ConsoleShell):
        shell.listen(narrow)


def _row(patient: PatientRow) -> None:
    born = (
        f"Born {patient.birth_date:%B} {patient.birth_date.day}, {patient.birth_date.year}"
        if patient.birth_date
        else "Birth date not known"
    )
    aside = Safe()
    if patient.status != "active":
        aside = chip_html(patient.status.capitalize(), "warn")
    elif patient.is_test:
        aside = chip_html("Test", "info")
    row(
        patient.name,
        f"/practice/patients/{patient.chart}",
        f"{born}. {patient.clinician}",
        lead=avatar_html(initials(patient.name), tone(patient.name)),
        aside=aside,
    )


@section(
    "practice",
    "/patients/{chart}",
    needs=Permission.PRACTICE_ROSTER,
    title="Patient",
    nav="patients",
    load=practice.patient,
)
def patient_page(visit: Visit, view: PatientView) -> None:
    """Show who it is, whom to call, who has a sign-in, and the conversations."""
    patient = view.row
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"), Tag("div"):
            h1(patient.name)
            born = patient.birth_date
            words = f"Born {born:%B} {born.day}, {born.year}. " if born else ""
            Tag("p", "lw-lead", f"{words}Chart of {patient.clinician}.")
            with Tag("div", "lw-wrap lw-act1"):
                if view.may_write:
                    link_button(
                        "Message", f"/practice/patients/{patient.chart}/message", icon="pen-line"
                    )
                if view.may_plan:
                    new = Button("New visit", kind="sec", icon="calendar-plus", repeatable=True)
        with Tag("div", "lw-cols"):
            with Tag("div", "lw-col"):
                if view.visits is not None:
                    with heading("Visits"):
                        listed = Tag("div")
                    _visits(listed, view, visit.wall)
                with heading("Messages"):
                    if view.messages:
                        queue = Queue("Messages", lambda t: f"/practice/inbox/{t}")
                        queue.fill(view.messages, visit.wall)
                    else:
                        Tag("p", "lw-soft", "No conversations yet.")
            with Tag("div", "lw-col"):
                with heading("Emergency contacts"):
                    _lines(view.contacts, "Nobody is on file.")
                with heading("Portal access"):
                    _lines(view.people, "Nobody has a sign-in for this person yet.")
    if view.visits is None:
        return

    async def refresh() -> None:
        _visits(listed, await run(practice.patient, visit.actor, patient.chart), visit.wall)

    live.subscribe(clinician_time.visits_topic(patient.chart), refresh)
    if view.may_plan:
        booking = NewVisit(visit, patient.chart, patient.name)
        new.on_click(lambda: booking.open(visit.wall.today))


def _visits(box: Tag, view: PatientView, wall: Wall) -> None:
    shown = view.visits or ()
    if shown:
        box.set_html(fragment("ul", "lw-panel", *(dated_row(v, wall) for v in shown[:VISITS])))
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
