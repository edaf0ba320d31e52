"""A patient's page, Instructions: what is shared, and the editor."""

from collections.abc import Awaitable, Callable

from nicegui import events

from portal_app import live
from portal_app.components.badge import chip_html
from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.markdown import markdown
from portal_app.components.note import note, note_html
from portal_app.components.safe import Safe
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.data.schemas.instructions import InstructionInput, SharedRow, SharedView
from portal_app.pages.framework.drafts import DraftKeeper
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.patient import TABS
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services import instructions
from portal_app.services.instructions import writing
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_RECORDS
OPEN = action(writing.open_note, needs=NEEDS)
SAVE_DRAFT = action(writing.save_draft, needs=NEEDS)
SHARE = action(writing.share, needs=NEEDS)
SET_SHOWN = action(writing.set_shown, needs=NEEDS)
DISCARD = action(writing.discard, needs=NEEDS)
NEW = InstructionInput.model_construct(title="", text="")


@TABS.tab("instructions", "Instructions", needs=NEEDS, load=writing.shared)
def instructions_tab(visit: Visit, view: SharedView) -> None:
    """List the notes of the chart, and write them."""
    SharedNotes(visit, view)


class SharedNotes:
    """The notes, kept up to date, and one editor for all of them."""

    def __init__(self, visit: Visit, view: SharedView) -> None:
        """Draw it."""
        self._visit, self._chart = visit, visit.chart
        with Tag("div", "lw-sec-h"):
            Tag("h2", "lw-h2", "Clinician’s instructions")
            add = Button("Share instructions", icon="plus", repeatable=True)
        if not view.readers_exist:
            note(f"{view.patient} has no sign-in that can read them yet.", "warn")
        self._rows = Tag("ul", "lw-panel")
        self._none = empty(
            "Nothing is shared yet.",
            "Plans and advice that you share stay in the patient’s portal.",
            "clipboard-list",
            level=3,
        )
        self._editor = Editor(visit, view.patient, self.refresh)
        add.on_click(lambda: self._editor.open("", NEW))
        self._show(view)
        live.subscribe(instructions.topic(self._chart), self.refresh)

    def _show(self, view: SharedView) -> None:
        self._rows.clear()
        self._rows.show(on=bool(view.rows))
        self._none.show(on=not view.rows)
        with self._rows:
            for row in view.rows:
                self._row(row)

    def _row(self, row: SharedRow) -> None:
        wall = self._visit.wall
        with Tag("li", "lw-row lw-row-acts"):
            with Tag("div", "lw-grow"):
                with Tag("p", "lw-wrap"):
                    Tag("span", "lw-t", row.title)
                    Tag("span", html=_state(row))
                Tag("p", "lw-m", f"{row.author}, {wall.full(row.changed_at)}")
                for line in (*row.read, row.steps):
                    if line:
                        Tag("p", "lw-m", line)
            with Tag("div", "lw-wrap"):
                Button("Edit", lambda: self._edit(row.id), kind="sec", repeatable=True)
                if row.version:
                    words = "Take back" if row.is_shown else "Show again"
                    Button(words, lambda: self._set_shown(row), kind="txt")
                if row.has_draft:
                    Button("Discard draft", lambda: self._discard(row.id), kind="dangertxt")

    async def _edit(self, note_id: str) -> None:
        done, found = await self._visit.attempt(
            OPEN(self._visit.actor, self._chart, note_id), self._refuse
        )
        if done:
            self._editor.open(note_id, found)

    async def _set_shown(self, row: SharedRow) -> None:
        work = SET_SHOWN(self._visit.actor, self._chart, row.id, shown=not row.is_shown)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            said = "Taken out of the portal" if row.is_shown else "Shown in the portal again"
            self._visit.say(said)

    async def _discard(self, note_id: str) -> None:
        done, _ = await self._visit.attempt(
            DISCARD(self._visit.actor, self._chart, note_id), self._refuse
        )
        if done:
            self._visit.say("The draft is gone")
            await self.refresh()

    def _refuse(self, error: PortalError) -> None:
        self._visit.say(error.message)

    async def refresh(self) -> None:
        """Read the list again."""
        found = await run(writing.shared, self._visit.actor, self._chart)
        if not self._rows.is_deleted:
            self._show(found)


def _state(row: SharedRow) -> Safe:
    if row.version == 0:
        return chip_html("Draft", "warn")
    if not row.is_shown:
        return chip_html("Taken back", "plain")
    if row.has_draft:
        return chip_html("Shared, with a newer draft", "warn")
    return chip_html("Shared" if row.version == 1 else f"Shared, version {row.version}", "ok")


class Editor:
    """The dialog in which a note is written; what is typed is kept as a draft."""

    def __init__(self, visit: Visit, patient: str, refresh: Callable[[], Awaitable[None]]) -> None:
        """Create it closed."""
        self._visit, self._chart, self._note = visit, visit.chart, ""
        self._refresh = refresh
        self._box = Dialog("Share instructions", wide=True, keep=True, on_close=self._closed)
        with self._box.body:
            self._error = note("", "danger", alert=True).show(on=False)
            with Tag("div", "lw-stack"):
                names = ("title", "text", "steps")
                self._form = Form(InstructionInput, {n: self._field(n) for n in names})
            self._asks = check_field(
                str(InstructionInput.model_fields["asks"].title), on_change=lambda _: self._typed()
            )
            self._kept = Tag("p", "lw-m", role="status")
            self._preview = Tag("div", "lw-read lw-preview1").show(on=False)
        with self._box.foot:
            self._share = Button(f"Share with {patient}", icon="send")
            Button("Preview", self._look, kind="sec", icon="eye", repeatable=True)
        title, text, steps = self._form.fields.values()
        self._share.on(
            "click",
            self._pressed,
            js_handler="() => emit(["
            + title.reader
            + ","
            + text.reader
            + ","
            + steps.reader
            + "])",
        )
        self._keeper = DraftKeeper(self._save, self._say_kept)

    def _field(self, name: str) -> Field:
        info = InstructionInput.model_fields[name]
        return Field(
            str(info.title),
            kind="text" if name == "title" else "textarea",
            rows={"text": 10, "steps": 3}.get(name, 0),
            help_text=info.description or "",
            optional=name == "steps",
            on_input=self._typed,
            autocomplete="off",
        )

    def open(self, note_id: str, held: InstructionInput) -> None:
        """Open it for a note; an empty id is a new one."""
        self._note = note_id
        self._error.show(on=False)
        self._kept.set_text("")
        self._preview.show(on=False)
        for name, field in self._form.fields.items():
            field.set_error("")
            field.value = getattr(held, name)
        self._asks.value = held.asks
        self._box.open()

    def _typed(self, *_: object) -> None:
        self._kept.set_text("")
        self._keeper.typed()

    def _held(self) -> InstructionInput:
        title, text, steps = (field.value for field in self._form.fields.values())
        return InstructionInput.model_construct(
            title=title, text=text, steps=steps, asks=self._asks.value
        )

    async def _save(self) -> None:
        visit = self._visit
        work = SAVE_DRAFT(visit.actor, self._chart, self._note, self._held())
        done, found = await visit.attempt(work, self._refuse)
        if done:
            self._note = found

    async def _closed(self) -> None:
        await self._refresh()

    def _say_kept(self) -> None:
        self._kept.set_text("Draft saved")

    def _look(self) -> None:
        self._preview.set_html(markdown(self._form.fields["text"].value)).show(on=True)

    def _refuse(self, error: PortalError) -> None:
        if not self._form.refuse(error.field, error.message):
            self._error.set_html(note_html(error.message, "danger"))
            self._error.show(on=True)

    async def _pressed(self, event: events.GenericEventArguments) -> None:
        for field, value in zip(self._form.fields.values(), event.args, strict=True):
            field.value = str(value)
        command = self._form.check(asks=self._asks.value)
        if command is None:
            return
        visit = self._visit
        self._keeper.forget()
        with self._share.busy("Sharing"):
            work = SHARE(visit.actor, self._chart, self._note, command, visit.house.public_url)
            done, _ = await visit.attempt(work, self._refuse)
        if done:
            visit.say("Shared")
            self._box.close()
        else:
            self._keeper.typed()
