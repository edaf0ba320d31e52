"""The sandbox speaks Stripe's API to Stripe's own library, over a line."""

import json
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import httpx
import pytest
import stripe
import uvicorn
from fastapi import FastAPI

from portal_app.integrations.stripe_sandbox import Deliveries, State, router

VISA, DECLINED, ASKS = "4242 4242 4242 4242", "4000 0000 0000 0002", "4000 0027 6000 3184"
BACK = "http://localhost/back?s={CHECKOUT_SESSION_ID}"


@dataclass
class Line:
    """A served sandbox."""

    state: State
    base: str
    v1: Any
    held: list[State] = field(default_factory=list)

    def post(self, path: str, **data: Any) -> httpx.Response:
        return httpx.post(f"{self.base}/sandbox/stripe/{path}", json=data)

    def type(self, url: str, number: str = VISA) -> httpx.Response:
        return httpx.post(url, data={"number": number, "expiry": "12/34", "cvc": "123"})

    def customer(self) -> str:
        return str(self.v1.customers.create({"metadata": {"ref": "a"}}).id)

    def session(self, mode: str, **more: Any) -> Any:
        line = {
            "quantity": 1,
            "price_data": {
                "currency": "usd",
                "unit_amount": 235_00,
                "product_data": {"name": "Invoice 1042"},
            },
        }
        lines = {"line_items": [line]} if mode == "payment" else {}
        asked = {"mode": mode, "success_url": BACK, "cancel_url": "http://localhost/no"}
        return self.v1.checkout.sessions.create({**asked, **lines, **more})


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    state = State(Path(tmp_path_factory.mktemp("sandbox")) / "stripe.db")
    base = f"http://127.0.0.1:{port}"
    app = FastAPI()
    app.include_router(router(state, base))
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.02)
    client = stripe.StripeClient(
        state.api_key, base_addresses={"api": f"{base}/sandbox/stripe"}, max_network_retries=0
    )
    yield Line(state, base, client.v1)
    server.should_exit = True
    thread.join()
    state.close()


def test_a_card_is_saved_charged_and_refunded(line: Line) -> None:
    customer = line.customer()
    begun = line.session("setup", customer=customer)
    assert "Save a test card" in httpx.get(begun.url).text
    answer = line.type(begun.url)
    assert answer.headers["location"].endswith(begun.id)
    done = line.v1.checkout.sessions.retrieve(begun.id, {"expand": ["setup_intent"]})
    method = done.setup_intent.payment_method
    assert [m.id for m in line.v1.customers.payment_methods.list(customer)] == [method]
    asked = {"amount": 100_00, "currency": "usd", "customer": customer, "confirm": True}
    paid = line.v1.payment_intents.create({**asked, "payment_method": method})
    assert paid.status == "succeeded"
    line.v1.refunds.create({"payment_intent": paid.id, "amount": 40_00})
    with pytest.raises(stripe.InvalidRequestError, match="greater than"):
        line.v1.refunds.create({"payment_intent": paid.id, "amount": 60_01})
    line.v1.payment_methods.detach(method)
    with pytest.raises(stripe.InvalidRequestError):
        line.v1.payment_intents.create({**asked, "payment_method": method})


def test_keys_make_requests_the_same(line: Line) -> None:
    asked = {"amount": 5_00, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    first = line.v1.payment_intents.create(asked, {"idempotency_key": "k"})
    again = line.v1.payment_intents.create(asked, {"idempotency_key": "k"})
    assert (again.id, again.last_response.headers["Idempotent-Replayed"]) == (first.id, "true")
    with pytest.raises(stripe.IdempotencyError):
        line.v1.payment_intents.create({**asked, "amount": 6_00}, {"idempotency_key": "k"})
    bad = {**asked, "payment_method": "pm_card_chargeDeclined"}
    for _ in range(2):
        with pytest.raises(stripe.CardError) as refused:
            line.v1.payment_intents.create(bad, {"idempotency_key": "declined"})
        assert refused.value.error.payment_intent.status == "requires_payment_method"


def test_a_hosted_payment_takes_declines_and_3d_secure(line: Line) -> None:
    customer = line.customer()
    begun = line.session("payment", customer=customer)
    page = httpx.get(begun.url).text
    assert all(words in page for words in ("Test payment", "Card number", "CVC", "Pay $235.00"))
    assert "Your card was declined." in line.type(begun.url, DECLINED).text
    assert "not right" in line.type(begun.url, "4242 4242 4242 4241").text
    secure = line.type(begun.url, ASKS).headers["location"]
    assert "Complete" in httpx.get(secure).text
    failed = httpx.post(secure, data={"answer": "fail"})
    assert "could not check" in failed.text
    secure = line.type(begun.url, ASKS).headers["location"]
    assert httpx.post(secure, data={"answer": "complete"}).status_code == 303
    assert line.v1.checkout.sessions.retrieve(begun.id).payment_status == "paid"
    assert line.type(begun.url).status_code == 303, "it leads on and charges nothing more"
    with pytest.raises(stripe.InvalidRequestError, match="expired"):
        line.v1.checkout.sessions.expire(begun.id)
    assert len(list(line.v1.payment_intents.list({"customer": customer}))) == 1


def test_a_session_that_was_ended_takes_no_card(line: Line) -> None:
    begun = line.session("payment")
    line.v1.checkout.sessions.expire(begun.id)
    assert line.type(begun.url).status_code == 410
    back = httpx.post(line.session("payment").url, data={"back": "1"})
    assert back.headers["location"] == "http://localhost/no"


def test_off_session_a_card_that_asks_is_declined(line: Line) -> None:
    asked = {"amount": 5_00, "currency": "usd", "payment_method": "pm_card_authenticationRequired"}
    with pytest.raises(stripe.CardError) as refused:
        line.v1.payment_intents.create({**asked, "confirm": True, "off_session": True})
    assert refused.value.code == "authentication_required"


def test_faults_come_as_ordered_and_unknown_ones_are_refused(line: Line) -> None:
    assert line.post("faults", answer_500=1).json()["answer_500"] == 1
    with pytest.raises(stripe.APIError):
        line.v1.balance.retrieve()
    line.v1.balance.retrieve()
    line.post("faults", time_out_after_charge=1)
    asked = {"amount": 7_77, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    with pytest.raises(stripe.APIConnectionError):
        line.v1.payment_intents.create(asked, {"idempotency_key": "lost"})
    line.v1.payment_intents.create(asked, {"idempotency_key": "lost"})
    assert len([c for c in line.v1.charges.list({"limit": 100}) if c.amount == 7_77]) == 1
    for wrong in ({"explode": 1}, {"answer_500": -1}, {"answer_500": "1"}, {"answer_500": True}):
        assert line.post("faults", **wrong).status_code == 422
    assert httpx.post(f"{line.base}/sandbox/stripe/faults", content=b"[").status_code == 422


def test_no_card_number_stands_in_the_log(line: Line) -> None:
    line.type(line.session("payment").url)
    told = httpx.get(f"{line.base}/sandbox/stripe/log").json()
    assert set(told[0]) == {"time", "method", "path", "idempotency_key", "parameters"}
    assert "4242" not in json.dumps([e["parameters"] for e in told])


def test_a_stranger_without_the_key_gets_nothing(line: Line) -> None:
    other = stripe.StripeClient(
        "sk_test_other", base_addresses={"api": f"{line.base}/sandbox/stripe"}
    )
    with pytest.raises(stripe.AuthenticationError):
        other.v1.customers.list()


def test_what_it_knows_survives(line: Line, tmp_path: Path) -> None:
    path = tmp_path / "stripe.db"
    first = State(path)
    with first.transaction():
        first.put("customer", {"id": "cus_1"})
    second = State(path)  # as after kill -9: nobody has closed the first
    assert second.get("customer", "cus_1")
    assert (second.api_key, second.webhook_secret) == (first.api_key, first.webhook_secret)
    first.close()
    second.close()


# ---------------------------------------------------------------- webhooks
class Ear(HTTPServer):
    """Hears webhooks, and takes them or not."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Heard)
        self.heard: list[tuple[str, bytes]] = []
        self.refuses = 0


class _Heard(BaseHTTPRequestHandler):
    server: Ear

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        taken = not self.server.refuses
        self.server.refuses -= not taken
        if taken:
            self.server.heard.append((self.headers["Stripe-Signature"], body))
        self.send_response(200 if taken else 503)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def ear() -> Iterator[Ear]:
    with Ear() as made:
        thread = threading.Thread(target=made.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join()


def _told(state: State, ear: Ear, names: list[str], expected: int = 1) -> list[str]:
    with state.transaction():
        for name in names:
            event = {"id": name, "type": "x", "data": {"object": {}}}
            state.announce(state.put("event", event))
    out = Deliveries(state, "127.0.0.1", ear.server_port)
    for _ in range(60):
        out.deliver_due()
        if len(ear.heard) >= expected:
            break
        time.sleep(0.05)
    return [json.loads(body)["id"] for _, body in ear.heard]


def test_webhooks_are_signed_and_sent_again_until_they_are_taken(tmp_path: Path, ear: Ear) -> None:
    state, ear.refuses = State(tmp_path / "s.db"), 1
    assert _told(state, ear, ["evt_1"]) == ["evt_1"]
    signature, body = ear.heard[0]
    assert stripe.Webhook.construct_event(body, signature, state.webhook_secret)["id"] == "evt_1"
    assert state.due() == []
    state.close()


@pytest.mark.parametrize(
    ("fault", "count", "heard"),
    [
        ("drop_webhooks", 1, ["evt_2"]),
        ("duplicate_webhooks", 1, ["evt_1", "evt_1", "evt_2"]),
        ("reorder_webhooks", 2, ["evt_2", "evt_1"]),
    ],
)
def test_webhooks_are_lost_doubled_and_turned_round_as_ordered(
    tmp_path: Path, ear: Ear, fault: str, count: int, heard: list[str]
) -> None:
    state = State(tmp_path / "s.db")
    state.order({fault: count})
    _told(state, ear, ["evt_1", "evt_2"], len(heard))
    Deliveries(state, "127.0.0.1", ear.server_port).deliver_due()
    found = [json.loads(body)["id"] for _, body in ear.heard]
    assert (found if fault == "reorder_webhooks" else sorted(found)) == heard
    state.close()
