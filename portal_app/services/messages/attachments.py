"""Files that go with messages: inspected, encrypted, and handed out only through the gate."""

import hashlib
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import Chart, Message, StoredFile, Thread
from portal_app.data.schemas.messages import AttachmentView
from portal_app.integrations.files import FileStore
from portal_app.integrations.sniffing import inspect
from portal_app.rules import messages as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.messages import patient, practice, writing

ORPHAN_AFTER = timedelta(hours=1)
"""Bytes are written before the row that names them is committed."""


@dataclass(frozen=True)
class Download:
    """A file for its reader."""

    name: str
    media_type: str
    data: bytes


def add(
    store: FileStore, actor: Actor, chart: str, slot: str, name: str, data: bytes
) -> AttachmentView:
    """Put a file into the person's draft on a chart.

    Raises:
        InvalidError: too big, a sixth file, or a kind that is not taken.
    """
    with access.open(actor, Permission.MESSAGES_SEND, chart=chart, action="file.check") as work:
        if slot != patient.NEW:
            patient.find(work, slot)
    clean = inspect(name, data, rule.FILE_BYTES_MOST)
    with access.open(
        actor, Permission.MESSAGES_SEND, chart=chart, writes=True, action="file.add"
    ) as work:
        return _keep(store, work, slot, clean.name, clean.media_type, clean.data)


def add_for_practice(
    store: FileStore, actor: Actor, thread_id: str, name: str, data: bytes
) -> AttachmentView:
    """Put a file into a member's draft answer."""
    with access.open(actor, Permission.PRACTICE_INBOX, action="file.check") as work:
        practice.find(work, thread_id)
    clean = inspect(name, data, rule.FILE_BYTES_MOST)
    with access.open(actor, Permission.PRACTICE_INBOX, writes=True, action="file.add") as work:
        practice.find(work, thread_id)
        return _keep(store, work, thread_id, clean.name, clean.media_type, clean.data)


def _keep(
    store: FileStore, work: Work, slot: str, name: str, media_type: str, data: bytes
) -> AttachmentView:
    draft = writing.draft_of(work, slot)
    work.session.add(draft)
    work.session.flush()
    if len(writing.attachments_of_draft(work, draft)) >= rule.FILES_MOST:
        raise InvalidError(
            f"{rule.FILES_MOST} files go with one message. Send the rest in another.", field="file"
        )
    file_id = uuid.uuid4()
    row = StoredFile(
        id=file_id,
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        draft_id=draft.id,
        uploaded_by=work.person.id,
        name=name,
        media_type=media_type,
        size=len(data),
        sha256=hashlib.sha256(data).digest(),
        wrapped_key=store.write(file_id.hex, str(work.patient.id), data),
        uploaded_at=work.now,
    )
    work.session.add(row)
    return writing.attachment_view(row)


def remove(actor: Actor, chart: str, file_id: str) -> None:
    """Take a file out of the person's own draft; the bytes go with the next sweep."""
    with access.open(
        actor, Permission.MESSAGES_SEND, chart=chart, writes=True, action="file.remove"
    ) as work:
        _drop(work, file_id)


def remove_for_practice(actor: Actor, thread_id: str, file_id: str) -> None:
    """Take a file out of a member's own draft answer."""
    with access.open(actor, Permission.PRACTICE_INBOX, writes=True, action="file.remove") as work:
        practice.find(work, thread_id)
        _drop(work, file_id)


def _drop(work: Work, file_id: str) -> None:
    rows = select(StoredFile).where(
        StoredFile.public_id == file_id,
        StoredFile.uploaded_by == work.person.id,
        col(StoredFile.message_id).is_(None),
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    work.session.delete(found)


def download(store: FileStore, actor: Actor, file_id: str) -> Download:
    """Hand out a file to whoever may read the message that it went with, and log it.

    Raises:
        NotFoundError: out of reach or absent.
    """
    staff = _place_for_staff(actor, file_id)
    if staff is not None:
        with access.open(
            actor, Permission.PRACTICE_INBOX, writes=True, action="file.download", target=file_id
        ) as work:
            practice.find(work, staff)
            return _read(store, work, file_id)
    chart, thread_id = _place(actor, file_id)
    with access.open(
        actor,
        Permission.MESSAGES_READ,
        chart=chart,
        writes=True,
        action="file.download",
        target=file_id,
    ) as work:
        if thread_id:
            patient.find(work, thread_id)
        return _read(store, work, file_id)


def _place(actor: Actor, file_id: str) -> tuple[str, str]:
    with access.open(actor, Permission.ACCOUNT) as work:
        rows = (
            select(StoredFile, Chart.public_id)
            .join(Chart, col(StoredFile.chart_id) == Chart.id)
            .where(StoredFile.public_id == file_id)
        )
        found = work.session.exec(rows).first()
        if found is None:
            raise NotFoundError
        file, chart = found
        if file.message_id is None:
            if file.uploaded_by != work.person.id:
                raise NotFoundError
            return chart, ""
        return chart, _thread_of(work, file)


def _place_for_staff(actor: Actor, file_id: str) -> str | None:
    try:
        with access.open(actor, Permission.PRACTICE_INBOX) as work:
            file = _find(work, file_id)
            return _thread_of(work, file) if file and file.message_id else None
    except NotFoundError:
        return None


def _thread_of(work: Work, file: StoredFile) -> str:
    rows = (
        select(Thread.public_id)
        .join(Message, col(Message.thread_id) == Thread.id)
        .where(Message.id == file.message_id, col(Message.taken_back_at).is_(None))
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def _find(work: Work, file_id: str) -> StoredFile | None:
    return work.session.exec(select(StoredFile).where(StoredFile.public_id == file_id)).first()


def _read(store: FileStore, work: Work, file_id: str) -> Download:
    row = _find(work, file_id)
    if row is None:
        raise NotFoundError
    data = store.read(row.id.hex, str(row.patient_id), row.wrapped_key)
    return Download(row.name, row.media_type, data)


def sweep_orphans(store: FileStore) -> int:
    """Delete stored bytes that no row names any more; returns how many."""
    names = list(store.names(older_than=ORPHAN_AFTER))
    with open_system("file upkeep", writes=False) as work:
        known = {i.hex for i in work.session.exec(select(StoredFile.id)).all()}
    orphans = [n for n in names if n.split(".")[0] not in known]
    for name in orphans:
        store.remove(name)
    return len(orphans)
