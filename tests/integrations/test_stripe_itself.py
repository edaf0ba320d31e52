"""Against Stripe's own test mode, where a key is given: does the sandbox still behave like it?"""

import os
import secrets
from datetime import UTC, datetime, timedelta

import pytest

from portal_app.integrations.stripe import DeclinedError, ImpossibleError, Stripe

KEY = os.environ.get("STRIPE_TEST_KEY", "")
pytestmark = pytest.mark.skipif(
    not KEY.startswith(("sk_test_", "rk_test_")),
    reason="STRIPE_TEST_KEY is not set: it is a key of Stripe's test mode",
)
BACK = "https://portal.example/back"


@pytest.fixture
def account() -> Stripe:
    return Stripe(KEY, "")


def test_a_saved_card_is_charged_once_and_refunded(account: Stripe) -> None:
    ref, began = secrets.token_hex(8), datetime.now(UTC) - timedelta(minutes=1)
    customer = account.customer(ref)
    method = account._v1.payment_methods.attach("pm_card_visa", {"customer": customer}).id
    asked = customer, method, ref, 5_00, "USD", "Invoice 1", BACK
    first, again = account.charge(*asked), account.charge(*asked)
    assert (first.id, first.status) == (again.id, "succeeded")
    found = account.find(customer, ref, began)
    assert found is not None
    assert (found.id, found.detail, found.ref) == (first.id, "Visa ending in 4242", ref)
    account.refund(first.id, 2_00, ref)
    assert [r.amount for r in account.refunds(first.id)] == [2_00]
    with pytest.raises(ImpossibleError):
        account.refund(first.id, 5_00, f"{ref}-more")
    account.forget_card(method)


def test_a_declined_card_names_its_payment(account: Stripe) -> None:
    ref = secrets.token_hex(8)
    customer = account.customer(ref)
    methods = account._v1.payment_methods
    method = methods.attach("pm_card_chargeCustomerFail", {"customer": customer}).id
    with pytest.raises(DeclinedError) as refused:
        account.charge(customer, method, ref, 5_00, "USD", "Invoice 1", BACK)
    assert refused.value.intent


def test_hosted_pages_begin_and_end(account: Stripe) -> None:
    ref = secrets.token_hex(8)
    customer = account.customer(ref)
    begun = account.pay_hosted(customer, ref, 5_00, "USD", "Invoice 1", BACK)
    assert (begun.status, begun.ref) == ("open", ref)
    assert account.expire(begun.id)
    assert not account.expire(begun.id)
    assert account.session(begun.id).status == "expired"
    assert account.save_card(customer, f"{ref}-card", BACK).url.startswith("https://")
