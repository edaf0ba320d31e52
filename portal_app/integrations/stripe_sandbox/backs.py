"""Money that goes back at the sandbox."""

from portal_app.integrations.stripe_sandbox.asked import Asked, refuse
from portal_app.integrations.stripe_sandbox.intents import Intents
from portal_app.integrations.stripe_sandbox.state import Json


class Backs(Intents):
    """Refunds and disputes."""

    def create_refund(self, asked: Asked) -> Json:
        """Give money back."""
        charge = self._refunded_charge(asked)
        left = charge["amount_captured"] - charge["amount_refunded"]
        wanted = asked.parameters.get("amount")
        amount = asked.amount(wanted) if wanted is not None else left
        if charge["disputed"] or left < 1:
            code = "charge_disputed" if charge["disputed"] else "charge_already_refunded"
            raise refuse(f"Charge {charge['id']} can’t be refunded.", code=code)
        if amount > left:
            raise refuse(
                "Refund amount is greater than unrefunded amount on charge.",
                "amount",
            )
        made = self._new(
            "refund",
            "re",
            amount=amount,
            charge=charge["id"],
            currency=charge["currency"],
            metadata=asked.part("metadata"),
            payment_intent=charge["payment_intent"],
            reason=asked.text("reason") or None,
            status="succeeded",
        )
        charge["amount_refunded"] += amount
        charge["refunded"] = charge["amount_refunded"] == charge["amount_captured"]
        self.state.put("charge", charge)
        self.event("refund.created", made)
        self.event("charge.refunded", charge)
        return made

    def _refunded_charge(self, asked: Asked) -> Json:
        key = asked.text("charge")
        if not key:
            intent = self.need("payment_intent", asked.text("payment_intent"))
            if intent["status"] != "succeeded":
                raise refuse("This PaymentIntent does not have a successful charge to refund.")
            key = intent["latest_charge"]
        return self.need("charge", key)

    def answer_dispute(self, asked: Asked) -> Json:
        """Answer a dispute with the words that win or lose it."""
        found = self.need("dispute", asked.path[0])
        words = asked.part("evidence").get("uncategorized_text", "")
        ends = {"winning_evidence": "won", "losing_evidence": "lost"}
        found["status"] = ends.get(words, "under_review")
        self.state.put("dispute", found)
        if words in ends:
            self.event("charge.dispute.closed", found)
        return found
