"""Billing history: what happened with money in a range of days, the statement, and superbills."""

from datetime import date
from urllib.parse import urlencode

from portal_app import live
from portal_app.components.billing.history import history_html, superbill_row
from portal_app.components.browser import call
from portal_app.components.button import Button, link_button
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.panel import section as heading
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.components.text import link, paragraph
from portal_app.data.schemas.superbills import HistoryView, SuperbillAnswer, SuperbillRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.billing import TABS
from portal_app.pages.routing import action
from portal_app.rules.billing import ranges
from portal_app.rules.errors import PortalError
from portal_app.services.billing import history, superbills
from portal_app.services.billing.books import topic
from portal_app.services.worker import run

READ = action(history.page, needs=history.NEEDS)
CREATE = action(superbills.create, needs=superbills.NEEDS)
WHAT_IT_IS = (
    "A superbill lists your visits with the codes your insurance plan needs to pay you back."
)


@TABS.tab("history", "Billing history", needs=history.NEEDS, load=history.opened)
def history_tab(visit: Visit, view: HistoryView) -> None:
    """Show it."""
    HistoryTab(visit, view)


class HistoryTab:
    """The open tab; it follows what is booked."""

    def __init__(self, visit: Visit, view: HistoryView) -> None:
        """Draw it."""
        self._visit, self._chart = visit, visit.chart
        self._key, self._most = view.range, history.PAGE
        self._first: date | None = None
        self._last: date | None = None
        with Tag("div", "lw-hist-tools"):
            self._show = Field(
                "Show",
                view.range,
                kind="select",
                options=list(ranges.CHOICES.items()),
                on_input=self._choose,
                cls="lw-hist-range",
            )
            with Tag("div", "lw-hist-days") as self._days:
                self._from = Field("From", kind="date", on_input=self._dates)
                self._to = Field(
                    "To", visit.wall.today.isoformat(), kind="date", on_input=self._dates
                )
            self._days.show(on=False)
            with Tag("div", "lw-wrap lw-hist-acts"):
                self._statement = link_button(
                    "Download statement",
                    self._statement_href(),
                    kind="sec",
                    icon="download",
                    download=True,
                )
                self._make: Button | None = None
                if view.may_create:
                    self._make = Button(
                        "Create a superbill", self._create, kind="sec", icon="receipt"
                    )
        self._error = Tag("p", "lw-note lw-danger", role="alert").show(on=False)
        self._none = empty(
            "Nothing in these days", "Choose other days to see more.", "receipt", level=2
        )
        with Tag("div", "lw-panel") as self._panel:
            self._table = Tag(
                "table", "lw-table lw-hist", role="table", aria_label="Billing history"
            )
        self._more = Button("Show more", self._show_more, kind="sec", cls="lw-hist-more")
        if view.may_create:
            paragraph(WHAT_IT_IS, "lw-soft lw-s14 lw-after")
            with heading("Superbills", "lw-hist-bills") as self._bills_box:
                self._bills = Tag("ul", "lw-panel")
        self._dialogs = Tag("div")
        self._draw(view)
        live.subscribe(topic(self._chart), self.refresh)

    def _draw(self, view: HistoryView) -> None:
        self._none.show(on=not view.rows)
        self._panel.show(on=bool(view.rows))
        self._table.set_html(history_html(view.rows, self._visit.wall))
        self._more.show(on=view.has_more)
        self._statement.set(href=self._statement_href())
        if view.may_create:
            self._bills_box.show(on=bool(view.superbills))
            self._bills.clear()
            with self._bills:
                for row in view.superbills:
                    superbill_row(row, self._visit.wall, self._href(row))

    def _href(self, row: SuperbillRow) -> str:
        return f"/pdf/superbills/{self._chart}/{row.id}"

    def _statement_href(self) -> str:
        asked = {"range": self._key}
        if self._first:
            asked["from"] = self._first.isoformat()
        if self._last:
            asked["until"] = self._last.isoformat()
        return f"/pdf/statements/{self._chart}?{urlencode(asked)}"

    async def _choose(self, key: str) -> None:
        self._days.show(on=key == "dates")
        self._key, self._most = key, history.PAGE
        if key == "dates":
            self._first = self._first or self._visit.wall.today.replace(day=1)
            self._from.set_value(self._first.isoformat())
            self._last = _day(self._to.value)
        else:
            self._first = self._last = None
        await self._read()

    async def _dates(self, _: str) -> None:
        first, last = _day(self._from.value), _day(self._to.value)
        if first is None or (first, last) == (self._first, self._last):
            return
        self._first, self._last, self._most = first, last, history.PAGE
        await self._read()

    async def _show_more(self) -> None:
        self._most += history.PAGE
        with self._more.busy("Reading"):
            await self._read()

    async def _read(self) -> None:
        self._error.show(on=False)
        asked = (self._key, self._first, self._last, self._most)
        done, found = await self._visit.attempt(
            READ(self._visit.actor, self._chart, *asked), self._refuse
        )
        if done and not self._table.is_deleted and asked[0] == self._key:
            self._draw(found)

    def _refuse(self, error: PortalError) -> None:
        if error.field == "first":
            self._from.set_error(error.message)
        else:
            self._error.set_text(error.message).show(on=True)

    async def refresh(self) -> None:
        """Read it again; the range stays."""
        found = await run(
            history.page,
            self._visit.actor,
            self._chart,
            self._key,
            self._first,
            self._last,
            self._most,
        )
        if not self._table.is_deleted:
            self._draw(found)

    async def _create(self) -> None:
        await self._make_one(leaves_out=False)

    async def _make_one(self, *, leaves_out: bool) -> None:
        if self._make is None:
            return
        self._error.show(on=False)
        asked = (self._key, self._first, self._last)
        with self._make.busy("Creating"):
            work = CREATE(self._visit.actor, self._chart, *asked, leaves_out=leaves_out)
            done, found = await self._visit.attempt(work, self._refuse)
            if not done or self._table.is_deleted:
                return
            if found.made is None:
                self._tell(found)
                return
            call(self._table, "download", self._href(found.made))
            state = "made" if found.is_new else "the newest one"
            self._visit.say(f"Superbill {found.made.number} is {state}")
            await self.refresh()

    def _tell(self, answer: SuperbillAnswer) -> None:
        """Say what is missing, and who can mend it."""
        self._dialogs.clear()
        with self._dialogs:
            box = Dialog(
                "Your superbill is not ready" if not answer.ready else "Some visits are not ready"
            )
        with box.body:
            if answer.yours:
                paragraph("For you:", "lw-b")
                with Tag("ul", "lw-hist-missing"):
                    for row in answer.yours:
                        with Tag("li", "", "" if row.href else row.words):
                            if row.href:
                                link(f"Add: {row.words}", row.href)
            if answer.practices:
                paragraph("For the practice:", "lw-b")
                with Tag("ul", "lw-hist-missing"):
                    for text in answer.practices:
                        Tag("li", "", text)
                paragraph("Write to us, and we will fill it in.", "lw-soft")
            if answer.ready:
                visits = "1 visit is" if answer.ready == 1 else f"{answer.ready} visits are"
                paragraph(f"{visits} ready. You can leave the others out for now.", "lw-after")
        with box.foot:
            if answer.ready:
                Button(
                    "Create without them",
                    lambda: self._make_one(leaves_out=True),
                    data_lw_close=True,
                )
            if answer.practices:
                link_button("Send a message", f"/portal/{self._chart}/messages/new", kind="sec")
            Button("Close", kind="sec", data_lw_close=True)
        box.open()


def _day(value: str) -> date | None:
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None
