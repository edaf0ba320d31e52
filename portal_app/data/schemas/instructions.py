"""Clinician's instructions: what is written, and what each side sees."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import field_validator
from sqlmodel import Field, SQLModel

STEPS_MOST = 12
STEP_MOST = 200


class InstructionInput(SQLModel):
    """A note as the practice writes it: Markdown, and steps to tick, one a line."""

    title: str = Field(
        min_length=1,
        max_length=120,
        title="Title",
        schema_extra={"json_schema_extra": {"missing": "Give it a title."}},
    )
    text: str = Field(
        min_length=1,
        max_length=20_000,
        title="Text",
        description="Markdown: # heading, - list, **bold**.",
        schema_extra={"json_schema_extra": {"missing": "Write what the patient should know."}},
    )
    steps: str = Field(
        default="",
        max_length=3000,
        title="Steps to tick",
        description="One a line. The patient ticks what is done.",
    )
    asks: bool = Field(default=False, title="Ask the patient to confirm reading it")

    @field_validator("title", "text", "steps", mode="before")
    @classmethod
    def _trimmed(cls, value: object) -> object:
        return value.strip() if isinstance(value, str) else value

    @field_validator("steps")
    @classmethod
    def _few_steps(cls, value: str) -> str:
        lines = [" ".join(line.split()) for line in value.splitlines() if line.strip()]
        if len(lines) > STEPS_MOST:
            raise ValueError(f"Use at most {STEPS_MOST} steps.")
        if any(len(line) > STEP_MOST for line in lines):
            raise ValueError(f"Use at most {STEP_MOST} characters in a step.")
        return "\n".join(lines)


@dataclass(frozen=True)
class NoteRow:
    """A note in the patient's list."""

    id: str
    title: str
    author: str
    shared_at: datetime
    is_new: bool


@dataclass(frozen=True)
class Step:
    """A step, and who has ticked it."""

    number: int
    words: str
    done_by: str = ""
    done_at: datetime | None = None
    is_own: bool = False
    """Whether the tick is the reader's own, so that she can take it away."""


@dataclass(frozen=True)
class NoteView:
    """A version of a note, opened."""

    id: str
    title: str
    text: str
    steps: tuple[Step, ...]
    author: str
    shared_at: datetime
    version: int
    newest: int
    asks: bool
    read_at: datetime | None


@dataclass(frozen=True)
class NotesView:
    """The list, and the note that is open in it."""

    rows: tuple[NoteRow, ...]
    open: NoteView | None = None


@dataclass(frozen=True)
class SharedRow:
    """A note as the practice sees it."""

    id: str
    title: str
    author: str
    version: int
    is_shown: bool
    has_draft: bool
    changed_at: datetime
    read: tuple[str, ...]
    steps: str


@dataclass(frozen=True)
class SharedView:
    """The notes of a chart in the console."""

    rows: tuple[SharedRow, ...]
    patient: str
    readers_exist: bool
