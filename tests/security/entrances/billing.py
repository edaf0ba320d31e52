"""Invoices of Alice's chart with Dr. Own."""

from portal_app.data.models import Allocation, Fee, Invoice, InvoiceLine, LedgerEntry
from portal_app.data.schemas.billing import (
    BillingInput,
    FeeInput,
    InvoiceInput,
    PaymentInput,
    ReduceInput,
    RefundInput,
    VoidInput,
)
from portal_app.integrations import pdf
from portal_app.services.billing import desk, desk_views, ledger, paper, reading, setup
from tests.billing_world import chart_of, completed, draft, issue, late_fee, writing
from tests.security.actors import HOME, OWNER, ROSTER
from tests.world import URL, World

A = "alice"
PAYERS = HOME
"""Who sees Alice's billing: her proxy for billing alone does too."""
WRITTEN = (Invoice, InvoiceLine, LedgerEntry, Allocation)


BILLERS = ROSTER
"""Who of the practice works with the money of Dr. Own's charts."""


class Bills:
    """An invoice that is open."""

    def __init__(self, world: World) -> None:
        self.open = issue(world, 160_00, words="canary7f3a visit")


class Desk:
    """A visit without an invoice, a draft, a late fee, a payment by hand and a credit."""

    def __init__(self, world: World) -> None:
        self.visit = completed(world)
        self.draft = draft(world, 20_00)
        self.charge = late_fee(world)
        self.unpaid = issue(world, 90_00)
        with writing() as work:
            chart = chart_of(work, world)
            paid = ledger.record_payment(work, chart, 10_00, "cash", "test", "matrix", {})
            self.payment = paid.entry.public_id


STAGED = {"billing.": Bills, "billing.desk.": Desk, "GET /pdf/invoices": Bills}
SECTIONS = {
    "/portal/{chart}/billing": (PAYERS, {"chart": lambda w, _: w.charts[A]}),
    "/practice/billing": (BILLERS | {"other"}, {}),
    "/practice/settings/services-and-fees": (OWNER, {}),
    "/practice/settings/payments": (BILLERS | {"other"}, {}),
}
ACTIONS = {
    "billing.reading.explain": (PAYERS, lambda a, w, _: reading.explain(a, w.charts[A])),
    "billing.reading.invoices": (PAYERS, lambda a, w, _: reading.invoices(a, w.charts[A])),
    "billing.desk_views.money_of": (BILLERS, lambda a, w, _: desk_views.money_of(a, w.charts[A])),
    "billing.desk_views.explain": (BILLERS, lambda a, w, _: desk_views.explain(a, w.charts[A])),
    "billing.desk.invoice_visit": (
        BILLERS,
        lambda a, _, s: desk.invoice_visit(a, s.of(Desk).visit, URL),
    ),
    "billing.desk.invoice_visits": (
        BILLERS,
        lambda a, _, s: desk.invoice_visits(a, [s.of(Desk).visit], URL),
    ),
    "billing.desk.draft": (
        BILLERS,
        lambda a, w, s: desk.draft(a, w.charts[A], InvoiceInput(visits=[s.of(Desk).visit])),
    ),
    "billing.desk.issue": (
        BILLERS,
        lambda a, w, s: desk.issue(a, w.charts[A], s.of(Desk).draft, URL),
    ),
    "billing.desk.discard": (
        BILLERS,
        lambda a, w, s: desk.discard(a, w.charts[A], s.of(Desk).draft),
    ),
    "billing.desk.void": (
        BILLERS,
        lambda a, w, s: desk.void(a, w.charts[A], s.of(Desk).unpaid, VoidInput(reason="x")),
    ),
    "billing.desk.decide_charge": (
        BILLERS,
        lambda a, w, s: desk.decide_charge(a, w.charts[A], s.of(Desk).charge, URL, bills=True),
    ),
    "billing.desk.record_payment": (
        BILLERS,
        lambda a, w, _: desk.record_payment(
            a, w.charts[A], PaymentInput(amount="5", method="cash", client_key="k")
        ),
    ),
    "billing.desk.refund": (
        BILLERS,
        lambda a, w, s: desk.refund(
            a,
            w.charts[A],
            RefundInput(payment=s.of(Desk).payment, amount="5", reason="x", client_key="k"),
        ),
    ),
    "billing.desk.credit": (
        BILLERS,
        lambda a, w, _: desk.credit(
            a, w.charts[A], ReduceInput(amount="5", reason="x", client_key="k")
        ),
    ),
    "billing.desk.write_off": (
        BILLERS,
        lambda a, w, s: desk.write_off(
            a,
            w.charts[A],
            ReduceInput(amount="5", reason="x", invoice=s.of(Desk).unpaid, client_key="k"),
        ),
    ),
    "billing.desk.use_credit": (BILLERS, lambda a, w, _: desk.use_credit(a, w.charts[A])),
    "billing.setup.save_fee": (
        OWNER,
        lambda a, *_: setup.save_fee(a, "", FeeInput(name="canary7f3a", amount="5")),
    ),
    "billing.setup.set_fee_active": (
        OWNER,
        lambda a, _, s: setup.set_fee_active(a, s.of(Listed).fee, active=False),
    ),
    "billing.setup.save_billing": (
        OWNER,
        lambda a, *_: setup.save_billing(a, BillingInput(next_number=2)),
    ),
}


class Listed:
    """A fee in the list."""

    def __init__(self, _: World) -> None:
        row = Fee(name="Letter", amount_minor=45_00)
        with writing() as work:
            work.session.add(row)
            work.session.flush()
            self.fee = row.public_id


def _download(a, w, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    try:
        return paper.as_pdf(a, w.charts[A], s.of(Bills).open)
    finally:
        pdf.stop()


ROUTES = {"GET /pdf/invoices/{chart}/{invoice}": (PAYERS | ROSTER, _download)}
