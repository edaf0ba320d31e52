"""Billing: what is due, cards, what happened with money, and invoices.

Each tab is declared in a module of its own, beside what it draws.
"""

from dataclasses import dataclass

from portal_app import live
from portal_app.components.billing.balance import Balance
from portal_app.components.billing.explained import explained_dialog
from portal_app.components.billing.pay import result_dialog
from portal_app.components.tag import Tag
from portal_app.components.text import h1
from portal_app.data.schemas.billing import BalanceView
from portal_app.data.schemas.payments import Outcome
from portal_app.pages.framework.tabbed import Tabbed, TabbedView
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.paying import PAYING
from portal_app.pages.routing import action, section
from portal_app.rules.errors import PortalError
from portal_app.security.actor import Actor
from portal_app.services.billing import payments, reading
from portal_app.services.billing.books import topic
from portal_app.services.worker import run

TABS = Tabbed("Billing", reading.NEEDS, ("cards", "history", "invoices"))
EXPLAIN = action(reading.explain, needs=reading.NEEDS)


@dataclass(frozen=True)
class BillingPage:
    """What is due, and the open tab."""

    balance: BalanceView
    tabs: TabbedView
    paid: Outcome | None = None
    """What became of a payment that was made on the hosted page."""


def load(actor: Actor, chart: str, tab: str = "", payment: str = "") -> BillingPage:
    """Read what is due, the tab that was asked for, and what became of a payment."""
    paid = payments.outcome(actor, chart, payment) if payment else None
    return BillingPage(reading.head(actor, chart), TABS.load(actor, chart, tab), paid)


@section(
    "portal",
    "/{chart}/billing",
    needs=reading.NEEDS,
    title="Billing",
    nav="billing",
    load=load,
    query=("tab", "payment"),
)
def billing_page(visit: Visit, view: BillingPage) -> None:
    """Show what is due, and the tabs."""
    chart = visit.chart
    with Tag("div", "lw-page"):
        with Tag("div", "lw-page-h"), Tag("div"):
            h1("Billing")
        dialogs = Tag("div")
        error = Tag("p", "lw-note lw-danger", role="alert").show(on=False)

        def refuse(problem: PortalError) -> None:
            error.set_text(problem.message).show(on=True)

        async def explain() -> None:
            done, found = await visit.attempt(EXPLAIN(visit.actor, chart), refuse)
            if done:
                with dialogs:
                    explained_dialog(found).open()

        balance = Balance(
            view.balance,
            visit.wall,
            on_explain=explain,
            pay=lambda: PAYING.button(visit, "Pay now") if view.balance.may_pay else None,
        )

        async def refresh() -> None:
            newer = await run(reading.head, visit.actor, chart)
            balance.show(newer, visit.wall)

        live.subscribe(topic(chart), refresh)
        TABS.draw(visit, view.tabs, f"/portal/{chart}/billing")
        if view.paid is not None:
            with dialogs:
                receipt = f"/pdf/receipts/{chart}/{view.paid.id}"
                result_dialog(view.paid, receipt).open()
