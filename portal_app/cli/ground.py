"""What every command stands on: its data folder, and refusals in one line."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from portal_app.config import Settings
from portal_app.rules.errors import PortalError
from portal_app.security.crypto import SecretsError
from portal_app.security.database import DatabaseError, FolderInUseError
from portal_app.services.foundation import Foundation, lay

DEMO_FOLDER = Path("data-demo")
IMPORT_MOST = 50 * 1024 * 1024


class RefusedError(Exception):
    """A command was refused; the text is the one line that is printed."""


@contextlib.contextmanager
def plainly() -> Iterator[None]:
    """Turn what may go wrong into one line."""
    try:
        yield
    except (PortalError, SecretsError, FolderInUseError, DatabaseError, OSError) as error:
        raise RefusedError(str(error)) from error
    except ValidationError as error:
        fault = error.errors()[0]
        name = f"PORTAL_{'_'.join(map(str, fault['loc'])).upper()}"
        raise RefusedError(f"{name}: {fault['msg'].removeprefix('Value error, ')}.") from error
    except OperationalError as error:
        raise RefusedError("The database is busy or full. Nothing was written.") from error


def existing() -> Settings:
    """Name the data folder; the demo's, where there is no other."""
    settings = Settings()
    demo = not settings.data_dir.exists() and DEMO_FOLDER.exists()
    if demo and "data_dir" not in settings.model_fields_set:
        settings = settings.model_copy(update={"data_dir": DEMO_FOLDER})
    if not settings.data_dir.is_dir():
        raise RefusedError(f"There is no data folder {settings.data_dir}.")
    return settings


def open_folder() -> Foundation:
    """Open the data folder, beside a server that may run."""
    return lay(existing(), create=False)


def read_file(path: Path) -> bytes:
    """Read a file that is to be imported."""
    if not path.is_file():
        raise RefusedError(f"There is no file {path}.")
    if path.stat().st_size > IMPORT_MOST:
        raise RefusedError(f"{path} is too big to import.")
    return path.read_bytes()
