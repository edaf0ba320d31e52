"""Card payments of Alice's chart with Dr. Own, on a sandbox that answers in this process."""

import tempfile
from pathlib import Path

from sqlmodel import select

from portal_app.data.models import (
    CardCustomer,
    CardPayment,
    CardPaymentPart,
    CardRefund,
    CardSetup,
    LedgerEntry,
    SavedCard,
)
from portal_app.data.schemas.payments import LabelInput, PayInput
from portal_app.integrations import pdf
from portal_app.security.system import open_system
from portal_app.services.billing import (
    cards,
    coming_back,
    payments,
    receipts,
    refunds,
)
from tests.cashier import Cashier
from tests.security.actors import HOME
from tests.world import World

A = "alice"
PAYERS = HOME
"""Who pays for Alice: her proxy for billing alone does too."""
BILLERS = {"owner", "own", "desk", "biller"}
EVERY_BILLER = BILLERS | {"other"}
WRITTEN = (CardCustomer, CardPayment, CardPaymentPart, CardRefund, CardSetup, SavedCard)


class Till:
    """An invoice that is open, one that was paid by card, and a saved card."""

    def __init__(self, world: World) -> None:
        self.till = Cashier(world, Path(tempfile.mkdtemp(prefix="till-")))
        self.open, paid = self.till.bill(160_00, 60_00)
        self.card = self.till.card()
        self.attempt = self.till.pay([paid], "60.00", self.card, "the-first-nonce").id
        with open_system("look", writes=False) as work:
            rows = select(LedgerEntry.public_id).where(LedgerEntry.kind == "payment")
            self.payment = work.session.exec(rows).one()

    def wish(self) -> PayInput:
        return PayInput(invoices=(self.open,), amount="1.00", card=self.card, nonce="another-nonce")


STAGED = {
    "billing.payments": Till,
    "billing.cards": Till,
    "billing.refunds": Till,
    "GET /pay/back": Till,
    "GET /pdf/receipts": Till,
    "service: billing.refunds": Till,
}
SECTIONS = {"/practice/settings/payments": (EVERY_BILLER, {})}
ACTIONS = {
    "billing.payments.options": (PAYERS, lambda a, w, _: payments.options(a, w.charts[A])),
    "billing.payments.begin": (
        PAYERS,
        lambda a, w, s: payments.begin(a, w.charts[A], s.of(Till).wish()),
    ),
    "billing.cards.overview": (PAYERS, lambda a, w, _: cards.overview(a, w.charts[A])),
    "billing.cards.add": (PAYERS, lambda a, w, _: cards.add(a, w.charts[A])),
    "billing.cards.name": (
        PAYERS,
        lambda a, w, s: cards.name(a, w.charts[A], s.of(Till).card, LabelInput(label="HSA")),
    ),
    "billing.cards.make_default": (
        PAYERS,
        lambda a, w, s: cards.make_default(a, w.charts[A], s.of(Till).card),
    ),
    "billing.cards.remove": (
        PAYERS,
        lambda a, w, s: cards.remove(a, w.charts[A], s.of(Till).card),
    ),
}


def _receipt(a, w, s):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
    try:
        return receipts.as_pdf(a, w.charts[A], s.of(Till).payment)
    finally:
        pdf.stop()


ROUTES = {
    "GET /pdf/receipts/{chart}/{payment}": (PAYERS, _receipt),
    "GET /pay/back/{chart}/{ref}": (
        PAYERS,
        lambda a, w, s: coming_back.lead(a, w.charts[A], s.of(Till).attempt),
    ),
    "service: billing.refunds.give_back": (
        BILLERS,
        lambda a, w, s: refunds.give_back(
            a, w.charts[A], s.of(Till).payment, 1_00, "Paid twice", "refund-nonce"
        ),
    ),
}
