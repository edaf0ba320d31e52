"""Paying: the button wherever something is due, and its dialog."""

from portal_app.components.billing.pay import PayDialog
from portal_app.components.button import Button
from portal_app.components.tag import Tag
from portal_app.data.schemas.payments import PayInput, PayView
from portal_app.integrations.money import amount as plain
from portal_app.integrations.money import minor, money
from portal_app.pages.framework.visit import Visit
from portal_app.pages.portal.paying import PAYING
from portal_app.pages.routing import action
from portal_app.rules.errors import PortalError
from portal_app.services.billing import gateway, payments

OPTIONS = action(payments.options, needs=payments.NEEDS)
BEGIN = action(payments.begin, needs=payments.NEEDS)
AT_THE_PRACTICE = "Please pay at the practice, or ask us how."


def draw_pay(visit: Visit, words: str, name: str, invoice: str) -> None:
    """Draw the button that opens the dialog; without cards, say where to pay."""
    if not gateway.is_there():
        if not invoice:
            Tag("p", "lw-soft lw-s14", AT_THE_PRACTICE)
        return

    async def begin() -> None:
        work = OPTIONS(visit.actor, visit.chart, invoice)
        done, view = await visit.attempt(work, lambda error: visit.say(error.message))
        if not done:
            return
        if not view.invoices:
            visit.say("This is paid already.")
            return
        with visit.client:
            Paying(visit, view, invoice).open()

    kind = "sec" if invoice else "primary"
    Button(words, begin, kind=kind, aria_label=name or None, repeatable=True)


class Paying:
    """One open dialog."""

    def __init__(self, visit: Visit, view: PayView, invoice: str) -> None:
        """Draw it closed, beside the page: a page that is drawn anew leaves it alone."""
        self._visit, self._chart, self._invoice = visit, visit.chart, invoice
        self._place = Tag("div")
        with self._place:
            self._dialog = PayDialog(
                view,
                visit.wall,
                money=lambda amount: money(amount, view.currency),
                plain=lambda amount: plain(amount, view.currency),
                read=lambda text: _read(text, view.currency),
                on_pay=self._pay,
                receipt=self._receipt,
                on_close=self._closed,
            )

    def open(self) -> None:
        """Show it."""
        self._dialog.open()

    def _receipt(self, payment: str) -> str:
        return f"/pdf/receipts/{self._chart}/{payment}"

    def _closed(self) -> None:
        if not self._place.is_deleted:
            self._place.delete()

    async def _pay(self, wish: PayInput) -> None:
        work = BEGIN(self._visit.actor, self._chart, wish)
        done, found = await self._visit.attempt(work, self._refuse)
        if not done or self._place.is_deleted:
            return
        if found.state == "elsewhere":
            self._visit.go(found.url)
        elif found.state == "declined":
            self._dialog.refuse(found.why)
            await self._again()
        else:
            self._dialog.show(found)

    async def _again(self) -> None:
        work = OPTIONS(self._visit.actor, self._chart, self._invoice)
        done, view = await self._visit.attempt(work, self._refuse)
        if done:
            self._dialog.again(view)

    def _refuse(self, error: PortalError) -> None:
        if not self._place.is_deleted:
            self._dialog.refuse(error.message, error.field)


def _read(text: str, currency: str) -> int | None:
    try:
        return minor(text, currency) or None
    except ValueError:
        return None


PAYING.plug(draw_pay)
