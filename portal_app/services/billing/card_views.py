"""Saved cards inside an open unit of work."""

from sqlmodel import col, select

from portal_app.data.models import SavedCard, User
from portal_app.data.schemas.payments import CardView
from portal_app.data.types import PatientId
from portal_app.integrations.stripe import card_words
from portal_app.rules.billing.payments import expires_soon, has_expired
from portal_app.security.access import Work

MOST = 20


def saved_cards(work: Work, patient: PatientId) -> list[SavedCard]:
    """Give the cards of a patient, the default first."""
    rows = (
        select(SavedCard)
        .where(SavedCard.patient_id == patient, col(SavedCard.removed_at).is_(None))
        .order_by(col(SavedCard.is_default).desc(), col(SavedCard.added_at))
        .limit(MOST)
    )
    return list(work.session.exec(rows).all())


def card_view(work: Work, card: SavedCard) -> CardView:
    """Put a card into words."""
    by = work.session.get(User, card.added_by)
    return CardView(
        id=card.public_id,
        words=card_words(card.brand, card.last4),
        label=card.label,
        expires=f"{card.exp_month:02}/{card.exp_year % 100:02}",
        added_by=by.name if by else "",
        is_default=card.is_default,
        has_expired=has_expired(card.exp_month, card.exp_year, work.today),
        expires_soon=expires_soon(card.exp_month, card.exp_year, work.today),
    )
