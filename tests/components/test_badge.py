import pytest

from portal_app.components.badge import badge_html, chip_html, count
from portal_app.components.safe import plain


@pytest.mark.parametrize(("number", "shown"), [(1, "1"), (9, "9"), (10, "9+"), (250, "9+")])
def test_a_count_stops_at_nine(number: int, shown: str):
    assert count(number) == shown


def test_the_full_count_is_read_before_the_round_one():
    assert plain(badge_html(12)).split() == [",", "12", "unread", "9+"]
    assert 'aria-hidden="true"' in badge_html(12)


def test_nothing_is_shown_for_zero():
    assert badge_html(0) == ""


def test_an_unknown_kind_of_chip_is_an_error():
    with pytest.raises(ValueError, match="kind"):
        chip_html("Paid", "green")
