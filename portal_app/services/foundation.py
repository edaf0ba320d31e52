"""The ground of every command: keys, database, gate."""

from dataclasses import dataclass
from pathlib import Path

from portal_app.config import Settings
from portal_app.data.types import CipherSlot
from portal_app.integrations.files import FileStore
from portal_app.security import access
from portal_app.security.crypto import Keyring
from portal_app.security.database import open_database


@dataclass(frozen=True)
class Foundation:
    """What has been opened."""

    settings: Settings
    keyring: Keyring
    store: FileStore


def lay(settings: Settings, *, create: bool) -> Foundation:
    """Open the data folder; ``create`` makes keys and database where there are none.

    Raises:
        SecretsError: no usable key file.
    """
    folder = settings.data_dir
    if create:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path: Path = settings.secret_file or folder / "secrets.json"
    keyring = Keyring.open(path, create=create and settings.secret_file is None)
    CipherSlot.cipher = keyring
    database = open_database(settings.database)
    access.configure(database, keyring)
    return Foundation(settings, keyring, FileStore(folder / "files", keyring))
