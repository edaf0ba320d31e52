"""Who may sign, when a consent is complete, and what is filled in."""

import html as escapes
import re
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.integrations.markup import clean_html
from portal_app.rules import consents as rule
from portal_app.rules.consents import Asked
from portal_app.rules.errors import InvalidError


@pytest.mark.parametrize(
    ("born", "today", "minor"),
    [
        (date(2008, 11, 25), date(2026, 11, 24), True),
        (date(2008, 11, 24), date(2026, 11, 24), False),
        (date(2008, 2, 29), date(2026, 2, 28), True),
        (date(2008, 2, 29), date(2026, 3, 1), False),
        (None, date(2026, 3, 1), False),
    ],
)
def test_under_age(born: date | None, today: date, minor: bool):
    assert rule.is_minor(born, today) is minor


@pytest.mark.parametrize(
    ("asked", "relationship", "may"),
    [
        (Asked(), "self", True),
        (Asked(), "spouse", True),
        (Asked("patient"), "self", True),
        (Asked("patient"), "spouse", False),
        (Asked("guardian"), "self", False),
        (Asked("guardian"), "spouse", True),
        (Asked(minor=True), "self", False),
        (Asked(minor=True), "parent", True),
        (Asked(minor=True), "Guardian", True),
        (Asked(minor=True), "spouse", False),
        (Asked("patient", minor=True), "parent", True),
        (Asked("patient", minor=True, minor_signs=True), "self", True),
        (Asked("patient", minor=True, minor_signs=True), "parent", False),
        (Asked("both", minor=True), "self", False),
    ],
)
def test_who_may_sign(asked: Asked, relationship: str, may: bool):
    assert rule.may_sign(asked, relationship) is may


def test_both_are_two_people_of_the_right_kind():
    adult, minor = Asked("both"), Asked("both", minor=True)
    assert not rule.is_complete(adult, ["self"])
    assert rule.is_complete(adult, ["self", "spouse"])
    assert not rule.is_complete(adult, ["spouse", "child"])
    assert rule.is_complete(minor, ["parent", "parent"])
    assert rule.adds(adult, ["spouse"], "self")
    assert not rule.adds(adult, ["spouse"], "child")
    assert not rule.adds(minor, ["parent", "parent"], "parent")


@given(value=st.text(alphabet=st.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_a_value_is_shown_as_it_is_and_makes_no_markup(value: str):
    made = clean_html(rule.filled("Hello {{patient}}.", {"patient": value}))
    assert re.sub(r"</?p>|\n", "", made).count("<") == 0
    assert escapes.unescape(re.sub(r"</?p>", "", made)).strip() == f"Hello {value}."


def test_unknown_placeholders_are_named():
    rule.check_words("{{patient}} {{ clinician }}")
    with pytest.raises(InvalidError, match="diagnosis"):
        rule.check_words("{{ diagnosis }}")


def test_a_line_of_dashes_begins_a_page_and_a_heading_does_not():
    assert rule.parts("One\n\n---\n\nTwo\n\n***\n\nThree") == ("One", "Two", "Three")
    assert rule.parts("Title\n---\n\nWords") == ("Title\n---\n\nWords",)
    assert rule.parts("---") == ("---",)


def test_strokes_are_numbers_on_the_pad():
    assert rule.strokes_of([[[0, 0], [560, 240]]]) == (((0, 0), (560, 240)),)
    assert rule.path_of(rule.strokes_of([[[1, 2]]])) == "M1 2L1 2"
    for raw in ("x", [[]], [[[True, 1]]], [[[1]]], [[[1.5, 2]]], [[[1, 241]]], [[["<", 2]]]):
        with pytest.raises(InvalidError):
            rule.strokes_of(raw)
