"""Paying by card: what is charged once is booked once, whatever happens on the way."""

import random
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from portal_app.data.schemas.billing import RefundInput
from portal_app.integrations.stripe import IntentSeen, UnreachableError
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.services import practice
from portal_app.services.billing import (
    cards,
    desk,
    gateway,
    payments,
    reconciling,
    refunds,
    stripe_events,
)
from tests.cashier import ASKS, DECLINED, DISPUTED, VISA, Cashier, cashier
from tests.world import World


@pytest.fixture
def till(world: World, tmp_path: Path) -> Iterator[Cashier]:
    with cashier(world, tmp_path) as made:
        yield made


@pytest.mark.seed("S12")
def test_a_saved_card_pays_the_oldest_first_and_a_part_stays_due(till: Cashier) -> None:
    first, second = till.bill(60_00, 175_00)
    done = till.pay([first, second], "100.00", till.card())
    assert (done.state, done.amount) == ("paid", "$100.00")
    assert till.invoices() == {first: ("paid", 0), second: ("partly_paid", 135_00)}
    assert till.balance() == 135_00
    assert till.receipts() >= 1


def test_a_new_card_is_asked_for_on_the_hosted_page(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    begun = till.pay([one], "60.00")
    assert begun.state == "elsewhere"
    assert till.balance() == 60_00, "nothing is paid by going there"
    assert till.type(begun.url, DECLINED) == 200, "the page asks again"
    assert till.type(begun.url, VISA) == 303
    assert payments.settle(begun.id).state == "paid"
    assert till.balance() == 0
    with pytest.raises(InvalidError):
        till.pay([one], "60.00")


@pytest.mark.parametrize(
    ("approve", "state", "due"), [(True, "paid", 0), (False, "declined", 60_00)]
)
def test_a_saved_card_may_ask_for_3d_secure(
    till: Cashier, approve: bool, state: str, due: int
) -> None:
    (one,) = till.bill(60_00)
    begun = till.pay([one], "60.00", till.card(ASKS))
    assert begun.state == "elsewhere"
    assert "/secure/" in begun.url
    till.hosted.answer(begun.url.rsplit("/", 1)[1], well=approve)
    assert payments.settle(begun.id).state == state
    assert till.balance() == due


def test_a_declined_card_says_so_and_another_try_may_follow(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    bad, good = till.card("4000000000000341"), till.card()
    refused = till.pay([one], "60", bad)
    assert (refused.state, till.balance()) == ("declined", 60_00)
    assert "declined" in refused.why
    assert till.pay([one], "60", good).state == "paid"


@pytest.mark.parametrize(
    ("amount", "said"),
    [("60.01", "more than"), ("0.99", "at least"), ("x", "Write"), ("0", "least")],
)
def test_amounts_that_do_not_fit_are_refused_at_their_field(
    till: Cashier, amount: str, said: str
) -> None:
    (one,) = till.bill(60_00)
    with pytest.raises(InvalidError, match=said) as refused:
        till.pay([one], amount, till.card())
    assert refused.value.field == "amount"
    assert till.charged() == 0


def test_what_is_less_than_a_dollar_can_be_paid_whole(till: Cashier) -> None:
    (one,) = till.bill(75)
    assert till.pay([one], "0.75", till.card()).state == "paid"


def test_two_tabs_get_the_same_hosted_page_and_another_amount_ends_it(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    first, second = till.pay([one], "60.00"), till.pay([one], "60.00")
    assert (first.id, first.url) == (second.id, second.url)
    third = till.pay([one], "20.00")
    assert third.id != first.id
    assert till.type(first.url, VISA) == 410, "the older page is over"
    assert till.type(third.url, VISA) == 303
    till.pay([one], "40.00", till.card())
    payments.settle(third.id)
    assert (till.balance(), till.charged()) == (0, 60_00)


def test_who_paid_on_the_older_page_meanwhile_is_booked_and_not_asked_again(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    first = till.pay([one], "60.00")
    till.type(first.url, VISA)
    with pytest.raises(InvalidError, match="paid already"):
        till.pay([one], "60.00", till.card())
    assert (till.balance(), till.charged()) == (0, 60_00)


def test_many_at_once_charge_once(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    card = till.card()
    states: list[str] = []

    def press(nonce: str) -> None:
        try:
            states.append(till.pay([one], "60.00", card, nonce).state)
        except (InvalidError, ConflictError):
            states.append("refused")

    threads = [threading.Thread(target=press, args=(f"one-dialog-{n // 2}",)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert "paid" in states
    assert (till.charged(), till.balance(), len(till.entries())) == (60_00, 0, 1)


def test_nobody_pays_with_a_card_of_somebody_else(till: Cashier, world: World) -> None:
    (one,) = till.bill(60_00)
    card = till.card()
    with pytest.raises(NotFoundError):
        till.pay([one], "60.00", card, who="carol")
    till.chart = world.charts["carol"]
    (other,) = till.bill(60_00)
    with pytest.raises(InvalidError):
        till.pay([other], "60.00", card, who="carol")
    with pytest.raises(InvalidError):
        till.pay([one], "60.00", who="carol")


def test_an_answer_that_is_lost_after_charging_charges_once(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    card = till.card()
    till.state.order({"time_out_after_charge": 1})
    assert till.pay([one], "60.00", card).state == "paid"
    assert (till.charged(), till.balance()) == (60_00, 0)


def test_where_no_answer_ever_comes_the_sweeper_books(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    card = till.card()
    till.state.order({"time_out_after_charge": 1, "drop_webhooks": 99})
    till.account.charge = _lost(till.account.charge)  # type: ignore[method-assign]
    assert till.pay([one], "60.00", card).state == "waiting"
    assert (till.charged(), till.balance()) == (60_00, 60_00)
    payments.sweep()
    assert (till.charged(), till.balance()) == (60_00, 0)


def test_a_newer_attempt_finds_what_the_lost_one_has_paid(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    card = till.card()
    till.account.charge = _lost(till.account.charge)  # type: ignore[method-assign]
    till.pay([one], "60.00", card)
    with pytest.raises(InvalidError, match="paid already"):
        till.pay([one], "30.00", card)
    assert (till.charged(), till.balance()) == (60_00, 0)


def _lost(real: Callable[..., IntentSeen]) -> Callable[..., IntentSeen]:
    """Charge, and never hear of it."""

    def call(*what: str | int) -> IntentSeen:
        with suppress(UnreachableError):
            real(*what)
        raise UnreachableError

    return call


def test_refunds_at_stripe_and_lost_disputes_reach_the_books(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    done = till.pay([one], "60.00", till.card())
    intent = till.state.all("payment_intent")[0]["id"]
    till.account.refund(intent, 20_00, "elsewhere")
    till.tell(next(e for e in till.events() if e["type"] == "charge.refunded"))
    assert till.entries("refund")[0][0] == 20_00
    assert payments.settle(done.id).state == "paid"
    assert len(till.entries("refund")) == 1

    (two,) = till.bill(50_00)
    done = till.pay([two], "50.00", till.card(DISPUTED))
    payments.settle(done.id)
    dispute = till.state.all("dispute")[0]
    till.account._v1.disputes.update(
        dispute["id"], {"evidence": {"uncategorized_text": "losing_evidence"}}
    )
    payments.settle(done.id)
    assert till.invoices()[two] == ("open", 50_00)


def test_the_practice_gives_a_part_back_once(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    till.pay([one], "60.00", till.card())
    owner, entry = till.world["owner"], till.payment()
    with pytest.raises(InvalidError):
        refunds.give_back(owner, till.chart, entry, 60_01, "Too much", "nonce-a")
    for _ in range(2):
        refunds.give_back(owner, till.chart, entry, 20_00, "Paid twice", "nonce-b")
    with pytest.raises(InvalidError):
        refunds.give_back(owner, till.chart, entry, 40_01, "Too much", "nonce-c")
    with pytest.raises(NotFoundError):
        refunds.give_back(till.world["alice"], till.chart, entry, 1_00, "", "nonce-d")
    assert [a for a, _ in till.entries("refund")] == [20_00]
    assert "Paid twice" not in str(till.state.log())


def test_the_console_s_refund_goes_back_to_the_card(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    till.pay([one], "60.00", till.card())
    command = RefundInput(
        payment=till.payment(), amount="15.00", reason="Paid twice", client_key="key-of-it"
    )
    for _ in range(2):
        assert desk.refund(till.world["owner"], till.chart, command) == "$15.00"
    assert [r["amount"] for r in till.state.all("refund")] == [15_00]
    assert [a for a, _ in till.entries("refund")] == [15_00]


def test_the_nightly_check_settles_what_it_can_and_shows_the_rest(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    till.pay([one], "60.00", till.card())
    intent = till.state.all("payment_intent")[0]["id"]
    till.account.refund(intent, 20_00, "elsewhere")
    reconciling.check()
    assert len(till.entries("refund")) == 1, "what was lost is booked"
    till.account._v1.payment_intents.create(
        {"amount": 7_00, "currency": "usd", "payment_method": "pm_card_visa", "confirm": True}
    )
    reconciling.check()
    owner = till.world["owner"]
    told = reconciling.connection(owner)
    assert told.differences == ((reconciling.WORDS["charge"], "$7.00"),)
    assert (told.mode, "sk_test" in str(told)) == ("sandbox", False)
    assert any("Stripe took money" in t.title for t in practice.today(owner).tasks)


def test_without_an_account_one_pays_at_the_practice(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    gateway.use(None, "")
    with pytest.raises(ConflictError, match="at the practice"):
        till.pay([one], "60.00")
    with pytest.raises(ConflictError, match="at the practice"):
        cards.add(till.world["alice"], till.chart)
    payments.sweep()


# ---------------------------------------------------------------- events
def test_a_forged_old_or_future_event_changes_nothing(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    begun = till.pay([one], "60.00")
    till.type(begun.url, VISA)
    event = till.events()[-1]
    now = int(time.time())
    for secret, at in (("whsec_other", None), ("", now - 600), ("", now + 600)):
        with pytest.raises(InvalidError):
            till.tell(event, secret, at)
    for header in ("", "t=1,v1=00", "nonsense"):
        with pytest.raises(InvalidError):
            stripe_events.take(b"{}", header)
    assert till.balance() == 60_00


def test_a_signed_event_that_lies_is_not_believed(till: Cashier) -> None:
    (one,) = till.bill(60_00)
    till.pay([one], "60.00")
    lie = {"id": "evt_x", "type": "checkout.session.completed"}
    session = dict(till.state.all("checkout.session")[0], payment_status="paid", status="complete")
    till.tell({**lie, "data": {"object": session}})
    assert till.balance() == 60_00


def test_any_order_of_events_gives_the_books_that_the_model_has(till: Cashier) -> None:
    """A hundred times: duplicated, reordered, forged, replayed and lost events."""
    card = till.card()
    totals = Totals()
    for seed in range(100):
        _one_history(till, random.Random(seed), card, totals)  # noqa: S311 - the same each time
    assert till.balance() == totals.owed
    assert len(till.entries()) == totals.payments
    assert till.charged() == totals.charged
    assert till.receipts() == totals.payments * till.receivers()


@dataclass
class Totals:
    """What an independent bookkeeper has counted."""

    owed: int = 0
    payments: int = 0
    charged: int = 0


def _one_history(till: Cashier, dice: random.Random, card: str, totals: Totals) -> None:
    before = len(till.events())
    amounts = [dice.randint(1, 400) * 100 for _ in range(dice.randint(1, 2))]
    owed = dict(zip(till.bill(*amounts), amounts, strict=True))
    model, begun = dict(owed), []
    for one, amount in owed.items():
        part = dice.choice([amount, max(100, amount // 2)])
        way = dice.choice(["saved", "hosted", "abandoned", "declined"])
        till.state.order({"time_out_after_charge": dice.choice([0, 0, 1])})
        wish = [one], f"{part / 100:.2f}", card if way == "saved" else "", f"the-tab-of-{one}"
        done = till.pay(*wish)
        assert till.pay(*wish).id == done.id, "a double click is the same attempt"
        begun.append(done.id)
        if way in {"hosted", "declined"}:
            till.type(done.url, VISA if way == "hosted" else DECLINED)
        if way in {"saved", "hosted"}:
            model[one] -= part
            totals.payments += 1
            totals.charged += part
    told = [e for e in till.events()[before:] if dice.random() < 0.3]
    told += [dice.choice(told) for _ in range(2)] if told else []
    dice.shuffle(told)
    for event in told:
        if dice.random() < 0.2:
            with pytest.raises(InvalidError):
                till.tell({**event, "id": "evt_forged"}, "whsec_wrong")
        till.tell(event)
    if dice.random() < 0.5:  # somebody comes back from the hosted page; else the sweeper looks
        payments.settle(dice.choice(begun))
    payments.sweep()
    totals.owed += sum(model.values())
    found = {k: v for k, v in till.invoices().items() if k in model}
    assert {k: due for k, (_, due) in found.items()} == model
    for one, (state, due) in found.items():
        assert state == ("paid" if due == 0 else "open" if due == owed[one] else "partly_paid")


# ---------------------------------------------------------------- what Stripe is told
def test_stripe_hears_no_name_no_visit_and_no_card_stands_in_the_log(till: Cashier) -> None:
    invoices = till.bill(60_00, 75_00)
    till.pay(invoices[:1], "60", till.card())
    till.type(till.pay(invoices[1:], "75.00").url, VISA)
    told = str(till.state.log())
    for word in ("canary7f3a", "Alice", "Adams", "Dr. Own", "alice@", "4242424242424242", "Test p"):
        assert word not in told
    assert "Invoice 1001" in told


# ---------------------------------------------------------------- cards
@pytest.mark.seed("S25")
def test_there_is_one_default_and_the_next_card_follows_it(till: Cashier) -> None:
    alice, chart = till.world["alice"], till.chart
    first, second = till.card(), till.card("5555555555554444")
    view = cards.overview(alice, chart)
    assert [(c.words, c.is_default) for c in view.cards] == [
        ("Visa ending in 4242", True),
        ("Mastercard ending in 4444", False),
    ]
    cards.make_default(alice, chart, second)
    assert [c.id for c in cards.overview(alice, chart).cards if c.is_default] == [second]
    cards.remove(alice, chart, second)
    assert [(c.id, c.is_default) for c in cards.overview(alice, chart).cards] == [(first, True)]
    held = [m for m in till.state.all("payment_method") if m["customer"]]
    assert len(held) == 1, "Stripe has forgotten it too"
    with pytest.raises(NotFoundError):
        cards.make_default(alice, chart, second)


def test_a_card_that_is_told_twice_is_kept_once(till: Cashier) -> None:
    till.card()
    for event in till.events():
        till.tell({**event, "id": f"{event['id']}x"})
    cards.sweep()
    assert len(cards.overview(till.world["alice"], till.chart).cards) == 1
