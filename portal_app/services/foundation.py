"""The ground of every command: keys, database, gate."""

from dataclasses import dataclass
from pathlib import Path

from portal_app.config import Settings
from portal_app.data.types import CipherSlot
from portal_app.integrations.files import FileStore
from portal_app.security import access
from portal_app.security.crypto import Keyring, SecretsError
from portal_app.security.database import is_new, open_database


@dataclass(frozen=True)
class Foundation:
    """What has been opened."""

    settings: Settings
    keyring: Keyring
    store: FileStore


def lay(settings: Settings, *, create: bool) -> Foundation:
    """Open the data folder; ``create`` makes keys and database where there are none.

    Raises:
        SecretsError: no usable key file, or none beside a database that others have filled.
        UnusableDatabaseError: the database cannot be reached.
    """
    folder = settings.data_dir
    if create:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path: Path = settings.secret_file or folder / "secrets.json"
    may_make = create and settings.secret_file is None
    if may_make and not path.exists() and not is_new(settings.database):
        msg = f"the database is in use with other keys, and there is no key file at {path}"
        raise SecretsError(msg)
    keyring = Keyring.open(path, create=may_make)
    CipherSlot.cipher = keyring
    database = open_database(settings.database)
    access.configure(database, keyring)
    return Foundation(settings, keyring, FileStore(folder / "files", keyring))
