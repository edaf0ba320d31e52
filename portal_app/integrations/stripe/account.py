"""One account at Stripe, asked through its own library."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import stripe

from portal_app.integrations.stripe.objects import (
    back_seen,
    card_seen,
    errors,
    event_seen,
    intent_seen,
    ref_of,
    seconds_of,
    session_seen,
)
from portal_app.integrations.stripe.seen import (
    CardSeen,
    ChargeSeen,
    EventSeen,
    ForgedError,
    ImpossibleError,
    IntentSeen,
    MoneyBack,
    SessionSeen,
)

TIMEOUT = 12
TOLERANCE = 300
HOUR = 3600
PAGE = 100


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
        with errors():
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
        with errors():
            options = {"idempotency_key": f"card-{ref}"}
            return session_seen(self._v1.checkout.sessions.create(params, options))

    def saved_method(self, setup: str) -> CardSeen | None:
        """Tell which card a setup intent has saved."""
        with errors():
            found = self._v1.setup_intents.retrieve(setup, {"expand": ["payment_method"]})
            return card_seen(found.payment_method) if found.status == "succeeded" else None

    def card(self, method: str) -> CardSeen:
        """Read a card."""
        with errors():
            return card_seen(self._v1.payment_methods.retrieve(method))

    def forget_card(self, method: str) -> None:
        """Let Stripe forget a card; that it was forgotten already is well too."""
        with errors():
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
        with errors():
            options = {"idempotency_key": f"payment-{ref}"}
            return session_seen(self._v1.checkout.sessions.create(params, options))

    def session(self, key: str) -> SessionSeen:
        """Read a visit to the hosted page."""
        with errors():
            return session_seen(self._v1.checkout.sessions.retrieve(key))

    def expire(self, key: str) -> bool:
        """End a visit to the hosted page; not where something was paid meanwhile."""
        try:
            with errors():
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
        with errors():
            options = {"idempotency_key": f"payment-{ref}"}
            made = self._v1.payment_intents.create(params, options)
            return self.intent(made.id)

    def intent(self, key: str) -> IntentSeen:
        """Read a payment."""
        with errors():
            params = {"expand": ["latest_charge"]}
            return intent_seen(self._v1.payment_intents.retrieve(key, params))

    def find(self, customer: str, ref: str, since: datetime) -> IntentSeen | None:
        """Find the payment of an attempt whose answer was lost."""
        with errors():
            asked = {
                "customer": customer,
                "limit": PAGE,
                "created": {"gte": seconds_of(since) - HOUR},
            }
            for found in self._v1.payment_intents.list(asked).auto_paging_iter():
                if ref_of(found) == ref:
                    return self.intent(found.id)
        return None

    def cancel(self, key: str) -> None:
        """End a payment that waits for 3-D Secure; one that was made meanwhile stays."""
        try:
            with errors():
                self._v1.payment_intents.cancel(key)
        except ImpossibleError:
            return

    # ------------------------------------------------------------ money back
    def refund(self, intent: str, amount: int, ref: str) -> MoneyBack:
        """Give money back to the card."""
        with errors():
            made = self._v1.refunds.create(
                {"payment_intent": intent, "amount": amount, "metadata": {"ref": ref}},
                {"idempotency_key": f"refund-{ref}"},
            )
            return back_seen(made)

    def refunds(self, intent: str) -> list[MoneyBack]:
        """List what was given back of a payment, the oldest first."""
        with errors():
            found = self._v1.refunds.list({"payment_intent": intent, "limit": PAGE})
            return [back_seen(r) for r in found.auto_paging_iter()][::-1]

    def disputes(self, intent: str) -> list[MoneyBack]:
        """List the disputes of a payment."""
        with errors():
            found = self._v1.disputes.list({"payment_intent": intent, "limit": PAGE})
            return [back_seen(d) for d in found.auto_paging_iter()]

    # ------------------------------------------------------------ the nightly check
    def charges_since(self, since: datetime) -> Iterator[ChargeSeen]:
        """List the charges that were paid since then."""
        with errors():
            asked = {"created": {"gte": seconds_of(since)}, "limit": PAGE}
            for found in self._v1.charges.list(asked).auto_paging_iter():
                if found.paid and found.status == "succeeded":
                    yield ChargeSeen(
                        found.id,
                        str(found.payment_intent or ""),
                        found.amount_captured,
                        found.currency.upper(),
                        ref_of(found),
                    )

    def money_back_since(self, since: datetime) -> Iterator[MoneyBack]:
        """List refunds and disputes since then."""
        with errors():
            asked = {"created": {"gte": seconds_of(since)}, "limit": PAGE}
            for service in (self._v1.refunds, self._v1.disputes):
                for found in service.list(asked).auto_paging_iter():
                    yield back_seen(found)

    def answers(self) -> bool:
        """Whether Stripe takes the key."""
        with errors():
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
        return event_seen(name, kind, about)
