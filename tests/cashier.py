"""A practice whose patients can pay by card: the real SDK, the sandbox, the real database."""

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import time_machine
from sqlmodel import select

from portal_app.data.models import CardSetup, Chart, Invoice, LedgerEntry, OutboxMail, SavedCard
from portal_app.data.schemas.payments import Outcome, PayInput
from portal_app.integrations.stripe import Stripe
from portal_app.integrations.stripe_sandbox import Direct, State
from portal_app.integrations.stripe_sandbox.api import Api
from portal_app.integrations.stripe_sandbox.delivery import signature
from portal_app.integrations.stripe_sandbox.web import Hosted
from portal_app.rules.permissions import Permission
from portal_app.security.system import open_system
from portal_app.services.billing import books, cards, gateway, issuing, payments, stripe_events
from portal_app.services.notifications import people_who_may
from tests.world import URL, World

VISA, DECLINED, ASKS = "4242424242424242", "4000000000000002", "4000002760003184"
DISPUTED = "4000000000000259"
DATA = {"expiry": "12/34", "cvc": "123"}


class Cashier:
    """The world's billing, with cards."""

    def __init__(
        self, world: World, folder: Path, before: Callable[[str], None] | None = None
    ) -> None:
        self.world = world
        self.state = State(folder / "sandbox" / "stripe.db")
        line = Direct(self.state, URL, before)
        self.account = Stripe(
            self.state.api_key, self.state.webhook_secret, "http://stripe", sandbox=True, line=line
        )
        gateway.use(self.account, URL)
        self.api = Api(self.state, f"{URL}/sandbox/stripe")
        self.hosted = Hosted(self.api)
        self.chart = world.charts["alice"]

    def bill(self, *amounts: int) -> list[str]:
        """Issue an invoice for each amount; returns their public ids."""
        made = []
        with open_system("invoices") as work:
            chart = work.session.exec(select(Chart).where(Chart.public_id == self.chart)).one()
            for amount in amounts:
                line = issuing.Line(date(2026, 11, 2), "canary7f3a visit", amount)
                made.append(issuing.issue(work, issuing.draft(work, chart, [line])).public_id)
        return made

    def card(self, number: str = VISA) -> str:
        """Save a card through the hosted page; returns its public id."""
        before = self._cards()
        url = cards.add(self.world["alice"], self.chart)
        self.type(url, number)
        with open_system("setup", writes=False) as work:
            refs = work.session.exec(select(CardSetup.public_id)).all()
        for ref in refs:
            cards.settle(ref)
        return (self._cards() - before).pop()

    def _cards(self) -> set[str]:
        with open_system("cards", writes=False) as work:
            return set(work.session.exec(select(SavedCard.public_id)).all())

    def type(self, url: str, number: str, *, approve: bool = True) -> int:
        """Fill in a hosted page; returns the status of the answer."""
        answer = self.hosted.send(url.rsplit("/", 1)[1], {"number": number, **DATA})
        where = answer.headers.get("location", "")
        if "/secure/" in where:
            answer = self.hosted.answer(where.rsplit("/", 1)[1], well=approve)
        return answer.status_code

    def pay(
        self, invoices: list[str], amount: str, card: str = "", nonce: str = "", who: str = "alice"
    ) -> Outcome:
        wish = PayInput(
            invoices=tuple(invoices),
            amount=amount,
            card=card,
            nonce=nonce or f"nonce-{random.random():.17f}",  # noqa: S311 - no secret
        )
        return payments.begin(self.world[who], self.chart, wish)

    # ------------------------------------------------------------ events
    def events(self) -> list[dict[str, Any]]:
        """Every event there ever was, the oldest first."""
        return self.state.all("event")[::-1]

    def tell(self, event: dict[str, Any], secret: str = "", at: int | None = None) -> None:
        body = json.dumps(event)
        stripe_events.take(body.encode(), signature(body, secret or self.state.webhook_secret, at))

    # ------------------------------------------------------------ what the books say
    def balance(self) -> int:
        with open_system("balance", writes=False) as work:
            chart = work.session.exec(select(Chart).where(Chart.public_id == self.chart)).one()
            return books.balance(work, chart)

    def invoices(self) -> dict[str, tuple[str, int]]:
        with open_system("invoices", writes=False) as work:
            rows = work.session.exec(select(Invoice)).all()
            return {r.public_id: (r.status, r.due_minor) for r in rows}

    def entries(self, kind: str = "payment") -> list[tuple[int, str]]:
        with open_system("entries", writes=False) as work:
            rows = work.session.exec(select(LedgerEntry).where(LedgerEntry.kind == kind)).all()
            return [(r.amount_minor, r.external_id) for r in rows]

    def payment(self) -> str:
        """The public id of the one payment."""
        with open_system("entries", writes=False) as work:
            rows = select(LedgerEntry.public_id).where(LedgerEntry.kind == "payment")
            return work.session.exec(rows).one()

    def receipts(self) -> int:
        with open_system("mail", writes=False) as work:
            return len(work.session.exec(select(OutboxMail)).all())

    def receivers(self) -> int:
        """How many people are told of a payment."""
        with open_system("people", writes=False) as work:
            chart = work.session.exec(select(Chart).where(Chart.public_id == self.chart)).one()
            found = people_who_may(work, chart, Permission.BILLING_VIEW)
            return len({user.id for _, user in found})

    def charged(self) -> int:
        """What Stripe has taken."""
        return sum(c["amount_captured"] for c in self.state.all("charge") if c["paid"])


@contextmanager
def cashier(
    world: World, folder: Path, before: Callable[[str], None] | None = None
) -> Iterator[Cashier]:
    # Stripe's library looks at the machine's clock, and the world has one of its own
    with time_machine.travel(world.clock.now, tick=True):
        made = Cashier(world, folder, before)
        try:
            yield made
        finally:
            gateway.use(None, "")
            made.state.close()
