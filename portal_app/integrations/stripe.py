"""Stripe through its own library: only ids, amounts and "Invoice 1043" go there."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import stripe

TIMEOUT = 12
TOLERANCE = 300
HOUR = 3600
PAGE = 100


class UnreachableError(RuntimeError):
    """No answer, or none that says what happened."""


class DeclinedError(RuntimeError):
    """The card was refused; ``intent`` is the payment that failed."""

    def __init__(self, message: str, intent: str = "") -> None:
        """Keep Stripe's words for the card's owner."""
        super().__init__(message)
        self.intent = intent


class ImpossibleError(RuntimeError):
    """Stripe says that this can't be done."""


class ForgedError(RuntimeError):
    """An event that Stripe has not signed, or not now."""


@dataclass(frozen=True)
class CardSeen:
    """A saved card."""

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    customer: str


@dataclass(frozen=True)
class SessionSeen:
    """A visit to the hosted page."""

    id: str
    status: str
    url: str
    ref: str
    intent: str
    setup: str


@dataclass(frozen=True)
class IntentSeen:
    """A payment, as Stripe has it now."""

    id: str
    status: str
    amount: int
    received: int
    currency: str
    customer: str
    ref: str
    charge: str
    method: str
    detail: str
    url: str
    """Where 3-D Secure is asked."""
    declined: str
    """Why the last card was refused."""


@dataclass(frozen=True)
class MoneyBack:
    """A refund or a dispute."""

    id: str
    intent: str
    amount: int
    status: str
    ref: str
    currency: str = "USD"


@dataclass(frozen=True)
class ChargeSeen:
    """A charge in a list."""

    id: str
    intent: str
    amount: int
    currency: str
    ref: str


@dataclass(frozen=True)
class EventSeen:
    """What an event is about; nothing else of it is believed."""

    id: str
    kind: str
    session: str
    intent: str
    method: str


BRANDS = {"visa": "Visa", "mastercard": "Mastercard", "amex": "American Express"}


def card_words(brand: str, last4: str) -> str:
    """Name a card by its brand and ending."""
    return f"{BRANDS.get(brand, brand.title() or 'Card')} ending in {last4}"


class Stripe:
    """One account at Stripe."""

    def __init__(
        self,
        key: str,
        webhook_secret: str,
        base: str = "",
        *,
        sandbox: bool = False,
        line: stripe.HTTPClient | None = None,
    ) -> None:
        """Use that key; ``base`` is another address of the API, ``line`` another way to it."""
        addresses: Any = {"api": base} if base else None
        http = line or stripe.RequestsClient(timeout=TIMEOUT)
        self._client = stripe.StripeClient(
            key, base_addresses=addresses, http_client=http, max_network_retries=1
        )
        self._v1: Any = self._client.v1
        self._secret = webhook_secret
        self.mode = "sandbox" if sandbox else "live" if "_live_" in key else "test"
        self.hears_events = bool(webhook_secret)

    # ------------------------------------------------------------ customers and cards
    def customer(self, ref: str) -> str:
        """Make a customer that is an opaque id and nothing else."""
        with _errors():
            made = self._v1.customers.create(
                {"metadata": {"ref": ref}}, {"idempotency_key": f"customer-{ref}"}
            )
            return str(made.id)

    def save_card(self, customer: str, ref: str, back: str) -> SessionSeen:
        """Begin a visit to the page that saves a card."""
        params = {
            "mode": "setup",
            "customer": customer,
            "currency": "usd",
            "payment_method_types": ["card"],
            "client_reference_id": ref,
            "metadata": {"ref": ref},
            "setup_intent_data": {"metadata": {"ref": ref}},
            "success_url": back,
            "cancel_url": back,
        }
        with _errors():
            options = {"idempotency_key": f"card-{ref}"}
            return _session(self._v1.checkout.sessions.create(params, options))

    def saved_method(self, setup: str) -> CardSeen | None:
        """Tell which card a setup intent has saved."""
        with _errors():
            found = self._v1.setup_intents.retrieve(setup, {"expand": ["payment_method"]})
            return _card(found.payment_method) if found.status == "succeeded" else None

    def card(self, method: str) -> CardSeen:
        """Read a card."""
        with _errors():
            return _card(self._v1.payment_methods.retrieve(method))

    def forget_card(self, method: str) -> None:
        """Let Stripe forget a card; that it was forgotten already is well too."""
        with _errors():
            if self._v1.payment_methods.retrieve(method).customer:
                self._v1.payment_methods.detach(method)

    # ------------------------------------------------------------ paying
    def pay_hosted(
        self, customer: str, ref: str, amount: int, currency: str, words: str, back: str
    ) -> SessionSeen:
        """Begin a visit to the page that takes a card."""
        line = {
            "quantity": 1,
            "price_data": {
                "currency": currency.lower(),
                "unit_amount": amount,
                "product_data": {"name": words},
            },
        }
        params = {
            "mode": "payment",
            "customer": customer,
            "payment_method_types": ["card"],
            "client_reference_id": ref,
            "metadata": {"ref": ref},
            "payment_intent_data": {"metadata": {"ref": ref}, "description": words},
            "line_items": [line],
            "success_url": back,
            "cancel_url": back,
        }
        with _errors():
            options = {"idempotency_key": f"payment-{ref}"}
            return _session(self._v1.checkout.sessions.create(params, options))

    def session(self, key: str) -> SessionSeen:
        """Read a visit to the hosted page."""
        with _errors():
            return _session(self._v1.checkout.sessions.retrieve(key))

    def expire(self, key: str) -> bool:
        """End a visit to the hosted page; not where something was paid meanwhile."""
        try:
            with _errors():
                self._v1.checkout.sessions.expire(key)
        except ImpossibleError:
            return False
        return True

    def charge(
        self,
        customer: str,
        method: str,
        ref: str,
        amount: int,
        currency: str,
        words: str,
        back: str,
    ) -> IntentSeen:
        """Charge a saved card while its owner is here.

        Raises:
            DeclinedError: it was refused.
            UnreachableError: nobody knows yet; the same call again charges nothing twice.
        """
        params = {
            "amount": amount,
            "currency": currency.lower(),
            "customer": customer,
            "payment_method": method,
            "payment_method_types": ["card"],
            "confirm": True,
            "description": words,
            "metadata": {"ref": ref},
            "return_url": back,
        }
        with _errors():
            options = {"idempotency_key": f"payment-{ref}"}
            made = self._v1.payment_intents.create(params, options)
            return self.intent(made.id)

    def intent(self, key: str) -> IntentSeen:
        """Read a payment."""
        with _errors():
            params = {"expand": ["latest_charge"]}
            return _intent(self._v1.payment_intents.retrieve(key, params))

    def find(self, customer: str, ref: str, since: datetime) -> IntentSeen | None:
        """Find the payment of an attempt whose answer was lost."""
        with _errors():
            asked = {
                "customer": customer,
                "limit": PAGE,
                "created": {"gte": _seconds(since) - HOUR},
            }
            for found in self._v1.payment_intents.list(asked).auto_paging_iter():
                if _ref(found) == ref:
                    return self.intent(found.id)
        return None

    def cancel(self, key: str) -> None:
        """End a payment that waits for 3-D Secure; one that was made meanwhile stays."""
        try:
            with _errors():
                self._v1.payment_intents.cancel(key)
        except ImpossibleError:
            return

    # ------------------------------------------------------------ money back
    def refund(self, intent: str, amount: int, ref: str) -> MoneyBack:
        """Give money back to the card."""
        with _errors():
            made = self._v1.refunds.create(
                {"payment_intent": intent, "amount": amount, "metadata": {"ref": ref}},
                {"idempotency_key": f"refund-{ref}"},
            )
            return _back(made)

    def refunds(self, intent: str) -> list[MoneyBack]:
        """List what was given back of a payment, the oldest first."""
        with _errors():
            found = self._v1.refunds.list({"payment_intent": intent, "limit": PAGE})
            return [_back(r) for r in found.auto_paging_iter()][::-1]

    def disputes(self, intent: str) -> list[MoneyBack]:
        """List the disputes of a payment."""
        with _errors():
            found = self._v1.disputes.list({"payment_intent": intent, "limit": PAGE})
            return [_back(d) for d in found.auto_paging_iter()]

    # ------------------------------------------------------------ the nightly check
    def charges_since(self, since: datetime) -> Iterator[ChargeSeen]:
        """List the charges that were paid since then."""
        with _errors():
            asked = {"created": {"gte": _seconds(since)}, "limit": PAGE}
            for found in self._v1.charges.list(asked).auto_paging_iter():
                if found.paid and found.status == "succeeded":
                    yield ChargeSeen(
                        found.id,
                        str(found.payment_intent or ""),
                        found.amount_captured,
                        found.currency.upper(),
                        _ref(found),
                    )

    def money_back_since(self, since: datetime) -> Iterator[MoneyBack]:
        """List refunds and disputes since then."""
        with _errors():
            asked = {"created": {"gte": _seconds(since)}, "limit": PAGE}
            for service in (self._v1.refunds, self._v1.disputes):
                for found in service.list(asked).auto_paging_iter():
                    yield _back(found)

    def answers(self) -> bool:
        """Whether Stripe takes the key."""
        with _errors():
            self._v1.balance.retrieve()
        return True

    # ------------------------------------------------------------ events
    def event(self, body: bytes, header: str, now: datetime) -> EventSeen:
        """Read an event that Stripe has signed just now.

        Raises:
            ForgedError: it has not.
        """
        if not self._secret:
            raise ForgedError
        try:
            stripe.WebhookSignature.verify_header(body, header, self._secret, TOLERANCE)
            # the library lets a moment in the future pass
            signed = int(next(p[2:] for p in header.split(",") if p.startswith("t=")))
            told = json.loads(body)
            about = told["data"]["object"]
            kind, name = str(told["type"]), str(told["id"])
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
            raise ForgedError from error
        except StopIteration as error:
            raise ForgedError from error
        if abs(signed - now.timestamp()) > TOLERANCE or not name or not isinstance(about, dict):
            raise ForgedError
        return _event(name, kind, about)


def _event(name: str, kind: str, about: dict[str, Any]) -> EventSeen:
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
def _errors() -> Iterator[None]:
    try:
        yield
    except stripe.CardError as error:
        intent = getattr(error.error, "payment_intent", None)
        raise DeclinedError(str(error.user_message), str(intent.id) if intent else "") from error
    except stripe.InvalidRequestError as error:
        raise ImpossibleError(str(error.code or "refused")) from error
    except stripe.StripeError as error:
        raise UnreachableError(type(error).__name__) from error


def _seconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp())


def _ref(found: Any) -> str:
    data = found.metadata
    return str(data["ref"]) if data is not None and "ref" in data else ""


def _id(value: Any) -> str:
    return value if isinstance(value, str) else str(value.id) if value is not None else ""


def _session(found: Any) -> SessionSeen:
    return SessionSeen(
        found.id,
        str(found.status),
        str(found.url or ""),
        str(found.client_reference_id or ""),
        _id(found.payment_intent),
        _id(found.setup_intent),
    )


def _card(found: Any) -> CardSeen:
    card = found.card
    return CardSeen(
        found.id, card.brand, card.last4, card.exp_month, card.exp_year, _id(found.customer)
    )


def _intent(found: Any) -> IntentSeen:
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
        _id(found.customer),
        _ref(found),
        _id(charge),
        _id(found.payment_method),
        detail,
        str(redirect.url) if redirect else "",
        str(error.message) if error is not None else "",
    )


def _back(found: Any) -> MoneyBack:
    return MoneyBack(
        found.id,
        _id(found.payment_intent),
        found.amount,
        str(found.status),
        _ref(found),
        found.currency.upper(),
    )


__all__ = [
    "CardSeen",
    "ChargeSeen",
    "DeclinedError",
    "EventSeen",
    "ForgedError",
    "ImpossibleError",
    "IntentSeen",
    "MoneyBack",
    "SessionSeen",
    "Stripe",
    "UnreachableError",
    "card_words",
]
