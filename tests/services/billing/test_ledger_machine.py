"""Histories of money against the books of another hand. `LEDGER=5000` runs the long form."""

import os
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlmodel import select

from portal_app.data.models import Chart, Invoice, LedgerEntry, Patient, Practitioner
from portal_app.rules.errors import ConflictError
from portal_app.security.system import open_system
from portal_app.services.billing import books, issuing, ledger
from portal_app.services.billing.issuing import Line
from tests.billing_world import prove
from tests.services.billing.coins import Books, Paper, Purse
from tests.world import World

HISTORIES = int(os.environ.get("LEDGER", "60"))
STEPS = 18
amounts = st.integers(1, 25)
picks = st.integers(0, 20)


WHAT = (
    "issue",
    *("pay",) * 3,
    "pay_again",
    *("refund",) * 3,
    "credit",
    *("credit_note",) * 2,
    "write_off",
    "void",
    "use_credit",
)
"""What can happen; some of it more often."""


@dataclass(frozen=True)
class Wish:
    """How much, of which, and whether."""

    amount: int
    pick: int
    flag: bool


class UndoneError(Exception):
    """Takes the history back."""


class Machine(RuleBasedStateMachine):
    """One chart: what the product books, and what the coins say."""

    @initialize(first=st.lists(amounts, min_size=1, max_size=3))
    def begin(self, first: list[int]) -> None:
        self.stack = ExitStack()
        self.work = self.stack.enter_context(open_system("a history"))
        session = self.work.session
        patient = Patient(family="Coin", given="Test")
        session.add(patient)
        session.flush()
        clinician = session.exec(select(Practitioner)).first()
        assert clinician is not None
        self.chart = Chart(patient_id=patient.id, practitioner_id=clinician.id)
        session.add(self.chart)
        session.flush()
        self.coins = Books()
        self.rows: dict[int, Invoice] = {}
        self.payments: list[tuple[LedgerEntry, Purse, str]] = []
        for amount in first:
            self.issue(Wish(amount, 5, flag=False))

    def teardown(self) -> None:
        if hasattr(self, "work"):
            prove(self.work, self.chart)
            error = UndoneError()
            assert not self._undo(error)

    def _undo(self, error: Exception) -> bool:
        try:
            return bool(self.stack.__exit__(type(error), error, None))
        except UndoneError:
            return False

    def _pick(self, pick: int, **wanted: Any) -> Paper | None:
        found = [p for p in self.coins.papers if not p.void]
        if wanted.get("due"):
            found = [p for p in found if self.coins.due(p)]
        return found[pick % len(found)] if found else None

    # -------------------------------------------------------------- what can happen
    @rule(what=st.sampled_from(WHAT), amount=amounts, pick=picks, flag=st.booleans())
    def happens(self, what: str, amount: int, pick: int, *, flag: bool) -> None:
        """One rule for all, so that no history is without half of what can happen."""
        getattr(self, what)(Wish(amount, pick, flag))

    def issue(self, wish: Wish) -> None:
        parts = [wish.amount, 1 + wish.pick]
        lines = [Line(date(2026, 11, 2), "Visit", part) for part in parts]
        row = issuing.issue(self.work, issuing.draft(self.work, self.chart, lines))
        assert row.number is not None
        self.rows[row.number] = row
        self.coins.ask(row.number, sum(parts))

    def pay(self, wish: Wish) -> None:
        amount, key, paper = wish.amount, uuid4().hex, self._pick(wish.pick)
        chosen = {self.rows[paper.number].public_id: amount} if wish.flag and paper else None
        made = ledger.record_payment(self.work, self.chart, amount, "cash", "test", key, chosen)
        assert made.is_new
        purse = self.coins.give("pay", amount)
        self.coins.lay(purse, paper.number if chosen and paper else None)
        self.payments.append((made.entry, purse, key))

    def pay_again(self, wish: Wish) -> None:
        if not self.payments:
            return
        entry, _, key = self.payments[wish.pick % len(self.payments)]
        again = ledger.record_payment(
            self.work, self.chart, -entry.amount_minor, "card", "test", key
        )
        assert (again.entry.id, again.is_new) == (entry.id, False)
        with pytest.raises(ConflictError):
            ledger.record_payment(
                self.work, self.chart, 1 - entry.amount_minor, "card", "test", key
            )

    def refund(self, wish: Wish) -> None:
        if not self.payments:
            return
        entry, purse, _ = self.payments[wish.pick % len(self.payments)]
        amount, key, reopens = wish.amount, uuid4().hex, wish.flag

        def book() -> ledger.Recorded:
            return ledger.record_refund(
                self.work, self.chart, entry, amount, "test", key, reopens=reopens
            )

        if amount > len(purse.coins):
            with pytest.raises(ConflictError):
                book()
            return
        assert book().is_new
        assert not book().is_new
        self.coins.hand_back(purse, amount, reopens=reopens)

    def credit(self, wish: Wish) -> None:
        amount = wish.amount
        ledger.record_credit(self.work, self.chart, amount, "test", uuid4().hex)
        self.coins.give("credit", amount)

    def credit_note(self, wish: Wish) -> None:
        amount, paper = wish.amount, self._pick(wish.pick)
        if paper is None:
            return
        row = self.rows[paper.number]
        args = (self.work, self.chart, amount, "test", uuid4().hex)
        if amount > self.coins.creditable(paper):
            with pytest.raises(ConflictError):
                ledger.record_credit(*args, invoice=row)
            return
        ledger.record_credit(*args, invoice=row)
        self.coins.lay(self.coins.give("credit", amount, paper.number), paper.number)

    def write_off(self, wish: Wish) -> None:
        amount, paper = wish.amount, self._pick(wish.pick, due=True)
        if paper is None:
            return
        args = (self.work, self.chart, self.rows[paper.number], "test", uuid4().hex)
        if amount > self.coins.due(paper):
            with pytest.raises(ConflictError):
                ledger.write_off(*args, amount=amount)
            return
        ledger.write_off(*args, amount=amount)
        self.coins.lay(self.coins.give("off", amount), paper.number)

    def void(self, wish: Wish) -> None:
        paper = self._pick(wish.pick)
        if paper is None:
            return
        if self.coins.state(paper) != "open":
            with pytest.raises(ConflictError):
                issuing.void(self.work, self.rows[paper.number], "Mistake")
            return
        noted = [p for p in self.coins.purses if p.about == paper.number]
        issuing.void(self.work, self.rows[paper.number], "Mistake")
        paper.void = True
        assert not any(coin.on == paper.number for p in noted for coin in p.coins)

    def use_credit(self, _: Wish) -> None:
        before = self.coins.free()
        used = ledger.apply_credit(self.work, self.chart)
        for purse in self.coins.purses:
            self.coins.lay(purse)
        assert used == before - self.coins.free()

    # -------------------------------------------------------------- what always holds
    @invariant()
    def both_hands_agree(self) -> None:
        if not hasattr(self, "coins"):
            return
        assert books.balance(self.work, self.chart) == self.coins.balance()
        told = {n: (r.due_minor, r.status) for n, r in self.rows.items()}
        assert told == {
            p.number: (self.coins.due(p), self.coins.state(p)) for p in self.coins.papers
        }
        assert sum(rest for _, rest in books.unused(self.work, self.chart)) == self.coins.free()
        due = sum(self.coins.due(p) for p in self.coins.papers)
        assert due - self.coins.free() == self.coins.balance()


def test_every_history_of_money_adds_up(world: World):
    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=HISTORIES,
            stateful_step_count=STEPS,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
