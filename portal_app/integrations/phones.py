"""Phone numbers: read as people of a country type them, kept as E.164, shown as they are dialled."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from portal_app.rules.errors import InvalidError

NORTH_AMERICA = 1


def canonical(text: str, country: str) -> str:
    """Give the number as E.164, with its extension where it has one.

    Args:
        text: what was typed.
        country: ISO code of the country whose numbers need no prefix.

    Raises:
        InvalidError: no number that can be dialled.
    """
    number = _parsed(text, country)
    if number is None:
        raise InvalidError(wrong(country))
    whole = phonenumbers.format_number(number, PhoneNumberFormat.E164)
    return f"{whole};ext={number.extension}" if number.extension else whole


def kept(text: str, country: str) -> str:
    """Give the number as E.164, or the text as it is where it is none: nothing read is lost."""
    number = _parsed(text, country)
    return canonical(text, country) if number else text


def shown(stored: str, country: str) -> str:
    """Write a stored number as people of that country dial it; what is no number stays as it is."""
    number = _parsed(stored, country)
    if number is None:
        return stored
    home = number.country_code == phonenumbers.country_code_for_region(country)
    style = PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(number, style)


def wrong(country: str) -> str:
    """Say how a number is written in that country."""
    if phonenumbers.country_code_for_region(country) == NORTH_AMERICA:
        return "Enter a 10-digit phone number, like (541) 555-0117."
    return "Enter the whole phone number with its area code."


def _parsed(text: str, country: str) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, country)
    except NumberParseException:
        return None
    return number if phonenumbers.is_valid_number(number) else None
