"""Conversations between patients and the practice. FHIR R4 Communication."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import BigInteger, Index, LargeBinary, UniqueConstraint, Uuid
from sqlmodel import Field, SQLModel

from portal_app.data.compartment import InChart, StaffOnly
from portal_app.data.types import (
    ChartRef,
    EncryptedText,
    MessageId,
    MessageRef,
    OpaqueText,
    PatientRef,
    StaffId,
    ThreadId,
    ThreadRef,
    UserId,
    UserRef,
    UtcDateTime,
    new_public_id,
)


def _now() -> datetime:
    return datetime.now(UTC)


class Thread(SQLModel, InChart, table=True):
    """A conversation on one chart.

    ``seq`` counts its messages; the two ``*_seq`` columns name the newest one of each side, so
    that unread marks cost no look at the messages.
    """

    __table_args__ = (
        Index("ix_thread_queue", "status", "assignee_id", "last_at", "public_id"),
        Index("ix_thread_status_last", "status", "last_at", "public_id"),
        Index("ix_thread_chart_last", "chart_id", "last_at", "public_id"),
        Index("ix_thread_due", "status", "due_at"),
    )

    id: ThreadId = Field(
        default_factory=lambda: ThreadId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    public_id: str = Field(
        default_factory=new_public_id, sa_type=OpaqueText, unique=True, index=True
    )
    chart_id: ChartRef
    patient_id: PatientRef
    subject: str = Field(sa_type=EncryptedText("thread.subject"))
    category: str = "other"
    recipient: str
    guardian_user_id: UserId | None = Field(
        default=None, sa_type=Uuid, foreign_key="user.id", index=True
    )
    private_to_patient: bool = False
    status: str = "open"
    assignee_id: StaffId | None = Field(default=None, sa_type=Uuid, foreign_key="staffmember.id")
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    seq: int = 0
    patient_seq: int = 0
    staff_seq: int = 0
    last_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    last_author: str = ""
    last_from_staff: bool = False
    snippet: str = Field(default="", sa_type=EncryptedText("thread.snippet"))
    auto_reply_period: str = ""
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class Message(SQLModel, InChart, table=True):
    """One message. Never changed; taken back only within two minutes while unread."""

    __table_args__ = (
        UniqueConstraint("author_id", "client_key"),
        UniqueConstraint("thread_id", "seq"),
    )

    id: MessageId = Field(
        default_factory=lambda: MessageId(uuid.uuid4()), sa_type=Uuid, primary_key=True
    )
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    thread_id: ThreadRef
    chart_id: ChartRef
    patient_id: PatientRef
    seq: int
    author_id: UserId | None = Field(default=None, sa_type=Uuid, foreign_key="user.id")
    author_name: str
    on_behalf_of: str = ""
    from_staff: bool
    is_automatic: bool = False
    body: str = Field(sa_type=EncryptedText("message.body"))
    client_key: str
    sent_at: datetime = Field(sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    taken_back_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ThreadReader(SQLModel, InChart, table=True):
    """How far one login has read a conversation, and whether it archived it."""

    thread_id: ThreadRef = Field(sa_type=Uuid, foreign_key="thread.id", primary_key=True)
    user_id: UserRef = Field(sa_type=Uuid, foreign_key="user.id", primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef
    seen_seq: int = 0
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    archived_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SearchTerm(SQLModel, InChart, table=True):
    """A keyed hash of one word of a conversation: search without plain text on disk."""

    term: int = Field(sa_type=BigInteger, primary_key=True)
    thread_id: ThreadRef = Field(sa_type=Uuid, foreign_key="thread.id", primary_key=True)
    chart_id: ChartRef
    patient_id: PatientRef


class InternalNote(SQLModel, InChart, StaffOnly, table=True):
    """What the practice says to itself about a conversation; a patient's session can't load it."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    thread_id: ThreadRef
    chart_id: ChartRef
    patient_id: PatientRef
    author_id: UserId = Field(sa_type=Uuid, foreign_key="user.id")
    author_name: str
    body: str = Field(sa_type=EncryptedText("note.body"))
    written_at: datetime = Field(sa_type=UtcDateTime)


class Draft(SQLModel, InChart, table=True):
    """What somebody has typed and not sent; ``slot`` is a thread's public id or ``new``."""

    __table_args__ = (UniqueConstraint("user_id", "chart_id", "slot"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    chart_id: ChartRef
    patient_id: PatientRef
    slot: str
    recipient: str = ""
    category: str = ""
    subject: str = Field(default="", sa_type=EncryptedText("draft.subject"))
    body: str = Field(default="", sa_type=EncryptedText("draft.body"))
    client_key: str = Field(default_factory=lambda: uuid.uuid4().hex)
    updated_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class StoredFile(SQLModel, InChart, table=True):
    """An encrypted file of a chart; its kind says who may read it (``services/files.py``).

    An attachment belongs to a draft first, then to the message that it went with.
    """

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    public_id: str = Field(default_factory=new_public_id, unique=True, index=True)
    chart_id: ChartRef
    patient_id: PatientRef
    kind: str = "attachment"
    draft_id: uuid.UUID | None = Field(default=None, index=True)
    message_id: MessageId | None = Field(
        default=None, sa_type=Uuid, foreign_key="message.id", index=True
    )
    uploaded_by: UserId | None = Field(
        default=None, sa_type=Uuid, foreign_key="user.id", index=True
    )
    name: str = Field(sa_type=EncryptedText("file.name"))
    media_type: str
    size: int
    sha256: bytes = Field(sa_type=LargeBinary)
    wrapped_key: bytes = Field(sa_type=LargeBinary)
    uploaded_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)


class SavedReply(SQLModel, StaffOnly, table=True):
    """Words that the practice uses often; placeholders in double braces."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    title: str
    body: str


__all__ = [
    "Draft",
    "InternalNote",
    "Message",
    "MessageRef",
    "SavedReply",
    "SearchTerm",
    "StoredFile",
    "Thread",
    "ThreadReader",
]
