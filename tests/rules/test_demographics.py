"""Fields of a person: keys, what differs, and addresses that were one text."""

import re
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules import demographics as rule
from portal_app.rules.demographics import Address, parse_address

TODAY = date(2026, 11, 24)


def test_what_is_a_field():
    good = ("given", "contact.5.phone", "coverage.2.payer")
    bad = ("contact.6.phone", "coverage.3.payer", "contact.name", "coverage.1.front", "id", "")
    assert all(map(rule.is_field, good))
    assert not any(map(rule.is_field, bad))


def test_what_is_reviewed():
    reviewed = ("given", "birth_date", "coverage.1.payer", "phone", "contact.1.name")
    assert [rule.is_reviewed(k) for k in reviewed] == [True, True, True, False, False]


def test_what_differs():
    assert rule.diff({"a": "1", "b": "2"}, {"a": "1", "b": "", "c": "3"}) == {
        "b": ("2", ""),
        "c": ("", "3"),
    }
    assert rule.overtaken("old", "theirs", "mine")
    assert not rule.overtaken("old", "old", "mine")
    assert not rule.overtaken("old", "mine", "mine")


def test_what_is_wrong():
    assert rule.fault("given", "", TODAY)
    assert rule.fault("birth_date", "2026-11-25", TODAY)
    assert rule.fault("birth_date", "1899-12-31", TODAY)
    assert rule.fault("birth_date", "31.12.1999", TODAY)
    assert rule.fault("gender", "dragon", TODAY)
    assert rule.fault("preferred", "x" * 81, TODAY)
    assert not rule.fault("birth_date", "2026-11-24", TODAY)


def test_an_address_comes_apart():
    assert parse_address("1 Elm St, Apt 2, Ashby, OR 97099") == Address(
        "1 Elm St", "Apt 2", "Ashby", "OR", "97099"
    )
    assert parse_address("Somewhere far away") == Address("Somewhere far away")


@given(st.text(alphabet="abcOR 97099,#.\n", max_size=60))
def test_no_word_of_an_address_is_lost(text: str):
    address = parse_address(text)
    kept = re.findall(r"[\w#.]+", address.in_one_line())
    assert sorted(kept) == sorted(re.findall(r"[\w#.]+", text))
