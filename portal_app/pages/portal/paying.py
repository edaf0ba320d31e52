"""The places where paying begins; what draws the button and its dialog plugs in here."""

from collections.abc import Callable

from portal_app.components.billing.balance import AT_THE_PRACTICE
from portal_app.components.tag import Tag
from portal_app.pages.framework.visit import Visit

DrawPay = Callable[[Visit, str, str, str], None]
"""Draws a button: the open page, its words, its name where that says more, and the public id of
the one invoice that it is about (empty: everything that is due)."""


class Paying:
    """Draws the button that pays; without anybody who does, words that say where to pay."""

    draw_pay: DrawPay | None = None

    def plug(self, draw: DrawPay) -> None:
        """Name who draws the button; called once, when the module of paying is imported."""
        self.draw_pay = draw

    def button(self, visit: Visit, words: str, *, name: str = "", invoice: str = "") -> None:
        """Draw the button here."""
        if self.draw_pay is not None:
            self.draw_pay(visit, words, name, invoice)
        elif not invoice:
            Tag("p", "lw-soft lw-s14", AT_THE_PRACTICE)


PAYING = Paying()
