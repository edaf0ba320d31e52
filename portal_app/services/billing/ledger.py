"""The ledger inside an open unit of work: the only place that books money.

Whoever calls has asked the gate. Every function that books is told a source and an id of there;
the same event is booked once, however often it is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from portal_app.data.models import Allocation, Chart, Invoice, LedgerEntry
from portal_app.rules.billing import allocation as rule
from portal_app.rules.billing.invoices import state
from portal_app.rules.billing.ledger import Kind, signed
from portal_app.rules.errors import ConflictError
from portal_app.security.access import Work
from portal_app.services.billing.books import (
    allocated,
    announce,
    creditable,
    find,
    newest,
    open_invoices,
    refunded,
    settings,
    sums_of,
    total_due,
    unused,
)


@dataclass(frozen=True)
class Recorded:
    """An entry, and whether it was booked just now."""

    entry: LedgerEntry
    is_new: bool


# ---------------------------------------------------------------- booking
def append(
    work: Work,
    chart: Chart,
    kind: Kind,
    amount: int,
    *,
    source: str,
    external_id: str,
    method: str = "",
    invoice: Invoice | None = None,
    refers_to: LedgerEntry | None = None,
    detail: str = "",
    reason: str = "",
    at: datetime | None = None,
) -> LedgerEntry:
    """Add an entry; the amount is above zero, its kind gives it its sign."""
    moment = at or work.now
    last = newest(work, chart)
    change = signed(kind, amount)
    entry = LedgerEntry(
        chart_id=chart.id,
        patient_id=chart.patient_id,
        position=last.position + 1 if last else 1,
        kind=kind.value,
        amount_minor=change,
        balance_after_minor=(last.balance_after_minor if last else 0) + change,
        currency=invoice.currency if invoice else settings(work).currency,
        method=method,
        source=source,
        external_id=external_id,
        invoice_id=invoice.id if invoice else None,
        refers_to_id=refers_to.id if refers_to else None,
        detail=detail,
        reason=reason,
        booked_by=work.user.id if work.user else None,
        booked_on=moment.astimezone(work.zone).date(),
        booked_at=moment,
    )
    work.session.add(entry)
    work.session.flush()
    announce(work, chart)
    return entry


def record_payment(
    work: Work,
    chart: Chart,
    amount: int,
    method: str,
    source: str,
    external_id: str,
    allocations: Mapping[str, int] | None = None,
    *,
    detail: str = "",
    at: datetime | None = None,
) -> Recorded:
    """Book money that has come.

    It came, so it is booked whatever has become of the invoices meanwhile: what does not fit any
    more stays a credit.

    Args:
        work: a unit of work that writes.
        chart: whose money it is.
        amount: in minor units, above zero.
        method: a key of ``rules.billing.money.METHODS``.
        source: who knows of it, such as ``stripe``.
        external_id: its id there.
        allocations: public id of an invoice -> how much counts for it; ``None``: the oldest first.
        detail: words for people, such as "Visa ending in 4242".
        at: when it came, if not now.

    Raises:
        ConflictError: the same event was booked with another amount, or on another chart.
    """
    known = _known(work, chart, Kind.PAYMENT, amount, source, external_id)
    if known is not None:
        return Recorded(known, is_new=False)
    entry = append(
        work,
        chart,
        Kind.PAYMENT,
        amount,
        source=source,
        external_id=external_id,
        method=method,
        detail=detail,
        at=at,
    )
    _spread(work, entry, amount, open_invoices(work, chart), allocations)
    return Recorded(entry, is_new=True)


def record_refund(
    work: Work,
    chart: Chart,
    payment: LedgerEntry,
    amount: int,
    source: str,
    external_id: str,
    *,
    reason: str = "",
    reopens: bool = False,
    at: datetime | None = None,
) -> Recorded:
    """Book money that was given back.

    What counted for no invoice goes first. Where it had paid invoices, the last one first, a
    credit note of the same amount comes with it, so that the invoice stays settled; where it
    ``reopens`` (the payment was a mistake, or a dispute was lost) the amount is due again.

    Raises:
        ConflictError: more than what is left of the payment, or the same event with other facts.
    """
    known = _known(work, chart, Kind.REFUND, amount, source, external_id)
    if known is not None:
        return Recorded(known, is_new=False)
    held = allocated(work, payment)
    left = -payment.amount_minor - refunded(work, payment)
    if payment.kind != Kind.PAYMENT or payment.chart_id != chart.id or amount > left:
        raise ConflictError("That is more than what is left of this payment.")
    refund = append(
        work,
        chart,
        Kind.REFUND,
        amount,
        source=source,
        external_id=external_id,
        method=payment.method,
        refers_to=payment,
        detail=payment.detail,
        reason=reason,
        at=at,
    )
    free = left - sum(part for _, part in held)
    taken = rule.newest_back(amount - min(amount, free), held)
    for invoice, part in taken:
        settled_on = invoice.settled_on
        _count(work, payment, invoice, -part, by=refund)
        if not reopens:
            invoice.refunded_minor += _settle_by_credit(work, chart, invoice, part, refund)
            invoice.settled_on = None if invoice.due_minor else settled_on
            _follow(work, invoice, refund)
    work.session.flush()
    return Recorded(refund, is_new=True)


def _settle_by_credit(
    work: Work, chart: Chart, invoice: Invoice, part: int, refund: LedgerEntry
) -> int:
    """Keep an invoice settled whose money was given back; returns how much of it.

    A credit note of its own that is not used yet comes first. No more than the invoice asked for
    is ever taken away: what its notes have paid elsewhere is due again.
    """
    left = part
    for note, rest in unused(work, chart):
        if note.kind == Kind.CREDIT and note.invoice_id == invoice.id and left:
            _count(work, note, invoice, min(rest, left), by=refund)
            left -= min(rest, left)
    more = min(left, creditable(work, invoice))
    if more:
        note = append(
            work,
            chart,
            Kind.CREDIT,
            more,
            source="refund",
            external_id=f"{refund.public_id}:{invoice.public_id}",
            invoice=invoice,
            refers_to=refund,
            reason=refund.reason,
            at=refund.booked_at,
        )
        _count(work, note, invoice, more)
    return part - left + more


def record_credit(
    work: Work,
    chart: Chart,
    amount: int,
    source: str,
    external_id: str,
    *,
    reason: str = "",
    invoice: Invoice | None = None,
    at: datetime | None = None,
) -> Recorded:
    """Book a credit: a credit note on an invoice, or an amount that can be used later.

    Of a credit note, what is not due any more can be used later.

    Raises:
        ConflictError: more than the invoice asked for, or the same event with other facts.
    """
    known = _known(work, chart, Kind.CREDIT, amount, source, external_id)
    if known is not None:
        return Recorded(known, is_new=False)
    if invoice is not None and (invoice.chart_id != chart.id or amount > creditable(work, invoice)):
        raise ConflictError("That is more than the invoice asked for.")
    entry = append(
        work,
        chart,
        Kind.CREDIT,
        amount,
        source=source,
        external_id=external_id,
        invoice=invoice,
        reason=reason,
        at=at,
    )
    if invoice is not None and invoice.due_minor > 0:
        _count(work, entry, invoice, min(amount, invoice.due_minor))
    return Recorded(entry, is_new=True)


def write_off(
    work: Work,
    chart: Chart,
    invoice: Invoice,
    source: str,
    external_id: str,
    *,
    amount: int | None = None,
    reason: str = "",
    at: datetime | None = None,
) -> Recorded:
    """Book that the practice does not ask for what is due any more, or for a part of it.

    Raises:
        ConflictError: more than is due, or the same event with other facts.
    """
    known = find(work, source, external_id)
    if known is not None:
        wanted = -known.amount_minor if amount is None else amount
        _known(work, chart, Kind.WRITE_OFF, wanted, source, external_id)
        return Recorded(known, is_new=False)
    off = invoice.due_minor if amount is None else amount
    if invoice.chart_id != chart.id or not 0 < off <= invoice.due_minor:
        raise ConflictError("That is more than what is due on this invoice.")
    entry = append(
        work,
        chart,
        Kind.WRITE_OFF,
        off,
        source=source,
        external_id=external_id,
        invoice=invoice,
        reason=reason,
        at=at,
    )
    _count(work, entry, invoice, off)
    return Recorded(entry, is_new=True)


def apply_credit(work: Work, chart: Chart) -> int:
    """Let what is not used yet pay what is due, the oldest first; returns how much it was."""
    used = 0
    for entry, rest in unused(work, chart):
        before = total_due(work, chart)
        _spread(work, entry, rest, open_invoices(work, chart), None)
        used += before - total_due(work, chart)
    if used:
        announce(work, chart)
    return used


# ---------------------------------------------------------------- what only this module may do
def _known(
    work: Work, chart: Chart, kind: Kind, amount: int, source: str, external_id: str
) -> LedgerEntry | None:
    entry = find(work, source, external_id)
    if entry is None:
        return None
    same = (entry.chart_id, entry.kind, entry.amount_minor) == (
        chart.id,
        kind.value,
        signed(kind, amount),
    )
    if not same:
        raise ConflictError("This was booked already, with another amount.")
    return entry


def _spread(
    work: Work,
    entry: LedgerEntry,
    amount: int,
    invoices: Sequence[Invoice],
    chosen: Mapping[str, int] | None,
) -> None:
    """Let an entry count for invoices; what does not fit stays unused."""
    owed = [
        rule.Owed(i.public_id, i.due_minor, i.due_on or work.today, i.number or 0) for i in invoices
    ]
    if chosen is None:
        spread = rule.oldest_first(amount, owed)
    else:
        due = {o.key: o.due for o in owed}
        fits: dict[str, int] = {}
        left = amount
        for key, part in chosen.items():
            fits[key] = min(part, due.get(key, 0), left)
            left -= fits[key]
        spread = rule.as_chosen(amount, owed, fits)
    by_id = {i.public_id: i for i in invoices}
    for key, part in spread.parts:
        _count(work, entry, by_id[key], part)


def _count(
    work: Work, entry: LedgerEntry, invoice: Invoice, part: int, by: LedgerEntry | None = None
) -> None:
    """Let a part of an entry count for an invoice, or take it back."""
    work.session.add(
        Allocation(
            chart_id=entry.chart_id,
            patient_id=entry.patient_id,
            entry_id=entry.id,
            invoice_id=invoice.id,
            amount_minor=part,
            made_by_id=(by or entry).id,
            at=(by or entry).booked_at,
        )
    )
    match entry.kind:
        case Kind.PAYMENT:
            paid, credited, off = part, 0, 0
        case Kind.CREDIT:
            paid, credited, off = 0, part, 0
        case _:
            paid, credited, off = 0, 0, part
    with work.session.no_autoflush:  # the database refuses sums that do not agree
        invoice.paid_minor += paid
        invoice.credited_minor += credited
        invoice.written_off_minor += off
        _follow(work, invoice, by or entry)
    work.session.flush()


def _follow(work: Work, invoice: Invoice, by: LedgerEntry) -> None:
    """Bring due and state of an invoice along with its sums."""
    sums = sums_of(invoice)
    invoice.due_minor, invoice.status = sums.due, state(sums).value
    invoice.settled_on = None if sums.due else invoice.settled_on or by.booked_on
    work.session.add(invoice)


__all__ = [
    "Recorded",
    "append",
    "apply_credit",
    "record_credit",
    "record_payment",
    "record_refund",
    "write_off",
]
