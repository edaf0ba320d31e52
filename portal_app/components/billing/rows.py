"""Rows of invoices."""

from collections.abc import Callable

from portal_app.components.badge import chip_html
from portal_app.components.billing import words
from portal_app.components.button import icon_link
from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.data.schemas.billing import InvoiceRow
from portal_app.rules.when import Wall


def amount_html(row: InvoiceRow) -> Safe:
    """Return what is still due, and of how much."""
    first = row.due if row.is_open else row.total
    part = row.is_open and row.due != row.total
    of = fragment("span", "lw-m", f" of {row.total}") if part else Safe()
    return fragment("p", "lw-inv-amount", fragment("span", "lw-inv-due", first), of)


def words_html(row: InvoiceRow, wall: Wall) -> Safe:
    """Return what an invoice is about, with its state."""
    text, kind = words.chip(row, wall)
    head = fragment(
        "div", "lw-wrap lw-inv-h", fragment("h3", "lw-h3", row.title), chip_html(text, kind)
    )
    return join(head, fragment("p", "lw-m", words.about(row, wall)))


def invoice_row(
    row: InvoiceRow, wall: Wall, pdf: str, pay: Callable[[InvoiceRow], None] | None = None
) -> Tag:
    """Draw an invoice; `pay` draws the button with which it is paid."""
    with Tag("li", "lw-row lw-inv") as item:
        Tag("div", "lw-grow", html=words_html(row, wall))
        Tag("div", "lw-inv-sum", html=amount_html(row))
        with Tag("div", "lw-wrap lw-inv-acts"):
            if pay and row.is_open:
                pay(row)
            icon_link("download", f"Download invoice {row.number} as PDF", pdf).set(download=True)
    return item
