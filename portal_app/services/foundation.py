"""The ground of every command: keys, database, gate."""

from dataclasses import dataclass
from functools import partial
from pathlib import Path

from sqlmodel import select

from portal_app.config import Settings
from portal_app.data.models import User
from portal_app.data.types import CipherSlot
from portal_app.integrations.files import FileStore
from portal_app.security import access
from portal_app.security.crypto import Keyring, SecretsError, TamperedError
from portal_app.security.database import is_new, open_database
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.upkeep import backup
from portal_app.services.upkeep import settings as machine


@dataclass(frozen=True)
class Foundation:
    """What has been opened."""

    settings: Settings
    keyring: Keyring
    store: FileStore


def lay(settings: Settings, *, create: bool, locked: bool = False) -> Foundation:
    """Open the data folder.

    Args:
        settings: where it is.
        create: whether keys and database are made where there are none.
        locked: whether this process holds the folder's lock already.

    Raises:
        SecretsError: no usable key file, or one of another database.
        DatabaseError: no usable database.
        FolderInUseError: the database is old, and another process serves it.
    """
    folder = settings.data_dir
    if create:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path: Path = settings.secret_file or folder / "secrets.json"
    # new keys beside an old database would open nothing of it
    begins = create and settings.secret_file is None and is_new(settings.database)
    keyring = Keyring.open(path, create=begins)
    database = open_database(
        settings.database,
        create=create,
        lock_in=None if locked else folder,
        before=partial(backup.before_migration, settings, keyring),
    )
    CipherSlot.cipher = keyring
    access.configure(database, keyring)
    _try_keys(path)
    store = FileStore(folder / "files", keyring)
    files.use(store)
    machine.use(settings)
    return Foundation(settings, keyring, store)


def _try_keys(path: Path) -> None:
    try:
        with open_system("the keys are tried", writes=False) as work:
            work.session.exec(select(User.email).limit(1)).first()
    except TamperedError as error:
        access.database().close()
        raise SecretsError(f"{path} holds other keys than those of the database") from error
