"""The practice's Billing: what is overdue and open, and what is not invoiced yet."""

from collections.abc import Awaitable, Sequence
from typing import Any

from portal_app import live
from portal_app.components.badge import chip_html
from portal_app.components.billing import words
from portal_app.components.billing.rows import amount_html
from portal_app.components.button import Button
from portal_app.components.note import note_html
from portal_app.components.panel import section as heading
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link
from portal_app.data.schemas.billing import ChargeRow, MoneyRow, PracticeMoneyView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.practice.invoicing import DECIDE, ISSUE, ISSUE_VISIT, ISSUE_VISITS
from portal_app.pages.routing import section
from portal_app.rules.errors import PortalError
from portal_app.rules.when import Wall
from portal_app.services.billing import overview
from portal_app.services.billing.books import ALL
from portal_app.services.worker import run


@section(
    "practice",
    "/billing",
    needs=overview.NEEDS,
    title="Billing",
    nav="billing",
    load=overview.waiting,
)
def billing_page(visit: Visit, view: PracticeMoneyView) -> None:
    """Show what waits."""
    PracticeBilling(visit, view)


class PracticeBilling:
    """The open page; it follows what is paid and issued anywhere."""

    def __init__(self, visit: Visit, view: PracticeMoneyView) -> None:
        """Draw it."""
        self._visit = visit
        with Tag("div", "lw-page"):
            with Tag("div", "lw-page-h"):
                with Tag("div"):
                    h1("Billing")
                    self._lead = Tag("p", "lw-lead")
                with Tag("div", "lw-act"):
                    self._batch = Button("Issue all", self._issue_all, kind="sec")
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)
            self._body = Tag("div", "lw-cols lw-halves")
        self._show(view)
        live.subscribe(ALL, self.refresh)

    def _show(self, view: PracticeMoneyView) -> None:
        self._view = view
        late = f", {view.overdue_sum} of it overdue" if view.overdue_count else ""
        self._lead.set_text(f"{view.due} is due{late}.")
        count = len(view.unbilled)
        self._batch.show(on=count > 1)
        self._batch.set_words(f"Issue {count} invoices")
        self._body.clear()
        with self._body:
            with Tag("div", "lw-col"):
                self._list("Overdue", view.overdue, view.overdue_count, "Nothing is overdue.")
                self._list("Open invoices", view.open, view.open_count, "Nothing else is open.")
            with Tag("div", "lw-col"):
                self._unbilled(view)
                if view.drafts:
                    with heading("Drafts"), Tag("ul", "lw-panel"):
                        for chart, patient, draft in view.drafts:
                            with Tag("li", "lw-row"):
                                with Tag("div", "lw-grow"):
                                    link(patient, _tab(chart), "lw-t")
                                    Tag("p", "lw-m", f"{draft.title}, {draft.total}")
                                Button(
                                    "Issue invoice",
                                    lambda c=chart, d=draft: self._issue(c, d.id),
                                    kind="sec",
                                    aria_label=f"Issue invoice: {patient}",
                                )
                if view.charges:
                    with heading("Late fees to decide on"), Tag("ul", "lw-panel"):
                        for charge in view.charges:
                            self._charge(charge)

    def _list(self, title: str, rows: Sequence[MoneyRow], count: int, none: str) -> None:
        wall = self._visit.wall
        with heading(title):
            if not rows:
                Tag("p", "lw-soft", none)
                return
            Tag("ul", "lw-panel", html=join(*(_row(r, wall) for r in rows)))
            if count > len(rows):
                Tag("p", "lw-soft lw-s14", f"And {count - len(rows)} more.")

    def _unbilled(self, view: PracticeMoneyView) -> None:
        wall = self._visit.wall
        with heading("Visits without an invoice"):
            if not view.unbilled:
                Tag("p", "lw-soft", "Every completed visit is invoiced.")
                return
            with Tag("ul", "lw-panel"):
                for row in view.unbilled:
                    with Tag("li", "lw-row"):
                        with Tag("div", "lw-grow"):
                            link(row.patient, _tab(row.chart), "lw-t")
                            when = wall.date(row.served_on)
                            Tag("p", "lw-m", f"{row.title}, {when}, {row.amount}")
                        Button(
                            "Issue invoice",
                            lambda r=row: self._issue_visit(r.id),
                            kind="sec",
                            aria_label=f"Issue invoice: {row.patient}",
                        )
            if view.unbilled_count > len(view.unbilled):
                more = view.unbilled_count - len(view.unbilled)
                Tag("p", "lw-soft lw-s14", f"And {more} more.")

    def _charge(self, charge: ChargeRow) -> None:
        visit = self._visit
        with Tag("li", "lw-row"):
            with Tag("div", "lw-grow"):
                link(charge.patient, _tab(charge.chart), "lw-t")
                when = visit.wall.date(charge.served_on)
                Tag("p", "lw-m", f"{charge.title}, {when}, {charge.amount}")

            def decide(*, bills: bool) -> Awaitable[Any]:
                url = visit.house.public_url
                return DECIDE(visit.actor, charge.chart, charge.id, url, bills=bills)

            Button(
                "Charge it",
                lambda: self._do(decide(bills=True), "Invoice issued"),
                kind="sec",
                aria_label=f"Charge it: {charge.patient}",
            )
            Button(
                "Let it go",
                lambda: self._do(decide(bills=False), "Let go"),
                kind="txt",
                aria_label=f"Let it go: {charge.patient}",
            )

    async def _issue(self, chart: str, invoice: str) -> None:
        work = ISSUE(self._visit.actor, chart, invoice, self._visit.house.public_url)
        await self._do(work, "Invoice {0.number} issued, {0.total}")

    async def _issue_visit(self, visit_id: str) -> None:
        work = ISSUE_VISIT(self._visit.actor, visit_id, self._visit.house.public_url)
        await self._do(work, "Invoice {0.number} issued, {0.total}")

    async def _issue_all(self) -> None:
        ids = [row.id for row in self._view.unbilled]
        work = ISSUE_VISITS(self._visit.actor, ids, self._visit.house.public_url)
        with self._batch.busy("Issuing"):
            await self._do(work, "{0} invoices issued")

    async def _do(self, work: Awaitable[Any], said: str) -> None:
        def refuse(error: PortalError) -> None:
            self._error.set_html(note_html(error.message, "danger")).show(on=True)

        self._error.show(on=False)
        done, found = await self._visit.attempt(work, refuse)
        if done:
            self._visit.say(said.format(found))
        await self.refresh()

    async def refresh(self) -> None:
        """Read it again."""
        found = await run(overview.waiting, self._visit.actor)
        if not self._body.is_deleted and found != self._view:
            self._show(found)


def _tab(chart: str) -> str:
    return f"/practice/patients/{chart}?tab=billing"


def _row(found: MoneyRow, wall: Wall) -> Safe:
    text, kind = words.chip(found.row, wall)
    return fragment(
        "li",
        "lw-row lw-inv",
        fragment(
            "div",
            "lw-grow",
            fragment(
                "div",
                "lw-wrap lw-inv-h",
                fragment("a", "lw-t", found.patient, href=_tab(found.chart)),
                chip_html(text, kind),
            ),
            fragment("p", "lw-m", words.about(found.row, wall)),
        ),
        fragment("div", "lw-inv-sum", amount_html(found.row)),
    )
