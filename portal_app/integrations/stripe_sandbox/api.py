"""What Stripe's API does, as far as a portal needs it. One call is one transaction of the state."""

import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.integrations.stripe_sandbox import cards
from portal_app.integrations.stripe_sandbox.state import Json, State

VERSION = "2026-10-28.endive"
SESSION_LIVES = 24 * 3600
PAGE = 10


class StripeError(Exception):
    """What Stripe answers instead of an object."""

    def __init__(self, status: int, kind: str, message: str, **more: Any) -> None:
        """Keep status and body."""
        super().__init__(message)
        self.status = status
        self.body: Json = {"error": {"type": kind, "message": message, **more}}


def refuse(message: str, param: str = "", code: str = "", status: int = 400) -> StripeError:
    """Make the error of a request that can't be done."""
    more = {k: v for k, v in (("param", param), ("code", code)) if v}
    return StripeError(status, "invalid_request_error", message, **more)


def missing(kind: str, key: str) -> StripeError:
    """Make the error of an object that is not there."""
    return refuse(f"No such {kind}: '{key}'", "id", "resource_missing", 404)


@dataclass(frozen=True)
class Asked:
    """One request: what of, and with which parameters."""

    parameters: Json
    path: tuple[str, ...] = ()

    def text(self, name: str, default: str = "") -> str:
        """Give a parameter as text."""
        value = self.parameters.get(name, default)
        return value if isinstance(value, str) else default

    def flag(self, name: str) -> bool:
        """Give a parameter as yes or no."""
        return self.text(name).lower() == "true"

    def amount(self, value: Any, name: str = "amount") -> int:
        """Read an amount in minor units.

        Raises:
            StripeError: it is none.
        """
        if not isinstance(value, str) or not re.fullmatch(r"\d{1,8}", value) or int(value) < 1:
            raise refuse(f"Invalid positive integer: {name}", name, "parameter_invalid_integer")
        return int(value)

    def part(self, name: str) -> Json:
        """Give a nested parameter."""
        value = self.parameters.get(name)
        return value if isinstance(value, dict) else {}


def new_id(prefix: str) -> str:
    """Make an id as Stripe's look."""
    return f"{prefix}_{secrets.token_hex(12)}"


class Api:
    """The resources."""

    def __init__(self, state: State, base: str) -> None:
        """Work on a state; hosted pages stand under ``base``."""
        self.state, self.base = state, base
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

    # ------------------------------------------------------------ reading
    def need(self, kind: str, key: str) -> Json:
        """Find an object.

        Raises:
            StripeError: there is none.
        """
        found = self.state.get(kind, key)
        if found is None:
            raise missing(kind, key)
        return self._aged(kind, found)

    def _aged(self, kind: str, body: Json) -> Json:
        due = kind == "checkout.session" and body["status"] == "open"
        if due and body["expires_at"] <= time.time():
            return self._expire(body)
        return body

    def _reader(self, kind: str) -> Callable[[Asked], Json]:
        def read(asked: Asked) -> Json:
            return self._expanded(self.need(kind, asked.path[0]), asked)

        return read

    def _lister(self, kind: str, path: str) -> Callable[[Asked], Json]:
        def read(asked: Asked) -> Json:
            rows = self.state.all(kind)
            for name in ("customer", "payment_intent", "charge", "type", "payment_method"):
                if asked.text(name):
                    rows = [r for r in rows if r.get(name) == asked.text(name)]
            return self._listed(rows, asked, path)

        return read

    def _listed(self, rows: list[Json], asked: Asked, path: str) -> Json:
        for bound, value in asked.part("created").items():
            moment = int(value)
            keeps: dict[str, Callable[[int, int], bool]] = {
                "gte": lambda at, edge: at >= edge,
                "gt": lambda at, edge: at > edge,
                "lte": lambda at, edge: at <= edge,
                "lt": lambda at, edge: at < edge,
            }
            rows = [r for r in rows if keeps[bound](r["created"], moment)]
        ids = [r["id"] for r in rows]
        if (after := asked.text("starting_after")) in ids:
            rows = rows[ids.index(after) + 1 :]
        elif (before := asked.text("ending_before")) in ids:
            rows = rows[: ids.index(before)]
        most = min(100, max(1, int(asked.text("limit", str(PAGE)))))
        page = [self._expanded(r, asked) for r in rows[:most]]
        more = len(rows) > most
        return {"object": "list", "url": f"/v1/{path}", "has_more": more, "data": page}

    def _expanded(self, body: Json, asked: Asked) -> Json:
        wanted = asked.parameters.get("expand", [])
        for name in wanted if isinstance(wanted, list) else []:
            field = name.removeprefix("data.").split(".")[0]
            kind = {"latest_charge": "charge"}.get(field, field)
            if isinstance(body.get(field), str):
                body = {**body, field: self.state.get(kind, body[field])}
        return body

    def balance(self, _asked: Asked) -> Json:
        """Tell what the account holds: nothing."""
        return {"object": "balance", "livemode": False, "available": [], "pending": []}

    def _new(self, kind: str, prefix: str, **fields: Any) -> Json:
        body = {"id": new_id(prefix), "object": kind, "created": int(time.time())}
        return self.state.put(kind, {**body, "livemode": False, **fields})

    def event(self, name: str, body: Json) -> None:
        """Say that something has happened."""
        made = self._new(
            "event",
            "evt",
            api_version=VERSION,
            type=name,
            data={"object": body},
            pending_webhooks=1,
            request={"id": None, "idempotency_key": None},
        )
        self.state.announce(made)

    # ------------------------------------------------------------ customers and cards
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

    # ------------------------------------------------------------ payment intents
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

    def _declined(self, why: cards.Decline, charge: str | None) -> StripeError:
        return StripeError(
            402, "card_error", why.message, code=why.code, decline_code=why.reason, charge=charge
        )

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

    # ------------------------------------------------------------ refunds and disputes
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


def nested(pairs: list[tuple[str, str]]) -> Json:
    """Read form fields such as ``a[b][0]`` as nested parameters."""
    made: Json = {}
    for name, value in pairs:
        keys = [k for k in re.split(r"[\[\]]+", name) if k]
        here: Any = made
        for key in keys[:-1]:
            here = here.setdefault(key, {})
            if not isinstance(here, dict):
                raise refuse(f"Invalid parameter: {name}")
        here[keys[-1] if keys else name] = value
    return {k: _lists(v) for k, v in made.items()}


def _lists(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    inner = {k: _lists(v) for k, v in value.items()}
    if inner and all(k.isdigit() for k in inner):
        return [inner[k] for k in sorted(inner, key=int)]
    return inner
