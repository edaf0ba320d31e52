"""Files that go with messages: inspected, encrypted, and handed out only through the gate."""

from sqlmodel import col, select

from portal_app.data.models import Message, StoredFile, Thread
from portal_app.data.schemas.messages import AttachmentView
from portal_app.integrations.files import FileStore
from portal_app.integrations.sniffing import inspect
from portal_app.rules import messages as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.messages import patient, practice, writing


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
    row = files.keep(store, work, "attachment", name, media_type, data)
    row.draft_id = draft.id
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


def _readable(work: Work, file: StoredFile, staff: bool) -> bool:
    """Whether the person may read the message that it goes with; a draft's is its writer's."""
    if file.message_id is None:
        return not staff and file.uploaded_by == work.person.id
    thread = _thread_of(work, file)
    if thread is None:
        return False
    try:
        (practice if staff else patient).find(work, thread)
    except NotFoundError:
        return False
    return True


files.READERS["attachment"] = files.Reader(
    Permission.MESSAGES_READ, Permission.PRACTICE_INBOX, _readable
)


def _thread_of(work: Work, file: StoredFile) -> str | None:
    rows = (
        select(Thread.public_id)
        .join(Message, col(Message.thread_id) == Thread.id)
        .where(Message.id == file.message_id, col(Message.taken_back_at).is_(None))
    )
    return work.session.exec(rows).first()
