"""The whole practice in open formats, written and read again; docs/export-format.md describes it."""

import contextlib
import json
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy.exc import DatabaseError as DatabaseFault

from portal_app.config import Settings
from portal_app.integrations.files import DamagedFileError, FileStore
from portal_app.security import access, audit, crypto, tables
from portal_app.security.copying import CopyError
from portal_app.security.crypto import SecretsError
from portal_app.security.database import clear, is_new, newest
from portal_app.security.system import open_system
from portal_app.services.foundation import Foundation, lay
from portal_app.services.upkeep.links import Links
from portal_app.services.upkeep.restoring import LEFT_ALONE, SECRETS, BackupError, scratch_in

FORMAT = "latchwell-export-1"
MANIFEST, KEYS, README = "manifest.json", "keys.json", "README.txt"
FILES = "storedfile"
LONG_AGO = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: what is the same gives the same bytes."""
LINE_MOST = 256 * 1024 * 1024
DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    DatabaseFault,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    EOFError,
)
"""What a damaged export may bring about while it is read."""
WORDS = """A whole practice, exported from Latchwell.

Nothing in this file is encrypted. Whoever has it can read everything about every patient and
sign in the practice's name. Keep it as you would keep the paper records, and delete it when it has
served.

tables/NAME.jsonl   one table: one row a line, each a JSON object. Moments are ISO 8601 in UTC,
                    ids are UUIDs, bytes are base64.
files/ID            the files that people have given or got, as they were; the row with that id in
                    tables/storedfile.jsonl has their name and kind.
keys.json           the keys by which rows are found, passwords are checked, and the access log and
                    documents are proved to be genuine.
manifest.json       the format, and the columns and number of rows of each table.

To make a practice of it again: python main.py import FILE, with an empty data folder.
"""


@dataclass(frozen=True)
class Counted:
    """What went into an export, or came out of one."""

    rows: int
    files: int
    missing: tuple[str, ...]

    def __str__(self) -> str:
        """Give the line that is printed."""
        lost = (
            f" {len(self.missing)} files could not be read and are missing." if self.missing else ""
        )
        return f"{self.rows} rows, {self.files} files.{lost}"


# ---------------------------------------------------------------- out
def export(foundation: Foundation, path: Path) -> Counted:
    """Write everything into one ZIP, as it is at one moment, and say so in the access log.

    Raises:
        BackupError: it can't be written there.
    """
    if path.exists():
        raise BackupError(f"{path} exists already.")
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.")
    unfinished = path.with_name(f".{path.name}.part")
    try:
        unfinished.touch(mode=0o600, exist_ok=False)
        with zipfile.ZipFile(unfinished, "w", zipfile.ZIP_DEFLATED) as archive:
            counted = _write(foundation, archive)
        unfinished.rename(path)
    except OSError as error:
        raise BackupError(f"{path} can’t be written ({error.strerror}).") from error
    finally:
        unfinished.unlink(missing_ok=True)
    with open_system("the practice is exported", logged=True):
        pass
    return counted


def _write(foundation: Foundation, archive: zipfile.ZipFile) -> Counted:
    settings, known = foundation.settings, {}
    secrets = settings.secret_file or settings.data_dir / SECRETS
    with scratch_in(settings.data_dir) as scratch:
        links = Links(settings.data_dir / "files", scratch / "files")
        links.look()
        stored: list[tuple[str, str, bytes]] = []
        with open_system("the practice is exported", writes=False) as work:
            work.session.connection()  # from here on it sees one moment
            links.look()
            _put(archive, README, WORDS.encode())
            for name in tables.names():
                count = 0
                with _entry(archive, f"tables/{name}.jsonl") as out:
                    for row in tables.rows(work.session, name):
                        if name == FILES:
                            stored.append(_key(row))
                        out.write(json.dumps(row, ensure_ascii=False).encode() + b"\n")
                        count += 1
                known[name] = {"columns": tables.columns(name), "rows": count}
        store, missing = FileStore(links.folder, foundation.keyring), []
        for file, owner, wrapped in stored:
            try:
                _put(archive, f"files/{file}", store.read(file, owner, wrapped))
            except DamagedFileError:
                missing.append(file)
    _put(archive, KEYS, _json(crypto.carried(secrets)))
    about = {"format": FORMAT, "revision": newest(), "tables": known, "missing": missing}
    _put(archive, MANIFEST, _json(about))
    rows = sum(int(table["rows"]) for table in known.values())  # type: ignore[call-overload]
    return Counted(rows, len(stored) - len(missing), tuple(missing))


def _key(row: dict[str, Any]) -> tuple[str, str, bytes]:
    """Take the wrapped key out of the row of a stored file."""
    wrapped = tables.decoded_bytes(row.pop(tables.WRAPPED[1]))
    return UUID(row["id"]).hex, str(row["patient_id"]), wrapped


def _json(values: dict[str, Any]) -> bytes:
    return json.dumps(values, indent=1, sort_keys=True).encode() + b"\n"


@contextlib.contextmanager
def _entry(archive: zipfile.ZipFile, name: str) -> Iterator[Any]:
    about = zipfile.ZipInfo(name, LONG_AGO)
    about.compress_type, about.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    with archive.open(about, "w", force_zip64=True) as out:
        yield out


def _put(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    with _entry(archive, name) as out:
        out.write(data)


# ---------------------------------------------------------------- in
def take_over(settings: Settings, path: Path) -> Counted:
    """Make a practice of an export, whole or not at all; the data folder must be empty.

    Raises:
        BackupError: it is none, it is damaged, or there is something already.
    """
    folder = settings.data_dir
    secrets = settings.secret_file or folder / SECRETS
    if any(item.name not in LEFT_ALONE for item in folder.iterdir()):
        raise BackupError(f"{folder} is not empty.")
    if secrets.exists():
        raise BackupError(f"{secrets} exists already; an import makes keys of its own.")
    if not is_new(settings.database):
        raise BackupError("The database that PORTAL_DATABASE_URL names is not empty.")
    try:
        with zipfile.ZipFile(path) as archive:
            about = _about(archive, path)
            crypto.begin(secrets, json.loads(archive.read(KEYS)))
            foundation = lay(
                settings.model_copy(update={"secret_file": secrets}), create=True, locked=True
            )
            return _read(foundation, archive, about)
    except BaseException as error:
        _undo(settings, secrets)
        words = f"{path} can’t be imported"
        if isinstance(error, DAMAGE):
            raise BackupError(f"{words}: it is damaged or no export.") from error
        if isinstance(error, (CopyError, SecretsError)):
            raise BackupError(f"{words}: {error}.") from error
        raise


def _undo(settings: Settings, secrets: Path) -> None:
    with contextlib.suppress(access.NotConfiguredError):
        access.database().close()
    secrets.unlink(missing_ok=True)
    if settings.database_url:
        clear(settings.database)
    for item in settings.data_dir.iterdir():
        if item.name not in LEFT_ALONE:
            shutil.rmtree(item) if item.is_dir() else item.unlink()


def _about(archive: zipfile.ZipFile, path: Path) -> dict[str, Any]:
    about: dict[str, Any] = json.loads(archive.read(MANIFEST))
    if about["format"] != FORMAT:
        raise ValueError(FORMAT)
    if about["revision"] != newest():
        raise BackupError(
            f"{path} is of another version ({about['revision']}); this one reads {newest()}."
        )
    return about


def _read(foundation: Foundation, archive: zipfile.ZipFile, about: dict[str, Any]) -> Counted:
    missing = set(about["missing"])
    given = {name: _rows(archive, name) for name in tables.names()}
    given[FILES] = _kept(given[FILES], archive, foundation.store, missing)
    with open_system("an export is imported") as work:
        counts = tables.write(work.session, given)
    with open_system("the access log is verified", writes=False) as work:
        _, broken = audit.broken_at(work.session, foundation.keyring)
    if broken is not None:
        msg = f"row {broken} of its access log was changed"
        raise CopyError(msg)
    if counts != {name: table["rows"] for name, table in about["tables"].items()}:
        msg = "rows are missing"
        raise CopyError(msg)
    return Counted(sum(counts.values()), counts[FILES] - len(missing), tuple(sorted(missing)))


def _rows(archive: zipfile.ZipFile, name: str) -> Iterator[dict[str, Any]]:
    with archive.open(f"tables/{name}.jsonl") as lines:
        while line := lines.readline(LINE_MOST):
            yield json.loads(line)


def _kept(
    rows: Iterator[dict[str, Any]], archive: zipfile.ZipFile, store: FileStore, missing: set[str]
) -> Iterator[dict[str, Any]]:
    """Keep the file of each row under the new keys."""
    for row in rows:
        name, owner = UUID(row["id"]).hex, row["patient_id"]
        data = b"" if name in missing else archive.read(f"files/{name}")
        row[tables.WRAPPED[1]] = tables.encoded(store.write(name, owner, data))
        if name in missing:
            store.remove(name)
        yield row
