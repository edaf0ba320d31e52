"""The practice's actions with money, and the dialogs that ask for what they need."""

import secrets
from collections.abc import Awaitable
from typing import Any

from portal_app.components.button import Button
from portal_app.components.controls import CheckControl
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field, check_field
from portal_app.components.form import Form
from portal_app.components.note import note_html
from portal_app.components.tag import Tag
from portal_app.data.schemas.billing import (
    ChartMoneyView,
    InvoiceInput,
    InvoiceRow,
    PaymentInput,
    ReduceInput,
    RefundInput,
    VoidInput,
)
from portal_app.pages.framework.visit import Visit
from portal_app.pages.routing import action
from portal_app.rules.billing.money import BY_HAND, METHODS
from portal_app.rules.errors import PortalError
from portal_app.services.billing import desk, desk_views

NEEDS = desk.NEEDS
ISSUE_VISIT = action(desk.invoice_visit, needs=NEEDS)
ISSUE_VISITS = action(desk.invoice_visits, needs=NEEDS)
DRAFT = action(desk.draft, needs=NEEDS)
ISSUE = action(desk.issue, needs=NEEDS)
DISCARD = action(desk.discard, needs=NEEDS)
VOID = action(desk.void, needs=NEEDS)
DECIDE = action(desk.decide_charge, needs=NEEDS)
RECORD = action(desk.record_payment, needs=NEEDS)
REFUND = action(desk.refund, needs=NEEDS)
CREDIT = action(desk.credit, needs=NEEDS)
WRITE_OFF = action(desk.write_off, needs=NEEDS)
USE_CREDIT = action(desk.use_credit, needs=NEEDS)
EXPLAIN = action(desk_views.explain, needs=NEEDS)


def plain(amount: str) -> str:
    """Write an amount as it stands in a field: without the sign of the currency."""
    return amount.lstrip("$€£¥-−")


class MoneyDialog(Dialog):
    """Asks for one thing and does it once, however often its button is pressed."""

    def __init__(self, visit: Visit, title: str) -> None:
        """Create it closed and empty."""
        super().__init__(title, keep=True, on_close=self.delete)
        self._visit, self._chart = visit, visit.chart
        self._key = secrets.token_urlsafe(16)
        with self.body:
            self._error = Tag("div", "lw-note lw-danger", role="alert").show(on=False)

    def _amount(self, value: str = "", help_text: str = "") -> Field:
        return Field("Amount", value, inputmode="decimal", help_text=help_text)

    def _reason(self, help_text: str = "") -> Field:
        return Field("Reason", kind="textarea", rows=2, most=300, help_text=help_text)

    def _foot(self, words: str, act: Any) -> None:
        with self.foot:
            self._button = Button(words, act)
            Button("Close", kind="sec", data_lw_close=True)

    async def _perform(self, work: Awaitable[Any], said: str, form: Form[Any]) -> None:
        def refuse(error: PortalError) -> None:
            if not form.refuse(error.field, error.message):
                self._error.set_html(note_html(error.message, "danger")).show(on=True)

        self._error.show(on=False)
        with self._button.busy("Saving"):
            done, found = await self._visit.attempt(work, refuse)
        if done:
            self._visit.say(said.format(found))
            self.close()


class PaymentDialog(MoneyDialog):
    """Records money that has come."""

    def __init__(self, visit: Visit, view: ChartMoneyView) -> None:
        """Create it closed."""
        super().__init__(visit, "Record a payment")
        due = plain(view.balance.due) if view.balance.due_minor else ""
        with self.body, Tag("div", "lw-stack lw-gap5"):
            fields = {
                "amount": self._amount(due),
                "method": Field(
                    "Method",
                    BY_HAND[0],
                    kind="select",
                    options=[(key, METHODS[key]) for key in BY_HAND],
                ),
                "invoice": Field(
                    "For",
                    kind="select",
                    options=[
                        ("", "The oldest invoice first"),
                        *((r.id, f"Invoice {r.number}, {r.due} due") for r in view.open),
                    ],
                ),
                "detail": Field(
                    "Note", optional=True, most=60, help_text="Such as the number of the check."
                ),
            }
        self._form = Form(PaymentInput, fields)
        self._foot("Record payment", self._record)

    async def _record(self) -> None:
        if command := self._form.check(client_key=self._key):
            work = RECORD(self._visit.actor, self._chart, command)
            await self._perform(work, "Payment of {0} recorded", self._form)


class RefundDialog(MoneyDialog):
    """Records money that was given back."""

    def __init__(self, visit: Visit, view: ChartMoneyView) -> None:
        """Create it closed."""
        super().__init__(visit, "Refund")
        rows = [p for p in view.payments if p.by_hand and p.left_minor > 0]
        wall = visit.wall
        with self.body, Tag("div", "lw-stack lw-gap5"):
            if not rows:
                Tag("p", "lw-soft", "There is no payment that could be given back.")
            fields = {
                "payment": Field(
                    "Payment",
                    rows[0].id if rows else "",
                    kind="select",
                    options=[
                        (p.id, f"{wall.date(p.booked_on)}, {p.words}: {p.left} left") for p in rows
                    ],
                ),
                "amount": self._amount(plain(rows[0].left) if rows else ""),
                "reason": self._reason("The patient reads it."),
            }
            self._reopens = check_field("The amount is due again", value=False)
        self._form = Form(RefundInput, fields)
        self._foot("Refund", self._refund)

    async def _refund(self) -> None:
        if command := self._form.check(client_key=self._key, reopens=self._reopens.value):
            work = REFUND(self._visit.actor, self._chart, command)
            await self._perform(work, "{0} refunded", self._form)


class CreditDialog(MoneyDialog):
    """Gives a credit: on an invoice, or to be used later."""

    def __init__(self, visit: Visit, view: ChartMoneyView) -> None:
        """Create it closed."""
        super().__init__(visit, "Give a credit")
        with self.body, Tag("div", "lw-stack lw-gap5"):
            rows = (*view.open, *view.settled)
            fields = {
                "amount": self._amount(),
                "invoice": Field(
                    "For",
                    kind="select",
                    options=[
                        ("", "No invoice: it can be used later"),
                        *(
                            (r.id, f"Invoice {r.number}, {r.total}")
                            for r in rows
                            if r.state != "void"
                        ),
                    ],
                ),
                "reason": self._reason("The patient reads it."),
            }
        self._form = Form(ReduceInput, fields)
        self._foot("Give credit", self._give)

    async def _give(self) -> None:
        if command := self._form.check(client_key=self._key):
            work = CREDIT(self._visit.actor, self._chart, command)
            await self._perform(work, "Credit of {0} given", self._form)


class WriteOffDialog(MoneyDialog):
    """Lets go what is due on an invoice."""

    def __init__(self, visit: Visit, row: InvoiceRow) -> None:
        """Create it closed."""
        super().__init__(visit, f"Write off invoice {row.number}")
        self._row = row
        with self.body, Tag("div", "lw-stack lw-gap5"):
            fields = {
                "amount": self._amount(plain(row.due), f"{row.due} is due."),
                "reason": self._reason(),
            }
        self._form = Form(ReduceInput, fields)
        self._foot("Write off", self._write_off)

    async def _write_off(self) -> None:
        if command := self._form.check(client_key=self._key, invoice=self._row.id):
            work = WRITE_OFF(self._visit.actor, self._chart, command)
            await self._perform(work, "{0} written off", self._form)


class VoidDialog(MoneyDialog):
    """Takes an invoice back."""

    def __init__(self, visit: Visit, row: InvoiceRow) -> None:
        """Create it closed."""
        super().__init__(visit, f"Make invoice {row.number} void")
        self._row = row
        with self.body, Tag("div", "lw-stack lw-gap5"):
            Tag("p", "lw-soft", "Its number stays. What it asked for is not owed any more.")
            fields = {"reason": self._reason()}
        self._form = Form(VoidInput, fields)
        self._foot("Make void", self._void)

    async def _void(self) -> None:
        if command := self._form.check():
            work = VOID(self._visit.actor, self._chart, self._row.id, command)
            await self._perform(work, f"Invoice {self._row.number} is void", self._form)


class InvoiceDialog(MoneyDialog):
    """Writes a draft from visits, a service, or words of one's own."""

    def __init__(self, visit: Visit, view: ChartMoneyView) -> None:
        """Create it closed."""
        super().__init__(visit, "New invoice")
        self._ticks: dict[str, CheckControl] = {}
        wall = visit.wall
        with self.body, Tag("div", "lw-stack lw-gap5"):
            if view.unbilled:
                with Tag("fieldset"):
                    Tag("legend", "lw-lab", "Visits without an invoice")
                    for row in view.unbilled:
                        words = f"{wall.date(row.served_on)}, {row.title}, {row.amount}"
                        self._ticks[row.id] = check_field(words, value=False)
            fields = {
                "fee": Field(
                    "Service",
                    kind="select",
                    options=[("", "None, or in my own words"), *view.fees],
                    optional=True,
                ),
                "description": Field(
                    "Description",
                    optional=True,
                    most=200,
                    help_text="For what is not in the list. The patient reads it.",
                ),
                "amount": Field("Amount", optional=True, inputmode="decimal"),
                "units": Field("Units", "1", kind="number"),
                "day": Field("Date", wall.today.isoformat(), kind="date"),
                "notes": Field("Note to the patient", kind="textarea", rows=2, optional=True),
            }
        self._form = Form(InvoiceInput, fields)
        self._foot("Write draft", self._draft)

    async def _draft(self) -> None:
        chosen = [key for key, tick in self._ticks.items() if tick.value]
        if command := self._form.check(visits=chosen):
            work = DRAFT(self._visit.actor, self._chart, command)
            await self._perform(work, "Draft written. Issue it when it is right.", self._form)
