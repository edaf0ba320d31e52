"""Money in words, through Babel: integer minor units and an ISO 4217 currency, never a float."""

from decimal import Decimal

from babel.numbers import format_currency, get_currency_precision


def money(minor: int, currency: str = "USD", locale: str = "en_US") -> str:
    """Say an amount of minor units: $1,235.00, ¥500, -$20.00."""
    exact = Decimal(minor).scaleb(-get_currency_precision(currency))
    return format_currency(exact, currency, locale=locale)
