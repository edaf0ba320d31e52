"""Clinician's instructions: the list, and a note beside it."""

from portal_app import live
from portal_app.components.instructions.reading import NoteBody, NoteList
from portal_app.components.panel import back_link
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.instructions import NotesView, NoteView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action, section
from portal_app.rules.permissions import Permission
from portal_app.services import instructions
from portal_app.services.instructions import reading
from portal_app.services.worker import run

NEEDS = Permission.INSTRUCTIONS_VIEW
MARK_READ = action(reading.mark_read, needs=NEEDS)
TICK = action(reading.tick, needs=NEEDS)


@section(
    "portal",
    "/{chart}/instructions",
    needs=NEEDS,
    title="Clinician’s instructions",
    nav="instructions",
    load=reading.notes,
)
def notes_page(visit: Visit, view: NotesView) -> None:
    """List what the clinician has shared."""
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"), Tag("div"):
            h1("Clinician’s instructions")
            Tag("p", "lw-lead", "Plans and advice your clinicians have shared with you.")
        _listed(visit, view)


@section(
    "portal",
    "/{chart}/instructions/{note_id}",
    needs=NEEDS,
    title="Clinician’s instructions",
    nav="instructions",
    load=reading.note,
    query=("version",),
)
def note_page(visit: Visit, view: NotesView) -> None:
    """Show one note beside the list."""
    if view.open is None:
        return
    with Tag("div", "lw-page"):
        with Tag("div", "lw-notes-open"):
            _listed(visit, view)
            Note(visit, view.open)


def _base(visit: Visit) -> str:
    return f"/portal/{visit.chart}/instructions"


def _listed(visit: Visit, view: NotesView) -> None:
    base, actor, chart = _base(visit), visit.actor, visit.chart
    with Tag("div", "lw-notes-list"):
        if view.open is not None:
            back_link("Clinician’s instructions", base).mark_as("lw-only-m", on=True)
        listed = NoteList(lambda note: f"{base}/{note}")
        none = empty(
            "Nothing is shared yet.", "What your clinician shares stays here.", "clipboard-list"
        )
    opened = view.open.id if view.open else ""

    def show(found: NotesView) -> None:
        listed.fill(found.rows, visit.wall, opened=opened)
        none.show(on=not found.rows)

    async def refresh() -> None:
        show(await run(reading.notes, actor, chart))

    show(view)
    live.subscribe(instructions.topic(chart), refresh)


class Note:
    """The open note; what others tick shows without reading the page again."""

    def __init__(self, visit: Visit, view: NoteView) -> None:
        """Draw it."""
        self._visit, self._chart, self._view = visit, visit.chart, view
        base = _base(visit)
        newest = view.newest

        def version(number: int) -> str:
            suffix = "" if number == newest else f"?version={number}"
            return f"{base}/{view.id}{suffix}"

        self._body = NoteBody(
            view,
            visit.wall,
            pdf=f"/pdf/instructions/{self._chart}/{view.id}",
            versions=version,
            on_read=self._read,
            on_tick=self._tick,
        )

    async def _read(self) -> None:
        visit = self._visit
        work = MARK_READ(visit.actor, self._chart, self._view.id, self._view.version)
        done, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if done:
            await self._again()
            visit.say("Saved. Your clinician can see that you have read this.")

    async def _tick(self, step: int, done: bool) -> None:
        visit, view = self._visit, self._view
        work = TICK(visit.actor, self._chart, view.id, view.version, step, done=done)
        kept, _ = await visit.attempt(work, lambda e: visit.say(e.message))
        if kept:
            await self._again()

    async def _again(self) -> None:
        version = str(self._view.version)
        found = await run(reading.note, self._visit.actor, self._chart, self._view.id, version)
        if found.open is None:
            return
        self._view = found.open
        if self._view.steps:
            self._body.show_steps(self._view.steps)
        if self._view.asks:
            self._body.show_read(self._view)
