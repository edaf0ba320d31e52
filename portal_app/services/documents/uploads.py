"""Files that the patient's side gives to the practice."""

from sqlmodel import col, func, select

from portal_app.data.models import StoredFile
from portal_app.integrations.files import FileStore
from portal_app.integrations.sniffing import inspect
from portal_app.rules.errors import InvalidError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.documents import shared

FILE_BYTES_MOST = 25 * 1024 * 1024
FILES_MOST = 200
"""Files that one chart takes from the patient's side."""


def add(store: FileStore, actor: Actor, chart: str, name: str, data: bytes) -> str:
    """Take a file for the practice; gives its name as it is kept.

    Raises:
        InvalidError: too big, empty, of a kind that is not taken, or more than a chart takes.
    """
    with access.open(actor, Permission.DOCUMENTS_FILL, chart=chart, action="file.check") as work:
        _check_number(work)
    clean = inspect(name, data, FILE_BYTES_MOST)
    with access.open(
        actor, Permission.DOCUMENTS_FILL, chart=chart, writes=True, action="file.add"
    ) as work:
        _check_number(work)
        files.keep(store, work, shared.UPLOAD, clean.name, clean.media_type, clean.data)
        shared.announce(work)
        return clean.name


def _check_number(work: Work) -> None:
    rows = (
        select(func.count())
        .select_from(StoredFile)
        .where(StoredFile.chart_id == work.chart.id, col(StoredFile.kind) == shared.UPLOAD)
    )
    if work.session.exec(rows).one() >= FILES_MOST:
        raise InvalidError(f"{FILES_MOST} files are kept here. Message us instead.", field="file")


def _readable(_work: Work, _file: StoredFile, _staff: bool) -> bool:
    """Whoever may fill in the chart's documents reads its files; the gate has asked already."""
    return True


files.READERS[shared.UPLOAD] = files.Reader(
    Permission.DOCUMENTS_FILL, Permission.PRACTICE_FORMS, _readable
)
