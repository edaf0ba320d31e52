"""What the patient's side sees of its billing."""

from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, func, select

from portal_app.data.models import Invoice, InvoiceLine, LedgerEntry
from portal_app.data.schemas.billing import (
    BalanceView,
    DueLine,
    ExplainedView,
    InvoiceRow,
    InvoicesView,
)
from portal_app.data.schemas.home import ToDo
from portal_app.integrations.money import money
from portal_app.rules.billing import ledger as rule
from portal_app.rules.billing.invoices import OPEN, WORDS, State, is_overdue
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import books

NEEDS = Permission.BILLING_VIEW
PAGE = 10
SOON = timedelta(days=7)
HOME_MOST = 3
DUE_LINES = 3
OPEN_MOST = 100
"""Open invoices that one page shows; nobody has so many."""


def head(actor: Actor, chart: str) -> BalanceView:
    """Tell what is due on a chart."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return balance_of(work)


def balance_of(work: Work) -> BalanceView:
    """Tell what is due on the open chart, inside an open unit of work."""
    chart = work.chart
    currency = books.settings(work).currency
    dues = select(func.coalesce(func.sum(Invoice.due_minor), 0), func.count()).where(
        Invoice.chart_id == chart.id, Invoice.due_minor > 0
    )
    total, count = work.session.exec(dues).one()
    due, credit = rule.shown(books.balance(work, chart), int(total))
    rows = (
        select(Invoice.due_minor, col(Invoice.due_on))
        .where(Invoice.chart_id == chart.id, Invoice.due_minor > 0)
        .order_by(col(Invoice.due_on), col(Invoice.number))
        .limit(DUE_LINES)
    )
    lines = tuple(
        DueLine(money(minor, currency), day or work.today)
        for minor, day in work.session.exec(rows).all()
    )
    return BalanceView(
        due=money(due, currency),
        due_minor=due,
        credit=money(credit, currency) if credit else "",
        lines=lines,
        more=count - len(lines),
        open_count=count,
        may_pay=work.may(Permission.BILLING_PAY),
        currency=currency,
    )


def home_items(work: Work) -> tuple[ToDo, ...]:
    """List what the open chart's person should pay soon, or should have paid."""
    soon = work.today + SOON
    rows = books.open_invoices(work, work.chart, most=HOME_MOST)
    due = [row for row in rows if row.due_on is None or row.due_on <= soon]
    href = f"/portal/{work.chart.public_id}/billing?tab=invoices"
    return tuple(
        ToDo(f"Pay: {row.due}", f"Invoice {row.number}. {row.title}", href, "credit-card")
        for row in told_rows(work, due)
    )


def invoices(actor: Actor, chart: str, page: int = 0) -> InvoicesView:
    """List invoices: what is due, and a page of what is settled, the newest first."""
    with access.open(actor, NEEDS, chart=chart) as work:
        page = max(0, page)
        due, settled, has_more = pages(work, page)
        told = told_rows(work, [*due, *settled])
        return InvoicesView(
            open=told[: len(due)],
            settled=told[len(due) :],
            page=page,
            has_more=has_more,
            may_pay=work.may(Permission.BILLING_PAY),
        )


def pages(work: Work, page: int) -> tuple[list[Invoice], list[Invoice], bool]:
    """Give the invoices on which something is due, a page of the others, and whether more follow."""
    due = books.open_invoices(work, work.chart, most=OPEN_MOST)
    rows = (
        select(Invoice)
        .where(
            Invoice.chart_id == work.chart.id,
            Invoice.due_minor == 0,
            col(Invoice.number).is_not(None),
        )
        .order_by(col(Invoice.number).desc())
        .offset(page * PAGE)
        .limit(PAGE + 1)
    )
    settled = list(work.session.exec(rows).all())
    return due, settled[:PAGE], len(settled) > PAGE


def explain(actor: Actor, chart: str) -> ExplainedView:
    """Tell how the balance came about, as a sum."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return explained(work)


def explained(work: Work) -> ExplainedView:
    """Tell how the balance of the open chart came about."""
    currency = books.settings(work).currency
    rows = (
        select(LedgerEntry.kind, func.sum(LedgerEntry.amount_minor))
        .where(LedgerEntry.chart_id == work.chart.id)
        .group_by(col(LedgerEntry.kind))
    )
    booked = [
        rule.Booked(rule.Kind(kind), int(amount)) for kind, amount in work.session.exec(rows).all()
    ]
    found = rule.explain(booked)
    due = books.open_invoices(work, work.chart, most=OPEN_MOST)
    return ExplainedView(
        lines=tuple((words, money(amount, currency)) for words, amount in found.lines),
        balance=money(found.balance, currency),
        words=_words(found.balance),
        open=told_rows(work, due),
    )


def _words(balance: int) -> str:
    if balance > 0:
        return "What is left to pay"
    return "Nothing is left to pay" if balance == 0 else "Your credit"


def told_rows(work: Work, rows: Sequence[Invoice]) -> tuple[InvoiceRow, ...]:
    """Put invoices into words, with one more query for what they are about."""
    wanted = [row.id for row in rows]
    lines = (
        select(InvoiceLine)
        .where(col(InvoiceLine.invoice_id).in_(wanted))
        .order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position))
    )
    about: dict[object, list[InvoiceLine]] = {}
    for line in work.session.exec(lines).all():
        about.setdefault(line.invoice_id, []).append(line)
    return tuple(_told(work, row, about.get(row.id, [])) for row in rows)


def _told(work: Work, row: Invoice, lines: Sequence[InvoiceLine]) -> InvoiceRow:
    now = State(row.status)
    overdue = is_overdue(now, row.due_on, work.today)
    more = len(lines) - 1
    title = lines[0].description if lines else "Invoice"
    return InvoiceRow(
        id=row.public_id,
        number=row.number or 0,
        title=f"{title} and {more} more" if more > 0 else title,
        served_on=max((line.served_on for line in lines), default=None),
        state=now.value,
        words="Overdue" if overdue else WORDS[now],
        is_open=now in OPEN,
        is_overdue=overdue,
        due_on=row.due_on,
        settled_on=row.settled_on,
        total=money(row.total_minor, row.currency),
        due=money(row.due_minor, row.currency),
        due_minor=row.due_minor,
        issued_on=row.issued_on,
    )
