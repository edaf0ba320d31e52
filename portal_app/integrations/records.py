"""What a reader makes of one file with health records, whatever its format."""

from dataclasses import dataclass

from portal_app.integrations.fhir.person import Person
from portal_app.rules.records import EmbeddedFile, Entry, Unread


@dataclass(frozen=True)
class RecordFile:
    """A file as far as it could be read; nothing of it is lost without a word."""

    format: str
    """``fhir`` or ``ccda``."""
    person: Person
    entries: tuple[Entry, ...]
    unread: tuple[Unread, ...] = ()
    files: tuple[EmbeddedFile, ...] = ()
    notes: tuple[str, ...] = ()
    """What the practice should know before it releases, in sentences."""
