"""Assigned documents: what is asked of whom, and what both sides see of it."""

from dataclasses import dataclass
from datetime import date, datetime

from pydantic import field_validator
from sqlmodel import Field, SQLModel

from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.questionnaire import Questionnaire
from portal_app.rules.documents.states import VISIT, Completer, weeks

NOTE_MOST = 2000


@dataclass(frozen=True)
class PaperRow:
    """A document in the person's list."""

    id: str
    title: str
    kind: str
    status: str
    answered: int = 0
    asked: int = 0
    saved_at: datetime | None = None
    finished_at: datetime | None = None
    due_on: date | None = None
    corrects: bool = False
    """A correction has been begun and not sent."""


@dataclass(frozen=True)
class UploadRow:
    """A file that came from the patient's side."""

    id: str
    name: str
    size: int
    by: str
    at: datetime


@dataclass(frozen=True)
class PapersView:
    """The person's documents."""

    to_do: tuple[PaperRow, ...]
    finished: tuple[PaperRow, ...]
    uploads: tuple[UploadRow, ...]
    trends: "tuple[TrendView, ...]"
    more: str
    """Where the list of what is finished goes on; empty at its end."""
    topic: str
    today: date


@dataclass(frozen=True)
class TrendPoint:
    """A score on a day."""

    at: datetime
    value: float
    band: str


@dataclass(frozen=True)
class TrendBand:
    """A range of scores with its name."""

    low: float
    high: float
    label: str


@dataclass(frozen=True)
class TrendView:
    """Scores of one version of one scale over time, the oldest first."""

    title: str
    low: float
    high: float
    bands: tuple[TrendBand, ...]
    points: tuple[TrendPoint, ...]


@dataclass(frozen=True)
class ScoreView:
    """What a scale's answers add up to, in words."""

    words: str
    band: str
    details: tuple[str, ...] = ()


@dataclass(frozen=True)
class SentVersion:
    """Answers as they were sent."""

    version: int
    sent_at: datetime
    by: str
    lines: "tuple[AnswerLine, ...]"
    score: ScoreView | None
    reviewed_by: str = ""
    reviewed_at: datetime | None = None


@dataclass(frozen=True)
class AnswerLine:
    """A question with its answer in words; a heading has none."""

    text: str
    answer: str
    heading: bool = False
    flagged: bool = False


@dataclass(frozen=True)
class FormView:
    """A form as the person fills it in, or finds it again."""

    id: str
    title: str
    kind: str
    status: str
    questionnaire: Questionnaire
    answers: Answers
    editable: bool
    corrects: bool
    note: str
    to: str
    due_on: date | None
    saved_at: datetime | None
    client_key: str
    versions: tuple[SentVersion, ...]
    flagged: bool
    watched: frozenset[str]
    """Questions beside which it is said where help is."""
    crisis_line: str
    emergency_number: str
    trend: TrendView | None
    topic: str


@dataclass(frozen=True)
class Sent:
    """What became of a press of "Send"."""

    to: str
    flagged: bool


@dataclass(frozen=True)
class AssignmentRow:
    """An assigned document as the practice lists it."""

    id: str
    title: str
    kind: str
    status: str
    assigned_at: datetime
    finished_at: datetime | None
    due_on: date | None
    every: str
    until: date | None
    completed_by: str
    score: str
    look_today: bool
    patient: str = ""
    chart: str = ""


@dataclass(frozen=True)
class DefinitionOption:
    """A document that can be assigned."""

    id: str
    title: str
    kind: str


@dataclass(frozen=True)
class ChartPapersView:
    """The documents of a chart as the practice sees them."""

    rows: tuple[AssignmentRow, ...]
    trends: tuple[TrendView, ...]
    uploads: tuple[UploadRow, ...]
    options: tuple[DefinitionOption, ...]
    more: bool
    may_assign: bool
    topic: str


@dataclass(frozen=True)
class PaperView:
    """One assigned document as a member of the practice reads it."""

    row: AssignmentRow
    note: str
    versions: tuple[SentVersion, ...]
    seen: str
    """Who has looked at what had to be looked at, and when; empty where nothing had to."""
    trend: TrendView | None
    topic: str


class AssignInput(SQLModel):
    """What is asked of whom."""

    definition: str = Field(
        min_length=1,
        max_length=40,
        title="Document",
        schema_extra={"json_schema_extra": {"missing": "Choose a document."}},
    )
    completed_by: str = Field(default="either", max_length=10, title="Who completes it")
    due_on: date | None = Field(default=None, title="Due")
    every: str = Field(default="", max_length=10, title="Again")
    until: date | None = Field(default=None, title="Until")
    note: str = Field(
        default="",
        max_length=NOTE_MOST,
        title="Note to the patient",
        schema_extra={"json_schema_extra": {"kind": "textarea", "optional": True}},
    )
    client_key: str = Field(default="", max_length=64)

    @field_validator("completed_by")
    @classmethod
    def _someone(cls, value: str) -> str:
        return Completer(value).value

    @field_validator("every")
    @classmethod
    def _often(cls, value: str) -> str:
        if value and value != VISIT and not weeks(value):
            raise ValueError("Choose how often.")
        return value

    @field_validator("due_on", "until", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return value or None


class ReturnInput(SQLModel):
    """Why a document goes back."""

    note: str = Field(
        min_length=1,
        max_length=NOTE_MOST,
        title="Note to the patient",
        schema_extra={"json_schema_extra": {"missing": "Write what is missing."}},
    )
