"""Attempts at paying by card: their rows, and what is told of them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import (
    CardCustomer,
    CardPayment,
    CardPaymentPart,
    Chart,
    Invoice,
    SavedCard,
)
from portal_app.data.schemas.payments import Outcome
from portal_app.integrations.money import money
from portal_app.rules.billing.payments import (
    PAID,
    UNDER_WAY,
    State,
    after,
)
from portal_app.rules.errors import NotFoundError
from portal_app.security.access import Work
from portal_app.security.system import open_system

ABANDONED = timedelta(minutes=2)
"""After this, an attempt that Stripe has never heard of has not reached it."""
KEY_HOLDS = timedelta(hours=23)


@dataclass(frozen=True)
class Attempt:
    """A row of an attempt, outside its transaction."""

    ref: str
    chart: str
    status: State
    amount: int
    currency: str
    customer: str
    method: str
    session: str
    intent: str
    words: str
    young: bool
    fresh_key: bool
    created_at: Any


def row_of(work: Work, ref: str) -> CardPayment:
    """Find the row of an attempt.

    Raises:
        NotFoundError: there is none.
    """
    rows = select(CardPayment).where(CardPayment.public_id == ref)
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def attempt_of(ref: str) -> Attempt:
    """Read an attempt."""
    with open_system("a card payment", writes=False) as work:
        row = row_of(work, ref)
        holder = work.session.get(CardCustomer, row.patient_id)
        card = work.session.get(SavedCard, row.card_id) if row.card_id else None
        numbers = (
            select(Invoice.number)
            .join(CardPaymentPart, col(CardPaymentPart.invoice_id) == Invoice.id)
            .where(CardPaymentPart.payment_id == row.id)
            .order_by(col(Invoice.number))
        )
        told = ", ".join(str(n) for n in work.session.exec(numbers).all())
        one = "," not in told
        chart = work.session.get_one(Chart, row.chart_id)
        method = card.method_id if card and card.removed_at is None else ""
        return Attempt(
            ref=ref,
            chart=chart.public_id,
            status=State(row.status),
            amount=row.amount_minor,
            currency=row.currency,
            customer=holder.customer_id if holder else "",
            method=method or ("removed" if card else ""),
            session=row.session_id,
            intent=row.intent_id,
            words=(f"Invoice {told}" if one else f"Invoices {told}")[:200],
            young=work.now - row.created_at < ABANDONED,
            fresh_key=work.now - row.created_at < KEY_HOLDS,
            created_at=row.created_at,
        )


def outcome_of(ref: str) -> Outcome:
    """Tell what has become of an attempt."""
    with open_system("a card payment", writes=False) as work:
        return told(row_of(work, ref))


def told(row: CardPayment) -> Outcome:
    """Tell what has become of an attempt, by its row."""
    state = State(row.status)
    amount = money(row.amount_minor, row.currency)
    if state in PAID:
        return Outcome(row.public_id, "paid", amount)
    if state in UNDER_WAY:
        return Outcome(row.public_id, "waiting", amount)
    if state is State.FAILED:
        why = "The card was declined. Nothing was charged. Try another card."
        return Outcome(row.public_id, "declined", amount, why=why)
    return Outcome(row.public_id, "ended", amount, why="This payment was not made.")


def close(ref: str, state: State, *, intent: str = "") -> None:
    """End an attempt."""
    with open_system("a card payment ends") as work:
        row = row_of(work, ref)
        row.intent_id = row.intent_id or intent
        row.status = after(State(row.status), state).value
        work.session.add(row)
        if State(row.status) not in UNDER_WAY:
            row.settled_at = row.settled_at or work.now
            release(work, row)


def release(work: Work, row: CardPayment) -> None:
    """Let other payments of the same invoices begin."""
    parts = select(CardPaymentPart).where(
        CardPaymentPart.payment_id == row.id, col(CardPaymentPart.is_open)
    )
    for part in work.session.exec(parts).all():
        part.is_open = False
        work.session.add(part)


def note_look(ref: str) -> None:
    """Remember that Stripe was asked just now."""
    with open_system("a card payment was looked at") as work:
        row = row_of(work, ref)
        row.checked_at = work.now
        work.session.add(row)
