"""What is due: at the top of Billing, and on Home."""

from collections.abc import Callable

from portal_app.components.billing import words
from portal_app.components.button import Button, link_button
from portal_app.components.panel import section
from portal_app.components.safe import fragment, join
from portal_app.components.tag import Handler, Tag
from portal_app.data.schemas.billing import BalanceView
from portal_app.rules.when import Wall

NOTHING = "Nothing is due. Thank you."
AT_THE_PRACTICE = "Please pay at the practice, or ask us how."
Draw = Callable[[], None]


class Balance:
    """The balance at the top of Billing; it changes in place."""

    def __init__(self, view: BalanceView, wall: Wall, *, on_explain: Handler, pay: Draw) -> None:
        """Draw it; `pay` draws the button with which one pays, where there is one."""
        with Tag("section", "lw-panel lw-pad lw-balance") as box:
            with Tag("div", "lw-grow"):
                heading = Tag("h2", "lw-soft lw-balance-h", "Balance due")
                self._due = Tag("p", "lw-money")
                self._credit = Tag("p", "lw-soft lw-s14")
                self._explain = Button(
                    "Explain my balance",
                    on_explain,
                    kind="txt",
                    cls="lw-balance-why",
                    repeatable=True,
                )
            self._lines = Tag("p", "lw-soft lw-s14 lw-balance-lines")
            with Tag("div") as self._pay:
                pay()
        box.set(aria_labelledby=heading.html_id)
        self.show(view, wall)

    def show(self, view: BalanceView, wall: Wall) -> None:
        """Show these amounts."""
        self._due.set_text(view.due)
        told = words.lines(view, wall) or [NOTHING]
        self._lines.set_html(join(*(fragment("span", "lw-due-line", line) for line in told)))
        self._credit.set_text(f"You have a credit of {view.credit}." if view.credit else "")
        self._credit.show(on=bool(view.credit))
        self._pay.show(on=view.due_minor > 0)


class HomeBalance:
    """What is due, on Home; nothing at all where nothing is."""

    def __init__(self, invoices_href: str, *, pay: Draw) -> None:
        """Create it empty; `pay` draws the button with which one pays, where there is one."""
        with section("Balance due", "lw-o4") as self._box:
            self._told = Tag("div")
            with Tag("div", "lw-wrap"):
                pay()
                link_button("See invoices", invoices_href, kind="txt")

    def show(self, view: BalanceView, wall: Wall) -> None:
        """Show these amounts."""
        self._box.show(on=view.due_minor > 0)
        count = "1 open invoice." if view.open_count == 1 else f"{view.open_count} open invoices."
        first = words.lines(view, wall)[:1]
        due = fragment("p", "lw-money lw-money-s", view.due)
        lines = fragment("p", "lw-soft lw-s14 lw-home-due", " ".join([count, *first]))
        self._told.set_html(join(due, lines))
