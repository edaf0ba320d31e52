"""Health records on the practice's side, and wishes to correct them: inputs and views."""

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Literal

from pydantic import field_validator, model_validator
from sqlmodel import Field, SQLModel

from portal_app.rules.records import Label

LABEL_WORDS = {
    Label.GENERAL: "General",
    Label.SENSITIVE: "Sensitive",
    Label.PART2: "Substance use treatment (42 CFR part 2)",
    Label.PSYCHOTHERAPY: "Psychotherapy note",
}
LABEL_HELP = (
    "Family with access doesn’t see what is sensitive or part 2. Psychotherapy notes are never shown "
    "and never leave."
)
LABELS = [(label.value, words) for label, words in LABEL_WORDS.items()]
WHEN = [("now", "Now"), ("at", "At a time"), ("not", "Not yet")]


class ReleaseInput(SQLModel):
    """When the patient sees entries."""

    when: Literal["now", "at", "not"] = Field(default="now", title="Release")
    day: date | None = Field(default=None, title="Day")
    clock: time | None = Field(default=None, title="Time")

    @field_validator("day", "clock", mode="before")
    @classmethod
    def _nothing(cls, value: object) -> object:
        return value or None

    @model_validator(mode="after")
    def _dated(self) -> "ReleaseInput":
        if self.when != "at":
            self.day = self.clock = None
        return self


class AddRecordInput(ReleaseInput):
    """How an uploaded file is taken into the chart."""

    label: Label = Field(default=Label.GENERAL, title="Label")
    is_same_person: bool = False
    """Somebody has checked that the file is about this patient although it does not look so."""


class LabelInput(SQLModel):
    """How freely an entry may be shown."""

    label: Label = Field(default=Label.GENERAL, title="Label")
    hide_from_proxies: bool = False


class WithdrawInput(SQLModel):
    """Why an entry is taken back."""

    reason: str = Field(min_length=1, max_length=500, title="Reason")

    @field_validator("reason")
    @classmethod
    def _words(cls, value: str) -> str:
        return _said(value, "Say why.")


class AmendInput(SQLModel):
    """What an entry says from now on; the old version stays, marked as amended."""

    title: str = Field(min_length=1, max_length=300, title="Title")
    value: str = Field(default="", max_length=200, title="Value")
    text: str = Field(default="", max_length=8000, title="Text")

    @field_validator("title")
    @classmethod
    def _words(cls, value: str) -> str:
        return _said(value, "Say what it is.")


class AmendmentInput(SQLModel):
    """What a patient wants to have corrected."""

    text: str = Field(min_length=1, max_length=2000, title="What should be corrected?")

    @field_validator("text")
    @classmethod
    def _words(cls, value: str) -> str:
        return _said(value, "Say what should be corrected.")


class AmendmentAnswer(SQLModel):
    """What the practice says to a wish."""

    is_accepted: bool = True
    answer: str = Field(default="", max_length=2000, title="Answer")


def _said(value: str, missing: str) -> str:
    if not value.strip():
        raise ValueError(missing)
    return value.strip()


@dataclass(frozen=True)
class AmendmentView:
    """A wish to correct the record, and what came of it."""

    id: str
    about: str
    """Title of the entry; empty where it is about the whole record."""
    entry: str
    text: str
    asked_by: str
    asked_at: datetime
    due_on: date
    status: str
    answer: str
    answered_by: str
    answered_at: datetime | None


@dataclass(frozen=True)
class EntryRow:
    """An entry as the practice sees it."""

    id: str
    kind: str
    title: str
    detail: str
    happened: str
    source: str
    label: Label
    is_hidden: bool
    state: str
    """waiting, planned, released, withdrawn, never."""
    released_at: datetime | None
    withdrawn_reason: str
    is_amended: bool
    """There is a newer version."""
    is_negated: bool
    value: str
    text: str
    file: str


@dataclass(frozen=True)
class SourceRow:
    """A file that entries were read from."""

    id: str
    name: str
    file: str
    at: datetime
    by: str
    counts: str
    unread: tuple[str, ...]


@dataclass(frozen=True)
class RecordsFilter:
    """Which entries are listed."""

    kind: str = ""
    state: str = ""
    page: int = 0


@dataclass(frozen=True)
class EntriesView:
    """One page of entries."""

    chosen: RecordsFilter
    rows: tuple[EntryRow, ...]
    total: int
    pages: int


@dataclass(frozen=True)
class RecordsDesk:
    """The tab of the records in the console."""

    patient: str
    sources: tuple[SourceRow, ...]
    waiting: int
    """Entries that could be released and are not."""
    entries: EntriesView
    requests: tuple[AmendmentView, ...]
    upload: str
    upload_name: str
    """A file that was chosen and not yet taken or put away."""


@dataclass(frozen=True)
class RecordPreview:
    """What would come of taking a file."""

    upload: str
    name: str
    format: str
    read: tuple[tuple[str, int], ...]
    files: int
    unread: tuple[str, ...]
    notes: tuple[str, ...]
    new: int
    duplicates: int
    changed: int
    told_name: str
    told_birth: str
    patient: str
    birth: str
    differs: str
    """Why it looks as if the file were about somebody else; empty where it fits."""
