"""The invoices of a chart: what is due first."""

from portal_app import live
from portal_app.components.billing.rows import invoice_row
from portal_app.components.button import Button
from portal_app.components.panel import section as heading
from portal_app.components.states import empty
from portal_app.components.tag import Tag
from portal_app.data.schemas.billing import InvoiceRow, InvoicesView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.billing import TABS
from portal_app.pages.portal.paying import PAYING
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.billing import reading
from portal_app.services.billing.books import topic
from portal_app.services.worker import run

LIST = action(reading.invoices, needs=reading.NEEDS)


@TABS.tab("invoices", "Invoices", needs=reading.NEEDS, load=reading.invoices)
def invoices_tab(visit: Visit, view: InvoicesView) -> None:
    """Show them."""
    InvoicesTab(visit, view)


class InvoicesTab:
    """The open tab; it follows what is paid and issued."""

    def __init__(self, visit: Visit, view: InvoicesView) -> None:
        """Draw it."""
        self._visit, self._chart, self._page = visit, visit.chart, view.page
        self._none = empty(
            "No invoices yet", "They will be here after your visits.", "receipt", level=2
        )
        with heading("Open") as self._open_box:
            self._open = Tag("ul", "lw-panel")
        with heading("Settled", "lw-inv-settled") as self._settled_box:
            self._settled = Tag("ul", "lw-panel")
        self._error = Tag("p", "lw-note lw-danger", role="alert").show(on=False)
        with Tag("div", "lw-wrap lw-inv-pages"):
            self._newer = Button("Newer", lambda: self._turn(-1), kind="sec", repeatable=True)
            self._older = Button("Older", lambda: self._turn(1), kind="sec", repeatable=True)
        self._show(view)
        live.subscribe(topic(self._chart), self.refresh)

    def _show(self, view: InvoicesView) -> None:
        self._page = view.page
        self._none.show(on=not view.open and not view.settled and view.page == 0)
        self._open_box.show(on=bool(view.open))
        self._settled_box.show(on=bool(view.settled))
        for box, rows in ((self._open, view.open), (self._settled, view.settled)):
            box.clear()
            with box:
                for row in rows:
                    pdf = f"/pdf/invoices/{self._chart}/{row.id}"
                    invoice_row(row, self._visit.wall, pdf, self._pay if view.may_pay else None)
        self._newer.show(on=view.page > 0)
        self._older.show(on=view.has_more)

    def _pay(self, row: InvoiceRow) -> None:
        PAYING.button(self._visit, "Pay", name=f"Pay invoice {row.number}", invoice=row.id)

    async def _turn(self, by: int) -> None:
        work = LIST(self._visit.actor, self._chart, self._page + by)
        done, found = await self._visit.attempt(work, self._refuse)
        if done and not self._open.is_deleted:
            self._show(found)

    def _refuse(self, error: PortalError) -> None:
        self._error.set_text(error.message).show(on=True)

    async def refresh(self) -> None:
        """Read it again; the page stays."""
        found = await run(reading.invoices, self._visit.actor, self._chart, self._page)
        if not self._open.is_deleted:
            self._show(found)
