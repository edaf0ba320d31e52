"""What a person is told by mail, and her consent to mail that anybody could read."""

import uuid
from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.data.types import UserRef, UtcDateTime


class NoticeChoice(SQLModel, table=True):
    """How much one person is told of one kind of event through one channel."""

    __table_args__ = (UniqueConstraint("user_id", "event", "channel"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    event: str
    """``rules.notices.Event``."""
    channel: str = "email"
    content: str
    """``rules.notices.Content``."""
    changed_at: datetime = Field(sa_type=UtcDateTime)


class PlainEmailChoice(SQLModel, table=True):
    """That a person agreed to plain email, or took it back; only ever added."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    agreed: bool
    text_version: int
    """Which words of ``rules.notices.WARNINGS`` stood beside the switch."""
    at: datetime = Field(sa_type=UtcDateTime)
    session_id: str = ""
    ip: str = ""
