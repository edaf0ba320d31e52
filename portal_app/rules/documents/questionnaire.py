"""What a form asks.

A questionnaire that exists is sound: its questions are unique, and no question depends, by its
condition or its place, on whether it is itself shown.
"""

import graphlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from portal_app.rules.errors import InvalidError

Value = str | float | bool
"""One answer: words, a number, yes or no, a date as YYYY-MM-DD, the code of an option, or the id of
a file."""

ITEMS_MOST = 400
DEPTH_MOST = 8
OPTIONS_MOST = 200
WORDS_MOST = 8_000
ANSWER_MOST = 10_000
"""Letters of one answer, where the form sets no limit of its own."""
REPEATS_MOST = 50


class ItemKind(StrEnum):
    """The types of FHIR R4 that can be asked here; ``reference`` cannot."""

    GROUP = "group"
    DISPLAY = "display"
    BOOLEAN = "boolean"
    DECIMAL = "decimal"
    INTEGER = "integer"
    DATE = "date"
    DATE_TIME = "dateTime"
    TIME = "time"
    STRING = "string"
    TEXT = "text"
    URL = "url"
    CHOICE = "choice"
    OPEN_CHOICE = "open-choice"
    ATTACHMENT = "attachment"
    QUANTITY = "quantity"


CHOICES = frozenset({ItemKind.CHOICE, ItemKind.OPEN_CHOICE})
NUMBERS = frozenset({ItemKind.DECIMAL, ItemKind.INTEGER, ItemKind.QUANTITY})
DATES = frozenset({ItemKind.DATE, ItemKind.DATE_TIME, ItemKind.TIME})
OPERATORS = ("exists", "=", "!=", ">", "<", ">=", "<=")
PREFILLS = {
    "patient.first_name": "First name",
    "patient.last_name": "Last name",
    "patient.preferred_name": "Preferred name",
    "patient.birth_date": "Date of birth",
    "patient.phone": "Phone",
    "patient.email": "Email",
}
"""What a question can begin with, taken from the chart."""


@dataclass(frozen=True)
class Option:
    """An answer to choose: its code is what is stored, its ordinal what it counts."""

    code: str
    words: str
    system: str = ""
    ordinal: float | None = None


@dataclass(frozen=True)
class Condition:
    """When a question is shown: another question's answer compared with ours.

    With ``exists`` the answer is yes or no. A question without an answer satisfies nothing else.
    """

    question: str
    operator: str
    answer: Value


@dataclass(frozen=True)
class Code:
    """What the question means to other systems, such as LOINC."""

    system: str
    code: str
    words: str = ""


@dataclass(frozen=True)
class Item:
    """A question, a group of questions, or words on the page."""

    link_id: str
    kind: ItemKind
    words: str = ""
    help: str = ""
    prefix: str = ""
    required: bool = False
    repeats: bool = False
    options: tuple[Option, ...] = ()
    enable: tuple[Condition, ...] = ()
    enable_all: bool = True
    """Whether every condition has to hold, or any one of them."""
    unit: str = ""
    low: float | str | None = None
    high: float | str | None = None
    most: int | None = None
    initial: tuple[Value, ...] = ()
    prefill: str = ""
    read_only: bool = False
    hidden: bool = False
    codes: tuple[Code, ...] = ()
    items: tuple["Item", ...] = ()

    @property
    def asked(self) -> bool:
        """Whether somebody who fills the form in can answer this."""
        passive = self.kind in {ItemKind.GROUP, ItemKind.DISPLAY}
        return not passive and not self.read_only and not self.hidden

    def option(self, code: Value) -> Option | None:
        """Find the option of that code."""
        return next((option for option in self.options if option.code == code), None)


@dataclass(frozen=True)
class Questionnaire:
    """A form.

    Raises:
        InvalidError: with what is wrong with it, for the person who wrote or imported it.
    """

    title: str
    items: tuple[Item, ...] = ()
    description: str = ""
    copyright: str = ""
    codes: tuple[Code, ...] = ()
    url: str = ""

    def __post_init__(self) -> None:
        """Refuse what could not be asked."""
        _check_size(self.items)
        _check_names(self)
        self.order  # noqa: B018 - it refuses what goes round in circles

    def walk(self) -> Iterator[Item]:
        """Give every item, each before what is inside it, in the order of the page."""
        stack = list(reversed(self.items))
        while stack:
            item = stack.pop()
            yield item
            stack.extend(reversed(item.items))

    @cached_property
    def by_link(self) -> Mapping[str, Item]:
        """Every item by its linkId."""
        return {item.link_id: item for item in self.walk()}

    @cached_property
    def parents(self) -> Mapping[str, str]:
        """The linkId of what each inner item stands in."""
        return {inner.link_id: item.link_id for item in self.walk() for inner in item.items}

    @cached_property
    def order(self) -> tuple[str, ...]:
        """Every linkId after all on which its being shown depends."""
        graph = {item.link_id: {when.question for when in item.enable} for item in self.walk()}
        for inner, outer in self.parents.items():
            graph[inner].add(outer)
        try:
            return tuple(graphlib.TopologicalSorter(graph).static_order())
        except graphlib.CycleError as error:
            around = " → ".join(self.by_link[link].words[:40] or link for link in error.args[1])
            raise InvalidError(f"These questions wait for each other: {around}.") from error


def _check_size(items: tuple[Item, ...]) -> None:
    level, count, depth = list(items), 0, 0
    while level:
        count, depth = count + len(level), depth + 1
        if depth > DEPTH_MOST:
            raise InvalidError(f"Questions may be nested {DEPTH_MOST} deep at most.")
        if count > ITEMS_MOST:
            raise InvalidError(f"A form may have {ITEMS_MOST} items at most.")
        level = [inner for item in level for inner in item.items]


def _check_names(questionnaire: Questionnaire) -> None:
    seen: set[str] = set()
    for item in questionnaire.walk():
        if not item.link_id:
            raise InvalidError("A question has no linkId.")
        if item.link_id in seen:
            raise InvalidError(f"Two questions have the same linkId: {item.link_id[:60]}.")
        seen.add(item.link_id)
        _check_item(item)
    for item in questionnaire.walk():
        for when in item.enable:
            if when.question not in seen:
                missing = when.question[:60]
                raise InvalidError(f"“{item.words[:60]}” waits for what is not there: {missing}.")
            if when.operator not in OPERATORS:
                raise InvalidError(f"“{item.words[:60]}” has a condition that nobody knows.")


def _check_item(item: Item) -> None:
    if len(item.options) > OPTIONS_MOST:
        raise InvalidError(f"A question may have {OPTIONS_MOST} answers at most.")
    if len({option.code for option in item.options}) < len(item.options):
        raise InvalidError(f"Two answers of one question are the same: “{item.words[:60]}”.")
    if len(item.words) > WORDS_MOST:
        raise InvalidError(f"A text may have {WORDS_MOST:,} letters at most.")
