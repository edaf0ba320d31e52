"""Receipts: what was paid, when and how, and nothing about the visit."""

from sqlmodel import select

from portal_app.data.models import CardPayment, Invoice, LedgerEntry
from portal_app.integrations import pdf
from portal_app.integrations.money import money
from portal_app.rules.billing.ledger import Kind
from portal_app.rules.billing.money import METHODS
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import books

NEEDS = Permission.BILLING_VIEW


def as_pdf(actor: Actor, chart: str, payment: str) -> tuple[str, bytes]:
    """Make the receipt of a payment a PDF: of an attempt, or of an entry of the ledger.

    Raises:
        NotFoundError: absent, or nothing was paid.
        PdfError: it could not be made.
    """
    action = "billing.receipt"
    with access.open(actor, NEEDS, chart=chart, writes=True, action=action, target=payment) as work:
        entry = _entry(work, payment)
        settings, wall = books.settings(work), Wall(work.zone, work.now)
        name = f"{work.practice.name} {work.practice.name_second_line}".strip()
        back = books.refunded(work, entry)
        parts: list[tuple[Invoice, int]] = books.allocated(work, entry)
        used = sum(part for _, part in parts)
        rest = -entry.amount_minor - back - used
        html = pdf.page(
            "receipt.html",
            title="Receipt",
            practice=settings.legal_name or name,
            about=work.patient.name,
            made=wall.full(work.now),
            amount=money(-entry.amount_minor, entry.currency),
            day=wall.calendar_day(entry.booked_at),
            way=entry.detail or METHODS.get(entry.method, "Payment"),
            number=entry.public_id,
            parts=[(str(i.number), money(part, entry.currency)) for i, part in parts],
            rest=money(rest, entry.currency) if rest > 0 else "",
            refunded=money(back, entry.currency) if back else "",
        )
    return "receipt.pdf", pdf.render(html)


def _entry(work: Work, payment: str) -> LedgerEntry:
    own = LedgerEntry.chart_id == work.chart.id, LedgerEntry.kind == Kind.PAYMENT
    rows = select(LedgerEntry).where(LedgerEntry.public_id == payment, *own)
    found = work.session.exec(rows).first()
    if found is None:
        attempts = select(CardPayment.entry_id).where(
            CardPayment.public_id == payment, CardPayment.chart_id == work.chart.id
        )
        entry = work.session.exec(attempts).first()
        found = work.session.get(LedgerEntry, entry) if entry else None
    if found is None:
        raise NotFoundError
    return found
