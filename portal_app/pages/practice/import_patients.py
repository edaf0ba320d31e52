"""Patients, Import: a client list from another program, with a look before and an undo after."""

from portal_app.components.button import Button, link_button
from portal_app.components.controls import CheckControl, SelectControl
from portal_app.components.dialog import confirm
from portal_app.components.field import Field
from portal_app.components.note import note
from portal_app.components.panel import back_link, panel, row
from portal_app.components.panel import section as heading
from portal_app.components.records_desk.choice import FileChoice
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1, paragraph
from portal_app.data.schemas.roster import ImportRow, ImportView, RowView
from portal_app.integrations.client_list import WORDS
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.roster_views import roster_views
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.services.roster import desk
from portal_app.services.worker import run

PLAN = action(desk.save_plan, needs=desk.NEEDS)
IMPORT = action(desk.run_import, needs=desk.NEEDS)
UNDO = action(desk.undo, needs=desk.NEEDS)
DISCARD = action(desk.discard, needs=desk.NEEDS)
HOME = "/practice/patients/import"
OUTCOMES = {
    "add": "Will be added",
    "duplicate": "There already",
    "ask": "Look at it",
    "reject": "Can’t be added",
    "skip": "Empty",
}
AFTER = OUTCOMES | {"add": "Added", "ask": "Not added", "undone": "Taken back"}
STATES = {"draft": "Not imported yet", "done": "Imported", "undone": "Undone"}


@section(
    "practice",
    "/patients/import",
    needs=desk.NEEDS,
    title="Import patients",
    nav="patients",
    load=desk.history,
)
def imports_page(visit: Visit, view: tuple[ImportRow, ...]) -> None:
    """Take a file, and list those before."""

    async def sent() -> None:
        newest = await run(desk.history, visit.actor)
        if newest:
            visit.go(f"{HOME}/{newest[0].id}")

    with Tag("div", "lw-page"):
        roster_views(visit, "/import")
        with Tag("div", "lw-page-h"):
            h1("Import patients")
        with Tag("div", "lw-stack lw-gap10"):
            with heading("A client list"):
                paragraph(
                    "Export the list from your other program as CSV, with names of columns in "
                    "the first line. Nothing is added before you have seen what it holds.",
                    "lw-soft",
                )
                FileChoice(
                    "Choose a file",
                    "/patient-lists/new",
                    desk.UPLOAD_MOST,
                    sent,
                    accept=".csv,.tsv",
                )
            if view:
                with heading("Lists before"), panel(tag="ul"):
                    for one in view:
                        added = f", {one.added} added" if one.status == "done" else ""
                        when = visit.wall.day_and_clock(one.at)
                        row(
                            one.file_name,
                            f"{HOME}/{one.id}",
                            f"{STATES[one.status]}{added}. {when}, {one.made_by}",
                        )


@section(
    "practice",
    "/patients/import/{key}",
    needs=desk.NEEDS,
    title="Import patients",
    nav="patients",
    load=desk.view,
)
def import_page(visit: Visit, view: ImportView) -> None:
    """Show a draft with its columns and rows, or what came of an import."""
    with Tag("div", "lw-page"):
        back_link("Import", HOME)
        with Tag("div", "lw-page-h"):
            h1(view.file_name)
        box = Tag("div", "lw-stack lw-gap10")
    page = _ImportPage(visit, view.id, box)
    page.show(view)


class _ImportPage:
    """One open import."""

    def __init__(self, visit: Visit, key: str, box: Tag) -> None:
        self._visit, self._key, self._box = visit, key, box
        self._columns: dict[str, SelectControl] = {}
        self._accepted: dict[int, CheckControl] = {}

    def show(self, view: ImportView) -> None:
        self._box.clear()
        self._columns, self._accepted = {}, {}
        with self._box:
            self._said = Tag("div", role="status")
            if view.status == "draft":
                self._draft(view)
            else:
                self._done(view)

    async def _refresh(self) -> None:
        self.show(await run(desk.view, self._visit.actor, self._key))

    def _refuse(self, error: PortalError) -> None:
        self._said.clear()
        with self._said:
            note(error.message, "danger", alert=True)

    # ------------------------------------------------------------ a draft
    def _draft(self, view: ImportView) -> None:
        counts = dict(view.counts)
        adds = counts.get("add", 0)
        with heading("What would come of it"):
            words = ", ".join(f"{n} {OUTCOMES[o].lower()}" for o, n in view.counts)
            families = f" {view.families} families were recognised." if view.families else ""
            paragraph(f"{words[:1].upper()}{words[1:]}.{families}")
            self._rows(view)
            with Tag("div", "lw-actions"):
                self._go = Button("Import 1 patient" if adds == 1 else f"Import {adds} patients")
                self._go.on_click(self._import)
                Button("Put the file away", self._discard, kind="dangertxt")
        with heading("Columns of the file"):
            paragraph("Say what each column holds, where it was not recognised.", "lw-soft")
            with panel():
                for place, (name, fills, example) in enumerate(view.columns):
                    self._column(place, name, fills, example)
            with Tag("div", "lw-stack", style="margin-top:16px"):
                self._clinician = Field(
                    "Clinician",
                    view.clinician,
                    kind="select",
                    options=view.clinicians,
                    help_text="For rows that name no clinician of the practice.",
                )
                with Tag("div", "lw-actions"):
                    Button("Read it again so", self._plan, kind="sec")

    def _column(self, place: int, name: str, fills: str, example: str) -> None:
        with Tag("div", "lw-line lw-setline"):
            words = join(
                fragment("p", "lw-b", name), fragment("small", "", example) if example else ""
            )
            Tag("div", "lw-grow", html=words)
            self._columns[str(place)] = SelectControl(
                list(WORDS.items()),
                value=fills,
                prompt="Leave it out",
                aria_label=f"What “{name}” holds",
            )

    def _rows(self, view: ImportView) -> None:
        with panel(tag="ul"):
            for one in view.rows:
                self._row(one)
        if view.more:
            Tag("p", "lw-soft lw-after", f"And {view.more} rows more.")

    def _row(self, one: RowView) -> None:
        title = f"Row {one.number}: {one.name}" if one.name else f"Row {one.number}"
        words = f"{OUTCOMES[one.outcome]}. {one.words}".strip()
        if one.outcome != "ask":
            inside = join(fragment("p", "lw-b", title), fragment("p", "lw-m", words))
            Tag("li", "lw-row", html=fragment("div", "lw-grow", inside))
            return
        with Tag("li", "lw-row"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", title)
                Tag("p", "lw-m", words)
            with Tag("label", "lw-check"):
                self._accepted[one.number] = CheckControl(aria_label=f"Add row {one.number}")
                Tag("span", "", "Add it")

    async def _plan(self) -> None:
        plan = {place: control.value for place, control in self._columns.items()}
        work = PLAN(self._visit.actor, self._key, plan, self._clinician.value)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            await self._refresh()
            self._visit.say("Read again")

    async def _import(self) -> None:
        accepted = frozenset(n for n, box in self._accepted.items() if box.value)
        with self._go.busy("Importing"):
            work = IMPORT(self._visit.actor, self._key, accepted)
            done, number = await self._visit.attempt(work, self._refuse)
        if done:
            await self._refresh()
            self._visit.say("1 patient added" if number == 1 else f"{number} patients added")

    async def _discard(self) -> None:
        work = DISCARD(self._visit.actor, self._key)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.go(HOME)

    # ------------------------------------------------------------ afterwards
    def _done(self, view: ImportView) -> None:
        words = ", ".join(f"{n} {AFTER.get(o, o).lower()}" for o, n in view.counts)
        with heading("What came of it"):
            at = view.undone_at or view.done_at
            when = f" {STATES[view.status]} on {self._visit.wall.day_and_clock(at)}." if at else ""
            paragraph(f"{words[:1].upper()}{words[1:]}.{when}")
            with panel(tag="ul"):
                for one in view.rows:
                    title = f"Row {one.number}: {one.name}"
                    meta = f"{AFTER.get(one.outcome, one.outcome)}. {one.words}".strip()
                    if one.chart:
                        row(title, f"/practice/patients/{one.chart}", meta)
                    else:
                        inside = join(fragment("p", "lw-b", title), fragment("p", "lw-m", meta))
                        Tag("li", "lw-row", html=fragment("div", "lw-grow", inside))
            if view.more:
                Tag("p", "lw-soft lw-after", f"And {view.more} rows more: download them all.")
            with Tag("div", "lw-actions"):
                link_button(
                    "Download the outcome of every row",
                    f"/patient-lists/{view.id}",
                    kind="sec",
                    icon="download",
                    download="",
                )
                if view.status == "done":
                    question = confirm(
                        "Undo this import?",
                        "Everybody whom it added is taken away again, except those who have been "
                        "used or changed since.",
                        yes="Undo the import",
                        no="Keep it",
                        on_yes=self._undo,
                        danger=True,
                    )
                    Button(
                        "Undo this import",
                        kind="dangertxt",
                        repeatable=True,
                        data_lw_open=question.opener,
                    )

    async def _undo(self) -> None:
        done, undone = await self._visit.attempt(UNDO(self._visit.actor, self._key), self._refuse)
        if not done:
            return
        await self._refresh()
        self._visit.say(f"{undone.removed} taken back")
        if undone.kept:
            names = "; ".join(f"{name}: {why}" for name, why in undone.kept[:20])
            self._refuse(PortalError(f"{len(undone.kept)} stay. {names}."))
