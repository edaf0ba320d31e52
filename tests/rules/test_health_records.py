"""How a record reads: dates at their own precision, numbers, ranges, flags."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules import health_records as rule
from portal_app.rules.records import Coding, Entry, Kind, Measure

PACIFIC = ZoneInfo("America/Los_Angeles")


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2021", "2021"),
        ("2021-03", "March 2021"),
        ("2021-03-04", "March 4, 2021"),
        ("2021-03-04T23:30:00-05:00", "March 4, 2021"),
        ("2021-03-05T02:00:00Z", "March 4, 2021"),
        ("2021-03-04T10:00:00", "March 4, 2021"),
        ("around Easter", "around Easter"),
        ("2021-13-40", "2021-13-40"),
        ("", ""),
    ],
)
def test_a_date_is_said_as_exactly_as_it_was_given(value: str, words: str):
    assert rule.when(value, PACIFIC) == words


def test_a_month_is_no_day():
    assert rule.day_of("2021-02", PACIFIC) == date(2021, 2, 1)
    assert rule.day_of("0000", PACIFIC) is None


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("85.93718293847561", "85.94"),
        ("6.2345678901234", "6.235"),
        ("0.00123456789", "0.001235"),
        ("1234.567890123", "1235"),
        ("123456.7891011", "123457"),
        ("99.99999999", "100"),
        ("139.98", "139.98"),
        ("7.0", "7.0"),
        ("120", "120"),
        ("-3.14159265", "-3.142"),
        ("1e-3", "0.001"),
        ("0.0000", "0"),
        ("positive", "positive"),
        ("1:128", "1:128"),
        ("NaN", "NaN"),
        ("1e999", "1e999"),
    ],
)
def test_a_number_is_rounded_for_the_eye_only_where_it_is_too_long(value: str, words: str):
    assert rule.shown(value) == words


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9))
def test_rounding_never_moves_a_value_by_more_than_its_fourth_digit(value: object):
    words = str(value)
    before, after = rule.number(words), rule.number(rule.shown(words))
    if before is None or after is None:
        assert rule.shown(words) == words
        return
    assert abs(before - after) <= abs(before) / 1000 + 0


@given(st.text(max_size=40))
def test_no_value_ever_breaks_a_page(value: str):
    assert isinstance(rule.shown(value), str)
    assert isinstance(rule.when(value, PACIFIC), str)


@pytest.mark.parametrize(
    ("measure", "words"),
    [
        (Measure("Glucose", "120", "mg/dL", low="70", high="99"), "High"),
        (Measure("Glucose", "60", "mg/dL", low="70", high="99"), "Low"),
        (Measure("Glucose", "80", "mg/dL", low="70", high="99"), ""),
        (Measure("Glucose", "80", "mg/dL", low="70", high="99", flag="HH"), "Very high"),
        (Measure("Glucose", "120", "mg/dL", high="99", flag="N"), ""),
        (Measure("Glucose", "99", "mg/dL", high="90", comparator="<"), ""),
        (Measure("Culture", "none", high="9"), ""),
    ],
)
def test_the_laboratory_s_own_flag_counts_before_the_numbers(measure: Measure, words: str):
    assert rule.flag(measure) == words


def test_ranges_are_said_in_words():
    assert rule.range_words(Measure("x", "1", low="70", high="99")) == "70 to 99"
    assert rule.range_words(Measure("x", "1", high="5.00000001")) == "up to 5"
    assert rule.range_words(Measure("x", "1", low="40")) == "40 or more"
    assert rule.range_words(Measure("x", "1", reference="negative")) == "negative"


def test_values_of_two_units_are_two_series():
    code = Coding("http://loinc.org", "2345-7")
    one = Measure("Glucose", "90", "mg/dL", coding=code)
    other = Measure("Glucose", "5", "mmol/L", coding=code)
    assert rule.analyte(one) != rule.analyte(other)


def test_a_blood_pressure_is_found_by_code_or_by_name():
    upper, lower = Measure("Systolic BP", "120"), Measure("diastolic", "80")
    assert rule.pressure([lower, upper]) == (upper, lower)
    assert rule.pressure([upper]) is None


def test_a_dose_is_added_only_where_the_name_holds_none():
    entry = Entry(Kind.MEDICATION, "Lithium", lines=(("Dose", "300 mg twice a day"),))
    assert rule.dose(entry) == "300 mg twice a day"
    assert rule.dose(Entry(Kind.MEDICATION, "Lithium 300 MG", lines=entry.lines)) == ""


def test_every_kind_has_a_heading():
    assert {g.kind for g in rule.GROUPS} == set(Kind)
    assert len({g.key for g in rule.GROUPS}) == len(rule.GROUPS)
