"""The roster."""

from portal_app.components.avatar import avatar_html
from portal_app.components.badge import chip_html
from portal_app.components.button import Button
from portal_app.components.messages.listing import tone
from portal_app.components.panel import row
from portal_app.components.safe import Safe
from portal_app.components.shell import ConsoleShell
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.practice import PatientRow, RosterView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.new_patient import NewPatient
from portal_app.pages.practice.roster_views import roster_views
from portal_app.pages.routing import action, section
from portal_app.rules.names import initials
from portal_app.rules.permissions import Permission
from portal_app.services import practice
from portal_app.services.family import testing
from portal_app.services.roster import adding
from portal_app.services.worker import run

TEST = action(testing.create, needs=Permission.PRACTICE_DEMOGRAPHICS)


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
        roster_views(visit, "")
        with Tag("div", "lw-page-h lw-between"):
            h1("Patients")
            with Tag("div", "lw-act"):
                if adding.NEEDS in visit.permissions:
                    new = NewPatient(visit)
                    Button("New patient", new.open, icon="plus", repeatable=True)
                if view.may_create:
                    test = Button("Create test patient", kind="sec", icon="user-round-plus")
                    test.on_click(lambda: _create_test(visit, test))
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


async def _create_test(visit: Visit, button: Button) -> None:
    """Make a test patient and open her portal."""
    with button.busy("Creating"):
        done, chart = await visit.attempt(TEST(visit.actor), lambda error: visit.say(error.message))
    if done:
        visit.go(f"/portal/{chart}/home")


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
