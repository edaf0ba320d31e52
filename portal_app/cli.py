"""The command line. Refusals are one line on standard error and exit code 2."""

import contextlib
import json
import logging
import logging.config
import shutil
import sys
from collections.abc import Callable, Iterator
from getpass import getpass
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from sqlalchemy.exc import OperationalError

from portal_app.config import Settings
from portal_app.rules.errors import PortalError
from portal_app.security import access, crypto
from portal_app.security.backup_keys import (
    BadRecoveryKeyError,
    Unwrap,
    with_machine,
    with_recovery,
)
from portal_app.security.crypto import Keyring, SecretsError
from portal_app.security.database import (
    DatabaseError,
    FolderInUseError,
    FolderLock,
    clear,
    is_new,
)
from portal_app.services import demo as demo_service
from portal_app.services import invitations, maintenance
from portal_app.services.foundation import Foundation, lay
from portal_app.services.records.importing import import_file
from portal_app.services.upkeep import backup, doctor, portable, restoring, rotation

DEMO_FOLDER = Path("data-demo")
# by name: a folder that was named by mistake holds other things too
DEMO_DATA = ("latchwell.*", "secrets.json", "files", "mail")
IMPORT_MOST = 50 * 1024 * 1024
REFUSED = 2
# typer carries its own copy of click and exports only the leaves of its errors
USAGE: type[typer.BadParameter] = next(
    c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException"
)

cli = typer.Typer(
    help="Latchwell: a patient portal that a small practice can own.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
audit_cli = typer.Typer(help="The access log.", no_args_is_help=True)
cli.add_typer(audit_cli, name="audit")

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


class _Server:
    """What serves; handed in by the application, which stands above the command line."""

    run: Callable[[Foundation, str, int, bool], None]


class RefusedError(Exception):
    """A command was refused; the text is the one line that is printed."""


@contextlib.contextmanager
def _plainly() -> Iterator[None]:
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


def _existing() -> Settings:
    """Name the data folder; the demo's, where there is no other."""
    settings = Settings()
    demo = not settings.data_dir.exists() and DEMO_FOLDER.exists()
    if demo and "data_dir" not in settings.model_fields_set:
        settings = settings.model_copy(update={"data_dir": DEMO_FOLDER})
    if not settings.data_dir.is_dir():
        raise RefusedError(f"There is no data folder {settings.data_dir}.")
    return settings


def _open() -> Foundation:
    return lay(_existing(), create=False)


def _file(path: Path) -> bytes:
    if not path.is_file():
        raise RefusedError(f"There is no file {path}.")
    if path.stat().st_size > IMPORT_MOST:
        raise RefusedError(f"{path} is too big to import.")
    return path.read_bytes()


@cli.command()
def serve(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Serve the practice from the data folder; the first run makes keys and database."""
    with _plainly():
        settings = Settings()
        _check_address(settings, host)
        with FolderLock(settings.data_dir):
            foundation = lay(settings, create=True, locked=True)
            if demo_service.is_empty():
                maintenance.create_practice()
                print("This practice has no owner yet. Make one with: python main.py create-owner")
            _run(foundation, host, port, demo=False)


def _check_address(settings: Settings, host: str) -> None:
    local = host in {"127.0.0.1", "localhost", "::1"}
    if settings.public_url.startswith("http://") and "://localhost" not in settings.public_url:
        raise RefusedError("PORTAL_PUBLIC_URL must begin with https://.")
    if not local and not settings.public_url:
        raise RefusedError("Set PORTAL_PUBLIC_URL before listening on other addresses.")


@cli.command()
def demo(
    host: Host = "127.0.0.1",
    port: Port = 8080,
    reset: Annotated[
        bool, typer.Option("--reset", help="Throw the demo's data away first.")
    ] = False,
) -> None:
    """Serve the demo practice with invented people, from its own data folder."""
    with _plainly():
        settings = Settings()
        if "data_dir" not in settings.model_fields_set:
            settings = settings.model_copy(update={"data_dir": DEMO_FOLDER})
        with FolderLock(settings.data_dir):
            if reset:
                _reset(settings)
            foundation = lay(settings, create=True, locked=True)
            _refuse_a_real_practice(settings)
            if demo_service.is_empty():
                demo_service.seed(foundation.store)
            address = settings.public_url or f"http://localhost:{port}"
            print(f"The demo practice is at {address}")
            print(
                "Sign in as dana@demo.example, nora@demo.example or omar@demo.example (patients),"
            )
            print("osei@demo.example, ben@demo.example, lena@demo.example, priya@demo.example or")
            print(
                "sam@demo.example (practice). The password of all is latchwell-demo-2026",
                flush=True,
            )
            _run(foundation, host, port, demo=True)


def _reset(settings: Settings) -> None:
    if not is_new(settings.database):
        lay(settings, create=False, locked=True)
        _refuse_a_real_practice(settings)
        access.database().close()
        clear(settings.database)
    for item in (found for name in DEMO_DATA for found in settings.data_dir.glob(name)):
        shutil.rmtree(item) if item.is_dir() else item.unlink()


def _refuse_a_real_practice(settings: Settings) -> None:
    if demo_service.is_real():
        raise RefusedError(f"{settings.data_dir} holds a practice that is not the demo.")


def _run(foundation: Foundation, host: str, port: int, *, demo: bool) -> None:
    _logging(foundation.settings.log_level)
    _Server.run(foundation, host, port, demo)


class _Lines(logging.Formatter):
    """One JSON line an event; ids only."""

    def format(self, record: logging.LogRecord) -> str:
        extra = {
            k: v
            for k, v in record.__dict__.items()
            if k in {"reference", "error", "job"} and isinstance(v, str)
        }
        entry = {
            "at": self.formatTime(record),
            "level": record.levelname,
            "from": record.name,
            "what": record.getMessage(),
            **extra,
        }
        return json.dumps(entry)


def _logging(level: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_Lines())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for noisy in ("nicegui", "apscheduler", "alembic", "httpx", "uvicorn.access"):
        logging.getLogger(noisy).setLevel("ERROR")


@cli.command("import-records")
def import_records(
    chart: Annotated[str, typer.Argument(help="A chart's id, or new:CLINICIAN-EMAIL.")],
    file: Annotated[
        Path, typer.Argument(help="A FHIR R4 bundle (also gzipped) or a C-CDA document.")
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, and write nothing.")] = False,
) -> None:
    """Import a health record into a chart, or into a new one; the patient sees it at once."""
    with _plainly():
        data = _file(file)
        store = _open().store
        for line in import_file(store, chart, file.name, data, dry_run=dry_run).lines():
            print(line)


@cli.command()
def invite(
    chart: Annotated[str, typer.Argument(help="A chart's id.")],
    email: Annotated[str, typer.Argument(help="The person's email address.")],
) -> None:
    """Print a one-use link with which a person sets a password and gains the chart."""
    with _plainly():
        foundation = _open()
        token = invitations.invite(chart, email)
        base = foundation.settings.public_url or "http://localhost:8080"
        print(f"{base}/invite/{token}")
        print("The link works once, for 7 days.")


@cli.command("create-owner")
def create_owner(
    email: Annotated[str, typer.Argument(help="The owner's email address.")],
    name: Annotated[str, typer.Argument(help="The owner's name, as patients see it.")],
) -> None:
    """Make the owner of a new practice; asks for the password on the terminal."""
    with _plainly():
        maintenance.checked_owner(email, name)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        maintenance.checked_owner(email, name, password)
        lay(Settings(), create=True)
        maintenance.create_owner(email, name, password)
        print(f"{name} can sign in now.")


@cli.command()
def migrate() -> None:
    """Bring the database to this program's revision; also runs by itself at start."""
    with _plainly():
        settings = _existing()
        with FolderLock(settings.data_dir):
            lay(settings, create=False, locked=True)
            print("The database is up to date.")


@cli.command("rotate-signing-key")
def rotate_signing_key() -> None:
    """Sign with a new key from the next start on; what is signed already stays genuine."""
    with _plainly():
        settings = _existing()
        key = crypto.rotate_signing(settings.secret_file or settings.data_dir / "secrets.json")
        print(f"The new signing key is {key}. Start the server again to sign with it.")


@cli.command("backup")
def back_up(
    path: Annotated[
        Path | None, typer.Argument(help="File to make, or folder to make it in.")
    ] = None,
) -> None:
    """Make an encrypted backup of everything, while people work; in the backup folder by default."""
    with _plainly():
        foundation = _open()
        made = backup.make(foundation.settings, to=path)
        where = path or backup.folder(foundation.settings)
        print(f"Backup made: {where / made.file if where.is_dir() else where}, {made.size} bytes.")


@cli.command()
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
    with _plainly():
        _file_there(path)
        if verify:
            settings = _existing() if keys is None and not recovery_key else Settings()
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


@cli.command()
def export(path: Annotated[Path, typer.Argument(help="The ZIP file to make.")]) -> None:
    """Write the whole practice into one ZIP in open formats, unencrypted."""
    with _plainly():
        print(portable.export(_open(), path))
        print("Nothing in it is encrypted: keep it like the paper records.")


@cli.command("import")
def take_over(path: Annotated[Path, typer.Argument(help="An export.")]) -> None:
    """Make a practice of an export, in an empty data folder, under new keys."""
    with _plainly():
        _file_there(path)
        settings = Settings()
        with _empty_folder(settings.data_dir):
            print(portable.take_over(settings, path))
            print(f"Imported into {settings.data_dir}.")


@cli.command("recovery-key")
def recovery_key() -> None:
    """Make and print a new recovery key; backups made from now on can be opened with it alone."""
    with _plainly():
        foundation = _open()
        print(backup.new_recovery_key(foundation.settings))
        print("Write it down and keep it away from this machine. It is not shown again.")


@cli.command("doctor")
def examine() -> None:
    """Look at clock, database, mail, payments, TLS, proxy, disk, backup and PDF."""
    with _plainly():
        settings = _existing()
        _open()
        ill = False
        for finding in doctor.examine(settings):
            print(finding, flush=True)
            ill = ill or finding.state is doctor.State.WRONG
        if ill:
            raise typer.Exit(1)


@cli.command("rotate-keys")
def rotate_keys() -> None:
    """Encrypt everything again with a new key, while people work; can be stopped and called again."""
    with _plainly():
        rows = rotation.rotate(_open().settings)
        print(f"{rows} rows are encrypted with the new key. Make a backup now.")


@audit_cli.command("verify")
def audit_verify() -> None:
    """Verify the chain of the access log."""
    with _plainly():
        _open()
        count, broken = maintenance.verify_log()
        if broken is not None:
            print(f"Row {broken} of the access log was changed.")
            raise typer.Exit(1)
        print(f"{count} rows, unbroken.")


def main(run: Callable[[Foundation, str, int, bool], None]) -> None:
    """Run a command; without one, serve.

    Args:
        run: serves an opened data folder: foundation, host, port, demo.
    """
    _Server.run = staticmethod(run)
    arguments = sys.argv[1:] or ["serve"]
    if arguments[0].startswith("--") and arguments[0] != "--help":
        arguments = ["serve", *arguments]
    try:
        code = cli(arguments, standalone_mode=False)
    except RefusedError as error:
        _refuse(str(error))
    except typer.Abort:
        _refuse("Stopped.")
    except USAGE as error:
        _refuse(error.format_message())
    else:
        sys.exit(code if isinstance(code, int) else 0)


def _refuse(text: str) -> None:
    print(" ".join(text.split()), file=sys.stderr)
    sys.exit(REFUSED)
