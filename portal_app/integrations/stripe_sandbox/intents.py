"""Payments at the sandbox, and cards that are saved."""

import secrets
from typing import Any

from portal_app.integrations.stripe_sandbox import cards
from portal_app.integrations.stripe_sandbox.asked import Asked, StripeError, refuse
from portal_app.integrations.stripe_sandbox.state import Json
from portal_app.integrations.stripe_sandbox.wallets import Wallets


class Intents(Wallets):
    """Payment intents and setup intents."""

    def create_intent(self, asked: Asked) -> Json:
        """Begin a payment, and make it where it is confirmed at once."""
        amount = asked.amount(asked.parameters.get("amount"))
        if amount < 50:
            raise refuse("Amount must be at least $0.50.", "amount", "amount_too_small")
        customer = asked.text("customer")
        if customer:
            self.need("customer", customer)
        made = self.intent(
            amount,
            asked.text("currency", "usd"),
            customer or None,
            asked.part("metadata"),
            asked.text("description"),
        )
        if asked.flag("confirm"):
            return self._confirm(made, asked)
        return made

    def intent(
        self, amount: int, currency: str, customer: str | None, metadata: Json, words: str
    ) -> Json:
        """Make a payment intent."""
        made = self._new(
            "payment_intent",
            "pi",
            amount=amount,
            amount_received=0,
            currency=currency,
            customer=customer,
            metadata=metadata,
            description=words or None,
            status="requires_payment_method",
            payment_method=None,
            latest_charge=None,
            last_payment_error=None,
            next_action=None,
            payment_method_types=["card"],
            client_secret=secrets.token_hex(16),
        )
        self.event("payment_intent.created", made)
        return made

    def confirm_intent(self, asked: Asked) -> Json:
        """Make a payment that was begun."""
        return self._confirm(self.need("payment_intent", asked.path[0]), asked)

    def _confirm(self, intent: Json, asked: Asked) -> Json:
        if intent["status"] not in {"requires_payment_method", "requires_confirmation"}:
            raise refuse(
                f"This PaymentIntent can’t be confirmed: its status is {intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        key = asked.text("payment_method")
        if not key:
            raise refuse("Missing required param: payment_method.", "payment_method")
        method = self._method(key)
        if method["customer"] != intent["customer"] and key not in cards.TOKENS:
            raise refuse(
                "The payment method does not belong to the customer you supplied.",
                "payment_method",
            )
        try:
            return self.charge(
                intent, method, off_session=asked.flag("off_session"), back=asked.text("return_url")
            )
        except StripeError as error:
            error.body["error"]["payment_intent"] = intent
            raise

    def charge(
        self, intent: Json, method: Json, *, off_session: bool = False, back: str = ""
    ) -> Json:
        """Charge a card, or ask for 3-D Secure.

        Raises:
            StripeError: the card was declined.
        """
        intent["payment_method"] = method["id"]
        behaves = self.behaves(method["id"])
        refused = cards.decline(behaves["behaves"])
        if refused:
            raise self._failed(intent, method, refused)
        asks = behaves["behaves"] == "asks" or (
            behaves["behaves"] == "once" and not behaves["asked"]
        )
        if asks and off_session:
            words = "Your card was declined. This transaction requires authentication."
            decline = cards.Decline("authentication_required", "authentication_required", words)
            raise self._failed(intent, method, decline)
        if asks:
            intent["status"] = "requires_action"
            intent["next_action"] = {
                "type": "redirect_to_url",
                "redirect_to_url": {
                    "url": f"{self.base}/secure/{intent['id']}",
                    "return_url": back,
                },
            }
            self.event("payment_intent.requires_action", intent)
            return self.state.put("payment_intent", intent)
        return self.succeed(intent, method)

    def succeed(self, intent: Json, method: Json) -> Json:
        """Take the money."""
        made = self._charge(intent, method, paid=True)
        intent.update(
            status="succeeded",
            amount_received=intent["amount"],
            latest_charge=made["id"],
            next_action=None,
            last_payment_error=None,
        )
        self.state.put("payment_intent", intent)
        self.event("charge.succeeded", made)
        self.event("payment_intent.succeeded", intent)
        if self.behaves(method["id"])["behaves"] == "disputed":
            self.dispute(made)
        return intent

    def _charge(self, intent: Json, method: Json, *, paid: bool, **more: Any) -> Json:
        return self._new(
            "charge",
            "ch",
            amount=intent["amount"],
            amount_captured=intent["amount"] if paid else 0,
            amount_refunded=0,
            captured=paid,
            currency=intent["currency"],
            customer=intent["customer"],
            description=intent["description"],
            disputed=False,
            metadata=intent["metadata"],
            paid=paid,
            payment_intent=intent["id"],
            payment_method=method["id"],
            payment_method_details={"type": "card", "card": method["card"]},
            refunded=False,
            status="succeeded" if paid else "failed",
            **more,
        )

    def dispute(self, charge: Json) -> Json:
        """Let the card's owner dispute a charge."""
        charge["disputed"] = True
        self.state.put("charge", charge)
        made = self._new(
            "dispute",
            "du",
            amount=charge["amount"],
            charge=charge["id"],
            currency=charge["currency"],
            payment_intent=charge["payment_intent"],
            reason="fraudulent",
            status="needs_response",
            metadata={},
        )
        self.event("charge.dispute.created", made)
        return made

    def _failed(self, intent: Json, method: Json, why: cards.Decline) -> StripeError:
        made = self._charge(
            intent, method, paid=False, failure_code=why.code, failure_message=why.message
        )
        error = self._declined(why, made["id"])
        intent.update(
            status="requires_payment_method",
            payment_method=None,
            latest_charge=made["id"],
            next_action=None,
            last_payment_error=dict(error.body["error"]),
        )
        self.state.put("payment_intent", intent)
        self.event("charge.failed", made)
        self.event("payment_intent.payment_failed", intent)
        return error

    def authenticated(self, intent: Json, *, well: bool) -> Json:
        """Go on after 3-D Secure."""
        method = self.need("payment_method", intent["payment_method"])
        if well:
            self.state.put(
                "behaviour", {**self.behaves(method["id"]), "id": f"b_{method['id']}", "asked": 1}
            )
            return self.succeed(intent, method)
        words = "We could not check that this is your card. Choose another card or try again."
        why = cards.Decline("payment_intent_authentication_failure", "authentication_failed", words)
        self._failed(intent, method, why)
        return self.need("payment_intent", intent["id"])

    def cancel_intent(self, asked: Asked) -> Json:
        """End a payment before it was made."""
        intent = self.need("payment_intent", asked.path[0])
        if intent["status"] in {"succeeded", "canceled"}:
            raise refuse(
                f"You cannot cancel this PaymentIntent: its status is {intent['status']}.",
                code="payment_intent_unexpected_state",
            )
        intent.update(status="canceled", next_action=None)
        self.state.put("payment_intent", intent)
        self.event("payment_intent.canceled", intent)
        return intent

    # ------------------------------------------------------------ setup intents
    def create_setup(self, asked: Asked) -> Json:
        """Begin to save a card, and save it where it is confirmed at once."""
        self.need("customer", asked.text("customer"))
        made = self.setup(asked.text("customer"), asked.part("metadata"))
        if asked.flag("confirm"):
            method = self._method(asked.text("payment_method"))
            self.saved(made, method)
        return made

    def setup(self, customer: str, metadata: Json) -> Json:
        """Make a setup intent."""
        return self._new(
            "setup_intent",
            "seti",
            customer=customer,
            metadata=metadata,
            status="requires_payment_method",
            payment_method=None,
            usage="off_session",
            next_action=None,
            last_setup_error=None,
        )

    def saved(self, setup: Json, method: Json) -> None:
        """Save the card of a setup intent.

        Raises:
            StripeError: the card was declined.
        """
        refused = cards.decline(self.behaves(method["id"])["behaves"], saving=True)
        if refused:
            raise self._declined(refused, None)
        setup.update(status="succeeded", payment_method=method["id"])
        self.state.put("setup_intent", setup)
        self.attached(method, setup["customer"])
        self.event("setup_intent.succeeded", setup)
