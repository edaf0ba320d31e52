"""What proves who somebody is beside the password: codes, devices, other houses, and changes."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

from portal_app.data.types import EncryptedText, UserRef, UtcDateTime, UtcStamp


def _now() -> datetime:
    return datetime.now(UTC)


class Authenticator(SQLModel, table=True):
    """An app that shows codes. It counts once a code of it was confirmed."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    kind: str = "totp"
    secret: str = Field(sa_type=EncryptedText("authenticator.secret"))
    last_step: int = 0
    """The step of the newest code that was used: no code counts twice."""
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class RecoveryCode(SQLModel, table=True):
    """A code for the day when the phone is lost; kept only as a keyed hash, used once."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    code_hash: bytes = Field(sa_type=LargeBinary, index=True)
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class SignInTicket(SQLModel, table=True):
    """The password was right, the code is still to come. It opens nothing but the second step."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    user_id: UserRef
    method: str = "password"
    failures: int = 0
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    expires_at: UtcStamp
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class TrustedDevice(SQLModel, table=True):
    """A browser of a patient that is not asked for a code for a while."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    token_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    user_id: UserRef
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    expires_at: UtcStamp


class EmailChange(SQLModel, table=True):
    """A new address that waits to be confirmed, or a change that can still be undone."""

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    user_id: UserRef
    old_email: str = Field(sa_type=EncryptedText("email_change.old"))
    new_email: str = Field(sa_type=EncryptedText("email_change.new"))
    confirm_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    undo_hash: bytes = Field(sa_type=LargeBinary, unique=True, index=True)
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
    expires_at: UtcStamp
    confirmed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    """When it was undone or replaced by a newer one."""


class OidcIdentity(SQLModel, table=True):
    """A sign-in at another house, by issuer and subject; never by an address."""

    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    issuer: str
    subject: str
    user_id: UserRef
    created_at: datetime = Field(default_factory=_now, sa_type=UtcDateTime)
