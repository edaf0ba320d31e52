"""Add records: choose a file, see what it holds, and take it."""

from portal_app.components.button import Button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.records_desk.choice import FileChoice
from portal_app.components.records_desk.release import release_fields
from portal_app.components.records_desk.rows import preview_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.records import (
    LABEL_HELP,
    LABELS,
    AddRecordInput,
    RecordPreview,
    RecordsDesk,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.records import Label
from portal_app.services.records import desk, releasing, taking

PREVIEW = action(taking.preview, needs=taking.NEEDS)
TAKE = action(taking.take, needs=taking.NEEDS)
DISCARD = action(taking.discard, needs=taking.NEEDS)
LOAD = action(desk.records, needs=releasing.NEEDS)
ACCEPTED = ".json,.xml,.gz,.ccd,.txt,application/json,text/xml"


class AddRecords(Dialog):
    """The dialog; what was sent stays with the chart until it is taken or put away."""

    def __init__(self, visit: Visit) -> None:
        """Create it closed."""
        super().__init__("Add records", wide=True, keep=True, on_close=self.delete)
        self._visit, self._chart, self._file = visit, visit.chart, ""
        with self.body:
            Tag(
                "p",
                "lw-soft",
                "Choose a FHIR R4 bundle (JSON, also gzipped) or a C-CDA document (XML). "
                "Nothing is added before you have seen what it holds.",
            )
            self._choice = FileChoice(
                "Choose a file",
                f"/practice-records/{self._chart}",
                taking.UPLOAD_MOST,
                self._sent,
                accept=ACCEPTED,
            )
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            self._held = Tag("div", "lw-rec-preview").show(on=False)
            with Tag("div", "lw-stack") as self._how:
                fields = release_fields()
                fields["label"] = Field(
                    "Label",
                    Label.GENERAL.value,
                    kind="select",
                    options=LABELS,
                    help_text=LABEL_HELP,
                )
                self._form = Form(AddRecordInput, fields)
                self._differs = Tag("div", "lw-note lw-warn").show(on=False)
                with Tag("div") as self._sure:
                    self._same = check_field("I have checked that this is the same person.")
            self._how.show(on=False)
        with self.foot:
            self._add = Button("Add", self._take, icon="plus")
            self._away = Button("Put the file away", self._discard, kind="dangertxt")
        self._add.show(on=False)
        self._away.show(on=False)

    async def _sent(self) -> None:
        done, found = await self._visit.attempt(LOAD(self._visit.actor, self._chart), self._refuse)
        view: RecordsDesk = found
        if done and view.upload:
            await self.read(view.upload)

    async def read(self, file: str) -> None:
        """Show what a file holds; it is read in another thread."""
        self._file = file
        self._refuse(None)
        self._away.show(on=True)
        self._choice.say("Reading the file …")
        work = PREVIEW(self._visit.house.store, self._visit.actor, self._chart, file)
        done, found = await self._visit.attempt(work, self._refuse)
        if self.is_deleted:
            return
        self._choice.say("")
        for part in (self._held, self._how, self._add):
            part.show(on=done)
        if done:
            self._show(found)

    def _show(self, view: RecordPreview) -> None:
        self._held.set_html(preview_html(view))
        self._same.value = False
        self._differs.set_html(note_html(view.differs, "warn")).show(on=bool(view.differs))
        self._sure.show(on=bool(view.differs))

    def _refuse(self, error: PortalError | None) -> None:
        words = error.message if error else ""
        if error and self._form.refuse(error.field, error.message):
            return
        self._error.set_html(note_html(words, "danger")).show(on=bool(words))

    async def _take(self) -> None:
        self._refuse(None)
        command = self._form.check(is_same_person=self._same.value)
        if command is None:
            return
        visit = self._visit
        with self._add.busy("Adding …"):
            work = TAKE(visit.house.store, visit.actor, self._chart, self._file, command)
            done, found = await visit.attempt(work, self._refuse)
        if done:
            added, known = found
            words = "1 entry was added" if added == 1 else f"{added} entries were added"
            visit.say(f"{words}, {known} were there already" if known else words)
            self.close()

    async def _discard(self) -> None:
        done, _ = await self._visit.attempt(
            DISCARD(self._visit.actor, self._chart, self._file), self._refuse
        )
        if done:
            self.close()
