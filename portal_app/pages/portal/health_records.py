"""The health records of a patient: read, searched, taken along, and who else opened them."""

from collections.abc import Sequence
from datetime import date
from urllib.parse import urlencode
from uuid import uuid4

from nicegui import background_tasks

from portal_app import live
from portal_app.components.button import Button, link_button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.form import Form
from portal_app.components.note import note
from portal_app.components.panel import section as headed
from portal_app.components.records.groups import GroupBox
from portal_app.components.records.history import OpenedBy
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.schedule.words import phone_link
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import h2, paragraph
from portal_app.data.schemas.health_records import (
    ExportView,
    GroupHead,
    HealthRecordsView,
    HistoryView,
    RecordFilter,
)
from portal_app.data.schemas.records import AmendmentInput
from portal_app.pages.framework.step_up import StepUp
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.demographics import TABS
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.rules.health_records import GROUPS
from portal_app.rules.permissions import Permission
from portal_app.rules.when import size
from portal_app.services.records import amendments, exports, history, reading
from portal_app.services.records.export_state import topic
from portal_app.services.worker import run

P = Permission
GROUP = action(reading.group, needs=P.RECORDS_VIEW)
SEARCH = action(reading.search, needs=P.RECORDS_VIEW)
HISTORY = action(history.history, needs=P.RECORDS_VIEW)
ORDER = action(exports.order, needs=P.RECORDS_DOWNLOAD)
BUILD = action(exports.build, needs=P.RECORDS_DOWNLOAD)
AMEND = action(amendments.request_amendment, needs=P.RECORDS_VIEW)
OPENED_AT_ONCE = 3
"""Headings that a search opens by itself."""
WAIT = "Making your PDF. You can go on reading."


def pdf_address(chart: str, part: str = "", wanted: RecordFilter | None = None) -> str:
    """Where the PDF of a record, or of a part of it, is."""
    asked = {"part": part}
    if wanted:
        asked["from"] = wanted.since.isoformat() if wanted.since else ""
        asked["until"] = wanted.until.isoformat() if wanted.until else ""
    query = urlencode({k: v for k, v in asked.items() if v})
    return f"/pdf/records/{chart}" + (f"?{query}" if query else "")


@TABS.tab("records", "Health records", needs=P.RECORDS_VIEW, load=reading.overview)
def health_records_tab(visit: Visit, view: HealthRecordsView) -> None:
    """Show what the practice has shared."""
    HealthRecords(visit, view)


class HealthRecords:
    """The tab, kept up to date."""

    def __init__(self, visit: Visit, view: HealthRecordsView) -> None:
        """Draw it."""
        self._visit, self._view = visit, view
        self._filter, self._asked = RecordFilter(), 0
        self._most: dict[str, int] = {}
        self._boxes: dict[str, GroupBox] = {}
        self._asking = Asking(visit)
        with Tag("div", "lw-cols"):
            with Tag("div"):
                self._left()
            with Tag("aside", "lw-recside"):
                self._download = Download(visit, view) if view.may_download else None
                self._contact()
        live.subscribe(view.topic, self.refresh)

    def _left(self) -> None:
        with headed("Records" if self._view.is_proxy else "Your records"):
            words = "Your practice chooses what to share here. Ask them if you need something."
            self._none = empty("Nothing shared yet.", words, "clipboard-list", level=3)
            self._search()
            self._panel = Tag("div", "lw-panel")
            self._draw(self._view.heads)
        if self._view.may_see_history:
            OpenedByPart(self._visit)

    def _search(self) -> None:
        with Tag("div", "lw-recsearch", role="search") as self._bar:
            Field(
                "Search the records",
                kind="search",
                on_input=self._typed,
                autocomplete="off",
                placeholder="A medicine, a test, a word",
            )
            self._dates = Button("Choose dates", self._choose_dates, kind="sec", icon="calendar")
        self._range = Tag("div", "lw-recrange").show(on=False)

    def _choose_dates(self) -> None:
        self._dates.show(on=False)
        self._range.show(on=True)
        with self._range:
            self._since = Field("From", kind="date", on_input=self._ranged)
            self._until = Field("Until", kind="date", on_input=self._ranged)
        self._since.focus()

    def _draw(self, heads: Sequence[GroupHead]) -> None:
        self._none.show(on=self._view.is_empty)
        for part in (self._bar, self._panel):
            part.show(on=not self._view.is_empty)
        with self._panel:
            for head in heads:
                if head.key in self._boxes:
                    self._boxes[head.key].set_head(head)
                    continue
                self._boxes[head.key] = GroupBox(
                    head, on_open=self._open, on_ask=self._asking.ask, on_more=self._more
                )

    # ------------------------------------------------------------ reading
    async def _open(self, key: str) -> None:
        visit, box = self._visit, self._boxes[key]
        work = GROUP(visit.actor, visit.chart, key, self._filter, self._most.get(key, reading.PAGE))
        done, group = await visit.attempt(work, self._refused)
        if done and not box.is_deleted:
            box.fill(group)

    async def _more(self, key: str) -> None:
        self._most[key] = self._most.get(key, reading.PAGE) + reading.PAGE
        await self._open(key)

    def _refused(self, error: PortalError) -> None:
        self._visit.say(error.message)

    async def _typed(self, text: str) -> None:
        self._filter = RecordFilter(text[:200], self._filter.since, self._filter.until)
        await self._find()

    async def _ranged(self, _: str) -> None:
        since, until = _day(self._since.value), _day(self._until.value)
        self._filter = RecordFilter(self._filter.words, since, until)
        self._until.set_error("")
        if self._download:
            self._download.set_range(self._filter)
        await self._find()

    async def _find(self) -> None:
        """Show how much matches under each heading, and read again what is open."""
        self._asked += 1
        mine, visit = self._asked, self._visit
        if not self._filter.is_on:
            await self.refresh()
            return
        work = SEARCH(visit.actor, visit.chart, self._filter)
        done, heads = await visit.attempt(work, self._wrong)
        if not done or mine != self._asked or self._panel.is_deleted:
            return
        self._draw(heads)
        self._most.clear()
        await self._read_open(h.key for h in heads if h.count)

    def _wrong(self, error: PortalError) -> None:
        if error.field == "until":
            self._until.set_error(error.message)
        else:
            self._visit.say(error.message)

    async def _read_open(self, found: object = ()) -> None:
        wished = list(found)[:OPENED_AT_ONCE]  # type: ignore[call-overload]
        for key, box in self._boxes.items():
            box.forget()
            if box.is_open:
                await self._open(key)
            elif self._filter.words and key in wished:
                box.set_open(True)

    async def refresh(self) -> None:
        """Read the tab again; what is open stays open."""
        visit = self._visit
        view = await run(reading.overview, visit.actor, visit.chart)
        if self._panel.is_deleted or self._filter.is_on:
            return
        self._view = view
        self._draw(view.heads)
        await self._read_open()

    def _contact(self) -> None:
        view = self._view
        asked = [f"Questions about this? {view.clinician} can help."]
        if view.may_message:
            href = f"/portal/{self._visit.chart}/messages/new"
            asked.append(join(" ", fragment("a", "", "Send a message", href=href), "."))
        if view.phone:
            asked.append(join(" Phone: ", phone_link(view.phone)))
        Tag("p", "lw-soft lw-s14", html=join(*asked))
        with Tag("p", "lw-soft lw-s14"):
            Tag("span", "", "See something wrong? We answer within 60 days. ")
            Button("Ask us to correct it", lambda: self._asking.ask(""), kind="txt")


class Asking:
    """Asks for a correction of an entry, or of the record as a whole."""

    def __init__(self, visit: Visit) -> None:
        """Draw it closed."""
        self._visit, self._entry, self._key = visit, "", ""
        self._dialog = Dialog("Ask for a change", keep=True)
        with self._dialog.body:
            paragraph("Say what is wrong, and what would be right. The practice answers here.")
            self._text = Field("What should be corrected?", kind="textarea", rows=5, most=2000)
        with self._dialog.foot:
            self._send = Button("Send to the practice", self._sent)
            Button("Cancel", kind="sec", data_lw_close=True)

    def ask(self, entry: str) -> None:
        """Open it for an entry; nothing for the whole record."""
        self._entry, self._key = entry, uuid4().hex
        self._text.set_error("")
        self._dialog.open()

    async def _sent(self) -> None:
        visit = self._visit
        command = Form(AmendmentInput, {"text": self._text}).check()
        if command is None:
            return
        with self._send.busy("Sending"):
            work = AMEND(visit.actor, visit.chart, command, self._key, self._entry)
            done, _ = await visit.attempt(work, lambda e: self._text.set_error(e.message))
        if done:
            self._text.set_value("")
            self._dialog.close()
            visit.say("Sent to the practice")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


async def order_export(visit: Visit, asking: StepUp) -> None:
    """Ask for a file with everything, with the password where it is due, and have it made."""

    def build(export: str) -> None:
        work = BUILD(visit.actor, visit.chart, export, visit.house.store)
        background_tasks.create(work, name="record export")

    await asking.attempt(lambda: ORDER(visit.actor, visit.chart), build)


def progress_bar(view: ExportView) -> Safe:
    """Draw how far a file is."""
    bar = fragment(
        "progress", "lw-recprogress", value=view.done, max=100, aria_label="Making your file"
    )
    words = f"Making your file: {view.done}%. You can go on, it waits here."
    return join(bar, fragment("p", "lw-s14", words, role="status"))


class Download:
    """The record as PDF, and the file with everything."""

    def __init__(self, visit: Visit, view: HealthRecordsView) -> None:
        """Draw it."""
        self._visit, self._filter = visit, RecordFilter()
        self._asking = StepUp(visit)
        with Tag("section", "lw-panel lw-pad") as box:
            heading = h2("Download your record" if not view.is_proxy else "Download the record")
            paragraph("Get a PDF of the records your practice has shared with you.", "lw-soft")
            self._part = Field(
                "What to include",
                kind="select",
                options=[("", "Everything"), *((g.key, g.label) for g in GROUPS)],
                on_input=lambda _: self._point(),
            )
            self._link = link_button(
                "Download PDF",
                pdf_address(visit.chart),
                icon="download",
                download=True,
            ).on_click(self._waiting)
            self._note = Tag("p", "lw-s14", role="status")
            paragraph("The file is not locked. Save it somewhere private.", "lw-muted lw-s13")
            self._all = Tag("div", "lw-recall")
        box.set(aria_labelledby=heading.html_id)
        self._shown: ExportView | None = None
        self._show(view.export)
        name = topic(visit.actor.user_id, visit.chart) if visit.actor.user_id else ""
        live.subscribe(name, self.refresh)
        live.subscribe(f"{name}:pdf", self._made)
        live.subscribe(f"{name}:no-pdf", self._failed)

    def set_range(self, wanted: RecordFilter) -> None:
        """Let the PDF hold the days that the page shows."""
        self._filter = wanted
        self._point()

    def _point(self) -> None:
        self._link.set(href=pdf_address(self._visit.chart, self._part.value, self._filter))

    def _waiting(self) -> None:
        self._note.set_text(WAIT)

    async def _made(self) -> None:
        self._note.set_text("Your PDF is ready.")

    async def _failed(self) -> None:
        self._note.set_text("We could not make your PDF. Choose fewer days, or one part.")

    # ------------------------------------------------------------ everything
    def _show(self, view: ExportView) -> None:
        if view == self._shown:
            return
        self._shown = view
        self._all.clear()
        with self._all:
            if view.status == "due":
                Tag("div", html=progress_bar(view))
                return
            if view.status == "ready":
                until = self._visit.wall.full(view.until) if view.until else ""
                link_button(
                    "Download everything",
                    f"/files/{view.file}",
                    kind="sec",
                    icon="archive",
                    download=True,
                )
                words = f"One ZIP file, {size(view.size)}. You can get it until {until}."
                paragraph(words, "lw-muted lw-s13")
                return
            if view.status == "failed":
                note("We could not make your file. Try again.", "warn")
            Button("Make a file with everything", self._order, kind="sec", icon="archive")
            words = "PDF, formats for other programs (FHIR, C-CDA), and all files, in one ZIP."
            paragraph(words, "lw-muted lw-s13")

    async def _order(self) -> None:
        await order_export(self._visit, self._asking)

    async def refresh(self) -> None:
        """Read how far the file is."""
        view = await run(exports.export, self._visit.actor, self._visit.chart)
        if not self._all.is_deleted:
            self._show(view)


class OpenedByPart:
    """Who opened the record, behind a button."""

    def __init__(self, visit: Visit, *, headless: bool = False) -> None:
        """Draw it closed; without its heading where one stands already."""
        self._visit = visit
        self._view = HistoryView(())
        if headless:
            self._draw()
            return
        with headed("Who opened my record", "lw-recopened"):
            paragraph("Everybody who looked at or downloaded something, you included.", "lw-soft")
            self._draw()

    def _draw(self) -> None:
        self._button = Button("Show the list", self._open, kind="sec", icon="eye")
        self._place = Tag("div", "lw-panel lw-pad").show(on=False)

    async def _open(self) -> None:
        self._button.show(on=False)
        self._place.show(on=True)
        with self._place:
            self._list = OpenedBy(self._more)
        await self._more()

    async def _more(self) -> None:
        visit = self._visit
        work = HISTORY(visit.actor, visit.chart, self._view.next_cursor)
        done, view = await visit.attempt(work, lambda e: visit.say(e.message))
        if done and not self._place.is_deleted:
            self._view = HistoryView(self._view.rows + view.rows, view.next_cursor)
            self._list.fill(self._view, visit.wall)
