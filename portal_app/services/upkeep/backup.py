"""Encrypted copies of the whole practice, made while people work."""

import io
import itertools
import json
import os
import re
import tarfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, BinaryIO, cast

from portal_app.config import Settings
from portal_app.integrations import vault
from portal_app.rules.retention import kept
from portal_app.security import access, backup_keys, copying
from portal_app.security.backup_keys import by_machine, by_recovery, recovery_public, with_machine
from portal_app.security.crypto import Keyring
from portal_app.security.database import revision
from portal_app.security.system import open_system
from portal_app.services.upkeep import journal, restoring
from portal_app.services.upkeep.journal import Made
from portal_app.services.upkeep.links import Links
from portal_app.services.upkeep.restoring import (
    BLOCK,
    DATABASE,
    END,
    FORMAT,
    MANIFEST,
    SECRETS,
    BackupError,
    scratch_in,
)

if TYPE_CHECKING:
    from portal_app.data.engine import Database

SUFFIX = ".backup"
NAME = re.compile(r"latchwell-(?P<kind>[a-z]+)-(?P<at>\d{8}-\d{6})(-\d+)?\.backup")
MOMENT = "%Y%m%d-%H%M%S"
NIGHT = timedelta(hours=3)
"""When the nightly copy is due, after midnight on the practice's wall."""


def make(settings: Settings, kind: str = "manual", to: Path | None = None) -> Made:
    """Copy the practice that is open, and say so in its access log.

    Nothing that was committed before the call is missing.

    Args:
        settings: where the data are.
        kind: why it is made: manual, nightly.
        to: the file to make, or a folder to make it in.

    Raises:
        BackupError: it can't be written there.
    """
    made = write(settings, access.database(), access.keyring(), kind, to)
    with open_system(f"the practice is backed up ({kind})", logged=True):
        pass
    journal.note(settings, last=made)
    return made


def make_and_try(settings: Settings, kind: str = "manual") -> Made:
    """Copy the practice into the folder of copies, and see that the copy can be used.

    Raises:
        BackupError: it can't be written, or not be used.
    """
    made = make(settings, kind)
    path = journal.folder(settings) / made.file
    restoring.verify(settings, path, [with_machine(access.keyring())])
    return made


def write(
    settings: Settings, database: "Database", keyring: Keyring, kind: str, to: Path | None = None
) -> Made:
    """Copy a database with its files and keys into one encrypted file.

    Raises:
        BackupError: it can't be written there.
    """
    at = access.now()
    path = _target(settings, kind, at, to)
    unfinished = path.with_name(f".{path.name}.part")
    try:
        with scratch_in(settings.data_dir) as scratch:
            descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                _write(settings, database, keyring, scratch, out, at)
                out.flush()
                os.fsync(out.fileno())
        _publish(unfinished, path)
    except OSError as error:
        raise BackupError(f"{path} can’t be written ({error.strerror}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return Made(at, kind, path.name, path.stat().st_size)


def _target(settings: Settings, kind: str, at: datetime, to: Path | None) -> Path:
    path = to
    if path is None:
        path = journal.folder(settings)
        try:
            path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise BackupError(f"{path} can’t be made ({error.strerror}).") from error
    if path.is_dir():
        return _unused(path, f"latchwell-{kind}-{at.strftime(MOMENT)}")
    if path.exists():
        raise BackupError(f"{path} exists already.")
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.")
    return path


def _unused(folder: Path, name: str) -> Path:
    names = itertools.chain([name], (f"{name}-{number}" for number in itertools.count(2)))
    return next(p for n in names if not (p := folder / f"{n}{SUFFIX}").exists())


def _publish(unfinished: Path, path: Path) -> None:
    os.link(unfinished, path)  # unlike a rename, this never takes the place of another file
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _write(
    settings: Settings,
    database: "Database",
    keyring: Keyring,
    scratch: Path,
    out: BinaryIO,
    at: datetime,
) -> None:
    secrets = settings.secret_file or settings.data_dir / SECRETS
    wraps = [by_machine(keyring)]
    public = recovery_public(secrets)
    if public is not None:
        wraps.append(by_recovery(public))
    writer = vault.Writer(out, {"format": FORMAT, "at": at.isoformat()}, wraps)
    with tarfile.open(
        fileobj=cast("IO[bytes]", writer), mode="w|", format=tarfile.PAX_FORMAT
    ) as archive:
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "at": at.isoformat(),
            "revision": revision(database),
        }
        links = Links(settings.data_dir / "files", scratch / "files")
        links.look()
        if settings.database.startswith("sqlite"):
            copying.sqlite_copy(database, scratch / DATABASE)
            links.look()
            _member(archive, MANIFEST, _json(manifest | {"database": "sqlite"}))
            _member(archive, SECRETS, secrets.read_bytes())
            archive.add(scratch / DATABASE, DATABASE, recursive=False, filter=_plain)
            (scratch / DATABASE).unlink()
        else:
            with copying.one_moment(database) as tables:
                links.look()
                known = manifest | {"database": "postgresql", "columns": tables.columns}
                _member(archive, MANIFEST, _json(known))
                _member(archive, SECRETS, secrets.read_bytes())
                for table in tables.columns:
                    for number, block in enumerate(_gathered(tables.blocks(table))):
                        _member(archive, f"tables/{table}/{number}", block)
        count = 0
        for name in links:
            archive.add(links.folder / name, f"files/{name}", recursive=False, filter=_plain)
            count += 1
        _member(archive, END, _json({"files": count}))
    writer.finish()


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, indent=1, sort_keys=True).encode()


def _member(archive: tarfile.TarFile, name: str, data: bytes) -> None:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = len(data), 0o600
    archive.addfile(entry, io.BytesIO(data))


def _plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
    """Keep of a file its name and bytes, not its owner or times."""
    bare = tarfile.TarInfo(entry.name)
    bare.size, bare.mode, bare.type = entry.size, 0o600, tarfile.REGTYPE
    return bare


def _gathered(blocks: Iterator[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for block in blocks:
        waiting += block
        if len(waiting) >= BLOCK:
            yield bytes(waiting)
            waiting.clear()
    yield bytes(waiting)


def new_recovery_key(settings: Settings) -> str:
    """Make a recovery key; the copies made from now on can be opened with it."""
    key = backup_keys.new_recovery_key(settings.secret_file or settings.data_dir / SECRETS)
    with open_system("a recovery key is made", logged=True) as work:
        journal.note(settings, recovery_at=work.now)
    return key


def folder(settings: Settings) -> Path:
    """Name the folder of the copies."""
    return journal.folder(settings)


def before_migration(settings: Settings, keyring: Keyring, database: "Database") -> None:
    """Copy an existing practice before its tables change.

    Raises:
        BackupError: it can't be written; then nothing is changed.
    """
    made = write(settings, database, keyring, "migration")
    journal.note(settings, last=made)


def nightly(settings: Settings) -> bool:
    """Make the copy of this night if it is due, try it, and let go of the old ones.

    Returns:
        Whether one was made.
    """
    with open_system("the nightly backup", writes=False) as work:
        wall = work.now.astimezone(work.zone)
    night = wall.replace(hour=0, minute=0, second=0, microsecond=0) + NIGHT
    due = night if wall >= night else night - timedelta(days=1)
    last = _newest_nightly(settings)
    if last is not None and last >= due:
        return False
    make_and_try(settings, "nightly")
    _let_go(journal.folder(settings))
    return True


def _newest_nightly(settings: Settings) -> datetime | None:
    return max(_nights(journal.folder(settings)), default=None)


def _nights(folder: Path) -> dict[datetime, Path]:
    found = {}
    for path in folder.glob(f"latchwell-nightly-*{SUFFIX}"):
        if name := NAME.fullmatch(path.name):
            found[datetime.strptime(name["at"], MOMENT).replace(tzinfo=UTC)] = path
    return found


def _let_go(folder: Path) -> None:
    nights = _nights(folder)
    for at in nights.keys() - kept(nights):
        nights[at].unlink(missing_ok=True)


def all_kept(settings: Settings) -> list[Made]:
    """List the copies in the folder of copies, the newest first."""
    found = []
    for path in journal.folder(settings).glob(f"latchwell-*{SUFFIX}"):
        if name := NAME.fullmatch(path.name):
            at = datetime.strptime(name["at"], MOMENT).replace(tzinfo=UTC)
            found.append(Made(at, name["kind"], path.name, path.stat().st_size))
    return sorted(found, key=lambda made: made.at, reverse=True)
