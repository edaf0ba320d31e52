"""Column types and ids: aware time, encrypted text, opaque public ids."""

import secrets
import uuid
from datetime import UTC, datetime
from typing import Annotated, Any, NewType, Protocol

from sqlalchemy import DateTime, Dialect, LargeBinary, String, Uuid
from sqlalchemy.types import TypeDecorator
from sqlmodel import Field, SQLModel

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

UserId = NewType("UserId", uuid.UUID)
PatientId = NewType("PatientId", uuid.UUID)
PractitionerId = NewType("PractitionerId", uuid.UUID)
ChartId = NewType("ChartId", uuid.UUID)
StaffId = NewType("StaffId", uuid.UUID)
ThreadId = NewType("ThreadId", uuid.UUID)
MessageId = NewType("MessageId", uuid.UUID)
AppointmentId = NewType("AppointmentId", uuid.UUID)
PublicId = NewType("PublicId", str)

UserRef = Annotated[UserId, Field(sa_type=Uuid, foreign_key="user.id", index=True)]
PatientRef = Annotated[PatientId, Field(sa_type=Uuid, foreign_key="patient.id", index=True)]
PractitionerRef = Annotated[
    PractitionerId, Field(sa_type=Uuid, foreign_key="practitioner.id", index=True)
]
ChartRef = Annotated[ChartId, Field(sa_type=Uuid, foreign_key="chart.id", index=True)]
StaffRef = Annotated[StaffId, Field(sa_type=Uuid, foreign_key="staffmember.id", index=True)]
ThreadRef = Annotated[ThreadId, Field(sa_type=Uuid, foreign_key="thread.id", index=True)]
MessageRef = Annotated[MessageId, Field(sa_type=Uuid, foreign_key="message.id", index=True)]


def new_public_id() -> PublicId:
    """Make an id for addresses: 96 random bits, so that it can't be guessed or counted."""
    return PublicId(secrets.token_urlsafe(12).replace("-", "x").replace("_", "y"))


OpaqueText = String().with_variant(String(collation="C"), "postgresql")
"""Text that is no language: ordered by its characters' numbers, as Python orders it."""


class NaiveTimeError(ValueError):
    """A moment without a zone was about to be stored."""


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; a naive value is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn an aware moment into UTC."""
        del dialect
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveTimeError
        return value.astimezone(UTC)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """Give back an aware moment, also where the database forgets the zone."""
        del dialect
        if not isinstance(value, datetime):
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


UtcStamp = Annotated[datetime, Field(sa_type=UtcDateTime)]
UtcStampOrNone = Annotated[datetime | None, Field(default=None, sa_type=UtcDateTime)]


class ColumnCipher(Protocol):
    """Encrypts what a column holds."""

    def seal(self, plain: bytes, context: bytes) -> bytes:
        """Encrypt and authenticate, bound to its context."""
        ...

    def unseal(self, sealed: bytes, context: bytes) -> bytes:
        """Decrypt; raises when the bytes or the context were changed."""
        ...


class CipherSlot:
    """Holds the cipher of the data folder that this process serves."""

    cipher: ColumnCipher | None = None


class NoCipherError(RuntimeError):
    """An encrypted column was used before the keys were loaded."""


class EncryptedText(TypeDecorator[str]):
    """Text that the database file holds only encrypted."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, context: str) -> None:
        """Bind the ciphertext to its column, so that it can't be moved to another."""
        super().__init__()
        self.context = context

    def process_bind_param(self, value: str | None, dialect: Dialect) -> bytes | None:
        """Encrypt on the way in."""
        del dialect
        if value is None:
            return None
        return _cipher().seal(value.encode(), self.context.encode())

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        """Decrypt on the way out."""
        del dialect
        return None if value is None else _cipher().unseal(value, self.context.encode()).decode()


def _cipher() -> ColumnCipher:
    if CipherSlot.cipher is None:
        raise NoCipherError
    return CipherSlot.cipher
