"""A patient's page, Records: files in, and what the patient sees of them."""

from portal_app import live
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.note import note_html
from portal_app.components.panel import section as heading
from portal_app.components.records_desk.rows import entry_html, source_html
from portal_app.components.safe import fragment, join
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.data.schemas.records import (
    AmendmentView,
    EntriesView,
    EntryRow,
    RecordsDesk,
    RecordsFilter,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.add_records import AddRecords
from portal_app.pages.practice.one_entry import AnswerDialog, EntryDialog, ReleaseDialog
from portal_app.pages.practice.patient import TABS
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.records import desk, entries, releasing
from portal_app.services.records.importing import KINDS
from portal_app.services.worker import run

LIST = action(desk.listed, needs=releasing.NEEDS)
ALL_KINDS, ALL_STATES = "All kinds", "All states"


@TABS.tab("records", "Records", needs=releasing.NEEDS, load=desk.records)
def records_tab(visit: Visit, view: RecordsDesk) -> None:
    """Show the record of the chart."""
    RecordsTab(visit, view)


class RecordsTab:
    """The open tab; it follows what others change."""

    def __init__(self, visit: Visit, view: RecordsDesk) -> None:
        """Draw it."""
        self._visit, self._chart = visit, visit.chart
        self._chosen = view.entries.chosen
        with Tag("div", "lw-sec-h"):
            Tag("h2", "lw-h2", "Health records")
            with Tag("div", "lw-wrap"):
                self._release = Button("Release", kind="sec", icon="eye", repeatable=True)
                add = Button("Add records", icon="plus", repeatable=True)
        self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
        self._waiting = Tag("div", "lw-note lw-warn").show(on=False)
        self._requests = Tag("div")
        self._filters()
        self._list = Tag("ul", "lw-panel", aria_label="Entries")
        self._none = empty(
            "Nothing fits.", "Add a file, or choose other entries.", "file-text", level=3
        )
        with Tag("div", "lw-wrap lw-rec-pages") as self._pages:
            self._newer = Button("Newer", lambda: self._turn(-1), kind="sec", repeatable=True)
            self._place = Tag("span", "lw-m")
            self._older = Button("Older", lambda: self._turn(1), kind="sec", repeatable=True)
        with heading("Files"):
            self._sources = Tag("div")
        self._dialogs = Tag("div")
        add.on_click(self._add)
        self._release.on_click(self._release_all)
        self._view = view
        self._show(view)
        self._show_entries(view.entries)
        live.subscribe(entries.topic(self._chart), self.refresh)

    def _filters(self) -> None:
        with Tag("div", "lw-wrap lw-rec-filters"):
            self._kind = Field(
                "Show",
                kind="select",
                options=[("", ALL_KINDS), *((k.value, words) for k, words in KINDS.items())],
                on_input=lambda value: self._filter(kind=value),
            )
            self._state = Field(
                "State",
                kind="select",
                options=[("", ALL_STATES), *desk.STATES.items()],
                on_input=lambda value: self._filter(state=value),
            )

    def _show(self, view: RecordsDesk) -> None:
        self._view = view
        words = "1 entry is" if view.waiting == 1 else f"{view.waiting} entries are"
        self._waiting.set_html(note_html(f"{words} not released yet.", "warn"))
        self._waiting.show(on=view.waiting > 0)
        self._show_requests(view.requests)
        wall = self._visit.wall
        rows = join(*(source_html(s, wall) for s in view.sources))
        none = fragment("p", "lw-soft", "No files yet.")
        self._sources.set_html(fragment("ul", "lw-panel", rows) if view.sources else none)

    def _show_requests(self, requests: tuple[AmendmentView, ...]) -> None:
        self._requests.clear()
        wall = self._visit.wall
        with self._requests:
            for request in (r for r in requests if r.status == "open"):
                with Tag("div", "lw-panel lw-pad lw-rec-request"):
                    Tag("p", "lw-b", "A request to correct the record")
                    about = f"About: {request.about}. " if request.about else ""
                    due = f"Answer by {wall.date(request.due_on)}."
                    asked = f"{request.asked_by}, {wall.full(request.asked_at)}. {about}{due}"
                    Tag("p", "lw-m", asked)
                    Tag("p", "lw-rec-words", request.text)
                    Button(
                        "Answer",
                        lambda r=request: self._answer(r),
                        kind="sec",
                        repeatable=True,
                    )

    def _show_entries(self, view: EntriesView) -> None:
        self._chosen = view.chosen
        self._list.clear()
        self._list.show(on=bool(view.rows))
        self._none.show(on=not view.rows)
        wall = self._visit.wall
        with self._list:
            for row in view.rows:
                with Tag("li", "lw-row lw-row-acts"):
                    Tag("div", "lw-grow", html=entry_html(row, wall))
                    Button(
                        "Change",
                        lambda r=row: self._change(r),
                        kind="sec",
                        repeatable=True,
                        aria_label=f"Change {row.title}",
                    )
        self._pages.show(on=view.pages > 1)
        self._place.set_text(f"Page {view.chosen.page + 1} of {view.pages}")
        self._newer.set_enabled(on=view.chosen.page > 0)
        self._older.set_enabled(on=view.chosen.page + 1 < view.pages)

    async def _filter(self, *, kind: str | None = None, state: str | None = None) -> None:
        held = self._chosen
        await self._list_again(
            RecordsFilter(
                held.kind if kind is None else kind, held.state if state is None else state, 0
            )
        )

    async def _turn(self, by: int) -> None:
        held = self._chosen
        await self._list_again(RecordsFilter(held.kind, held.state, held.page + by))

    async def _list_again(self, chosen: RecordsFilter) -> None:
        self._chosen = chosen
        work = LIST(self._visit.actor, self._chart, chosen)
        done, found = await self._visit.attempt(work, self._refuse)
        # what was asked for meanwhile comes by itself
        if done and not self._list.is_deleted and self._chosen == chosen:
            self._show_entries(found)

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger")).show(on=True)

    def _open(self, dialog: Dialog) -> None:
        self._error.show(on=False)
        dialog.open()

    def _change(self, row: EntryRow) -> None:
        with self._dialogs:
            dialog = EntryDialog(self._visit, row)
        self._open(dialog)

    def _answer(self, request: AmendmentView) -> None:
        with self._dialogs:
            dialog = AnswerDialog(self._visit, request)
        self._open(dialog)

    def _release_all(self) -> None:
        with self._dialogs:
            dialog = ReleaseDialog(self._visit, self._view.waiting)
        self._open(dialog)

    async def _add(self) -> None:
        self._error.show(on=False)
        with self._dialogs:
            dialog = AddRecords(self._visit)
        dialog.open()
        if self._view.upload:
            await dialog.read(self._view.upload)

    async def refresh(self) -> None:
        """Read it again; the filters and the page stay."""
        view = await run(desk.records, self._visit.actor, self._chart)
        if self._list.is_deleted:
            return
        self._show(view)
        await self._list_again(self._chosen)
