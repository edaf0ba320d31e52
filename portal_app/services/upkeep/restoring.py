"""Encrypted copies, looked through and made into a practice again."""

import contextlib
import json
import os
import random
import re
import shutil
import tarfile
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from portal_app.config import Settings
from portal_app.integrations import vault
from portal_app.integrations.files import DamagedFileError, FileStore
from portal_app.rules.errors import PortalError
from portal_app.security import access, copying
from portal_app.security.backup_keys import Unwrap
from portal_app.security.copying import CopyError, Inventory
from portal_app.security.crypto import Keyring, SecretsError
from portal_app.security.database import DatabaseError
from portal_app.services.upkeep import journal

FORMAT = 1
BLOCK = 1024 * 1024
FILE_NAME = re.compile(r"files/[0-9a-z]{2}/[0-9a-z]+")
TABLE_NAME = re.compile(r"tables/(?P<table>[a-z_]+)/\d+")
DATABASE, SECRETS, MANIFEST, END = "latchwell.db", "secrets.json", "manifest.json", "end.json"
TRIED = 20
"""Files of a copy that are decrypted when it is tried."""
LEFT_ALONE = {"lock", "lost+found"}


class BackupError(PortalError):
    """A copy could not be made or used; the words say why."""


@dataclass(frozen=True)
class Contents:
    """What a copy was found to hold."""

    at: datetime
    revision: str
    rows: int
    files: int
    log_rows: int

    def __str__(self) -> str:
        """Give the line that is printed."""
        return (
            f"Made {self.at:%F %T} UTC: {self.rows} rows, {self.files} files, "
            f"{self.log_rows} rows of the access log, all whole."
        )


@contextlib.contextmanager
def scratch_in(folder: Path) -> Iterator[Path]:
    """Make a folder for a while, on the same disk."""
    made = Path(tempfile.mkdtemp(prefix=".copy-", dir=folder))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def verify(settings: Settings, path: Path, keys: list[Unwrap]) -> Contents:
    """Restore a copy into a scratch folder, look through all of it, and throw it away.

    Raises:
        BackupError: it is damaged, of another kind, or none of the keys fits.
    """
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    folder = settings.data_dir if settings.data_dir.is_dir() else None
    with tempfile.TemporaryDirectory(prefix=".trial-", dir=folder) as scratch:
        found = _unpack(path, keys, Path(scratch), database_url="")
    if settings.data_dir.is_dir():
        journal.note(settings, verified_at=access.now())
    return found


def restore(settings: Settings, path: Path, keys: list[Unwrap]) -> Contents:
    """Restore a copy into an empty data folder, whole or not at all.

    Raises:
        BackupError: the folder is not empty, or the copy can't be used.
    """
    folder = settings.data_dir
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    if any(item.name not in LEFT_ALONE for item in folder.iterdir()):
        raise BackupError(f"{folder} is not empty.")
    secrets = settings.secret_file
    with scratch_in(folder) as scratch:
        found = _unpack(path, keys, scratch, database_url=settings.database_url)
        if secrets is not None:
            _keep_secrets(scratch / SECRETS, secrets)
        for name in ("files", SECRETS, DATABASE):
            if (scratch / name).exists():
                (scratch / name).rename(folder / name)
    return found


def _keep_secrets(restored: Path, outside: Path) -> None:
    """Leave the keys where PORTAL_SECRET_FILE wants them, if they are not there already."""
    if not outside.exists():
        outside.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.copyfile(restored, outside)
        outside.chmod(0o600)
    restored.unlink()


@contextlib.contextmanager
def _file(path: Path) -> Iterator[BinaryIO]:
    if not path.is_file():
        raise BackupError(f"There is no file {path}.")
    with path.open("rb") as source:
        yield source


def _unpack(path: Path, keys: list[Unwrap], to: Path, *, database_url: str) -> Contents:
    try:
        with _file(path) as source:
            reader = vault.Reader(source, keys)
            return _Unpacked(reader, to, database_url).contents()
    except vault.NotAVaultError as error:
        raise BackupError(f"{path} is no backup.") from error
    except vault.NoKeyError as error:
        raise BackupError(
            f"{path} was made with other keys; name its key file with --keys, "
            "or use the recovery key with --recovery-key."
        ) from error
    except vault.DamagedVaultError as error:
        raise BackupError(f"{path} is damaged; nothing was restored.") from error
    except (CopyError, SecretsError, DatabaseError, tarfile.TarError) as error:
        raise BackupError(f"{path} can’t be restored: {error}.") from error
    except (KeyError, ValueError) as error:
        raise BackupError(f"{path} was made by another version of this program.") from error


class _Unpacked:
    """A copy on its way into a folder, and into a database on a server where one is named."""

    def __init__(self, reader: vault.Reader, to: Path, database_url: str) -> None:
        self._reader, self._to, self._url = reader, to, database_url
        (to / "files").mkdir(mode=0o700)
        self._manifest: dict[str, Any] = {}
        self._end: dict[str, Any] = {}
        self._files = 0
        self._tables: dict[str, list[Path]] = defaultdict(list)

    def contents(self) -> Contents:
        """Unpack everything and look through it."""
        with tarfile.open(fileobj=cast("IO[bytes]", self._reader), mode="r|") as archive:
            for entry in archive:
                data = archive.extractfile(entry)
                if data is not None:
                    self._take(entry.name, data)
        while self._reader.read(BLOCK):  # up to the frame that says that it is the last
            pass
        if self._end.get("files") != self._files:
            msg = "files are missing"
            raise CopyError(msg)
        keyring = Keyring.open(self._to / SECRETS, create=False)
        store = FileStore(self._to / "files", keyring)
        found = self._server() if self._tables else self._sqlite(keyring)
        if found.log_broken is not None:
            msg = f"row {found.log_broken} of its access log was changed"
            raise CopyError(msg)
        self._try_files(found, store)
        return Contents(
            datetime.fromisoformat(self._manifest["at"]),
            found.revision,
            sum(found.rows.values()),
            self._files,
            found.log_rows or found.rows.get("auditevent", 0),
        )

    def _take(self, name: str, data: IO[bytes]) -> None:
        if name == MANIFEST:
            self._manifest = json.loads(data.read())
            if self._manifest["format"] != FORMAT:
                raise ValueError(name)
        elif name == END:
            self._end = json.loads(data.read())
        elif name in {SECRETS, DATABASE}:
            self._keep(name, data)
        elif FILE_NAME.fullmatch(name):
            self._keep(name, data)
            self._files += 1
        elif table := TABLE_NAME.fullmatch(name):
            self._keep(name, data)
            self._tables[table["table"]].append(self._to / name)
        else:
            raise ValueError(name)

    def _keep(self, name: str, data: IO[bytes]) -> None:
        path = self._to / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            shutil.copyfileobj(data, out, BLOCK)
            out.flush()
            os.fsync(out.fileno())

    def _sqlite(self, keyring: Keyring) -> Inventory:
        if self._url:
            msg = (
                "it is of SQLite; unset PORTAL_DATABASE_URL, and use export to change the database"
            )
            raise CopyError(msg)
        return copying.inventory(self._to / DATABASE, keyring)

    def _server(self) -> Inventory:
        """Count the rows of a server's tables, and load them where a database is named."""
        rows = {name: copying.count_rows(self._blocks(name)) for name in self._tables}
        if self._url:
            blocks = {name: self._blocks(name) for name in self._tables}
            copying.load(self._url, self._manifest["revision"], self._manifest["columns"], blocks)
            shutil.rmtree(self._to / "tables")
        return Inventory(self._manifest["revision"], rows)

    def _blocks(self, table: str) -> Iterator[bytes]:
        for path in self._tables[table]:
            yield path.read_bytes()

    def _try_files(self, found: Inventory, store: FileStore) -> None:
        for name, owner, wrapped in random.sample(found.files, min(TRIED, len(found.files))):
            try:
                store.read(name, owner, wrapped)
            except DamagedFileError as error:
                msg = "a stored file in it can't be read"
                raise CopyError(msg) from error
