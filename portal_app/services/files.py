"""Files of a chart: inspected, encrypted, and handed out only through the gate.

What a file belongs to says who may read it: each kind has one ``Reader``, which asks the gate for
its own permission. A kind without one is handed out to nobody.
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from portal_app.data.models import Chart, StoredFile
from portal_app.integrations.files import FileStore
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system

ORPHAN_AFTER = timedelta(hours=1)
"""Bytes are written before the row that names them is committed."""


@dataclass(frozen=True)
class Download:
    """A file for its reader."""

    name: str
    media_type: str
    data: bytes


@dataclass(frozen=True)
class Reader:
    """Who may read the files of one kind."""

    portal: Permission
    practice: Permission
    allowed: Callable[[Work, StoredFile, bool], bool]
    """Decides about one file inside the enclosed work; the last tells whether it is the practice's.
    """


READERS: dict[str, Reader] = {}
"""Kind of file -> its reader; each noun adds its own beside its service."""


class _State:
    store: FileStore | None = None


def use(store: FileStore) -> None:
    """Name the store of the data folder; called once when the ground is laid."""
    _State.store = store


def store() -> FileStore:
    """Give the store to services that nobody hands one, because a page only reads through them."""
    if _State.store is None:
        raise access.NotConfiguredError
    return _State.store


def digest(data: bytes) -> bytes:
    """Give the SHA-256 by which a file is recognised."""
    return hashlib.sha256(data).digest()


def keep(
    store: FileStore, work: Work, kind: str, name: str, media_type: str, data: bytes
) -> StoredFile:
    """Encrypt and keep a file of the open chart; the row is added, not flushed."""
    file_id = uuid.uuid4()
    row = StoredFile(
        id=file_id,
        kind=kind,
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        uploaded_by=work.user.id if work.user else None,
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=digest(data),
        wrapped_key=store.write(file_id.hex, str(work.patient.id), data),
        uploaded_at=work.now,
    )
    work.session.add(row)
    return row


def content(store: FileStore, row: StoredFile) -> bytes:
    """Decrypt the bytes of a file that the work may read."""
    return store.read(row.id.hex, str(row.patient_id), row.wrapped_key)


def find(work: Work, file_id: str) -> StoredFile | None:
    """Find a file inside the compartment by its public id."""
    return work.session.exec(select(StoredFile).where(StoredFile.public_id == file_id)).first()


def download(store: FileStore, actor: Actor, file_id: str) -> Download:
    """Hand out a file to whoever may read what it belongs to, and log it.

    Raises:
        NotFoundError: out of reach or absent.
    """
    chart, kind = _place(file_id)
    reader = READERS.get(kind)
    if reader is None:
        raise NotFoundError
    for permission, staff in ((reader.practice, True), (reader.portal, False)):
        try:
            with access.open(
                actor, permission, chart=chart, writes=True, action="file.download", target=file_id
            ) as work:
                return _read(store, work, file_id, reader, staff=staff)
        except NotFoundError:
            continue
    raise NotFoundError


def _read(store: FileStore, work: Work, file_id: str, reader: Reader, *, staff: bool) -> Download:
    row = find(work, file_id)
    if row is None or not reader.allowed(work, row, staff):
        raise NotFoundError
    return Download(row.name, row.media_type, content(store, row))


def _place(file_id: str) -> tuple[str, str]:
    """Tell the chart of a file, so that the gate can be asked about it; nothing of it is shown."""
    with open_system("a file is looked for", writes=False) as work:
        rows = (
            select(Chart.public_id, StoredFile.kind)
            .join(StoredFile, StoredFile.chart_id == Chart.id)  # type: ignore[arg-type]
            .where(StoredFile.public_id == file_id)
        )
        found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def sweep_orphans(store: FileStore) -> int:
    """Delete stored bytes that no row names any more; returns how many."""
    names = list(store.names(older_than=ORPHAN_AFTER))
    with open_system("file upkeep", writes=False) as work:
        known = {i.hex for i in work.session.exec(select(StoredFile.id)).all()}
    orphans = [n for n in names if n.split(".")[0] not in known]
    for name in orphans:
        store.remove(name)
    return len(orphans)
