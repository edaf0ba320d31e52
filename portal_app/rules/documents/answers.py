"""What was answered: which questions are shown, what is wrong, and what is kept."""

import json
import math
import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from portal_app.rules.documents.questionnaire import (
    ANSWER_MOST,
    NUMBERS,
    REPEATS_MOST,
    Condition,
    Item,
    ItemKind,
    Questionnaire,
    Value,
)

Answers = Mapping[str, tuple[Value, ...]]
"""Answers by linkId; an option is answered by its code."""

MISSING = "Answer this question."
_YEARS = range(1900, 2101)
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?")
_URL = re.compile(r"https?://\S+", re.IGNORECASE)


def shown(questionnaire: Questionnaire, answers: Answers) -> frozenset[str]:
    """Give the linkIds of what is shown; what stands inside something hidden is hidden too.

    The answer to a hidden question counts as none.
    """
    visible: set[str] = set()
    for link in questionnaire.order:
        item = questionnaire.by_link[link]
        parent = questionnaire.parents.get(link)
        if item.hidden or (parent is not None and parent not in visible):
            continue
        if _enabled(item, questionnaire, answers, visible):
            visible.add(link)
    return frozenset(visible)


def faults(
    questionnaire: Questionnaire, answers: Answers, *, today: date | None = None
) -> dict[str, str]:
    """Say what keeps the answers from being sent, by linkId, in the order of the page.

    Args:
        questionnaire: what was asked.
        answers: what came.
        today: with it, a date of birth may not lie ahead.
    """
    visible = shown(questionnaire, answers)
    found: dict[str, str] = {}
    for item in questionnaire.walk():
        if item.link_id not in visible or not item.asked:
            continue
        given = given_to(item, answers)
        words = _fault(item, given, today) if given else MISSING if item.required else ""
        if words:
            found[item.link_id] = words
    return found


def kept(questionnaire: Questionnaire, answers: Answers) -> dict[str, tuple[Value, ...]]:
    """Give the answers that count: to questions that were asked and are shown, without blanks."""
    visible = shown(questionnaire, answers)
    return {
        item.link_id: given
        for item in questionnaire.walk()
        if item.asked and item.link_id in visible and (given := given_to(item, answers))
    }


def given_to(item: Item, answers: Answers) -> tuple[Value, ...]:
    """Give the answers to one question, without blanks."""
    return tuple(
        value
        for value in answers.get(item.link_id, ())
        if not (isinstance(value, str) and not value.strip())
    )


def progress(questionnaire: Questionnaire, answers: Answers) -> tuple[int, int]:
    """Count the answered and all of the required questions that are shown; of all, if none is."""
    visible = shown(questionnaire, answers)
    asked = [i for i in questionnaire.walk() if i.asked and i.link_id in visible]
    counted = [i for i in asked if i.required] or asked
    return sum(bool(given_to(item, answers)) for item in counted), len(counted)


def started(questionnaire: Questionnaire, known: Mapping[str, str]) -> dict[str, tuple[Value, ...]]:
    """Give the answers with which a form begins: its own, and what the chart knows."""
    found: dict[str, tuple[Value, ...]] = {}
    for item in questionnaire.walk():
        if not item.asked:
            continue
        if item.prefill and known.get(item.prefill):
            found[item.link_id] = (known[item.prefill],)
        elif item.initial:
            found[item.link_id] = item.initial
    return found


def dumped(answers: Answers) -> str:
    """Write answers as JSON."""
    return json.dumps({link: list(values) for link, values in answers.items()}, ensure_ascii=False)


def loaded(text: str) -> dict[str, tuple[Value, ...]]:
    """Read what `dumped` wrote."""
    found: Any = json.loads(text or "{}")
    return {link: tuple(values) for link, values in found.items()}


def in_words(item: Item, value: Value) -> str:
    """Say an answer as a person reads it."""
    if isinstance(value, bool):
        return "Yes" if value else "No"
    if isinstance(value, str):
        option = item.option(value)
        return option.words if option else value
    number = f"{value:g}" if abs(value) < 1e6 else f"{value:.0f}"
    return f"{number} {item.unit}".strip()


def _enabled(item: Item, questionnaire: Questionnaire, answers: Answers, visible: set[str]) -> bool:
    if not item.enable:
        return True
    held = (
        _holds(
            when,
            given_to(questionnaire.by_link[when.question], answers)
            if when.question in visible
            else (),
        )
        for when in item.enable
    )
    return all(held) if item.enable_all else any(held)


def _holds(when: Condition, given: tuple[Value, ...]) -> bool:
    if when.operator == "exists":
        return bool(given) == bool(when.answer)
    if not given:
        return False
    if when.operator == "!=":
        return not any(_compare(value, "=", when.answer) for value in given)
    return any(_compare(value, when.operator, when.answer) for value in given)


def _compare(value: Value, operator: str, other: Value) -> bool:
    if isinstance(value, bool) or isinstance(other, bool):
        return operator == "=" and value is other
    if isinstance(value, str) != isinstance(other, str):
        return False
    if operator == "=":
        return value == other
    # both are words or both are numbers; dates and times sort as words
    less, equal = value < other, value == other  # type: ignore[operator]
    return {"<": less, "<=": less or equal, ">": not less and not equal, ">=": not less}[operator]


def _fault(item: Item, given: tuple[Value, ...], today: date | None) -> str:
    if len(given) > (REPEATS_MOST if item.repeats else 1):
        return f"Give {REPEATS_MOST} answers at most." if item.repeats else "Give one answer."
    if len(set(given)) < len(given) and item.options:
        return "Choose each answer once."
    return next((words for value in given if (words := _fault_of(item, value, today))), "")


def _fault_of(item: Item, value: Value, today: date | None) -> str:
    if item.kind is ItemKind.BOOLEAN:
        return "" if isinstance(value, bool) else "Choose yes or no."
    if item.kind in NUMBERS:
        return _number_fault(item, value)
    if not isinstance(value, str):
        return "This answer cannot be read."
    if item.kind is ItemKind.CHOICE:
        return "" if item.option(value) else "Choose one of the answers."
    if item.kind is ItemKind.DATE:
        return _date_fault(item, value, today)
    return _words_fault(item, value)


def _words_fault(item: Item, value: str) -> str:
    most = item.most or ANSWER_MOST
    if len(value) > most:
        return f"Use {most:,} letters at most."
    if item.kind is ItemKind.TIME and not _TIME.fullmatch(value):
        return "Enter a time, such as 14:30."
    if item.kind is ItemKind.DATE_TIME and not _is_moment(value):
        return "Enter a date and a time."
    if item.kind is ItemKind.URL and not _URL.fullmatch(value):
        return "Enter an address that begins with https://."
    return ""


def _number_fault(item: Item, value: Value) -> str:
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        return "Enter a number."
    if item.kind is ItemKind.INTEGER and value != int(value):
        return "Enter a whole number."
    if isinstance(item.low, int | float) and value < item.low:
        return f"Enter {item.low:g} or more."
    if isinstance(item.high, int | float) and value > item.high:
        return f"Enter {item.high:g} or less."
    return ""


def _date_fault(item: Item, value: str, today: date | None) -> str:
    try:
        day = date.fromisoformat(value)
    except ValueError:
        day = None
    if day is None or len(value) != len("2026-01-31"):
        return "Enter a date."
    if day.year not in _YEARS:
        return "Check the year."
    if today and item.prefill == "patient.birth_date" and day > today:
        return "A date of birth cannot lie ahead."
    if isinstance(item.low, str) and value < item.low:
        return f"Enter {item.low} or later."
    if isinstance(item.high, str) and value > item.high:
        return f"Enter {item.high} or earlier."
    return ""


def _is_moment(value: str) -> bool:
    try:
        return datetime.fromisoformat(value).year in _YEARS
    except ValueError:
        return False
