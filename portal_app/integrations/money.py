"""Money in words, through Babel: integer minor units and an ISO 4217 currency, never a float."""

from decimal import Decimal

from babel.numbers import (
    NumberFormatError,
    format_currency,
    format_decimal,
    get_currency_precision,
    get_currency_symbol,
    parse_decimal,
)


def money(minor: int, currency: str = "USD", locale: str = "en_US") -> str:
    """Say an amount of minor units: $1,235.00, ¥500, -$20.00."""
    return format_currency(_exact(minor, currency), currency, locale=locale)


def amount(minor: int, currency: str = "USD", locale: str = "en_US") -> str:
    """Write an amount as it is typed into a field: 1,235.00."""
    places = "0" * get_currency_precision(currency)
    pattern = f"#,##0.{places}" if places else "#,##0"
    return format_decimal(_exact(minor, currency), pattern, locale=locale)


def minor(text: str, currency: str = "USD", locale: str = "en_US") -> int:
    """Read what somebody has typed: 75, 75.00, $1,235.00.

    Raises:
        ValueError: it is no amount, less than nothing, or finer than the currency.
    """
    plain = text.strip().removeprefix(get_currency_symbol(currency, locale=locale)).strip()
    if any(sign.isalpha() for sign in plain):
        raise ValueError("no amount")
    try:
        read = parse_decimal(plain, locale=locale, strict=True)
    except NumberFormatError as error:
        raise ValueError("no amount") from error
    if read < 0:
        raise ValueError("no amount")
    found = read.scaleb(get_currency_precision(currency))
    if found != found.to_integral_value():
        raise ValueError("finer than the currency")
    return int(found)


def _exact(minor: int, currency: str) -> Decimal:
    return Decimal(minor).scaleb(-get_currency_precision(currency))
