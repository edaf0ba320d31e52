"""The dialog "Make a payment": what to pay, with which card, how much."""

from collections.abc import Awaitable, Callable

from portal_app.components.button import Button, link_button
from portal_app.components.controls import CheckControl
from portal_app.components.dialog import Dialog
from portal_app.components.field import Field
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import paragraph
from portal_app.data.schemas.payments import CardView, Outcome, PayChoice, PayInput, PayView
from portal_app.rules.when import Wall

_CHOSEN = "(e) => e.target.matches('input[type=radio]') && emit(e.target.value)"
NEW = "new"
Pay = Callable[[PayInput], Awaitable[None]]
Money = Callable[[int], str]
Read = Callable[[str], int | None]


class PayDialog:
    """The dialog; it shows in itself what became of the payment."""

    def __init__(
        self,
        view: PayView,
        wall: Wall,
        *,
        money: Money,
        plain: Money,
        read: Read,
        on_pay: Pay,
        receipt: Callable[[str], str],
        on_close: Callable[[], None],
    ) -> None:
        """Draw it closed.

        Args:
            view: what can be paid, and with what.
            wall: the practice's clock.
            money: an amount in words.
            plain: an amount as it is typed.
            read: an amount that was typed, nothing where it is none.
            on_pay: called with what is wanted.
            receipt: address of the receipt of a payment.
            on_close: called once it is closed.
        """
        self._view, self._money, self._plain, self._read = view, money, plain, read
        self._on_pay, self._receipt = on_pay, receipt
        usable = [c for c in view.cards if not c.has_expired]
        self._card = usable[0].id if usable else NEW
        self._ticked = {i.id for i in view.invoices}
        self.box = Dialog("Make a payment", on_close=on_close)
        with self.box.body:
            self._form = Tag("div", "lw-pay")
            with self._form:
                self._what(view.invoices, wall)
                self._amount = Field(
                    "Amount",
                    plain(self._due()),
                    on_input=self._typed,
                    inputmode="decimal",
                    autocomplete="off",
                )
                self._with(view.cards)
                self._error = Tag("p", "lw-note lw-danger", role="alert").show(on=False)
            self._done = Tag("div", "lw-pay-done", role="status")
        with self.box.foot:
            self._button = Button(self._words(), self._press, cls="lw-pay-go")
            through = "the sandbox. No money moves." if view.is_sandbox else "Stripe."
            self._foot = Tag(
                "p", "lw-soft lw-s13 lw-pay-foot", f"Paid to {view.practice} through {through}"
            )

    def open(self) -> None:
        """Show it."""
        self.box.open()

    # ------------------------------------------------------------ drawing
    def _what(self, invoices: tuple[PayChoice, ...], wall: Wall) -> None:
        with Tag("fieldset", "lw-pay-group"):
            Tag("legend", "lw-b", "What to pay")
            with Tag("div", "lw-panel lw-pay-rows"):
                for row in invoices:
                    due = f"Due {wall.date(row.due_on)}" if row.due_on else "Due now"
                    with Tag("label", "lw-pay-row"):
                        CheckControl(value=True, on_change=self._ticker(row.id))
                        words = join(
                            fragment("span", "", f"Invoice {row.number}"),
                            fragment("small", "lw-m", due),
                        )
                        Tag("span", "lw-grow", html=words)
                        Tag("span", "lw-b", row.due)

    def _ticker(self, key: str) -> Callable[[bool], None]:
        def tick(on: bool) -> None:
            (self._ticked.add if on else self._ticked.discard)(key)
            self._amount.set_value(self._plain(self._due()))
            self._amount.set_error("")
            self._button.set_words(self._words(self._plain(self._due())))

        return tick

    def _with(self, cards: tuple[CardView, ...]) -> None:
        rows = [
            _radio(
                c.id,
                f"{c.words} ({c.label})" if c.label else c.words,
                "Expired" if c.has_expired else c.expires,
                checked=c.id == self._card,
                disabled=c.has_expired,
            )
            for c in cards
        ]
        rows.append(_radio(NEW, "A new card", "", checked=self._card == NEW))
        with Tag("fieldset", "lw-pay-group"):
            Tag("legend", "lw-b", "Pay with")
            group = Tag("div", "lw-panel lw-pay-rows", html=join(*rows))
            group.on("change", self._chosen, js_handler=_CHOSEN)

    # ------------------------------------------------------------ changing
    def _chosen(self, event: object) -> None:
        value = getattr(event, "args", "")
        if value == NEW or any(c.id == value for c in self._view.cards):
            self._card = str(value)

    def _typed(self, text: str) -> None:
        self._amount.set_error("")
        self._button.set_words(self._words(text))

    def _due(self) -> int:
        return sum(i.due_minor for i in self._view.invoices if i.id in self._ticked)

    def _words(self, text: str | None = None) -> str:
        amount = self._due() if text is None else self._read(text)
        return f"Pay {self._money(amount)}" if amount else "Pay"

    async def _press(self) -> None:
        self._error.show(on=False)
        self._amount.set_error("")
        wish = PayInput(
            invoices=tuple(i.id for i in self._view.invoices if i.id in self._ticked),
            amount=self._amount.value[:20],
            card="" if self._card == NEW else self._card,
            nonce=self._view.nonce,
        )
        with self._button.busy("Paying"):
            await self._on_pay(wish)

    # ------------------------------------------------------------ afterwards
    def refuse(self, text: str, field: str = "") -> None:
        """Say why nothing was paid; what was typed stays."""
        if field == "amount":
            self._amount.set_error(text)
            self._amount.focus()
        else:
            self._error.set_text(text).show(on=True)

    def again(self, view: PayView) -> None:
        """Begin a new attempt with the next press."""
        self._view = view

    def show(self, done: Outcome) -> None:
        """Show what became of it."""
        self._form.show(on=False)
        self._button.show(on=False)
        self._foot.show(on=False)
        self._done.clear()
        with self._done:
            result(done, self._receipt(done.id))


def result(done: Outcome, receipt: str) -> None:
    """Draw what became of a payment."""
    if done.state == "paid":
        paragraph(f"You paid {done.amount}", "lw-h2 lw-pay-said")
        paragraph("Thank you. Your balance shows it already.", "lw-soft")
        link_button("Download receipt", receipt, kind="sec", icon="download", download=True)
    elif done.state == "waiting":
        paragraph("We are checking this payment", "lw-h2 lw-pay-said")
        paragraph(
            "The card service has not told us yet. Please do not pay again: your balance will "
            "show it within a minute.",
            "lw-soft",
        )
    else:
        paragraph("Nothing was paid", "lw-h2 lw-pay-said")
        paragraph(done.why or "This payment was not made.", "lw-soft")


def result_dialog(done: Outcome, receipt: str) -> Dialog:
    """Draw the closed dialog that says what became of a payment made elsewhere."""
    box = Dialog("Make a payment")
    with box.body:
        with Tag("div", "lw-pay-done", role="status"):
            result(done, receipt)
    return box


def _radio(
    value: str, words: str, aside: str, *, checked: bool = False, disabled: bool = False
) -> Safe:
    radio = fragment(
        "input",
        type_="radio",
        name="pay-with",
        value=value,
        checked=checked or None,
        disabled=disabled or None,
    )
    end = fragment("span", "lw-m", aside) if aside else Safe()
    return fragment("label", "lw-pay-row", radio, fragment("span", "lw-grow", words), end)
