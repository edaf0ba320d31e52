"""Reads Stripe again and lets the books follow; the only way in which a card payment is booked."""

import logging
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import (
    CardCustomer,
    CardPayment,
    CardPaymentPart,
    CardRefund,
    Chart,
    Invoice,
    LedgerEntry,
)
from portal_app.data.schemas.payments import Outcome
from portal_app.integrations.stripe import (
    DeclinedError,
    ImpossibleError,
    IntentSeen,
    MoneyBack,
    UnreachableError,
)
from portal_app.rules.billing.payments import (
    INTENT,
    PAID,
    UNDER_WAY,
    State,
    after,
    money_state,
)
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services import news
from portal_app.services.billing import books, gateway, ledger
from portal_app.services.billing.payments.asking import (
    session_of,
)
from portal_app.services.billing.payments.attempts import (
    Attempt,
    attempt_of,
    close,
    note_look,
    outcome_of,
    release,
    row_of,
)

log = logging.getLogger("portal_app")
SOURCE = "stripe"
SWEEP = 40
REST = timedelta(seconds=40)


def settle(ref: str) -> Outcome:
    """Read Stripe again and let the books follow; as often as anybody likes.

    Raises:
        NotFoundError: there is no such attempt.
        UnreachableError: Stripe does not answer; nothing has changed.
    """
    account, attempt = gateway.account(), attempt_of(ref)
    intent = attempt.intent
    if not intent and attempt.method:
        seen = account.find(attempt.customer, ref, attempt.created_at) if attempt.customer else None
        if seen is not None:
            intent = seen.id
        elif attempt.status in UNDER_WAY and not attempt.young:
            close(ref, State.EXPIRED)
    elif not intent:
        intent = _settle_session(attempt)
    if intent:
        try:
            follow(ref, account.intent(intent))
            _follow_money(ref, intent)
        except ImpossibleError as error:
            raise UnreachableError("the payment can't be read") from error
    note_look(ref)
    return outcome_of(ref)


def _settle_session(attempt: Attempt) -> str:
    """Read the hosted page's visit; returns the payment that was made on it."""
    account = gateway.account()
    if not attempt.session:
        if attempt.status in UNDER_WAY and not attempt.young:
            # it was never shown to anybody: the same key finds it, and it ends
            if attempt.customer and attempt.fresh_key:
                account.expire(session_of(attempt, attempt.customer).id)
            close(attempt.ref, State.EXPIRED)
        return ""
    seen = account.session(attempt.session)
    if seen.ref != attempt.ref:
        return ""
    if seen.status == "expired" and attempt.status in UNDER_WAY:
        close(attempt.ref, State.EXPIRED)
    return seen.intent


def follow(ref: str, seen: IntentSeen) -> None:
    """Let an attempt follow what Stripe says of its payment, in one transaction."""
    with open_system("a card payment is settled") as work:
        row = row_of(work, ref)
        holder = work.session.get(CardCustomer, row.patient_id)
        same = seen.ref == ref and seen.customer == (holder.customer_id if holder else "")
        if not same or (seen.currency, seen.amount) != (row.currency, row.amount_minor):
            log.warning("a payment at the card service does not fit its attempt")
            return
        now, row.intent_id = State(row.status), seen.id
        told = INTENT.get(seen.status, State.OPEN)
        if told is State.OPEN and seen.declined and row.card_id is not None:
            told = State.FAILED
        new = after(now, told)
        if new is State.SUCCEEDED and row.entry_id is None and seen.received == row.amount_minor:
            _book(work, row, seen)
        if new is State.SUCCEEDED and row.entry_id is None:
            return
        row.status = new.value
        work.session.add(row)
        if new not in UNDER_WAY:
            release(work, row)
            row.settled_at = row.settled_at or work.now


def _book(work: Work, row: CardPayment, seen: IntentSeen) -> None:
    chart = work.session.get_one(Chart, row.chart_id)
    work.focus(chart)
    rows = (
        select(CardPaymentPart, Invoice)
        .join(Invoice, col(CardPaymentPart.invoice_id) == Invoice.id)
        .where(CardPaymentPart.payment_id == row.id)
    )
    parts = {i.public_id: p.amount_minor for p, i in work.session.exec(rows).all()}
    row.detail = seen.detail or "Card"
    booked = ledger.record_payment(
        work,
        chart,
        row.amount_minor,
        "card",
        SOURCE,
        seen.id,
        parts,
        detail=row.detail,
    )
    row.entry_id = booked.entry.id
    if booked.is_new:
        news.tell_patient_side(
            work,
            f"payment:{row.public_id}",
            Permission.BILLING_VIEW,
            "We have received a payment. Your receipt is in the portal.",
            "billing?tab=history",
            gateway.address(""),
        )


def _follow_money(ref: str, intent: str) -> None:
    """Book what was given back, and follow disputes."""
    with open_system("a card payment", writes=False) as work:
        row = row_of(work, ref)
        paid = State(row.status) in PAID and row.entry_id is not None
    if not paid:
        return
    account = gateway.account()
    backs = [b for b in account.refunds(intent) if b.status in {"succeeded", "pending"}]
    disputes = account.disputes(intent)
    with open_system("money back to a card") as work:
        row = row_of(work, ref)
        chart = work.session.get_one(Chart, row.chart_id)
        work.focus(chart)
        entry = work.session.get_one(LedgerEntry, row.entry_id)
        for back in backs:
            _book_back(work, chart, entry, back, reopens=False)
        lost = [d for d in disputes if d.status == "lost"]
        for back in lost:
            _book_back(work, chart, entry, back, reopens=True)
        last = "lost" if lost else "won" if any(d.status == "won" for d in disputes) else ""
        waiting = any(d.status not in {"won", "lost", "warning_closed"} for d in disputes)
        total = sum(b.amount for b in backs)
        state = money_state(row.amount_minor, total, "open" if waiting else last)
        if row.status != state.value:
            row.status = state.value
            work.session.add(row)
            books.announce(work, chart)


def _book_back(
    work: Work, chart: Chart, entry: LedgerEntry, back: MoneyBack, *, reopens: bool
) -> None:
    if books.find(work, SOURCE, back.id) is not None:
        return
    if back.amount > -entry.amount_minor - books.refunded(work, entry):
        log.warning("money back at the card service is more than what was paid")
        return
    asked = select(CardRefund).where(CardRefund.public_id == back.ref)
    ours = work.session.exec(asked).first() if back.ref else None
    reason = "Disputed with the card’s bank" if reopens else ours.reason if ours else ""
    ledger.record_refund(
        work, chart, entry, back.amount, SOURCE, back.id, reason=reason, reopens=reopens
    )


def sweep() -> None:
    """Settle what is under way, whatever was lost: events, return pages, this process itself."""
    if not gateway.is_there():
        return
    with open_system("card payments under way", writes=False) as work:
        before = work.now - REST
        rows = (
            select(CardPayment.public_id)
            .where(
                col(CardPayment.status).in_([s.value for s in UNDER_WAY]),
                col(CardPayment.checked_at).is_(None) | (col(CardPayment.checked_at) < before),
            )
            .order_by(col(CardPayment.checked_at), col(CardPayment.created_at))
            .limit(SWEEP)
        )
        due = list(work.session.exec(rows).all())
    for ref in due:
        try:
            settle(ref)
        except UnreachableError:
            return
        except (ImpossibleError, DeclinedError, ConflictError, NotFoundError) as error:
            log.warning("a card payment can't be settled: %s", type(error).__name__)


def find_ref(intent: str = "", session: str = "") -> str:
    """Name the attempt of a payment or of a visit to the hosted page; empty for none of ours."""
    with open_system("an event of the card service", writes=False) as work:
        rows = select(CardPayment.public_id)
        rows = rows.where(
            CardPayment.session_id == session if session else CardPayment.intent_id == intent
        )
        found = work.session.exec(rows).first() if session or intent else None
    return found or ""


def ref_at_stripe(intent: str) -> str:
    """Name the attempt of a payment by what Stripe keeps with it; empty for none of ours."""
    try:
        ref = gateway.account().intent(intent).ref
    except ImpossibleError:
        return ""
    with open_system("an event of the card service", writes=False) as work:
        rows = select(CardPayment.public_id).where(CardPayment.public_id == ref)
        found = work.session.exec(rows).first() if ref else None
    return found or ""
