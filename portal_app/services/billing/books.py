"""The books inside an open unit of work: what the ledger says now. Whoever calls has asked the gate."""

from typing import Any

from sqlmodel import col, func, select

from portal_app.data.models import Allocation, BillingSettings, Chart, Invoice, LedgerEntry
from portal_app.rules.billing.invoices import Sums
from portal_app.rules.billing.ledger import Kind
from portal_app.security.access import Work

ALL = "billing"
"""Pages about the money of the whole practice listen to it."""


def topic(chart: str) -> str:
    """Name what pages about a chart's money listen to."""
    return f"billing:{chart}"


def announce(work: Work, chart: Chart) -> None:
    """Tell the open pages that a chart's money has changed."""
    work.announce(topic(chart.public_id), ALL)


def settings(work: Work) -> BillingSettings:
    """Give what the practice has decided about billing; a new row where there is none yet."""
    return work.session.get(BillingSettings, 1) or BillingSettings()


def balance(work: Work, chart: Chart) -> int:
    """Tell the balance of a chart: the newest entry carries it."""
    last = newest(work, chart)
    return last.balance_after_minor if last else 0


def open_invoices(work: Work, chart: Chart, most: int | None = None) -> list[Invoice]:
    """Give the invoices on which something is due, the oldest first."""
    rows = (
        select(Invoice)
        .where(Invoice.chart_id == chart.id, Invoice.due_minor > 0)
        .order_by(col(Invoice.due_on), col(Invoice.number))
        .limit(most)
    )
    return list(work.session.exec(rows).all())


def total_due(work: Work, chart: Chart) -> int:
    """Sum up what is due on all invoices of a chart."""
    rows = select(func.coalesce(func.sum(Invoice.due_minor), 0)).where(
        Invoice.chart_id == chart.id, Invoice.due_minor > 0
    )
    return int(work.session.exec(rows).one())


def find(work: Work, source: str, external_id: str) -> LedgerEntry | None:
    """Find the entry of an event."""
    rows = select(LedgerEntry).where(
        LedgerEntry.source == source, LedgerEntry.external_id == external_id
    )
    return work.session.exec(rows).first()


def allocated(work: Work, entry: LedgerEntry) -> list[tuple[Invoice, int]]:
    """Tell for which invoices an entry counts now, in the order in which it came to count."""
    rows = (
        select(Allocation, Invoice)
        .join(Invoice, col(Allocation.invoice_id) == Invoice.id)
        .where(Allocation.entry_id == entry.id)
        .order_by(col(Allocation.at), col(Invoice.due_on), col(Invoice.number))
    )
    sums: dict[Any, tuple[Invoice, int]] = {}
    for row, invoice in work.session.exec(rows).all():
        before = sums[invoice.id][1] if invoice.id in sums else 0
        sums[invoice.id] = (invoice, before + row.amount_minor)
    return [(invoice, part) for invoice, part in sums.values() if part]


def refunded(work: Work, payment: LedgerEntry) -> int:
    """Tell how much of a payment was given back."""
    rows = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
        LedgerEntry.refers_to_id == payment.id, LedgerEntry.kind == Kind.REFUND
    )
    return int(work.session.exec(rows).one())


def unused(work: Work, chart: Chart) -> list[tuple[LedgerEntry, int]]:
    """List payments and credits of which something counts for no invoice yet, the oldest first."""
    counted = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(Allocation.entry_id == LedgerEntry.id)
        .correlate(LedgerEntry)
        .scalar_subquery()
    )
    back = _refunds_by_payment(chart)
    left = -LedgerEntry.amount_minor - counted - func.coalesce(back.c.back, 0)
    rows = (
        select(LedgerEntry, left)
        .join(back, back.c.payment == LedgerEntry.id, isouter=True)
        .where(
            LedgerEntry.chart_id == chart.id,
            col(LedgerEntry.kind).in_((Kind.PAYMENT, Kind.CREDIT)),
            left > 0,
        )
        .order_by(col(LedgerEntry.position))
    )
    return [(entry, int(rest)) for entry, rest in work.session.exec(rows).all()]


def _refunds_by_payment(chart: Chart) -> Any:
    return (
        select(
            col(LedgerEntry.refers_to_id).label("payment"),
            func.sum(LedgerEntry.amount_minor).label("back"),
        )
        .where(LedgerEntry.chart_id == chart.id, LedgerEntry.kind == Kind.REFUND)
        .group_by(col(LedgerEntry.refers_to_id))
        .subquery()
    )


def newest(work: Work, chart: Chart) -> LedgerEntry | None:
    """Find the newest entry of a chart; it carries the balance."""
    rows = (
        select(LedgerEntry)
        .where(LedgerEntry.chart_id == chart.id)
        .order_by(col(LedgerEntry.position).desc())
        .limit(1)
    )
    return work.session.exec(rows).first()


def sums_of(invoice: Invoice) -> Sums:
    """Tell what was asked for, and what has come against it."""
    return Sums(
        invoice.total_minor,
        invoice.paid_minor,
        invoice.credited_minor,
        invoice.written_off_minor,
        invoice.refunded_minor,
    )


def creditable(work: Work, invoice: Invoice) -> int:
    """Tell how much of what an invoice asked for no credit note has taken away yet."""
    rows = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
        LedgerEntry.invoice_id == invoice.id, LedgerEntry.kind == Kind.CREDIT
    )
    noted = -int(work.session.exec(rows).one())
    ended = invoice.number is None or invoice.status == "void"
    return 0 if ended else invoice.total_minor - noted - invoice.written_off_minor


__all__ = [
    "ALL",
    "allocated",
    "announce",
    "balance",
    "creditable",
    "find",
    "newest",
    "open_invoices",
    "refunded",
    "settings",
    "sums_of",
    "topic",
    "total_due",
    "unused",
]
