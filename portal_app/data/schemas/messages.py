"""Messages: what is typed, checked, and what is shown."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import field_validator
from sqlmodel import Field, SQLModel

BODY_MOST = 10_000
SUBJECT_MOST = 120


def _clean(text: str) -> str:
    """Drop what no keyboard types: control characters other than line breaks and tabs."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        c for c in text if c in "\n\t" or (ord(c) >= 32 and not 0xD800 <= ord(c) < 0xE000)
    )


class ReplyInput(SQLModel):
    """An answer in a conversation."""

    body: str = Field(
        min_length=1,
        max_length=BODY_MOST,
        title="Message",
        schema_extra={"json_schema_extra": {"missing": "Write a message first."}},
    )
    client_key: str = Field(default="", max_length=64)

    @field_validator("body")
    @classmethod
    def _body(cls, text: str) -> str:
        return _clean(text).strip()


class MessageInput(ReplyInput):
    """The first message of a conversation."""

    recipient: str = Field(default="clinician", max_length=40, title="To")
    category: str = Field(default="other", max_length=20, title="What is it about?")
    subject: str = Field(min_length=1, max_length=SUBJECT_MOST, title="Subject")

    @field_validator("subject")
    @classmethod
    def _subject(cls, text: str) -> str:
        return " ".join(_clean(text).split())


@dataclass(frozen=True)
class FolderRow:
    """A conversation in a list."""

    id: str
    subject: str
    counterpart: str
    counterpart_short: str
    snippet: str
    last_at: datetime
    unread: bool


@dataclass(frozen=True)
class FolderView:
    """One page of a folder, newest first."""

    view: str
    rows: tuple[FolderRow, ...]
    next_cursor: str | None
    query: str = ""
    promise: str = ""


@dataclass(frozen=True)
class AttachmentView:
    """A file that goes or went with a message."""

    id: str
    name: str
    size: int
    media_type: str


@dataclass(frozen=True)
class MessageView:
    """One message as its reader sees it."""

    id: str
    seq: int
    author: str
    mine: bool
    from_staff: bool
    automatic: bool
    on_behalf_of: str
    body: str
    sent_at: datetime
    seen_at: datetime | None
    take_back_until: datetime | None
    attachments: tuple[AttachmentView, ...] = ()


@dataclass(frozen=True)
class NoteView:
    """A note of the practice to itself."""

    id: str
    author: str
    body: str
    written_at: datetime


@dataclass(frozen=True)
class DraftView:
    """What was typed and not sent."""

    id: str
    client_key: str
    recipient: str = ""
    category: str = ""
    subject: str = ""
    body: str = ""
    attachments: tuple[AttachmentView, ...] = ()


@dataclass(frozen=True)
class Option:
    """A choice in a list."""

    value: str
    label: str


@dataclass(frozen=True)
class ThreadView:
    """A conversation as a patient or a proxy sees it."""

    id: str
    topic: str
    subject: str
    counterpart: str
    counterpart_short: str
    participants: str
    readers: str
    messages: tuple[MessageView, ...]
    unseen: bool
    archived: bool
    may_send: bool
    promise: str
    urgent: str
    absence: str
    draft: DraftView


@dataclass(frozen=True)
class ComposeView:
    """The page on which a conversation begins."""

    recipients: tuple[Option, ...]
    categories: tuple[Option, ...]
    readers: str
    promise: str
    urgent: str
    absence: str
    draft: DraftView


@dataclass(frozen=True)
class QueueRow:
    """A conversation in the practice's inbox."""

    id: str
    patient: str
    subject: str
    snippet: str
    last_author: str
    last_at: datetime
    assignee: str
    status: str
    due_at: datetime | None
    overdue: bool
    unread: bool


@dataclass(frozen=True)
class QueueView:
    """One page of a queue with the numbers beside every queue's name."""

    queue: str
    rows: tuple[QueueRow, ...]
    next_cursor: str | None
    counts: dict[str, int]
    query: str = ""


@dataclass(frozen=True)
class PracticeThreadView:
    """A conversation as the practice sees it."""

    id: str
    topic: str
    chart: str
    subject: str
    category: str
    patient: str
    patient_short: str
    patient_since: str
    about: str
    status: str
    assignee: str
    assignee_id: str
    due_at: datetime | None
    overdue: bool
    messages: tuple[MessageView, ...]
    notes: tuple[NoteView, ...]
    unseen: bool
    colleagues: tuple[Option, ...]
    saved_replies: tuple[Option, ...]
    draft: DraftView
