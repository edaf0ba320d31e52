from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.billing import ranges
from portal_app.rules.billing.ranges import Days, RangeError

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("key", "first"),
    [
        ("30", date(2026, 10, 26)),
        ("90", date(2026, 8, 27)),
        ("year", date(2026, 1, 1)),
        ("12", date(2025, 11, 25)),
        ("all", None),
        ("what is this", date(2025, 11, 25)),
    ],
)
def test_both_ends_are_inside(key: str, first: date | None):
    assert ranges.days(key, TODAY) == Days(first, TODAY)


def test_chosen_days():
    first, last = date(2026, 1, 5), date(2026, 2, 1)
    assert ranges.days("dates", TODAY, first, last) == Days(first, last)
    assert ranges.days("dates", TODAY, first) == Days(first, TODAY)
    for wrong in (None, date(2026, 2, 2), date(1066, 1, 1)):
        with pytest.raises(RangeError):
            ranges.days("dates", TODAY, wrong, last)


@given(st.dates(date(1950, 1, 1), date(2200, 12, 31)))
def test_twelve_months_are_a_year_whatever_day_it_is(today: date):
    first = ranges.days("12", today).first
    assert first
    assert (today - first).days in {364, 365}
