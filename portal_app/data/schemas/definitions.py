"""Forms as the practice makes them."""

import math
from dataclasses import dataclass
from datetime import datetime

from pydantic import ValidationInfo, field_validator
from sqlmodel import Field, SQLModel

from portal_app.rules.documents import DocumentKind
from portal_app.rules.documents.questionnaire import (
    CHOICES,
    NUMBERS,
    OPTIONS_MOST,
    PREFILLS,
    WORDS_MOST,
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
)

TITLE_MOST = 120
NEW_KINDS = (
    (DocumentKind.ADMIN_FORM.value, "Admin form"),
    (DocumentKind.QUESTIONNAIRE.value, "Questionnaire"),
    (DocumentKind.RATING_SCALE.value, "Rating scale"),
)
SEVERAL = "several"
ASKED_AS = (
    ("string", "Short text"),
    ("text", "Long text"),
    ("choice", "One of several answers"),
    (SEVERAL, "Any of several answers"),
    ("open-choice", "One of several answers, or own words"),
    ("boolean", "Yes or no"),
    ("integer", "Whole number"),
    ("decimal", "Number"),
    ("quantity", "Number with a unit"),
    ("date", "Date"),
    ("time", "Time"),
    ("attachment", "File"),
    ("group", "Section heading"),
    ("display", "Text on the page"),
)
OPERATOR_WORDS = (
    ("=", "is"),
    ("!=", "is not"),
    (">=", "is at least"),
    ("<=", "is at most"),
    ("exists", "has been answered"),
)


@dataclass(frozen=True)
class DefinitionRow:
    """One form in the list, in its newest version."""

    id: str
    kind: str
    title: str
    version: int
    status: str
    uses: int
    has_draft: bool
    scale: str
    made_at: datetime


@dataclass(frozen=True)
class ScaleOption:
    """A shipped scale that can be added."""

    key: str
    title: str
    licence: str


@dataclass(frozen=True)
class DefinitionsView:
    """Every form of the practice."""

    rows: tuple[DefinitionRow, ...]
    retired: tuple[DefinitionRow, ...]
    scales: tuple[ScaleOption, ...]


@dataclass(frozen=True)
class BuilderView:
    """One version of a form."""

    id: str
    kind: str
    version: int
    status: str
    uses: int
    form: Questionnaire
    scale: str
    is_scored: bool
    notes: tuple[str, ...]
    needs_rights: bool
    """It came from elsewhere, and nobody has said yet that the practice may use it."""
    rights: str
    """Who has said so, and when."""
    draft: str
    """The id of the draft of the next version, where there is one."""

    @property
    def is_draft(self) -> bool:
        """Whether it can be changed."""
        return self.status == "draft"


@dataclass(frozen=True)
class ScoreRow:
    """What the practice decided about one scored form."""

    key: str
    title: str
    scale: str
    show_score: bool
    skips: bool
    may_skip: int
    """How many answers may be missing by the scale's own rule; 0 if it has none."""
    licence: str


class FormInput(SQLModel):
    """A new form, or the head of one."""

    title: str = Field(min_length=1, max_length=TITLE_MOST, title="Title")
    description: str = Field(default="", max_length=2000, title="What is said above the questions")

    @field_validator("title", "description")
    @classmethod
    def _stripped(cls, value: str) -> str:
        return value.strip()


class NewFormInput(FormInput):
    """A new form."""

    kind: str = Field(default=DocumentKind.QUESTIONNAIRE.value, title="Kind")

    @field_validator("kind")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in dict(NEW_KINDS):
            raise ValueError("Choose a kind.")
        return value


class ItemInput(SQLModel):
    """A question as the builder's dialog holds it."""

    words: str = Field(min_length=1, max_length=WORDS_MOST, title="Question or text")
    asked_as: str = Field(default="string", title="Answer")
    help: str = Field(default="", max_length=500, title="Help")
    options: str = Field(
        default="",
        max_length=WORDS_MOST,
        title="Answers, one a line",
        schema_extra={"validate_default": True},
    )
    required: bool = False
    unit: str = Field(default="", max_length=40, title="Unit")
    low: str = Field(default="", max_length=20, title="Smallest")
    high: str = Field(default="", max_length=20, title="Largest")
    prefill: str = Field(default="", title="Begins with")
    when: str = Field(default="", max_length=200, title="Shown only when")
    operator: str = Field(default="=", title="Comparison")
    answer: str = Field(default="", max_length=200, title="With")

    @field_validator("words", "help", "unit", "low", "high", "answer")
    @classmethod
    def _stripped(cls, value: str) -> str:
        return value.strip()

    @field_validator("asked_as")
    @classmethod
    def _known(cls, value: str) -> str:
        if value not in dict(ASKED_AS):
            raise ValueError("Choose how it is answered.")
        return value

    @field_validator("operator")
    @classmethod
    def _compares(cls, value: str) -> str:
        if value not in dict(OPERATOR_WORDS):
            raise ValueError("Choose a comparison.")
        return value

    @field_validator("prefill")
    @classmethod
    def _begins(cls, value: str) -> str:
        if value and value not in PREFILLS:
            raise ValueError("Choose what it begins with.")
        return value

    @field_validator("options")
    @classmethod
    def _listed(cls, value: str, info: ValidationInfo) -> str:
        if info.data.get("asked_as") in {"choice", SEVERAL} and not value.strip():
            raise ValueError("Write at least one answer.")
        if len(value.splitlines()) > OPTIONS_MOST:
            raise ValueError(f"{OPTIONS_MOST} answers at most.")
        return value

    @property
    def kind(self) -> ItemKind:
        """The kind of the question."""
        return ItemKind.CHOICE if self.asked_as == SEVERAL else ItemKind(self.asked_as)


def input_of(item: Item, form: Questionnaire) -> ItemInput:
    """Give a question as the dialog holds it."""
    when = item.enable[0] if len(item.enable) == 1 else None
    several = item.kind is ItemKind.CHOICE and item.repeats
    return ItemInput.model_construct(
        words=item.words,
        asked_as=SEVERAL if several else item.kind.value,
        help=item.help,
        options="\n".join(_option_line(option) for option in item.options),
        required=item.required,
        unit=item.unit,
        low=_bound(item.low),
        high=_bound(item.high),
        prefill=item.prefill,
        when=when.question if when else "",
        operator=when.operator if when else "=",
        answer=_compared(when, form) if when and when.operator != "exists" else "",
    )


def item_of(command: ItemInput, old: Item, form: Questionnaire) -> dict[str, object]:
    """Give what a dialog says of a question, as the changes of an item.

    Raises:
        ValueError: with words, for what cannot be read.
    """
    kind = command.kind
    passive = kind in {ItemKind.GROUP, ItemKind.DISPLAY}
    found: dict[str, object] = {
        "kind": kind,
        "words": command.words,
        "help": command.help,
        "required": command.required and not passive,
        "repeats": command.asked_as == SEVERAL,
        "options": _options(command.options, old.options) if kind in CHOICES else (),
        "unit": command.unit if kind is ItemKind.QUANTITY else "",
        "low": _limit(kind, command.low),
        "high": _limit(kind, command.high),
        "prefill": "" if passive or kind in CHOICES else command.prefill,
    }
    if len(old.enable) <= 1:
        found["enable"] = (_condition(command, form),) if command.when else ()
    return found


def _compared(when: Condition, form: Questionnaire) -> str:
    option = form.by_link[when.question].option(when.answer)
    return option.words if option else _bound(when.answer)


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _option_line(option: Option) -> str:
    return option.words if option.ordinal is None else f"{option.words} = {option.ordinal:g}"


def _options(text: str, old: tuple[Option, ...]) -> tuple[Option, ...]:
    """Read the lines; an answer whose words stay keeps its code, so that older answers fit."""
    known = {option.words: option for option in old}
    taken = {option.code for option in old}
    found: list[Option] = []
    for line in filter(None, (part.strip() for part in text.splitlines())):
        words, ordinal = _with_number(line)
        before = known.get(words)
        code = before.code if before else _free(taken)
        taken.add(code)
        found.append(Option(code, words, before.system if before else "", ordinal))
    if len({option.words for option in found}) < len(found):
        raise ValueError("Two answers are the same.")
    return tuple(found)


def _with_number(line: str) -> tuple[str, float | None]:
    words, equals, number = line.rpartition("=")
    try:
        return (words.strip(), _finite(number)) if equals and words.strip() else (line, None)
    except ValueError:
        return line, None


def _free(taken: set[str]) -> str:
    number = 1
    while f"a{number}" in taken:
        number += 1
    return f"a{number}"


def _limit(kind: ItemKind, text: str) -> float | str | None:
    if not text:
        return None
    if kind is ItemKind.DATE:
        return text
    if kind not in NUMBERS:
        return None
    try:
        return _finite(text)
    except ValueError as error:
        raise ValueError("Smallest and largest are numbers.") from error


def _condition(command: ItemInput, form: Questionnaire) -> Condition:
    question = form.by_link.get(command.when)
    if question is None:
        raise ValueError("Choose a question.")
    if command.operator == "exists":
        return Condition(command.when, "exists", answer=True)
    if question.kind is ItemKind.BOOLEAN:
        return Condition(command.when, command.operator, command.answer.lower() in {"yes", "true"})
    if question.kind in NUMBERS:
        try:
            return Condition(command.when, command.operator, _finite(command.answer))
        except ValueError as error:
            raise ValueError("Compare with a number.") from error
    chosen = next((o.code for o in question.options if o.words == command.answer), command.answer)
    if question.kind is ItemKind.CHOICE and question.option(chosen) is None:
        raise ValueError("Compare with one of the answers.")
    if not chosen:
        raise ValueError("Say which answer.")
    return Condition(command.when, command.operator, chosen)


def _bound(value: float | str | None) -> str:
    if isinstance(value, bool):
        return "Yes" if value else "No"
    return "" if value is None else value if isinstance(value, str) else f"{value:g}"


@dataclass(frozen=True)
class OccasionRow:
    """A document that is assigned by itself."""

    occasion: str
    when: str
    key: str
    title: str


@dataclass(frozen=True)
class OccasionsView:
    """What is assigned by itself, and what could be."""

    rows: tuple[OccasionRow, ...]
    occasions: tuple[tuple[str, str], ...]
    documents: tuple[tuple[str, str], ...]
