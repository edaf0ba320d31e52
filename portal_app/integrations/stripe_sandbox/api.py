"""What Stripe's API does, as far as a portal needs it. One call is one transaction of the state."""

import re
import secrets
import time
from collections.abc import Callable

from portal_app.integrations.stripe_sandbox.asked import Asked, refuse
from portal_app.integrations.stripe_sandbox.backs import Backs
from portal_app.integrations.stripe_sandbox.state import Json, State

SESSION_LIVES = 24 * 3600


class Api(Backs):
    """The resources by their addresses, and visits to the hosted page."""

    def __init__(self, state: State, base: str) -> None:
        """Work on a state; hosted pages stand under ``base``."""
        super().__init__(state, base)
        self._routes = self._table()

    def answer(self, method: str, path: str, parameters: Json) -> Json:
        """Do what was asked.

        Raises:
            StripeError: it can't be done.
        """
        for verb, pattern, handler in self._routes:
            found = pattern.fullmatch(path) if verb == method else None
            if found:
                return handler(Asked(parameters, found.groups()))
        raise refuse(f"Unrecognized request URL ({method}: /{path}).", status=404)

    def _table(self) -> list[tuple[str, re.Pattern[str], Callable[[Asked], Json]]]:
        one = r"/([a-z]+_[A-Za-z0-9_]+)"
        rows: list[tuple[str, str, Callable[[Asked], Json]]] = [
            ("GET", "balance", self.balance),
            ("POST", "customers", self.create_customer),
            ("POST", f"customers{one}", self.update_customer),
            ("GET", f"customers{one}/payment_methods", self.customer_methods),
            ("POST", "checkout/sessions", self.create_session),
            ("POST", f"checkout/sessions{one}/expire", self.expire_session),
            ("POST", "payment_intents", self.create_intent),
            ("POST", f"payment_intents{one}/confirm", self.confirm_intent),
            ("POST", f"payment_intents{one}/cancel", self.cancel_intent),
            ("POST", "setup_intents", self.create_setup),
            ("GET", "payment_methods", self.list_methods),
            ("POST", f"payment_methods{one}/attach", self.attach),
            ("POST", f"payment_methods{one}/detach", self.detach),
            ("POST", f"payment_methods{one}", self.update_method),
            ("POST", "refunds", self.create_refund),
            ("POST", f"disputes{one}", self.answer_dispute),
        ]
        kinds = {
            "customers": "customer",
            "checkout/sessions": "checkout.session",
            "payment_intents": "payment_intent",
            "setup_intents": "setup_intent",
            "payment_methods": "payment_method",
            "refunds": "refund",
            "disputes": "dispute",
            "charges": "charge",
            "events": "event",
        }
        for path, kind in kinds.items():
            rows.append(("GET", f"{path}{one}", self._reader(kind)))
            if path != "payment_methods":
                rows.append(("GET", path, self._lister(kind, path)))
        return [(verb, re.compile(path), handler) for verb, path, handler in rows]

    def balance(self, _asked: Asked) -> Json:
        """Tell what the account holds: nothing."""
        return {"object": "balance", "livemode": False, "available": [], "pending": []}

    def _aged(self, kind: str, body: Json) -> Json:
        due = kind == "checkout.session" and body["status"] == "open"
        if due and body["expires_at"] <= time.time():
            return self._expire(body)
        return body

    # ------------------------------------------------------------ sessions
    def create_session(self, asked: Asked) -> Json:
        """Begin a visit to the hosted page."""
        mode = asked.text("mode")
        if mode not in {"payment", "setup"}:
            raise refuse("Invalid mode: must be payment or setup", "mode")
        success = asked.text("success_url")
        if not success:
            raise refuse("Missing required param: success_url.", "success_url", "parameter_missing")
        customer = asked.text("customer")
        if customer:
            self.need("customer", customer)
        expires = asked.text("expires_at")
        key = f"cs_test_{secrets.token_hex(24)}"
        fields: Json = {
            "mode": mode,
            "status": "open",
            "payment_status": "unpaid" if mode == "payment" else "no_payment_required",
            "customer": customer or None,
            "success_url": success,
            "cancel_url": asked.text("cancel_url") or None,
            "client_reference_id": asked.text("client_reference_id") or None,
            "metadata": asked.part("metadata"),
            "expires_at": int(expires) if expires else int(time.time()) + SESSION_LIVES,
            "ui_mode": asked.text("ui_mode", "hosted_page"),
            "url": f"{self.base}/pay/{key}",
            "payment_intent": None,
            "setup_intent": None,
            "amount_total": None,
            "currency": asked.text("currency") or None,
        }
        made: Json = {"id": key, "object": "checkout.session", "created": int(time.time())}
        made.update(livemode=False, **fields)
        if mode == "payment":
            made.update(self._priced(asked))
        keep = asked.part("payment_intent_data")
        self.state.put("hidden", {"id": f"h_{key}", "intent": keep})
        return self.state.put("checkout.session", made)

    def _priced(self, asked: Asked) -> Json:
        lines = asked.parameters.get("line_items", [])
        if not isinstance(lines, list) or not lines:
            raise refuse("Missing required param: line_items.", "line_items", "parameter_missing")
        total, currency = 0, "usd"
        for line in lines:
            price = line.get("price_data", {})
            if not price.get("product_data", {}).get("name"):
                raise refuse("Missing required param: product_data[name].", "line_items")
            currency = price.get("currency", currency)
            units = int(line.get("quantity", "1"))
            total += asked.amount(price.get("unit_amount"), "unit_amount") * units
        if total < 50:
            raise refuse("Amount must be at least $0.50.", "line_items", "amount_too_small")
        return {"amount_total": total, "amount_subtotal": total, "currency": currency}

    def expire_session(self, asked: Asked) -> Json:
        """End a visit to the hosted page before anything was paid."""
        found = self.need("checkout.session", asked.path[0])
        if found["status"] != "open":
            raise refuse(
                'Only Checkout Sessions with a status in ["open"] can be expired. '
                f"This Checkout Session has a status of `{found['status']}`."
            )
        return self._expire(found)

    def _expire(self, found: Json) -> Json:
        found["status"], found["url"] = "expired", None
        self.state.put("checkout.session", found)
        self.event("checkout.session.expired", found)
        return found

    def finish_session(self, session: Json) -> None:
        """Complete a session whose card was accepted."""
        session["status"], session["url"] = "complete", None
        if session["mode"] == "payment":
            session["payment_status"] = "paid"
        self.state.put("checkout.session", session)
        self.event("checkout.session.completed", session)
