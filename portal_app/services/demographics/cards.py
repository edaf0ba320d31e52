"""Photos of insurance cards: front and back of each insurance."""

from sqlmodel import col, or_, select

from portal_app.data.models import Coverage, StoredFile
from portal_app.integrations.files import FileStore
from portal_app.integrations.sniffing import IMAGES, CleanFile, inspect
from portal_app.rules import demographics as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.messages import FILE_BYTES_MOST
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services import files
from portal_app.services.demographics import facts, requests

KIND = "card"


def add(
    store: FileStore, actor: Actor, chart: str, place: int, side: str, name: str, data: bytes
) -> str:
    """Keep a photo that the patient's side has taken; returns the file's public id.

    Args:
        store: where files are kept.
        actor: who acts.
        chart: public id of the chart.
        place: 1 for the primary insurance, 2 for the second one.
        side: "front" or "back".
        name: the file's name.
        data: its bytes.

    Raises:
        InvalidError: too big, or no photo.
        NotFoundError: no such place or side.
    """
    return _add(store, actor, chart, (place, side), name, data, Permission.DEMOGRAPHICS_EDIT)


def add_for_practice(
    store: FileStore, actor: Actor, chart: str, place: int, side: str, name: str, data: bytes
) -> str:
    """Keep a photo that the practice has taken; the same as ``add`` otherwise."""
    return _add(store, actor, chart, (place, side), name, data, Permission.PRACTICE_DEMOGRAPHICS)


def _add(
    store: FileStore,
    actor: Actor,
    chart: str,
    where: tuple[int, str],
    name: str,
    data: bytes,
    needs: Permission,
) -> str:
    place, side = where
    with access.open(actor, needs, chart=chart, action="file.check"):
        if side not in rule.SIDES or not 1 <= place <= rule.COVERAGES_MOST:
            raise NotFoundError
    photo = _photo(name, data)
    with access.open(actor, needs, chart=chart, writes=True, action="file.add") as work:
        return _keep(store, work, place, side, photo)


def _photo(name: str, data: bytes) -> CleanFile:
    photo = inspect(name, data, FILE_BYTES_MOST)
    if photo.media_type not in IMAGES:
        raise InvalidError(f"{photo.name} is no photo. Choose a PNG, JPEG or HEIC.", field="file")
    return photo


def _keep(store: FileStore, work: Work, place: int, side: str, photo: CleanFile) -> str:
    row = facts.coverage_of(work, facts.held(work), place)
    _drop(work, getattr(row, f"{side}_file"))
    kept = files.keep(store, work, KIND, photo.name, photo.media_type, photo.data)
    setattr(row, f"{side}_file", kept.public_id)
    setattr(row, f"{side}_added_at", work.now)
    work.session.add(row)
    requests.announce(work)
    return kept.public_id


def _drop(work: Work, file_id: str) -> None:
    """Forget the photo that a newer one takes the place of; its bytes go with the next sweep."""
    # it may have come in on the chart of another clinician: then it stays there, unlinked
    before = files.find(work, file_id) if file_id else None
    if before is not None:
        work.session.delete(before)


def _is_current(work: Work, file: StoredFile, _staff: bool) -> bool:
    """Whether it is a photo of the patient's insurance now."""
    rows = select(Coverage.id).where(
        Coverage.patient_id == file.patient_id,
        or_(col(Coverage.front_file) == file.public_id, col(Coverage.back_file) == file.public_id),
    )
    return work.session.exec(rows).first() is not None


files.READERS[KIND] = files.Reader(
    Permission.DEMOGRAPHICS_EDIT, Permission.PRACTICE_DEMOGRAPHICS, _is_current
)
