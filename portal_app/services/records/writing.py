"""Writes a record file into a chart: the original, the files inside, and the entries, all or none."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath

from sqlmodel import select

from portal_app.data.models import RecordEntry, RecordSource, StoredFile
from portal_app.integrations import sniffing
from portal_app.integrations.files import FileStore
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError
from portal_app.rules.permissions import Permission
from portal_app.rules.records import EmbeddedFile, Label
from portal_app.security.access import Work
from portal_app.services import files
from portal_app.services.records import entries

SOURCE, INSIDE, WAITING = "record_source", "record_file", "record_upload"
"""Kinds of stored files: an original, a file of an entry, and an original not imported yet."""
INSIDE_MOST = 25 * 1024 * 1024
OPAQUE = "application/octet-stream"
SUFFIXES = frozenset({".xml", ".json", ".rtf", ".tif", ".tiff", ".gif", ".txt", ".csv"})


@dataclass(frozen=True)
class Written:
    """What came of it."""

    source: RecordSource
    rows: tuple[RecordEntry, ...]
    duplicates: int
    changed: int


def write_record(
    work: Work,
    store: FileStore,
    found: RecordFile,
    original: StoredFile,
    told: Sequence[entries.Told],
    *,
    label: Label = Label.GENERAL,
    released_at: datetime | None = None,
) -> Written:
    """Write what was read into the open chart.

    Args:
        work: an open unit of work that writes, with a chart.
        store: where files are kept.
        found: what was read.
        original: the file as it came.
        told: its entries beside what the chart holds, by ``entries.told_apart``.
        label: how freely the entries may be shown.
        released_at: from when the patient sees them.
    """
    source = RecordSource(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        file_id=original.id,
        format=found.format,
        name=original.name,
        sha256=original.sha256,
        imported_by=work.user.id if work.user else None,
        imported_at=work.now,
    )
    work.session.add(source)
    work.session.flush()
    new = {e.entry.key for e in told if e.is_new}
    kept = _files(work, store, [f for f in found.files if f.entry_key in new])
    work.session.flush()
    stored = entries.store_told(
        work, source, told, files=kept, label=label, released_at=released_at
    )
    source.counts = dict(Counter(e.kind.value for e in found.entries)) | {
        "added": len(stored.added),
        "duplicates": stored.duplicates,
        "changed": stored.changed,
    }
    source.unread = [{"kind": u.kind, "count": u.count, "why": u.why} for u in found.unread]
    work.session.add(source)
    work.session.flush()
    announce(work)
    return Written(source, stored.added, stored.duplicates, stored.changed)


def announce(work: Work) -> None:
    """Tell the open pages that the record of the open chart has changed."""
    work.announce(entries.topic(work.chart.public_id))


def keep_original(store: FileStore, work: Work, kind: str, name: str, data: bytes) -> StoredFile:
    """Keep a file as it came."""
    shown = sniffing.display_name(name)
    return files.keep(store, work, kind, shown, OPAQUE, data)


def _files(work: Work, store: FileStore, inside: Sequence[EmbeddedFile]) -> dict[str, StoredFile]:
    kept: dict[str, StoredFile] = {}
    for file in inside:
        if file.entry_key not in kept:  # an entry leads to one file; the original holds the rest
            name, media, data = _typed(file)
            kept[file.entry_key] = files.keep(store, work, INSIDE, name, media, data)
    return kept


def _typed(file: EmbeddedFile) -> tuple[str, str, bytes]:
    """Tell what a file is by its bytes; what it claims counts only for the end of its name."""
    try:
        clean = sniffing.inspect(file.name, file.data, INSIDE_MOST)
    except InvalidError:
        name = sniffing.display_name(file.name)
        suffix = PurePosixPath(name).suffix.lower()
        claimed = f".{file.media_type.split(';')[0].rpartition('/')[2]}"
        fitting = next((s for s in (suffix, claimed) if s in SUFFIXES), ".bin")
        return name if suffix == fitting else f"{name}{fitting}", OPAQUE, file.data
    else:
        return clean.name, clean.media_type, clean.data


def is_held(work: Work, data: bytes, told: Sequence[entries.Told]) -> bool:
    """Whether the open chart has that very file, and nothing of it is new."""
    rows = select(RecordSource.id).where(
        RecordSource.chart_id == work.chart.id,
        RecordSource.sha256 == hashlib.sha256(data).digest(),
    )
    return not any(t.is_new for t in told) and work.session.exec(rows).first() is not None


def _may_read(work: Work, row: StoredFile, staff: bool) -> bool:
    return staff or entries.leads_to(work, row.id)


def _practice_only(work: Work, row: StoredFile, staff: bool) -> bool:
    del work, row
    return staff


files.READERS[INSIDE] = files.Reader(
    Permission.RECORDS_VIEW, Permission.PRACTICE_RECORDS, _may_read
)
for _kind in (SOURCE, WAITING):
    files.READERS[_kind] = files.Reader(
        Permission.RECORDS_VIEW, Permission.PRACTICE_RECORDS, _practice_only
    )
