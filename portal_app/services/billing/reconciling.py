"""The nightly check: what Stripe has and what the books say, side by side.

What can be settled is settled first; what differs then is shown to the practice until it is gone.
"""

from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import CardPayment, LedgerEntry, StripeDifference
from portal_app.data.schemas.payments import ConnectionView
from portal_app.data.schemas.practice import Task
from portal_app.integrations.money import money
from portal_app.integrations.stripe import ImpossibleError, UnreachableError
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.billing import books, gateway, payments

LOOKS_BACK = timedelta(days=4)
SETTLES = timedelta(minutes=5)
"""What is younger may still be under way."""
MOST = 20
WORDS = {
    "charge": "Stripe took money that the books do not have",
    "refund": "Stripe gave money back that the books do not have",
    "dispute": "A card’s owner disputes a payment",
    "missing": "The books have a card payment that Stripe does not have",
}
Found = dict[str, tuple[str, int, str]]


def check() -> None:
    """Compare the last days, settle what can be settled, and keep what differs."""
    if not gateway.is_there():
        return
    try:
        found = _differences()
    except (UnreachableError, ImpossibleError):
        return
    with open_system("the books and the card service are compared") as work:
        rows = work.session.exec(
            select(StripeDifference).where(col(StripeDifference.gone_at).is_(None))
        ).all()
        for row in rows:
            if row.id not in found:
                row.gone_at = work.now
                work.session.add(row)
        for key, (kind, amount, currency) in found.items():
            known = work.session.get(StripeDifference, key)
            if known is None:
                known = StripeDifference(id=key, kind=kind, amount_minor=amount, currency=currency)
                known.seen_at = work.now
            known.kind, known.gone_at = kind, None
            work.session.add(known)
        work.announce(books.ALL)


def _differences() -> Found:
    account = gateway.account()
    since, recent = access.now() - LOOKS_BACK, access.now() - SETTLES
    charges = list(account.charges_since(since))
    backs = list(account.money_back_since(since))
    _settle({c.intent for c in charges} | {b.intent for b in backs})
    intents = {c.intent: c for c in charges}
    found: Found = {}
    with open_system("the books and the card service are compared", writes=False) as work:
        rows = select(LedgerEntry).where(
            LedgerEntry.source == payments.SOURCE, LedgerEntry.booked_at >= since
        )
        booked = {e.external_id: e for e in work.session.exec(rows).all()}
        for charge in charges:
            entry = booked.get(charge.intent) or books.find(work, payments.SOURCE, charge.intent)
            if entry is None or -entry.amount_minor != charge.amount:
                found[charge.id] = ("charge", charge.amount, charge.currency)
        for back in backs:
            if back.status in {"failed", "canceled", "won", "warning_closed"}:
                continue
            is_dispute = back.status in {"needs_response", "under_review"}
            if is_dispute or books.find(work, payments.SOURCE, back.id) is None:
                found[back.id] = ("dispute" if is_dispute else "refund", back.amount, back.currency)
        for key, entry in booked.items():
            begins = entry.booked_at >= since + SETTLES and entry.booked_at <= recent
            if entry.kind == "payment" and begins and key not in intents:
                found[key] = ("missing", -entry.amount_minor, entry.currency)
    return found


def _settle(intents: set[str]) -> None:
    with open_system("the books and the card service are compared", writes=False) as work:
        rows = select(CardPayment.intent_id, CardPayment.public_id).where(
            col(CardPayment.intent_id).in_(intents)
        )
        known = {str(intent): str(ref) for intent, ref in work.session.exec(rows).all()}
    for intent in intents:
        ref = known.get(intent) or payments.ref_at_stripe(intent) if intent else ""
        if ref:
            try:
                payments.settle(ref)
            except NotFoundError:
                continue


def tasks(work: Work) -> tuple[Task, ...]:
    """List where the books and Stripe differ, for those who look after billing."""
    if not work.may(Permission.PRACTICE_BILLING):
        return ()
    return tuple(
        Task(f"Check: {words}", amount, "/practice/settings/payments")
        for words, amount in _shown(work)
    )


def _shown(work: Work) -> tuple[tuple[str, str], ...]:
    rows = (
        select(StripeDifference)
        .where(col(StripeDifference.gone_at).is_(None))
        .order_by(col(StripeDifference.seen_at).desc())
        .limit(MOST)
    )
    return tuple(
        (WORDS[row.kind], money(row.amount_minor, row.currency))
        for row in work.session.exec(rows).all()
    )


def connection(actor: Actor) -> ConnectionView:
    """Tell whether card payments work, and where the books differ; nothing that is secret."""
    with access.open(actor, Permission.PRACTICE_BILLING) as work:
        hears = gateway.is_there() and gateway.account().hears_events
        return ConnectionView(gateway.mode(), hears, _shown(work))
