"""Consents in the console: the list that can be assigned, and the signed copy on a patient's page.

Both are pieces that other pages draw: ``ConsentList`` for the settings, ``CopyBox`` for a chart.
"""

from functools import partial

from nicegui import events

from portal_app import live
from portal_app.components.button import Button, link_button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.note import note, note_html
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h2
from portal_app.data.schemas.consents import (
    TITLE_MOST,
    WORDS_MOST,
    ConsentInput,
    ConsentRow,
    SignatureRow,
    SignedCopy,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.consents import PLACEHOLDERS
from portal_app.rules.errors import PortalError
from portal_app.rules.permissions import Permission
from portal_app.services.documents.consents import common, definitions, desk, signing
from portal_app.services.worker import run

NEEDS = Permission.PRACTICE_FORMS
WRITE = action(definitions.write, needs=NEEDS)
TERMS = action(definitions.change_terms, needs=NEEDS)
RETIRE = action(definitions.retire, needs=NEEDS)
COUNTER_SIGN = action(signing.counter_sign, needs=NEEDS)
ACKNOWLEDGE = action(desk.acknowledge, needs=NEEDS)
UPLOAD = "/practice-consents"
HELP = "A line of three dashes begins a new page. Filled in for each patient: " + ", ".join(
    "{{" + name + "}}" for name in PLACEHOLDERS
)


class ConsentList:
    """The consents that can be assigned, and the ways to make one."""

    def __init__(self, visit: Visit, rows: tuple[ConsentRow, ...]) -> None:
        """Draw it."""
        self._visit, self._editing, self._is_pdf = visit, "", False
        with Tag("section") as box:
            head = h2("Consents")
            Tag("p", "lw-soft", "Have the words reviewed by somebody who knows your state’s law.")
            with Tag("div", "lw-wrap"):
                Button("Write a consent", self._new, icon="plus")
                self._upload()
            self._error = note("", "danger", alert=True).show(on=False)
            self._rows = Tag("ul", "lw-panel")
        box.set(aria_labelledby=head.html_id)
        self._dialog()
        self._fill(rows)
        live.subscribe(common.LIST_TOPIC, self._refresh)

    def _upload(self) -> None:
        self._file = Tag(
            "input",
            type_="file",
            hidden=True,
            accept="application/pdf,.pdf",
            aria_label="PDF of a consent",
            data_lw_upload=UPLOAD,
            data_lw_most=definitions.PDF_MOST,
        )
        self._file.set(id=self._file.html_id)
        self._file.on("lwfile", self._sent, js_handler="(e) => emit(e.detail)")
        Button("Upload a PDF", kind="sec", icon="upload", data_lw_pick=self._file.html_id)

    async def _sent(self, event: events.GenericEventArguments) -> None:
        match event.args:
            case {"state": "failed", "reason": str() as reason}:
                self._refuse(PortalError(reason[:300]))
            case {"state": "too_big"}:
                self._refuse(PortalError("This file is too big. Choose one under 10 MB."))
            case {"state": "failed"}:
                self._refuse(PortalError("The file could not be sent. Try again."))
            case {"state": "sent"}:
                self._error.show(on=False)
                await self._refresh()

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger"))
        self._error.show(on=True)

    # ------------------------------------------------------------ the dialog
    def _dialog(self) -> None:
        self._box = Dialog("Consent", wide=True, keep=True)
        with self._box.body:
            self._title = Field("Title", most=TITLE_MOST)
            self._text = Field(
                "Text", kind="textarea", rows=12, most=WORDS_MOST, count_from=36_000, help_text=HELP
            )
            self._counter = check_field("The clinician signs too")
            self._minor = check_field("A patient under 18 may sign alone")
        with self._box.foot:
            Button("Go back", kind="sec", data_lw_close=True)
            self._save = Button("Save", self._write)

    def _show(self, command: ConsentInput, consent: str, *, is_pdf: bool = False) -> None:
        self._editing, self._is_pdf = consent, is_pdf
        self._text.show(on=not is_pdf)
        for field, value in ((self._title, command.title), (self._text, command.markdown)):
            field.set_error("")
            field.set_value(value)
        self._counter.put(command.countersign)
        self._minor.put(command.minor_signs)
        self._box.open()

    def _new(self) -> None:
        self._show(ConsentInput(), "")

    async def _edit(self, consent: str, *, is_pdf: bool) -> None:
        work = run(definitions.source, self._visit.actor, consent)
        done, command = await self._visit.attempt(work, self._refuse)
        if done:
            self._show(command, consent, is_pdf=is_pdf)

    async def _write(self) -> None:
        def refuse(error: PortalError) -> None:
            field = self._title if self._is_pdf or error.field == "title" else self._text
            field.set_error(error.message)
            field.focus()

        command = ConsentInput.model_construct(
            title=self._title.value,
            markdown=self._text.value,
            countersign=self._counter.value,
            minor_signs=self._minor.value,
        )
        with self._save.busy("Saving"):
            save = TERMS if self._is_pdf else WRITE
            work = save(self._visit.actor, command, self._editing)
            done, _ = await self._visit.attempt(work, refuse)
        if done:
            self._box.close()
            self._visit.say("Saved")
            await self._refresh()

    async def _retire(self, consent: str) -> None:
        done, _ = await self._visit.attempt(RETIRE(self._visit.actor, consent), self._refuse)
        if done:
            self._visit.say("Not offered any more")
            await self._refresh()

    # ------------------------------------------------------------ the list
    async def _refresh(self) -> None:
        self._fill(await run(definitions.consents, self._visit.actor))

    def _fill(self, rows: tuple[ConsentRow, ...]) -> None:
        self._rows.clear()
        with self._rows:
            for row in rows:
                with Tag("li", "lw-row"):
                    kind = f"PDF, {row.pages} pages" if row.pages else "Written here"
                    more = ", the clinician signs too" if row.countersign else ""
                    words = fragment("span", "lw-t", row.title)
                    small = fragment("p", "lw-m", f"{kind}, version {row.version}{more}")
                    Tag("div", "lw-grow", html=join(words, small))
                    edit = partial(self._edit, row.id, is_pdf=bool(row.pages))
                    Button("Edit", edit, kind="txt")
                    Button("Remove", lambda c=row.id: self._retire(c), kind="dangertxt")


class CopyBox:
    """What has come of one consent; the page that holds it draws it anew when something changes."""

    def __init__(self, visit: Visit, chart: str, document: str, copy: SignedCopy) -> None:
        """Draw it."""
        self._visit, self._chart, self._document = visit, chart, document
        self._box = Tag("div")
        with self._box:
            self._error = note("", "danger", alert=True).show(on=False)
            for row in copy.signatures:
                Tag("p", "lw-m", self._words(row))
            if copy.reason:
                verb = "Said no" if copy.state == "declined" else "Taken back"
                note(f"{verb}. {copy.reason}", "warn")
            with Tag("div", "lw-wrap"):
                if copy.file:
                    link_button(
                        "Download signed PDF",
                        f"/files/{copy.file}",
                        kind="sec",
                        icon="download",
                        download=True,
                    )
                if copy.counter_sign:
                    self._sign = Button("Sign as clinician", self._counter_sign, icon="pen-line")
                if copy.unseen:
                    Button("Mark as seen", self._acknowledge, kind="txt")

    def _words(self, row: SignatureRow) -> str:
        wall = self._visit.wall
        at = row.at.astimezone(wall.zone)
        who = f"{row.name} ({row.authority})"
        return f"Signed on {at:%B} {at.day}, {at.year} at {wall.clock(row.at)} by {who}"

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger"))
        self._error.show(on=True)

    async def _counter_sign(self) -> None:
        with self._sign.busy("Signing"):
            work = COUNTER_SIGN(self._visit.actor, self._chart, self._document)
            done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Signed")

    async def _acknowledge(self) -> None:
        work = ACKNOWLEDGE(self._visit.actor, self._chart, self._document)
        done, _ = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say("Marked as seen")
