"""Backups, exports, keys and health from the console of the machine."""

import contextlib
import shutil
import sys
from collections.abc import Iterator
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer

from portal_app.cli.ground import RefusedError, existing, open_folder, plainly
from portal_app.config import Settings
from portal_app.security.backup_keys import (
    BadRecoveryKeyError,
    Unwrap,
    with_machine,
    with_recovery,
)
from portal_app.security.crypto import Keyring
from portal_app.security.database import FolderLock
from portal_app.services.upkeep import backup, doctor, portable, restoring, rotation


def add_to(cli: typer.Typer) -> None:
    """Add the commands."""
    for name, command in (
        ("doctor", examine),
        ("backup", back_up),
        ("restore", restore),
        ("export", export),
        ("import", take_over),
        ("recovery-key", recovery_key),
        ("rotate-keys", rotate_keys),
    ):
        cli.command(name)(command)


def back_up(
    path: Annotated[
        Path | None, typer.Argument(help="File to make, or folder to make it in.")
    ] = None,
) -> None:
    """Make an encrypted backup of everything, while people work; in the backup folder by default."""
    with plainly():
        foundation = open_folder()
        made = backup.make(foundation.settings, to=path)
        where = path or backup.folder(foundation.settings)
        print(f"Backup made: {where / made.file if where.is_dir() else where}, {made.size} bytes.")


def restore(
    path: Annotated[Path, typer.Argument(help="A backup.")],
    verify: Annotated[
        bool, typer.Option("--verify", help="Try it in a scratch folder, and change nothing.")
    ] = False,
    keys: Annotated[
        Path | None,
        typer.Option("--keys", help="The key file (secrets.json) that it was made with."),
    ] = None,
    recovery_key: Annotated[
        bool, typer.Option("--recovery-key", help="Ask for the practice's recovery key.")
    ] = False,
) -> None:
    """Restore a backup into an empty data folder, or try it with --verify."""
    with plainly():
        _file_there(path)
        if verify:
            settings = existing() if keys is None and not recovery_key else Settings()
            found = restoring.verify(settings, path, _ways(settings, keys, ask=recovery_key))
            print(found)
            return
        settings = Settings()
        ways = _ways(settings, keys, ask=recovery_key)
        with _empty_folder(settings.data_dir):
            print(restoring.restore(settings, path, ways))
            print(f"Restored into {settings.data_dir}. Start the server as before.")


def _ways(settings: Settings, keys: Path | None, *, ask: bool) -> list[Unwrap]:
    if ask:
        try:
            typed = getpass("Recovery key: ") if sys.stdin.isatty() else sys.stdin.readline()
            return [with_recovery(typed)]
        except BadRecoveryKeyError as error:
            raise RefusedError("That is no recovery key; check each letter.") from error
    path = keys or settings.secret_file or settings.data_dir / "secrets.json"
    if not path.exists():
        raise RefusedError("Name the key file with --keys, or use --recovery-key.")
    return [with_machine(Keyring.open(path, create=False))]


@contextlib.contextmanager
def _empty_folder(folder: Path) -> Iterator[None]:
    """Hold an empty data folder; if nothing comes of it, it is as it was."""
    was_there = folder.exists()
    try:
        with FolderLock(folder):
            yield
    except BaseException:
        if not was_there:
            shutil.rmtree(folder, ignore_errors=True)
        raise


def _file_there(path: Path) -> None:
    if not path.is_file():
        raise RefusedError(f"There is no file {path}.")


def export(path: Annotated[Path, typer.Argument(help="The ZIP file to make.")]) -> None:
    """Write the whole practice into one ZIP in open formats, unencrypted."""
    with plainly():
        print(portable.export(open_folder(), path))
        print("Nothing in it is encrypted: keep it like the paper records.")


def take_over(path: Annotated[Path, typer.Argument(help="An export.")]) -> None:
    """Make a practice of an export, in an empty data folder, under new keys."""
    with plainly():
        _file_there(path)
        settings = Settings()
        with _empty_folder(settings.data_dir):
            print(portable.take_over(settings, path))
            print(f"Imported into {settings.data_dir}.")


def recovery_key() -> None:
    """Make and print a new recovery key; backups made from now on can be opened with it alone."""
    with plainly():
        foundation = open_folder()
        print(backup.new_recovery_key(foundation.settings))
        print("Write it down and keep it away from this machine. It is not shown again.")


def examine() -> None:
    """Look at clock, database, mail, payments, TLS, proxy, disk, backup and PDF."""
    with plainly():
        settings = existing()
        open_folder()
        ill = False
        for finding in doctor.examine(settings):
            print(finding, flush=True)
            ill = ill or finding.state is doctor.State.WRONG
        if ill:
            raise typer.Exit(1)


def rotate_keys() -> None:
    """Encrypt everything again with a new key, while people work; can be stopped and called again."""
    with plainly():
        rows = rotation.rotate(open_folder().settings)
        print(f"{rows} rows are encrypted with the new key. Make a backup now.")
