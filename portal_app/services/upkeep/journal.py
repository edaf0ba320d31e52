"""When the practice was last copied and tried: one small file beside the copies.

It is no table, because the copy before a migration is made while the tables are still the old
ones, and because a restored database would remember another past than the folder has had.
"""

import json
import os
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from portal_app.config import Settings

NAME = "journal.json"


@dataclass(frozen=True)
class Made:
    """One copy that was made."""

    at: datetime
    kind: str
    file: str
    size: int


@dataclass(frozen=True)
class Journal:
    """What is known of the copies."""

    last: Made | None = None
    verified_at: datetime | None = None
    recovery_at: datetime | None = None
    """When the practice last made a recovery key."""


def folder(settings: Settings) -> Path:
    """Name the folder of the copies that are made by themselves."""
    return settings.backup_dir or settings.data_dir / "backups"


def read(settings: Settings) -> Journal:
    """Read what is known; nothing, where there is no journal or it is damaged."""
    try:
        found = json.loads((folder(settings) / NAME).read_text())
        last = found.get("last")
        return Journal(
            Made(datetime.fromisoformat(last.pop("at")), **last) if last else None,
            _moment(found.get("verified_at")),
            _moment(found.get("recovery_at")),
        )
    except (OSError, ValueError, TypeError, AttributeError, KeyError):
        return Journal()


def _moment(text: Any) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def note(settings: Settings, **changes: Any) -> None:
    """Write down what is new; the file is replaced in one step."""
    now = replace(read(settings), **changes)
    where = folder(settings)
    where.mkdir(parents=True, exist_ok=True, mode=0o700)
    beside = where / f".{NAME}.{os.getpid()}"
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(asdict(now), file, default=lambda at: at.isoformat(), indent=1)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(where / NAME)
