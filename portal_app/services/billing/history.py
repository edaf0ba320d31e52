"""What has happened with money on a chart: a page of it at a time, and the statement as a PDF."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, func, select

from portal_app.data.models import Allocation, Invoice, InvoiceLine, LedgerEntry, Practitioner
from portal_app.data.schemas.superbills import HistoryRow, HistoryView
from portal_app.integrations import pdf
from portal_app.integrations.money import money
from portal_app.rules.billing import ranges
from portal_app.rules.billing.ledger import ADDS, WORDS, Kind
from portal_app.rules.billing.money import METHODS
from portal_app.rules.billing.ranges import Days
from portal_app.rules.errors import InvalidError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import superbill_facts as facts
from portal_app.services.billing import superbills
from portal_app.services.billing.superbill_page import long_day, short_day

NEEDS = Permission.BILLING_VIEW
PAGE = 25
MOST = 500
"""Entries that one page shows at the very most."""
STATEMENT_MOST = 2000
INVOICES_TOLD = 3
TITLES = {
    Kind.PAYMENT: "Payment, thank you",
    Kind.CREDIT: "Credit",
    Kind.WRITE_OFF: "Not asked for any more",
    Kind.VOID: "Invoice taken back",
    Kind.REFUND: "Money given back",
}


def opened(actor: Actor, chart: str) -> HistoryView:
    """Read the first page of the last twelve months."""
    return page(actor, chart)


def page(
    actor: Actor,
    chart: str,
    key: str = ranges.DEFAULT,
    first: date | None = None,
    last: date | None = None,
    most: int = PAGE,
) -> HistoryView:
    """Read what happened in a range, the newest first.

    Raises:
        InvalidError: the days make no range.
    """
    with access.open(actor, NEEDS, chart=chart) as work:
        days = _days(work, key, first, last)
        most = max(PAGE, min(most, MOST))
        rows = list(
            work.session.exec(
                _entries(work, days)
                .order_by(col(LedgerEntry.booked_on).desc(), col(LedgerEntry.position).desc())
                .limit(most + 1)
            ).all()
        )
        may_create = work.may(Permission.BILLING_SUPERBILL)
        return HistoryView(
            rows=told(work, rows[:most]),
            has_more=len(rows) > most and most < MOST,
            range=key if key in ranges.CHOICES else ranges.DEFAULT,
            first=days.first,
            last=days.last,
            superbills=superbills.listed(work) if may_create else (),
            may_create=may_create,
        )


def _days(work: Work, key: str, first: date | None, last: date | None) -> Days:
    try:
        return ranges.days(key, work.today, first, last)
    except ranges.RangeError as error:
        raise InvalidError(str(error), field="first") from error


def _entries(work: Work, days: Days) -> Any:
    rows = select(LedgerEntry).where(
        LedgerEntry.chart_id == work.chart.id, LedgerEntry.booked_on <= days.last
    )
    return rows if days.first is None else rows.where(LedgerEntry.booked_on >= days.first)


def told(work: Work, rows: Sequence[LedgerEntry]) -> tuple[HistoryRow, ...]:
    """Put entries into words; as many queries for one entry as for many."""
    numbers = _numbers(work, rows)
    people = _clinicians(work, rows)
    return tuple(_told(work, row, numbers.get(row.id, ()), people) for row in rows)


def _told(
    work: Work, row: LedgerEntry, numbers: Sequence[int], people: dict[Any, str]
) -> HistoryRow:
    kind = Kind(row.kind)
    charges = kind in {Kind.CHARGE, Kind.LATE_FEE}
    title = row.detail if charges and row.detail else TITLES.get(kind, WORDS[kind])
    parts = []
    if charges:
        parts.append(people.get(row.invoice_id) or work.practitioner.name)
    elif kind in {Kind.PAYMENT, Kind.REFUND}:
        parts.append(row.detail or METHODS.get(row.method, ""))
    if numbers:
        shown = ", ".join(str(n) for n in numbers[:INVOICES_TOLD])
        more = f" and {len(numbers) - INVOICES_TOLD} more" if len(numbers) > INVOICES_TOLD else ""
        parts.append(f"{'Invoices' if len(numbers) > 1 else 'Invoice'} {shown}{more}")
    return HistoryRow(
        id=row.public_id,
        day=row.booked_on,
        title=title,
        about=". ".join(part for part in parts if part),
        kind=kind.value,
        words=WORDS[kind],
        amount=money(row.amount_minor, row.currency).replace("-", "−"),
        is_less=kind not in ADDS,
    )


def _numbers(work: Work, rows: Sequence[LedgerEntry]) -> dict[Any, tuple[int, ...]]:
    """Tell the numbers of the invoices that each entry is about, or counts for."""
    found: dict[Any, set[int]] = {}
    own = {row.invoice_id for row in rows if row.invoice_id}
    numbers = dict(
        work.session.exec(
            select(Invoice.id, Invoice.number).where(col(Invoice.id).in_(list(own)))
        ).all()
    )
    for row in rows:
        if number := numbers.get(row.invoice_id) if row.invoice_id else None:
            found.setdefault(row.id, set()).add(number)
    counted = (
        select(Allocation.entry_id, Invoice.number)
        .join(Invoice, col(Allocation.invoice_id) == Invoice.id)
        .where(col(Allocation.entry_id).in_([row.id for row in rows]))
        .group_by(col(Allocation.entry_id), col(Invoice.number))
        .having(func.sum(Allocation.amount_minor) != 0)
    )
    for entry, number in work.session.exec(counted).all():
        if number is not None:
            found.setdefault(entry, set()).add(number)
    return {entry: tuple(sorted(held)) for entry, held in found.items()}


def _clinicians(work: Work, rows: Sequence[LedgerEntry]) -> dict[Any, str]:
    wanted = {row.invoice_id for row in rows if row.invoice_id}
    lines = (
        select(InvoiceLine.invoice_id, Practitioner.name)
        .join(Practitioner, col(Practitioner.id) == InvoiceLine.practitioner_id)
        .where(col(InvoiceLine.invoice_id).in_(list(wanted)))
        .distinct()
    )
    return dict(work.session.exec(lines).all())


@dataclass(frozen=True)
class _Line:
    day: str
    title: str
    about: str
    words: str
    amount: str
    balance: str


def statement(
    actor: Actor,
    chart: str,
    key: str = ranges.DEFAULT,
    first: date | None = None,
    last: date | None = None,
) -> tuple[str, bytes]:
    """Make the statement of a range; (name of the file, bytes).

    Raises:
        InvalidError: the days make no range, or there is too much in them.
        PdfError: it could not be made.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="statement.download") as work:
        days = _days(work, key, first, last)
        rows = list(
            work.session.exec(
                _entries(work, days)
                .order_by(col(LedgerEntry.booked_on), col(LedgerEntry.position))
                .limit(STATEMENT_MOST + 1)
            ).all()
        )
        if len(rows) > STATEMENT_MOST:
            raise InvalidError("That is too much for one statement. Choose fewer days.")
        html = _statement(work, days, rows)
        name = f"statement-{days.last.isoformat()}.pdf"
    return name, pdf.render(html)


def _statement(work: Work, days: Days, rows: Sequence[LedgerEntry]) -> str:
    unit = facts.currency(work)
    opening = 0
    if days.first is not None:
        before = select(func.coalesce(func.sum(LedgerEntry.amount_minor), 0)).where(
            LedgerEntry.chart_id == work.chart.id, LedgerEntry.booked_on < days.first
        )
        opening = int(work.session.exec(before).one())
    balance = opening
    lines = []
    sums: dict[str, int] = {}
    for row, words in zip(rows, told(work, rows), strict=True):
        balance += row.amount_minor
        sums[words.words] = sums.get(words.words, 0) + row.amount_minor
        lines.append(
            _Line(
                short_day(row.booked_on.isoformat()),
                words.title,
                words.about,
                words.words,
                words.amount,
                _amount(balance, unit),
            )
        )
    who = facts.patient(work)
    first = days.first or (rows[0].booked_on if rows else days.last)
    return pdf.page(
        "statement.html",
        title="Statement",
        practice=facts.practice(work).name,
        about=work.patient.name,
        made=long_day(work.today),
        house=facts.practice(work),
        span=f"{long_day(first)} to {long_day(days.last)}",
        last=long_day(days.last),
        patient={
            "name": who.name,
            "born": short_day(who.birth_date.isoformat()) if who.birth_date else "",
            "street": who.street,
            "town": who.town,
        },
        clinician=work.practitioner.name,
        opening=_amount(opening, unit) if days.first else "",
        closing=_amount(balance, unit),
        lines=lines,
        totals=[(words, _amount(amount, unit)) for words, amount in sums.items()],
    )


def _amount(minor: int, unit: str) -> str:
    return money(minor, unit).replace("-", "−")
