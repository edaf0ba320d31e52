"""Saved cards: added on Stripe's page, named, made the default, removed."""

import logging
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import CardSetup, Chart, SavedCard
from portal_app.data.schemas.payments import CardsView, LabelInput
from portal_app.data.types import PatientId
from portal_app.integrations.stripe import (
    CardSeen,
    DeclinedError,
    ImpossibleError,
    UnreachableError,
)
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.billing import books, gateway
from portal_app.services.billing.card_views import MOST, card_view, saved_cards
from portal_app.services.billing.payments import customer_of

log = logging.getLogger("portal_app")
NEEDS = Permission.BILLING_CARDS
REST = timedelta(seconds=40)
LIVES = timedelta(hours=25)
FULL = "There are many cards already. Remove one first."


def overview(actor: Actor, chart: str) -> CardsView:
    """List the cards of the chart's patient."""
    with access.open(actor, NEEDS, chart=chart) as work:
        cards = tuple(card_view(work, c) for c in saved_cards(work, work.patient.id))
        return CardsView(cards, work.practice.name, gateway.is_there())


def add(actor: Actor, chart: str) -> str:
    """Begin a visit to the page that saves a card; returns its address.

    Raises:
        ConflictError: cards can't be used now.
    """
    account = gateway.account()
    with access.open(actor, NEEDS, chart=chart, writes=True, action="billing.card.add") as work:
        if len(saved_cards(work, work.patient.id)) >= MOST:
            raise ConflictError(FULL)
        row = CardSetup(
            chart_id=work.chart.id,
            patient_id=work.patient.id,
            user_id=work.person.id,
            created_at=work.now,
        )
        work.session.add(row)
        ref, patient = row.public_id, work.patient.id
    try:
        customer = customer_of(PatientId(patient))
        back = gateway.address(f"/pay/back/{chart}/{ref}")
        made = account.save_card(customer, ref, back)
    except (UnreachableError, ImpossibleError) as error:
        raise ConflictError(gateway.LATER) from error
    with open_system("a card is being saved") as work:
        row = _setup(work, ref)
        row.session_id = made.id
        work.session.add(row)
    return made.url


def settle(ref: str) -> bool:
    """Read Stripe again and keep the card that was saved; as often as anybody likes.

    Raises:
        NotFoundError: there is no such visit.
        UnreachableError: Stripe does not answer.
    """
    account = gateway.account()
    with open_system("a card is being saved", writes=False) as work:
        row = _setup(work, ref)
        session, status = row.session_id, row.status
        old = work.now - row.created_at > LIVES
    if status != "open":
        return status == "saved"
    card: CardSeen | None = None
    ended = not session and old
    if session:
        seen = account.session(session)
        ended = seen.status == "expired"
        if seen.status == "complete" and seen.ref == ref and seen.setup:
            card = account.saved_method(seen.setup)
    with open_system("a card was saved") as work:
        row = _setup(work, ref)
        row.checked_at = work.now
        if card is not None and row.status == "open":
            _keep(work, row, card)
        elif ended and row.status == "open":
            row.status = "ended"
        work.session.add(row)
        return row.status == "saved"


def _keep(work: Work, row: CardSetup, card: CardSeen) -> None:
    row.status = "saved"
    known = work.session.exec(select(SavedCard).where(SavedCard.method_id == card.id)).first()
    if known is not None:
        return
    first = not saved_cards(work, PatientId(row.patient_id))
    work.session.add(
        SavedCard(
            patient_id=row.patient_id,
            method_id=card.id,
            brand=card.brand,
            last4=card.last4,
            exp_month=card.exp_month,
            exp_year=card.exp_year,
            is_default=first,
            added_by=row.user_id,
            added_at=work.now,
        )
    )
    books.announce(work, work.session.get_one(Chart, row.chart_id))


def name(actor: Actor, chart: str, card: str, wish: LabelInput) -> None:
    """Give a card a name."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="billing.card.name") as work:
        found = _find(work, card)
        found.label = wish.label
        work.session.add(found)
        books.announce(work, work.chart)


def make_default(actor: Actor, chart: str, card: str) -> None:
    """Let a card be the one that is chosen first."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="billing.card.default") as work:
        found = _find(work, card)
        _default(work, found)
        books.announce(work, work.chart)


def _default(work: Work, card: SavedCard) -> None:
    for other in saved_cards(work, PatientId(card.patient_id)):
        if other.is_default and other.id != card.id:
            other.is_default = False
            work.session.add(other)
    work.session.flush()
    card.is_default = True
    work.session.add(card)


def remove(actor: Actor, chart: str, card: str) -> None:
    """Forget a card, here and at Stripe; where it was the default, the next one is.

    Here it is gone first: what Stripe has not heard yet, the sweeper says again.
    """
    with access.open(actor, NEEDS, chart=chart, writes=True, action="billing.card.remove") as work:
        found = _find(work, card)
        _gone(work, found)
        method = found.method_id
        books.announce(work, work.chart)
    try:
        if gateway.is_there():
            gateway.account().forget_card(method)
    except (UnreachableError, ImpossibleError):
        log.warning("a removed card is still known to the card service")


def _gone(work: Work, card: SavedCard) -> None:
    was, card.is_default, card.removed_at = card.is_default, False, work.now
    work.session.add(card)
    work.session.flush()
    left = saved_cards(work, PatientId(card.patient_id))
    if was and left:
        _default(work, left[0])


def detached(method: str) -> None:
    """Follow a card that was removed at Stripe; Stripe is asked again first."""
    try:
        still = bool(gateway.account().card(method).customer)
    except (ImpossibleError, DeclinedError):
        still = False
    if still:
        return
    with open_system("a card was removed at the card service") as work:
        rows = select(SavedCard).where(
            SavedCard.method_id == method, col(SavedCard.removed_at).is_(None)
        )
        found = work.session.exec(rows).first()
        if found is not None:
            _gone(work, found)


def sweep() -> None:
    """Settle visits to the page that saves a card, whatever was lost."""
    if not gateway.is_there():
        return
    with open_system("cards that are being saved", writes=False) as work:
        rows = (
            select(CardSetup.public_id)
            .where(
                CardSetup.status == "open",
                col(CardSetup.checked_at).is_(None) | (col(CardSetup.checked_at) < work.now - REST),
            )
            .order_by(col(CardSetup.checked_at), col(CardSetup.created_at))
            .limit(40)
        )
        due = list(work.session.exec(rows).all())
    for ref in due:
        try:
            settle(ref)
        except (UnreachableError, ImpossibleError):
            return


def find_ref(session: str) -> str:
    """Name the visit of a hosted page; empty for none of ours."""
    with open_system("an event of the card service", writes=False) as work:
        rows = select(CardSetup.public_id).where(CardSetup.session_id == session)
        found = work.session.exec(rows).first() if session else None
    return found or ""


def _find(work: Work, public_id: str) -> SavedCard:
    rows = select(SavedCard).where(
        SavedCard.public_id == public_id,
        SavedCard.patient_id == work.patient.id,
        col(SavedCard.removed_at).is_(None),
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _setup(work: Work, ref: str) -> CardSetup:
    found = work.session.exec(select(CardSetup).where(CardSetup.public_id == ref)).first()
    if found is None:
        raise NotFoundError
    return found
