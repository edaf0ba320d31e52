"""A new key for everything that is encrypted, while people work."""

from pathlib import Path

from portal_app.config import Settings
from portal_app.security import access, crypto, resealing
from portal_app.security.system import open_system
from portal_app.services.upkeep.restoring import SECRETS


def rotate(settings: Settings) -> int:
    """Encrypt with a new key from now on, and everything that there is again with it.

    When it is stopped half way, everything can be read all the same, and the next call goes on.
    A backup holds the keys that belong to it.

    Returns:
        How many rows were sealed again.
    """
    path: Path = settings.secret_file or settings.data_dir / SECRETS
    crypto.rotate_content(path)
    rows = _everything()
    # whoever was writing when the key changed has written by now; afterwards none is left
    rows += _everything()
    crypto.forget_older(path)
    with open_system("everything is encrypted with a new key", logged=True):
        pass
    return rows


def _everything() -> int:
    changed = 0
    for name in resealing.sealed_tables():
        after: resealing.Key | None = None
        while True:
            with open_system("rows are sealed again") as work:
                after, rows = resealing.reseal(work.session, access.keyring(), name, after)
            changed += rows
            if after is None:
                break
    return changed
