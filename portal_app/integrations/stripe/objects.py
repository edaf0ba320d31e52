"""Reads the objects of Stripe's library."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import stripe

from portal_app.integrations.stripe.seen import (
    CardSeen,
    DeclinedError,
    EventSeen,
    ImpossibleError,
    IntentSeen,
    MoneyBack,
    SessionSeen,
    UnreachableError,
    card_words,
)


def event_seen(name: str, kind: str, about: dict[str, Any]) -> EventSeen:
    """Tell what an event is about."""
    own, what = str(about.get("id") or ""), about.get("object")
    intent = own if what == "payment_intent" else str(about.get("payment_intent") or "")
    return EventSeen(
        name,
        kind,
        own if what == "checkout.session" else "",
        intent,
        own if what == "payment_method" else "",
    )


@contextmanager
def errors() -> Iterator[None]:
    """Turn the errors of the library into ours."""
    try:
        yield
    except stripe.CardError as error:
        intent = getattr(error.error, "payment_intent", None)
        raise DeclinedError(str(error.user_message), str(intent.id) if intent else "") from error
    except stripe.InvalidRequestError as error:
        raise ImpossibleError(str(error.code or "refused")) from error
    except stripe.StripeError as error:
        raise UnreachableError(type(error).__name__) from error


def seconds_of(moment: datetime) -> int:
    """Give a moment as Stripe writes it."""
    return int(moment.astimezone(UTC).timestamp())


def ref_of(found: Any) -> str:
    """Give our name of an object; empty for none."""
    data = found.metadata
    return str(data["ref"]) if data is not None and "ref" in data else ""


def id_of(value: Any) -> str:
    """Give the id of an object, or of what stands for it."""
    return value if isinstance(value, str) else str(value.id) if value is not None else ""


def session_seen(found: Any) -> SessionSeen:
    """Read a visit to the hosted page."""
    return SessionSeen(
        found.id,
        str(found.status),
        str(found.url or ""),
        str(found.client_reference_id or ""),
        id_of(found.payment_intent),
        id_of(found.setup_intent),
    )


def card_seen(found: Any) -> CardSeen:
    """Read a saved card."""
    card = found.card
    return CardSeen(
        found.id, card.brand, card.last4, card.exp_month, card.exp_year, id_of(found.customer)
    )


def intent_seen(found: Any) -> IntentSeen:
    """Read a payment."""
    charge = found.latest_charge
    detail = ""
    if charge is not None and not isinstance(charge, str) and charge.payment_method_details:
        card = charge.payment_method_details.card
        detail = card_words(str(card.brand), str(card.last4)) if card else ""
    action = found.next_action
    redirect = (
        action.redirect_to_url if action is not None and action.type == "redirect_to_url" else None
    )
    error = found.last_payment_error
    return IntentSeen(
        found.id,
        str(found.status),
        found.amount,
        found.amount_received,
        found.currency.upper(),
        id_of(found.customer),
        ref_of(found),
        id_of(charge),
        id_of(found.payment_method),
        detail,
        str(redirect.url) if redirect else "",
        str(error.message) if error is not None else "",
    )


def back_seen(found: Any) -> MoneyBack:
    """Read a refund or a dispute."""
    return MoneyBack(
        found.id,
        id_of(found.payment_intent),
        found.amount,
        str(found.status),
        ref_of(found),
        found.currency.upper(),
    )
