"""A patient's page, Billing: invoices, payments, and everything that changes what is owed."""

from collections.abc import Awaitable, Callable
from typing import Any

from portal_app import live
from portal_app.components.billing import words
from portal_app.components.billing.explained import explained_dialog
from portal_app.components.billing.rows import amount_html, words_html
from portal_app.components.button import Button, icon_link
from portal_app.components.dialog import Dialog
from portal_app.components.note import note_html
from portal_app.components.panel import section as heading
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.billing import ChargeRow, ChartMoneyView, InvoiceRow
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice import invoicing
from portal_app.pages.practice.patient import TABS
from portal_app.pages.practice.superbills import superbills_link
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.billing import desk_views
from portal_app.services.billing.books import topic
from portal_app.services.worker import run

SHOWN = 6
LIST = action(desk_views.money_of, needs=desk_views.NEEDS)


@TABS.tab("billing", "Billing", needs=desk_views.NEEDS, load=desk_views.money_of)
def billing_tab(visit: Visit, view: ChartMoneyView) -> None:
    """Show the money of the chart."""
    ChartBilling(visit, view)


class ChartBilling:
    """The open tab; it follows what others do and what patients pay."""

    def __init__(self, visit: Visit, view: ChartMoneyView) -> None:
        """Draw it."""
        self._visit, self._chart, self._page = visit, visit.chart, view.page
        with Tag("div", "lw-sec-h lw-money-head"):
            with Tag("div"):
                Tag("h2", "lw-h2", "Balance")
                self._due = Tag("p", "lw-money lw-money-s")
                self._lines = Tag("p", "lw-soft lw-s14")
            with Tag("div", "lw-wrap"):
                Button("New invoice", self._new, icon="plus", repeatable=True)
                Button("Record a payment", self._record, kind="sec", repeatable=True)
                self._refund = Button("Refund", self._give_back, kind="sec", repeatable=True)
                Button("Give a credit", self._credit, kind="sec", repeatable=True)
        with Tag("div", "lw-wrap"):
            Button("Explain this balance", self._explain, kind="txt", repeatable=True)
            self._use = Button("Use the credit", self._use_credit, kind="txt")
            superbills_link(self._chart)
        self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
        self._body = Tag("div", "lw-stack lw-gap10")
        self._dialogs = Tag("div")
        self._show(view)
        live.subscribe(topic(self._chart), self.refresh)

    def _show(self, view: ChartMoneyView) -> None:
        self._view, self._page = view, view.page
        wall = self._visit.wall
        self._due.set_text(view.balance.due)
        told = words.lines(view.balance, wall) or ["Nothing is due."]
        if view.balance.credit:
            told.append(f"A credit of {view.balance.credit} is not used yet.")
        self._lines.set_text(" ".join(told))
        self._use.show(on=bool(view.balance.credit) and bool(view.open))
        self._body.clear()
        with self._body:
            self._unbilled(view)
            if view.charges:
                with heading("Late fees to decide on"), Tag("ul", "lw-panel"):
                    for charge in view.charges:
                        self._charge(charge)
            self._drafts(view)
            if view.open:
                self._invoices("Open invoices", view.open)
            self._settled(view)
            self._payments(view)
            if not (view.open or view.settled or view.drafts or view.page):
                Tag("p", "lw-soft", "No invoices yet.")

    def _unbilled(self, view: ChartMoneyView) -> None:
        if not view.unbilled:
            return
        wall = self._visit.wall
        with heading("Visits without an invoice"), Tag("ul", "lw-panel"):
            for row in view.unbilled:
                with Tag("li", "lw-row"):
                    with Tag("div", "lw-grow"):
                        Tag("p", "lw-b", row.title)
                        Tag("p", "lw-m", f"{wall.date(row.served_on)}, {row.amount}")
                    Button(
                        "Issue invoice",
                        lambda r=row: self._issue_visit(r.id),
                        kind="sec",
                        aria_label=f"Issue invoice: {row.title}, {wall.date(row.served_on)}",
                    )

    def _drafts(self, view: ChartMoneyView) -> None:
        if not view.drafts:
            return
        with heading("Drafts"), Tag("ul", "lw-panel"):
            for draft in view.drafts:
                with Tag("li", "lw-row"):
                    with Tag("div", "lw-grow"):
                        Tag("p", "lw-b", draft.title)
                        Tag("p", "lw-m", draft.total)
                    Button("Issue invoice", lambda d=draft: self._issue(d.id))
                    Button("Discard", lambda d=draft: self._discard(d.id), kind="txt")

    def _settled(self, view: ChartMoneyView) -> None:
        if not (view.settled or view.page):
            return
        self._invoices("Settled invoices", view.settled)
        with Tag("div", "lw-wrap"):
            if view.page:
                Button("Newer", lambda: self._turn(-1), kind="sec", repeatable=True)
            if view.has_more:
                Button("Older", lambda: self._turn(1), kind="sec", repeatable=True)

    def _payments(self, view: ChartMoneyView) -> None:
        if not view.payments:
            return
        wall = self._visit.wall
        rows = [
            fragment(
                "li",
                "lw-row",
                fragment(
                    "div",
                    "lw-grow",
                    fragment("p", "lw-b", p.words),
                    fragment("p", "lw-m", wall.date(p.booked_on)),
                ),
                fragment("span", "lw-num", p.amount),
            )
            for p in view.payments[:SHOWN]
        ]
        with heading("Latest payments"):
            Tag("ul", "lw-panel", html=join(*rows))

    def _invoices(self, title: str, rows: tuple[InvoiceRow, ...]) -> None:
        wall = self._visit.wall
        with heading(title), Tag("ul", "lw-panel"):
            for row in rows:
                with Tag("li", "lw-row lw-inv"):
                    Tag("div", "lw-grow", html=words_html(row, wall))
                    Tag("div", "lw-inv-sum", html=amount_html(row))
                    with Tag("div", "lw-wrap lw-inv-acts"):
                        if row.is_open:
                            Button(
                                "Write off",
                                lambda r=row: self._open(
                                    lambda: invoicing.WriteOffDialog(self._visit, r)
                                ),
                                kind="txt",
                                aria_label=f"Write off invoice {row.number}",
                                repeatable=True,
                            )
                        if row.state == "open":
                            Button(
                                "Void",
                                lambda r=row: self._open(
                                    lambda: invoicing.VoidDialog(self._visit, r)
                                ),
                                kind="txt",
                                aria_label=f"Make invoice {row.number} void",
                                repeatable=True,
                            )
                        name = f"Download invoice {row.number} as PDF"
                        href = f"/pdf/invoices/{self._chart}/{row.id}"
                        icon_link("download", name, href).set(download=True)

    def _charge(self, charge: ChargeRow) -> None:
        wall, url = self._visit.wall, self._visit.house.public_url
        with Tag("li", "lw-row"):
            with Tag("div", "lw-grow"):
                Tag("p", "lw-b", charge.title)
                Tag("p", "lw-m", f"{wall.date(charge.served_on)}, {charge.amount}")

            def decide(*, bills: bool) -> Awaitable[Any]:
                return invoicing.DECIDE(self._visit.actor, self._chart, charge.id, url, bills=bills)

            Button("Charge it", lambda: self._do(decide(bills=True), "Invoice issued"), kind="sec")
            Button("Let it go", lambda: self._do(decide(bills=False), "Let go"), kind="txt")

    def _open(self, make: Callable[[], Dialog]) -> None:
        # beside the lists: they are drawn anew while a dialog is open
        with self._dialogs:
            make().open()

    def _new(self) -> None:
        self._open(lambda: invoicing.InvoiceDialog(self._visit, self._view))

    def _record(self) -> None:
        self._open(lambda: invoicing.PaymentDialog(self._visit, self._view))

    def _give_back(self) -> None:
        self._open(lambda: invoicing.RefundDialog(self._visit, self._view))

    def _credit(self) -> None:
        self._open(lambda: invoicing.CreditDialog(self._visit, self._view))

    async def _explain(self) -> None:
        work = invoicing.EXPLAIN(self._visit.actor, self._chart)
        done, found = await self._visit.attempt(work, self._refuse)
        if done:
            with self._dialogs:
                explained_dialog(found, "How this balance came about").open()

    async def _use_credit(self) -> None:
        await self._do(invoicing.USE_CREDIT(self._visit.actor, self._chart), "{0} used")

    async def _issue_visit(self, visit_id: str) -> None:
        url = self._visit.house.public_url
        work = invoicing.ISSUE_VISIT(self._visit.actor, visit_id, url)
        await self._do(work, "Invoice {0.number} issued, {0.total}")

    async def _issue(self, invoice: str) -> None:
        url = self._visit.house.public_url
        work = invoicing.ISSUE(self._visit.actor, self._chart, invoice, url)
        await self._do(work, "Invoice {0.number} issued, {0.total}")

    async def _discard(self, invoice: str) -> None:
        await self._do(
            invoicing.DISCARD(self._visit.actor, self._chart, invoice), "Draft discarded"
        )

    async def _do(self, work: Awaitable[Any], said: str) -> None:
        self._error.show(on=False)
        done, found = await self._visit.attempt(work, self._refuse)
        if done:
            self._visit.say(said.format(found))
        await self.refresh()

    def _refuse(self, error: PortalError) -> None:
        self._error.set_html(note_html(error.message, "danger")).show(on=True)

    async def _turn(self, by: int) -> None:
        work = LIST(self._visit.actor, self._chart, self._page + by)
        done, found = await self._visit.attempt(work, self._refuse)
        if done and not self._body.is_deleted:
            self._show(found)

    async def refresh(self) -> None:
        """Read it again; the page of settled invoices stays."""
        found = await run(desk_views.money_of, self._visit.actor, self._chart, self._page)
        if not self._body.is_deleted and found != self._view:
            self._show(found)
