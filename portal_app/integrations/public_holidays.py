"""Public holidays of the practice's country, through the holidays library."""

from datetime import date

import holidays


def between(country: str, region: str, first: date, last: date) -> tuple[tuple[date, str], ...]:
    """List holidays between two days inclusive; none for a country that the library lacks."""
    years = range(first.year, last.year + 1)
    try:
        found = holidays.country_holidays(country, subdiv=region or None, years=years)
    except NotImplementedError:
        return ()
    return tuple((day, name) for day, name in sorted(found.items()) if first <= day <= last)
