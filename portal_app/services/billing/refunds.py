"""Giving money back to the card that it came from."""

import logging

from sqlmodel import col, select

from portal_app.data.models import CardPayment, CardRefund, LedgerEntry
from portal_app.integrations.money import money
from portal_app.integrations.stripe import DeclinedError, ImpossibleError, UnreachableError
from portal_app.rules.billing.payments import PAID, State
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.billing import books, gateway, payments

log = logging.getLogger("portal_app")
NEEDS = Permission.PRACTICE_BILLING
REFUSED = "The card service did not give this back. Look at the payment again."
LATER = "The card service does not answer. The refund is on its way and will show here in a minute."


def is_card(entry: LedgerEntry) -> bool:
    """Whether a payment came from a card, so that it goes back there."""
    return entry.source == payments.SOURCE and entry.method == "card"


def give_back(actor: Actor, chart: str, payment: str, amount: int, reason: str, nonce: str) -> None:
    """Give a part or all of a card payment back.

    Args:
        actor: of the practice.
        chart: whose money it is.
        payment: public id of the payment's ledger entry.
        amount: in minor units.
        reason: for the books; it does not go to the card service.
        nonce: of the dialog: a second click is the same refund.

    Raises:
        InvalidError: more than what is left of it.
        ConflictError: the card service refuses, or does not answer.
    """
    gateway.account()
    with access.open(actor, NEEDS, chart=chart, writes=True, action="billing.refund") as work:
        known = work.session.exec(select(CardRefund).where(CardRefund.nonce == nonce)).first()
        if known is None:
            known = _written(work, payment, amount, reason, nonce)
        ref = known.public_id
    _drive(ref)


def _written(work: Work, payment: str, amount: int, reason: str, nonce: str) -> CardRefund:
    rows = (
        select(CardPayment, LedgerEntry)
        .join(LedgerEntry, col(CardPayment.entry_id) == LedgerEntry.id)
        .where(LedgerEntry.public_id == payment, LedgerEntry.chart_id == work.chart.id)
    )
    found = work.session.exec(rows).first()
    if found is None or State(found[0].status) not in PAID:
        raise NotFoundError
    row, entry = found
    waiting = select(CardRefund).where(CardRefund.payment_id == row.id, CardRefund.status == "open")
    under_way = sum(r.amount_minor for r in work.session.exec(waiting).all())
    left = -entry.amount_minor - books.refunded(work, entry) - under_way
    if not 0 < amount <= left:
        words = f"At most {money(left, entry.currency)} can be given back."
        raise InvalidError(words, field="amount")
    made = CardRefund(
        chart_id=row.chart_id,
        patient_id=row.patient_id,
        payment_id=row.id,
        user_id=work.person.id,
        nonce=nonce,
        amount_minor=amount,
        reason=reason,
        created_at=work.now,
    )
    work.session.add(made)
    work.session.flush()
    return made


def _drive(ref: str) -> None:
    with open_system("a refund to a card", writes=False) as work:
        row = _row(work, ref)
        attempt = work.session.get_one(CardPayment, row.payment_id)
        status, amount = row.status, row.amount_minor
        intent, paid = attempt.intent_id, attempt.public_id
    if status != "open":
        return
    account = gateway.account()
    try:
        try:
            made = account.refund(intent, amount, ref)
        except UnreachableError:
            made = account.refund(intent, amount, ref)
    except UnreachableError as error:
        raise ConflictError(LATER) from error
    except (ImpossibleError, DeclinedError) as error:
        _end(ref, "refused")
        raise ConflictError(REFUSED) from error
    _end(ref, "done", made.id)
    try:
        payments.settle(paid)
    except UnreachableError:
        log.warning("a refund will be booked later")


def _end(ref: str, status: str, refund: str = "") -> None:
    with open_system("a refund to a card") as work:
        row = _row(work, ref)
        row.status, row.refund_id = status, refund
        work.session.add(row)


def _row(work: Work, ref: str) -> CardRefund:
    found = work.session.exec(select(CardRefund).where(CardRefund.public_id == ref)).first()
    if found is None:
        raise NotFoundError
    return found


def sweep() -> None:
    """Go on with refunds whose answer was lost."""
    if not gateway.is_there():
        return
    with open_system("refunds under way", writes=False) as work:
        rows = select(CardRefund.public_id).where(CardRefund.status == "open").limit(20)
        due = list(work.session.exec(rows).all())
    for ref in due:
        try:
            _drive(ref)
        except ConflictError:
            log.warning("a refund to a card waits")
