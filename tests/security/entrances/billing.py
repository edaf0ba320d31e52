"""Invoices of Alice's chart with Dr. Own."""

from datetime import date

from sqlmodel import select

from portal_app.data.models import Allocation, Chart, Invoice, InvoiceLine, LedgerEntry
from portal_app.integrations import pdf
from portal_app.security.system import open_system
from portal_app.services.billing import issuing, paper, reading
from portal_app.services.billing.issuing import Line
from tests.security.actors import HOME, ROSTER
from tests.world import World

A = "alice"
PAYERS = HOME
"""Who sees Alice's billing: her proxy for billing alone does too."""
WRITTEN = (Invoice, InvoiceLine, LedgerEntry, Allocation)


class Bills:
    """An invoice that is open."""

    def __init__(self, world: World) -> None:
        with open_system("an invoice") as work:
            rows = select(Chart).where(Chart.public_id == world.charts[A])
            chart = work.session.exec(rows).one()
            lines = [Line(date(2026, 11, 2), "canary7f3a visit", 160_00)]
            invoice = issuing.issue(work, issuing.draft(work, chart, lines))
            self.open = invoice.public_id


STAGED = {"billing.": Bills, "GET /pdf/invoices": Bills}
SECTIONS = {"/portal/{chart}/billing": (PAYERS, {"chart": lambda w, _: w.charts[A]})}
ACTIONS = {
    "billing.reading.explain": (PAYERS, lambda a, w, _: reading.explain(a, w.charts[A])),
    "billing.reading.invoices": (PAYERS, lambda a, w, _: reading.invoices(a, w.charts[A])),
}


def _download(a, w, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    try:
        return paper.as_pdf(a, w.charts[A], s.of(Bills).open)
    finally:
        pdf.stop()


ROUTES = {"GET /pdf/invoices/{chart}/{invoice}": (PAYERS | ROSTER, _download)}
