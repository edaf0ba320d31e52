"""Days of billing in words."""

from datetime import date

from portal_app.data.schemas.billing import BalanceView, InvoiceRow
from portal_app.rules.when import Wall


def day(value: date, wall: Wall) -> str:
    """Say a day: today, tomorrow, November 20, or with the year where it is another one."""
    away = (value - wall.today).days
    if away in {0, 1}:
        return "today" if away == 0 else "tomorrow"
    year = "" if value.year == wall.today.year else f", {value.year}"
    return f"{value:%B} {value.day}{year}"


def short_day(value: date, wall: Wall) -> str:
    """Say a day in few letters: Dec 1."""
    year = "" if value.year == wall.today.year else f", {value.year}"
    return f"{value:%b} {value.day}{year}"


def due(value: date, wall: Wall) -> str:
    """Say when something is due, or since when it was."""
    verb = "was due" if value < wall.today else "is due"
    return f"{verb} {day(value, wall)}"


def lines(view: BalanceView, wall: Wall) -> list[str]:
    """Say what is due when, one amount a line."""
    told = [f"{line.amount} {due(line.due_on, wall)}." for line in view.lines]
    if view.more:
        told.append(f"And {view.more} more.")
    return told


def chip(row: InvoiceRow, wall: Wall) -> tuple[str, str]:
    """Say the state of an invoice, and how it is coloured."""
    if row.is_overdue:
        return "Overdue", "danger"
    if row.is_open and row.due_on:
        soon = (row.due_on - wall.today).days <= 1
        when = day(row.due_on, wall) if soon else short_day(row.due_on, wall)
        return f"Due {when}", "warn" if soon else ""
    if row.state == "paid" and row.settled_on:
        return f"Paid {short_day(row.settled_on, wall)}", "ok"
    return row.words, ""


def about(row: InvoiceRow, wall: Wall) -> str:
    """Say which invoice it is: Invoice 1042. Visit on November 3."""
    served = f" Visit on {day(row.served_on, wall)}" if row.served_on else ""
    return f"Invoice {row.number}.{served}"
