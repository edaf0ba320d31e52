from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.data.schemas import messages as schemas
from portal_app.rules import messages as rule

SENT = datetime(2026, 11, 24, 18, 0, tzinfo=UTC)
STEP = timedelta(microseconds=1)


def test_the_limits():
    assert rule.BODY_MOST == schemas.BODY_MOST == 10_000
    assert rule.SUBJECT_MOST == schemas.SUBJECT_MOST == 120
    assert (rule.FILES_MOST, rule.FILE_BYTES_MOST) == (5, 10 * 1024 * 1024)
    assert rule.MESSAGES_PER_HOUR == 20
    assert timedelta(minutes=5) == rule.NOTICE_AFTER
    assert timedelta(minutes=30) == rule.NOTICE_WINDOW


@pytest.mark.parametrize(
    ("after", "seen", "may"),
    [
        (timedelta(0), False, True),
        (timedelta(minutes=2) - STEP, False, True),
        (timedelta(minutes=2), False, False),
        (timedelta(seconds=1), True, False),
        (timedelta(days=1), False, False),
    ],
)
def test_taking_back(after: timedelta, seen: bool, may: bool):
    now = SENT + after
    assert rule.may_take_back(SENT, now if seen else None, now) is may


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("Hello\n\nthere\t you", "Hello there you"),
        ("", ""),
        ("x" * 140, "x" * 140),
        ("x" * 141, "x" * 139 + "…"),
        ("word " * 40, ("word " * 28).rstrip()[:139].rstrip() + "…"),
    ],
)
def test_the_first_words(body: str, line: str):
    assert rule.snippet(body) == line


@given(st.text(max_size=400))
def test_the_first_words_fit_on_one_line(body: str):
    line = rule.snippet(body)
    assert len(line) <= rule.SNIPPET
    assert "\n" not in line
    assert " ".join(body.split()).startswith(line.removesuffix("…").rstrip())


def test_filling_in():
    words = {"first name": "Dana", "clinician": "Dr. Osei"}
    assert rule.filled("Hi {{first name}}, {{clinician}} is in.", words) == (
        "Hi Dana, Dr. Osei is in."
    )
    assert rule.filled("{{first name}} {{first name}}", words) == "Dana Dana"
    assert rule.filled("Hi {{stranger}}", words) == "Hi {{stranger}}"
    assert rule.filled("{first name}", words) == "{first name}"


def test_a_name_that_looks_like_a_placeholder_stays_a_name():
    words = {"first name": "{{clinician}}", "clinician": "Dr. Osei"}
    assert rule.filled("Hi {{first name}}", words) == "Hi {{clinician}}"


@given(st.dictionaries(st.text(min_size=1, max_size=8), st.text(max_size=8), max_size=4))
def test_text_without_placeholders_is_left_alone(words: dict[str, str]):
    assert rule.filled("Nothing to fill in.", words) == "Nothing to fill in."
