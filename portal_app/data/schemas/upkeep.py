"""What the owner sees of backups, keys and the house's health."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class BackupRow:
    """One backup that is kept."""

    name: str
    at: datetime
    kind: str
    size: int


@dataclass(frozen=True)
class BackupView:
    """What is known of the backups."""

    folder: str
    rows: tuple[BackupRow, ...]
    more: int
    last_at: datetime | None
    verified_at: datetime | None
    recovery_at: datetime | None
    is_demo: bool


@dataclass(frozen=True)
class Line:
    """One line of the doctor's."""

    subject: str
    state: str
    words: str


@dataclass(frozen=True)
class SecurityView:
    """What the owner sees of keys, sessions and the access log."""

    signing_key: str
    signing_keys: int
    sessions: int
    staff: tuple[tuple[str, str], ...]
    """Each member and her role."""


@dataclass(frozen=True)
class LogVerdict:
    """What came of looking through the access log."""

    rows: int
    broken: int | None


@dataclass(frozen=True)
class Step:
    """One step of setting up."""

    title: str
    words: str
    href: str
    done: bool = False
    optional: bool = False


@dataclass(frozen=True)
class SetupView:
    """How far setting up has come."""

    steps: tuple[Step, ...]
    is_demo: bool

    @property
    def next(self) -> Step | None:
        """The first step that is neither done nor optional."""
        return next((s for s in self.steps if not s.done and not s.optional), None)
