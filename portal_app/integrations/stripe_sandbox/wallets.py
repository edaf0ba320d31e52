"""Customers of the sandbox, and their cards."""

import time

from portal_app.integrations.stripe_sandbox import cards
from portal_app.integrations.stripe_sandbox.asked import Asked, StripeError, refuse
from portal_app.integrations.stripe_sandbox.objects import Objects
from portal_app.integrations.stripe_sandbox.state import Json


class Wallets(Objects):
    """Customers and cards."""

    def create_customer(self, asked: Asked) -> Json:
        """Make a customer."""
        made = self._new(
            "customer",
            "cus",
            metadata=asked.part("metadata"),
            **{k: asked.text(k) or None for k in ("name", "email", "description")},
        )
        self.event("customer.created", made)
        return made

    def update_customer(self, asked: Asked) -> Json:
        """Change a customer."""
        found = self.need("customer", asked.path[0])
        found["metadata"] = {**found["metadata"], **asked.part("metadata")}
        return self.state.put("customer", found)

    def customer_methods(self, asked: Asked) -> Json:
        """List the cards of a customer."""
        self.need("customer", asked.path[0])
        rows = [m for m in self.state.all("payment_method") if m["customer"] == asked.path[0]]
        return self._listed(rows, asked, f"customers/{asked.path[0]}/payment_methods")

    def list_methods(self, asked: Asked) -> Json:
        """List the cards of a customer."""
        customer = asked.text("customer")
        rows = [m for m in self.state.all("payment_method") if m["customer"] == customer]
        return self._listed(rows if customer else [], asked, "payment_methods")

    def card(self, number: str, month: int, year: int, customer: str | None = None) -> Json:
        """Make a payment method of a card; its number is kept nowhere."""
        made = self._new(
            "payment_method",
            "pm",
            type="card",
            customer=customer,
            metadata={},
            billing_details={"address": None, "email": None, "name": None, "phone": None},
            card={
                "brand": cards.brand(number),
                "last4": number[-4:],
                "exp_month": month,
                "exp_year": year,
                "funding": "credit",
                "country": "US",
            },
        )
        self.state.put(
            "behaviour", {"id": f"b_{made['id']}", "behaves": cards.behaviour(number), "asked": 0}
        )
        return made

    def behaves(self, method: str) -> Json:
        """Tell how a card behaves."""
        return self.state.get("behaviour", f"b_{method}") or {"behaves": "", "asked": 0}

    def _method(self, key: str) -> Json:
        if key in cards.TOKENS:
            return self.card(cards.TOKENS[key], 12, time.gmtime().tm_year + 3)
        return self.need("payment_method", key)

    def attach(self, asked: Asked) -> Json:
        """Save a card with a customer."""
        self.need("customer", asked.text("customer"))
        method = self._method(asked.path[0])
        refused = cards.decline(self.behaves(method["id"])["behaves"], saving=True)
        if refused:
            raise self._declined(refused, None)
        return self.attached(method, asked.text("customer"))

    def attached(self, method: Json, customer: str) -> Json:
        """Save a card with a customer."""
        method["customer"] = customer
        self.state.put("payment_method", method)
        self.event("payment_method.attached", method)
        return method

    def detach(self, asked: Asked) -> Json:
        """Forget a saved card."""
        method = self.need("payment_method", asked.path[0])
        if not method["customer"]:
            raise refuse("The payment method you provided is not attached to a customer.")
        method["customer"] = None
        self.state.put("payment_method", method)
        self.state.put("behaviour", {**self.behaves(method["id"]), "id": f"b_{method['id']}"})
        self.event("payment_method.detached", method)
        return method

    def update_method(self, asked: Asked) -> Json:
        """Change a saved card."""
        method = self.need("payment_method", asked.path[0])
        method["metadata"] = {**method["metadata"], **asked.part("metadata")}
        return self.state.put("payment_method", method)

    def _declined(self, why: cards.Decline, charge: str | None) -> StripeError:
        return StripeError(
            402, "card_error", why.message, code=why.code, decline_code=why.reason, charge=charge
        )
