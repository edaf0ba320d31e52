"""Paying by card.

An attempt is a row before Stripe is asked, and names itself there. The return page, the webhook and
the sweeper all call ``settle``, which reads Stripe again and moves the row forward only; the ledger
books a payment once, by Stripe's id.
"""

import logging
from collections.abc import Sequence
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import (
    CardPayment,
    CardPaymentPart,
    Invoice,
    SavedCard,
)
from portal_app.data.schemas.payments import Outcome, PayChoice, PayInput, PayView
from portal_app.data.types import new_public_id
from portal_app.integrations.money import minor, money
from portal_app.integrations.stripe import (
    DeclinedError,
    ImpossibleError,
    UnreachableError,
)
from portal_app.rules.billing.allocation import Owed, oldest_first
from portal_app.rules.billing.money import LEAST_PAYMENT
from portal_app.rules.billing.payments import (
    UNDER_WAY,
    State,
    has_expired,
)
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import books, gateway
from portal_app.services.billing.card_views import card_view, saved_cards
from portal_app.services.billing.payments.asking import (
    charge,
    customer_of,
    customer_row,
    ensure_customer,
    session_of,
)
from portal_app.services.billing.payments.attempts import (
    attempt_of,
    close,
    outcome_of,
    told,
)
from portal_app.services.billing.payments.settling import (
    SOURCE,
    find_ref,
    follow,
    ref_at_stripe,
    settle,
    sweep,
)

log = logging.getLogger("portal_app")
NEEDS = Permission.BILLING_PAY
TRIES = 3


# ---------------------------------------------------------------- what can be paid
def options(actor: Actor, chart: str, invoice: str = "") -> PayView:
    """Tell what is due and which cards are there; one invoice only where it is named."""
    with access.open(actor, NEEDS, chart=chart) as work:
        due = books.open_invoices(work, work.chart, most=100)
        rows = [i for i in due if not invoice or i.public_id == invoice]
        cards = saved_cards(work, work.patient.id)
        return PayView(
            invoices=tuple(
                PayChoice(
                    i.public_id,
                    i.number or 0,
                    money(i.due_minor, i.currency),
                    i.due_minor,
                    i.due_on,
                )
                for i in rows
            ),
            cards=tuple(card_view(work, c) for c in cards),
            nonce=new_public_id() + new_public_id(),
            currency=books.settings(work).currency,
            practice=work.practice.name,
            is_sandbox=gateway.mode() == "sandbox",
        )


def begin(actor: Actor, chart: str, wish: PayInput) -> Outcome:
    """Pay with a saved card, or begin a visit to the page that takes a new one.

    Raises:
        InvalidError: nothing was chosen, or the amount does not fit.
        ConflictError: another payment of the same invoice is under way, or cards can't be used.
    """
    gateway.account()
    for _ in range(TRIES):
        ref, in_the_way = _written(actor, chart, wish)
        if ref:
            return drive(ref)
        for other in in_the_way:
            _give_way(other)
    raise ConflictError(
        "A payment of this invoice is under way. Wait a minute, then look at your invoices again."
    )


def outcome(actor: Actor, chart: str, ref: str) -> Outcome:
    """Tell what has become of an attempt of this chart."""
    with access.open(actor, Permission.BILLING_VIEW, chart=chart) as work:
        rows = select(CardPayment).where(
            CardPayment.public_id == ref, CardPayment.chart_id == work.chart.id
        )
        row = work.session.exec(rows).first()
        if row is None:
            raise NotFoundError
        return told(row)


def _written(actor: Actor, chart: str, wish: PayInput) -> tuple[str, list[str]]:
    """Write the attempt; or name those that are in its way."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="billing.card.pay") as work:
        known = work.session.exec(
            select(CardPayment).where(CardPayment.nonce == wish.nonce)
        ).first()
        if known is not None:
            return known.public_id, []
        if getattr(work.patient, "is_test", False) and gateway.mode() == "live":
            raise ConflictError("A test patient can’t pay with a real card.")
        chosen = [
            i for i in books.open_invoices(work, work.chart) if i.public_id in set(wish.invoices)
        ]
        amount = _amount(chosen, wish)
        card = _card(work, wish.card)
        spread = oldest_first(
            amount,
            [Owed(i.public_id, i.due_minor, i.due_on or work.today, i.number or 0) for i in chosen],
        )
        parts = dict(spread.parts)
        same, others = _in_the_way(
            work, [i for i in chosen if parts.get(i.public_id)], amount, card
        )
        if same is not None or others:
            return (same.public_id, []) if same is not None else ("", others)
        row = CardPayment(
            chart_id=work.chart.id,
            patient_id=work.patient.id,
            user_id=work.person.id,
            nonce=wish.nonce,
            amount_minor=amount,
            currency=chosen[0].currency,
            card_id=card.id if card else None,
            created_at=work.now,
        )
        work.session.add(row)
        customer_row(work, work.patient.id)
        work.session.flush()
        for invoice in chosen:
            if part := parts.get(invoice.public_id):
                work.session.add(
                    CardPaymentPart(
                        chart_id=row.chart_id,
                        patient_id=row.patient_id,
                        payment_id=row.id,
                        invoice_id=invoice.id,
                        amount_minor=part,
                    )
                )
        return row.public_id, []


def _amount(chosen: Sequence[Invoice], wish: PayInput) -> int:
    if not chosen:
        raise InvalidError("Choose what to pay. What is paid already is not due any more.")
    due = sum(i.due_minor for i in chosen)
    currency = chosen[0].currency
    try:
        amount = minor(wish.amount, currency)
    except ValueError as error:
        raise InvalidError("Write an amount like 75 or 75.00.", field="amount") from error
    if amount > due:
        words = f"That is more than what is due: {money(due, currency)}."
        raise InvalidError(words, field="amount")
    if amount < min(LEAST_PAYMENT, due):
        words = f"Pay at least {money(min(LEAST_PAYMENT, due), currency)}."
        raise InvalidError(words, field="amount")
    return amount


def _card(work: Work, public_id: str) -> SavedCard | None:
    if not public_id:
        return None
    found = next((c for c in saved_cards(work, work.patient.id) if c.public_id == public_id), None)
    if found is None:
        raise InvalidError("This card is not there any more. Choose another one.", field="card")
    if has_expired(found.exp_month, found.exp_year, work.today):
        raise InvalidError("This card has expired. Choose another one.", field="card")
    return found


def _in_the_way(
    work: Work, chosen: Sequence[Invoice], amount: int, card: SavedCard | None
) -> tuple[CardPayment | None, list[str]]:
    """Find open attempts at these invoices: the very same one, or others."""
    rows = (
        select(CardPayment, CardPaymentPart.invoice_id)
        .join(CardPaymentPart, col(CardPaymentPart.payment_id) == CardPayment.id)
        .where(
            col(CardPaymentPart.is_open),
            col(CardPaymentPart.invoice_id).in_([i.id for i in chosen]),
        )
    )
    found: dict[Any, tuple[CardPayment, set[Any]]] = {}
    for row, invoice in work.session.exec(rows).all():
        found.setdefault(row.id, (row, set()))[1].add(invoice)
    wanted = ({i.id for i in chosen}, amount, card.id if card else None, work.person.id)
    if len(found) == 1:
        row, invoices = next(iter(found.values()))
        if (invoices, row.amount_minor, row.card_id, row.user_id) == wanted:
            return row, []
    return None, [row.public_id for row, _ in found.values()]


def _give_way(ref: str) -> None:
    """End an attempt that is in the way of a newer one; where it was paid meanwhile, book it."""
    account, attempt = gateway.account(), attempt_of(ref)
    try:
        if attempt.session and attempt.status in UNDER_WAY:
            account.expire(attempt.session)
        elif attempt.intent and attempt.status in UNDER_WAY:
            account.cancel(attempt.intent)
        settle(ref)
    except UnreachableError as error:
        raise ConflictError(gateway.LATER) from error


# ---------------------------------------------------------------- asking Stripe
def drive(ref: str) -> Outcome:
    """Ask Stripe for what an attempt wants; the same key makes it the same each time."""
    attempt = attempt_of(ref)
    if attempt.status not in UNDER_WAY:
        return outcome_of(ref)
    if attempt.method == "removed":
        close(ref, State.FAILED)
        return Outcome(ref, "declined", why="This card is not there any more. Choose another one.")
    url = ""
    try:
        customer = attempt.customer or ensure_customer(ref)
        if attempt.method:
            seen = charge(attempt, customer)
            follow(ref, seen)
            url = seen.url
        else:
            session = session_of(attempt, customer)
            url = session.url
            if session.status != "open":
                settle(ref)
    except DeclinedError as error:
        close(ref, State.FAILED, intent=error.intent)
        return Outcome(ref, "declined", why=f"{error} Nothing was charged.")
    except ImpossibleError:
        log.warning("the card service refused a payment")
        close(ref, State.FAILED)
        return Outcome(ref, "declined", why="This card can’t be used here. Nothing was charged.")
    except UnreachableError:
        return outcome_of(ref)
    told = outcome_of(ref)
    return Outcome(ref, "elsewhere", told.amount, url) if told.state == "waiting" and url else told


__all__ = [
    "NEEDS",
    "SOURCE",
    "begin",
    "customer_of",
    "drive",
    "find_ref",
    "options",
    "outcome",
    "ref_at_stripe",
    "settle",
    "sweep",
]
