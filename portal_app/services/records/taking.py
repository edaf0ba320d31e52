"""A file into the record: chosen, looked at, and taken, or put away."""

from collections.abc import Sequence

from sqlmodel import col, select

from portal_app.data.models import StoredFile
from portal_app.data.schemas.records import AddRecordInput, RecordPreview
from portal_app.integrations.fhir.person import display
from portal_app.integrations.files import FileStore
from portal_app.integrations.record_files import read_file
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.records import entries, importing, writing
from portal_app.services.records.releasing import release_time

NEEDS = Permission.PRACTICE_RECORDS
UPLOAD_MOST = 50 * 1024 * 1024
UPLOADS_LISTED = 20
FORMATS = {"fhir": "FHIR", "ccda": "C-CDA"}


def upload(store: FileStore, actor: Actor, chart: str, name: str, data: bytes) -> str:
    """Keep a chosen file until it is taken or put away; it takes the place of an earlier one.

    Raises:
        InvalidError: empty or too big.
    """
    if not data:
        raise InvalidError("This file is empty. Choose another file.", field="file")
    if len(data) > UPLOAD_MOST:
        raise InvalidError("This file is too big. Choose one under 50 MB.", field="file")
    with access.open(actor, NEEDS, chart=chart, writes=True, action="records.upload") as work:
        for older in _uploads(work):
            work.session.delete(older)
        row = writing.keep_original(store, work, writing.WAITING, name, data)
        work.session.flush()
        writing.announce(work)
        return row.public_id


def preview(store: FileStore, actor: Actor, chart: str, file: str) -> RecordPreview:
    """Read a chosen file and say what would come of taking it; nothing is written.

    Raises:
        InvalidError: it can't be read.
        NotFoundError: it was taken or put away.
    """
    name, data = _bytes(store, actor, chart, file)
    found = read_file(data)
    with access.open(actor, NEEDS, chart=chart, action="records.preview") as work:
        told = entries.told_apart(work, work.chart.id, found.entries)
        patient, person = work.patient, found.person
        differs = importing.difference(patient, person)
        return RecordPreview(
            upload=file,
            name=name,
            format=FORMATS[found.format],
            read=tuple(importing.counted(found.entries).items()),
            files=len(found.files),
            unread=tuple(f"{u.kind} {u.count}. {u.why}" for u in found.unread),
            notes=found.notes,
            new=sum(t.is_new for t in told),
            duplicates=sum(not t.is_new for t in told),
            changed=sum(t.is_new and t.older is not None for t in told),
            told_name=display(person.name),
            told_birth=str(person.birth_date or ""),
            patient=patient.name,
            birth=str(patient.birth_date or ""),
            differs=differs,
        )


def discard(actor: Actor, chart: str, file: str) -> None:
    """Put a chosen file away."""
    with access.open(actor, NEEDS, chart=chart, writes=True, action="records.discard") as work:
        for row in _uploads(work):
            if row.public_id == file:
                work.session.delete(row)
        writing.announce(work)


def take(
    store: FileStore, actor: Actor, chart: str, file: str, command: AddRecordInput
) -> tuple[int, int]:
    """Take a chosen file into the chart, all of it or nothing; gives new and known entries.

    Raises:
        InvalidError: it can't be read, or looks as if it were about somebody else.
        NotFoundError: it was taken or put away meanwhile.
    """
    _, data = _bytes(store, actor, chart, file)
    found = read_file(data)
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="records.import", target=file
    ) as work:
        original = _upload(work, file)
        return _taken(work, store, found, original, data, command)


def _taken(
    work: Work,
    store: FileStore,
    found: RecordFile,
    original: StoredFile,
    data: bytes,
    command: AddRecordInput,
) -> tuple[int, int]:
    differs = importing.difference(work.patient, found.person)
    if differs and not command.is_same_person:
        raise InvalidError(differs, field="is_same_person")
    released_at = release_time(work, command)
    told = entries.told_apart(work, work.chart.id, found.entries)
    if writing.is_held(work, data, told):
        work.session.delete(original)
        writing.announce(work)
        return 0, len(told)
    if differs:
        work.record("records.other_name", original.public_id, why="checked by hand")
    else:
        importing.complete(work, work.patient, found.person)
    original.kind = writing.SOURCE
    work.session.add(original)
    written = writing.write_record(
        work, store, found, original, told, label=command.label, released_at=released_at
    )
    return len(written.rows), written.duplicates


def _bytes(store: FileStore, actor: Actor, chart: str, file: str) -> tuple[str, bytes]:
    with access.open(actor, NEEDS, chart=chart, action="records.preview") as work:
        row = _upload(work, file)
        return row.name, files.content(store, row)


def _upload(work: Work, file: str) -> StoredFile:
    row = next((r for r in _uploads(work) if r.public_id == file), None)
    if row is None:
        raise NotFoundError
    return row


def _uploads(work: Work) -> Sequence[StoredFile]:
    rows = select(StoredFile).where(
        StoredFile.chart_id == work.chart.id,
        StoredFile.kind == writing.WAITING,
        StoredFile.uploaded_by == work.person.id,
    )
    return work.session.exec(
        rows.order_by(col(StoredFile.uploaded_at).desc()).limit(UPLOADS_LISTED)
    ).all()


def waiting_upload(work: Work) -> StoredFile | None:
    """Find the file that the person has chosen for the open chart and not yet taken."""
    return next(iter(_uploads(work)), None)
