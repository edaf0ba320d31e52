"""What the practice does with the money of one chart."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, select

from portal_app.data.models import (
    Appointment,
    DraftCharge,
    Fee,
    Invoice,
    LedgerEntry,
)
from portal_app.data.schemas.billing import (
    InvoiceInput,
    Issued,
    PaymentInput,
    ReduceInput,
    RefundInput,
    VoidInput,
)
from portal_app.integrations.money import minor, money
from portal_app.rules.billing.ledger import Kind
from portal_app.rules.billing.money import BY_HAND, MOST
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import news
from portal_app.services.billing import books, charging, issuing, ledger, refunds
from portal_app.services.billing.desk_views import LIST
from portal_app.services.billing.issuing import Line
from portal_app.services.schedule import clinician_time

NEEDS = Permission.PRACTICE_BILLING
DESK = "desk"
FIRST = "You have a new invoice."


# ---------------------------------------------------------------- invoices
def invoice_visit(actor: Actor, visit_id: str, public_url: str) -> Issued:
    """Issue the invoice of a completed visit.

    Raises:
        ConflictError: the visit is not completed, or it is on an invoice already.
    """
    with access.open(actor, NEEDS, writes=True, action="invoice.issue", target=visit_id) as work:
        found = _issue_visit(work, visit_id)
        _tell(work, found, public_url)
        return _issued(work, found)


def invoice_visits(actor: Actor, visits: Sequence[str], public_url: str) -> int:
    """Issue an invoice for each of these visits, all of them or none; returns how many."""
    with access.open(actor, NEEDS, writes=True, action="invoice.issue_batch") as work:
        for visit_id in dict.fromkeys(visits[:LIST]):
            _tell(work, _issue_visit(work, visit_id), public_url)
        return len(dict.fromkeys(visits[:LIST]))


def _issue_visit(work: Work, visit_id: str) -> Invoice:
    visit = clinician_time.find(work, visit_id)
    if visit.status != VisitStatus.COMPLETED.value:
        raise ConflictError("Only a completed visit can be invoiced.")
    work.focus(clinician_time.chart_of(work, visit))
    lines = charging.lines_of_visit(work, visit, charging.fees_by_type(work))
    invoice = issuing.issue(work, issuing.draft(work, work.chart, lines))
    clinician_time.announce(work, visit.practitioner_id)
    return invoice


def _tell(work: Work, invoice: Invoice, public_url: str) -> None:
    news.tell_patient_side(
        work,
        f"invoice:{invoice.public_id}",
        Permission.BILLING_VIEW,
        FIRST,
        "billing?tab=invoices",
        public_url,
    )


def _issued(work: Work, invoice: Invoice) -> Issued:
    return Issued(
        invoice.public_id,
        invoice.number or 0,
        work.chart.public_id,
        money(invoice.total_minor, invoice.currency),
    )


def draft(actor: Actor, chart: str, command: InvoiceInput) -> str:
    """Write a draft from visits and a line of one's own; returns its id.

    Raises:
        InvalidError: there is nothing to charge for, or the amount or the day is none.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="invoice.draft") as work:
        fees = charging.fees_by_type(work)
        lines: list[Line] = []
        for visit_id in dict.fromkeys(command.visits):
            visit = clinician_time.find(work, visit_id)
            if visit.status != VisitStatus.COMPLETED.value:
                raise ConflictError("Only a completed visit can be invoiced.")
            lines += charging.lines_of_visit(work, visit, fees)
        lines += _own_lines(work, command)
        if not lines:
            raise InvalidError("Choose a visit or a service, or write what it is for.", field="fee")
        return issuing.draft(work, work.chart, lines, notes=command.notes.strip()).public_id


def _own_lines(work: Work, command: InvoiceInput) -> list[Line]:
    words = command.description.strip()
    if not (command.fee or words or command.amount.strip()):
        return []
    day = _day(command.day, work.today)
    if command.fee and not (words or command.amount.strip()):
        rows = select(Fee).where(Fee.public_id == command.fee, col(Fee.is_active))
        fee = work.session.exec(rows).first()
        if fee is None:
            raise InvalidError("Choose a service of the list.", field="fee")
        return charging.lines_of_fee(fee, served_on=day, units=command.units)
    if not words:
        raise InvalidError("Write what it is for.", field="description")
    amount = amount_of(work, command.amount, "amount")
    return [Line(day, words, amount, command.units)]


def _day(text: str, today: date) -> date:
    if not text.strip():
        return today
    try:
        return date.fromisoformat(text.strip())
    except ValueError as error:
        raise InvalidError("Choose a date.", field="day") from error


def issue(actor: Actor, chart: str, invoice: str, public_url: str) -> Issued:
    """Give a draft its number."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="invoice.issue", target=invoice
    ) as work:
        found = issuing.issue(work, issuing.find(work, invoice))
        _tell(work, found, public_url)
        return _issued(work, found)


def discard(actor: Actor, chart: str, invoice: str) -> None:
    """Throw a draft away."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="invoice.discard", target=invoice
    ) as work:
        issuing.discard(work, issuing.find(work, invoice))


def void(actor: Actor, chart: str, invoice: str, command: VoidInput) -> None:
    """Take back an invoice on which nothing was paid."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="invoice.void", target=invoice
    ) as work:
        issuing.void(work, issuing.find(work, invoice), command.reason.strip())


def decide_charge(actor: Actor, chart: str, charge: str, public_url: str, *, bills: bool) -> None:
    """Invoice a proposed fee, or let it go; the second decision is refused.

    Raises:
        ConflictError: it was decided on already.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="charge.decide", target=charge
    ) as work:
        rows = (
            select(DraftCharge, Appointment)
            .join(Appointment, col(DraftCharge.appointment_id) == Appointment.id)
            .where(DraftCharge.chart_id == work.chart.id, DraftCharge.status == "draft")
        )
        found = next((r for r in work.session.exec(rows).all() if str(r[0].id) == charge), None)
        if found is None:
            raise ConflictError("This fee was decided on already.")
        if bills:
            line = charging.line_of_charge(work, *found)
            _tell(work, issuing.issue(work, issuing.draft(work, work.chart, [line])), public_url)
            return
        found[0].status = "dropped"
        work.session.add(found[0])
        books.announce(work, work.chart)


# ---------------------------------------------------------------- money
def amount_of(work: Work, text: str, field: str = "amount") -> int:
    """Read an amount above zero.

    Raises:
        InvalidError: it is none.
    """
    currency = books.settings(work).currency
    try:
        found = minor(text, currency)
    except ValueError as error:
        raise InvalidError("Write an amount, such as 75.00.", field=field) from error
    if found == 0:
        raise InvalidError("Write an amount above zero.", field=field)
    if found > MOST:
        raise InvalidError(f"Use at most {money(MOST, currency)}.", field=field)
    return found


def record_payment(actor: Actor, chart: str, command: PaymentInput) -> str:
    """Book money that the practice has received; returns the amount in words.

    For one invoice: no more than what is due on it. Otherwise the oldest is paid first, and what
    is left over is a credit.

    Raises:
        InvalidError: no amount, no method, or more than is due.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="payment.record") as work:
        if command.method not in BY_HAND:
            raise InvalidError("Choose how it was paid.", field="method")
        amount = amount_of(work, command.amount)
        chosen = None
        if command.invoice:
            invoice = issuing.find(work, command.invoice)
            known = books.find(work, DESK, command.client_key)
            if known is None and amount > invoice.due_minor:
                due = money(invoice.due_minor, invoice.currency)
                raise InvalidError(f"On this invoice {due} is due.", field="amount")
            chosen = {invoice.public_id: amount}
        booked = ledger.record_payment(
            work,
            work.chart,
            amount,
            command.method,
            DESK,
            command.client_key,
            chosen,
            detail=command.detail.strip(),
        )
        return money(amount, booked.entry.currency)


def refund(actor: Actor, chart: str, command: RefundInput) -> str:
    """Give money back: to the card it came from, or booked as given by hand.

    Returns the amount in words.

    Raises:
        NotFoundError: no such payment on this chart.
        InvalidError: more than is left of the payment, or it can't go back to its card.
        ConflictError: the card service refuses, or does not answer.
    """
    by_card = _card_amount(actor, chart, command)
    if by_card is not None:
        amount, words = by_card
        refunds.give_back(
            actor, chart, command.payment, amount, command.reason.strip(), command.client_key
        )
        return words
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="payment.refund", target=command.payment
    ) as work:
        rows = select(LedgerEntry).where(
            LedgerEntry.public_id == command.payment, LedgerEntry.chart_id == work.chart.id
        )
        payment = work.session.exec(rows).first()
        if payment is None or payment.kind != Kind.PAYMENT.value:
            raise NotFoundError
        if payment.method not in BY_HAND:
            raise InvalidError("A card payment goes back to the card.", field="payment")
        amount = amount_of(work, command.amount)
        left = -payment.amount_minor - books.refunded(work, payment)
        if books.find(work, DESK, command.client_key) is None and amount > left:
            words = money(left, payment.currency)
            raise InvalidError(f"Of this payment {words} is left.", field="amount")
        ledger.record_refund(
            work,
            work.chart,
            payment,
            amount,
            DESK,
            command.client_key,
            reason=command.reason.strip(),
            reopens=command.reopens,
        )
        return money(amount, payment.currency)


def _card_amount(actor: Actor, chart: str, command: RefundInput) -> tuple[int, str] | None:
    """Tell how much goes back to a card; nothing where the payment came by hand."""
    with access.open(actor, NEEDS, chart=chart) as work:
        rows = select(LedgerEntry).where(
            LedgerEntry.public_id == command.payment, LedgerEntry.chart_id == work.chart.id
        )
        payment = work.session.exec(rows).first()
        if payment is None or not refunds.is_card(payment):
            return None
        amount = amount_of(work, command.amount)
        return amount, money(amount, payment.currency)


def credit(actor: Actor, chart: str, command: ReduceInput) -> str:
    """Book a credit: on an invoice, or to be used later; returns the amount in words."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="credit.record") as work:
        amount = amount_of(work, command.amount)
        invoice = issuing.find(work, command.invoice) if command.invoice else None
        try:
            booked = ledger.record_credit(
                work,
                work.chart,
                amount,
                DESK,
                command.client_key,
                reason=command.reason.strip(),
                invoice=invoice,
            )
        except ConflictError as error:
            raise InvalidError(error.message, field="amount") from error
        return money(amount, booked.entry.currency)


def write_off(actor: Actor, chart: str, command: ReduceInput) -> str:
    """Book that what is due on an invoice, or a part, is not asked for any more."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="invoice.write_off", target=command.invoice
    ) as work:
        amount = amount_of(work, command.amount)
        invoice = issuing.find(work, command.invoice)
        try:
            ledger.write_off(
                work,
                work.chart,
                invoice,
                DESK,
                command.client_key,
                amount=amount,
                reason=command.reason.strip(),
            )
        except ConflictError as error:
            raise InvalidError(error.message, field="amount") from error
        return money(amount, invoice.currency)


def use_credit(actor: Actor, chart: str) -> str:
    """Let the unused credit of a chart pay what is due; returns how much in words."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="credit.use") as work:
        return money(ledger.apply_credit(work, work.chart), books.settings(work).currency)
