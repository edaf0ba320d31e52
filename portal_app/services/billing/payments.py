"""Paying by card.

An attempt is a row before Stripe is asked, and names itself there. The return page, the webhook and
the sweeper all call ``settle``, which reads Stripe again and moves the row forward only; the ledger
books a payment once, by Stripe's id.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import (
    CardCustomer,
    CardPayment,
    CardPaymentPart,
    CardRefund,
    Chart,
    Invoice,
    LedgerEntry,
    SavedCard,
)
from portal_app.data.schemas.payments import Outcome, PayChoice, PayInput, PayView
from portal_app.data.types import PatientId, new_public_id
from portal_app.integrations.money import minor, money
from portal_app.integrations.stripe import (
    DeclinedError,
    ImpossibleError,
    IntentSeen,
    MoneyBack,
    SessionSeen,
    UnreachableError,
)
from portal_app.rules.billing.allocation import Owed, oldest_first
from portal_app.rules.billing.money import LEAST_PAYMENT
from portal_app.rules.billing.payments import (
    INTENT,
    PAID,
    UNDER_WAY,
    State,
    after,
    has_expired,
    money_state,
)
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services import news
from portal_app.services.billing import books, gateway, ledger
from portal_app.services.billing.card_views import card_view, saved_cards

log = logging.getLogger("portal_app")
NEEDS = Permission.BILLING_PAY
SOURCE = "stripe"
TRIES = 3
ABANDONED = timedelta(minutes=2)
"""After this, an attempt that Stripe has never heard of has not reached it."""
KEY_HOLDS = timedelta(hours=23)
SWEEP = 40
REST = timedelta(seconds=40)


@dataclass(frozen=True)
class _Attempt:
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
        return _told(row)


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
        _customer_row(work, work.patient.id)
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
    account, attempt = gateway.account(), _read(ref)
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
    attempt = _read(ref)
    if attempt.status not in UNDER_WAY:
        return _outcome(ref)
    if attempt.method == "removed":
        _close(ref, State.FAILED)
        return Outcome(ref, "declined", why="This card is not there any more. Choose another one.")
    url = ""
    try:
        customer = attempt.customer or ensure_customer(ref)
        if attempt.method:
            seen = _asked(attempt, customer)
            _apply(ref, seen)
            url = seen.url
        else:
            session = _session(attempt, customer)
            url = session.url
            if session.status != "open":
                settle(ref)
    except DeclinedError as error:
        _close(ref, State.FAILED, intent=error.intent)
        return Outcome(ref, "declined", why=f"{error} Nothing was charged.")
    except ImpossibleError:
        log.warning("the card service refused a payment")
        _close(ref, State.FAILED)
        return Outcome(ref, "declined", why="This card can’t be used here. Nothing was charged.")
    except UnreachableError:
        return _outcome(ref)
    told = _outcome(ref)
    return Outcome(ref, "elsewhere", told.amount, url) if told.state == "waiting" and url else told


def _asked(attempt: _Attempt, customer: str) -> IntentSeen:
    """Charge; where the answer is lost, look what happened before anything else."""
    account = gateway.account()
    if attempt.intent:
        return account.intent(attempt.intent)
    back = gateway.address(f"/pay/back/{attempt.chart}/{attempt.ref}")
    what = (customer, attempt.method, attempt.ref, attempt.amount, attempt.currency, attempt.words)
    try:
        return account.charge(*what, back)
    except UnreachableError:
        return account.charge(*what, back)


def _session(attempt: _Attempt, customer: str) -> SessionSeen:
    account = gateway.account()
    if attempt.session:
        return account.session(attempt.session)
    back = gateway.address(f"/pay/back/{attempt.chart}/{attempt.ref}")
    what = (customer, attempt.ref, attempt.amount, attempt.currency, attempt.words, back)
    try:
        made = account.pay_hosted(*what)
    except UnreachableError:
        made = account.pay_hosted(*what)
    with open_system("a card payment was begun") as work:
        row = _row(work, attempt.ref)
        row.session_id = made.id
        row.status = after(State(row.status), State.OPEN).value
        work.session.add(row)
    return made


def _customer_row(work: Work, patient: PatientId) -> CardCustomer:
    found = work.session.get(CardCustomer, patient)
    if found is None:
        found = CardCustomer(patient_id=patient)
        work.session.add(found)
        work.session.flush()
    return found


def customer_of(patient: PatientId) -> str:
    """Give Stripe's id of a patient, made where there is none yet."""
    with open_system("a patient's id at the card service") as work:
        row = _customer_row(work, patient)
        known, ref = row.customer_id, row.ref
    if known:
        return known
    made = gateway.account().customer(ref)
    with open_system("a patient's id at the card service") as work:
        row = _customer_row(work, patient)
        row.customer_id = row.customer_id or made
        work.session.add(row)
        return row.customer_id


def ensure_customer(ref: str) -> str:
    """Give Stripe's id of the patient of an attempt."""
    with open_system("a card payment", writes=False) as work:
        patient = PatientId(_row(work, ref).patient_id)
    return customer_of(patient)


# ---------------------------------------------------------------- settling
def settle(ref: str) -> Outcome:
    """Read Stripe again and let the books follow; as often as anybody likes.

    Raises:
        NotFoundError: there is no such attempt.
        UnreachableError: Stripe does not answer; nothing has changed.
    """
    account, attempt = gateway.account(), _read(ref)
    intent = attempt.intent
    if not intent and attempt.method:
        seen = account.find(attempt.customer, ref, attempt.created_at) if attempt.customer else None
        if seen is not None:
            intent = seen.id
        elif attempt.status in UNDER_WAY and not attempt.young:
            _close(ref, State.EXPIRED)
    elif not intent:
        intent = _settle_session(attempt)
    if intent:
        try:
            _apply(ref, account.intent(intent))
            _follow_money(ref, intent)
        except ImpossibleError as error:
            raise UnreachableError("the payment can't be read") from error
    _checked(ref)
    return _outcome(ref)


def _settle_session(attempt: _Attempt) -> str:
    """Read the hosted page's visit; returns the payment that was made on it."""
    account = gateway.account()
    if not attempt.session:
        if attempt.status in UNDER_WAY and not attempt.young:
            # it was never shown to anybody: the same key finds it, and it ends
            if attempt.customer and attempt.fresh_key:
                account.expire(_session(attempt, attempt.customer).id)
            _close(attempt.ref, State.EXPIRED)
        return ""
    seen = account.session(attempt.session)
    if seen.ref != attempt.ref:
        return ""
    if seen.status == "expired" and attempt.status in UNDER_WAY:
        _close(attempt.ref, State.EXPIRED)
    return seen.intent


def _apply(ref: str, seen: IntentSeen) -> None:
    """Let an attempt follow what Stripe says of its payment, in one transaction."""
    with open_system("a card payment is settled") as work:
        row = _row(work, ref)
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
            _release(work, row)
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
        row = _row(work, ref)
        paid = State(row.status) in PAID and row.entry_id is not None
    if not paid:
        return
    account = gateway.account()
    backs = [b for b in account.refunds(intent) if b.status in {"succeeded", "pending"}]
    disputes = account.disputes(intent)
    with open_system("money back to a card") as work:
        row = _row(work, ref)
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


def _close(ref: str, state: State, *, intent: str = "") -> None:
    with open_system("a card payment ends") as work:
        row = _row(work, ref)
        row.intent_id = row.intent_id or intent
        row.status = after(State(row.status), state).value
        work.session.add(row)
        if State(row.status) not in UNDER_WAY:
            row.settled_at = row.settled_at or work.now
            _release(work, row)


def _release(work: Work, row: CardPayment) -> None:
    parts = select(CardPaymentPart).where(
        CardPaymentPart.payment_id == row.id, col(CardPaymentPart.is_open)
    )
    for part in work.session.exec(parts).all():
        part.is_open = False
        work.session.add(part)


def _checked(ref: str) -> None:
    with open_system("a card payment was looked at") as work:
        row = _row(work, ref)
        row.checked_at = work.now
        work.session.add(row)


# ---------------------------------------------------------------- the sweeper
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


# ---------------------------------------------------------------- rows
def _row(work: Work, ref: str) -> CardPayment:
    rows = select(CardPayment).where(CardPayment.public_id == ref)
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _read(ref: str) -> _Attempt:
    with open_system("a card payment", writes=False) as work:
        row = _row(work, ref)
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
        return _Attempt(
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


def _outcome(ref: str) -> Outcome:
    with open_system("a card payment", writes=False) as work:
        return _told(_row(work, ref))


def _told(row: CardPayment) -> Outcome:
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


__all__ = [
    "NEEDS",
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
