"""The command line. Refusals are one line on standard error and exit code 2."""

import json
import logging
import logging.config
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from portal_app.cli import upkeep
from portal_app.cli.ground import (
    DEMO_FOLDER,
    RefusedError,
    existing,
    open_folder,
    plainly,
    read_file,
)
from portal_app.config import Settings
from portal_app.security import access, crypto
from portal_app.security.database import (
    FolderLock,
    clear,
    is_new,
)
from portal_app.services import demo as demo_service
from portal_app.services import demo_payments, invitations, maintenance
from portal_app.services.account import two_step
from portal_app.services.foundation import Foundation, lay
from portal_app.services.records.importing import import_file
from portal_app.services.roster.importing import import_list
from portal_app.services.upkeep import first_owner

# by name: a folder that was named by mistake holds other things too
DEMO_DATA = ("latchwell.*", "secrets.json", "files", "mail", "sandbox")
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
upkeep.add_to(cli)

Host = Annotated[str, typer.Option(help="Address to listen on.")]
Port = Annotated[int, typer.Option(help="Port to listen on.", min=1, max=65535)]


class _Server:
    """What serves; handed in by the application, which stands above the command line."""

    run: Callable[[Foundation, str, int, bool], None]


@cli.command()
def serve(host: Host = "127.0.0.1", port: Port = 8080) -> None:
    """Serve the practice from the data folder; the first run makes keys and database."""
    with plainly():
        settings = Settings()
        _check_address(settings, host)
        with FolderLock(settings.data_dir):
            foundation = lay(settings, create=True, locked=True)
            if demo_service.is_empty():
                maintenance.create_practice()
            if first_owner.is_missing():
                base = settings.public_url or f"http://localhost:{port}"
                print("This practice has no owner yet. Whoever opens this link becomes its owner;")
                print("it works once, for 30 minutes. Or use: python main.py create-owner")
                print(f"{base}/setup/{first_owner.new_link()}", flush=True)
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
    with plainly():
        settings = Settings()
        if "data_dir" not in settings.model_fields_set:
            settings = settings.model_copy(update={"data_dir": DEMO_FOLDER})
        with FolderLock(settings.data_dir):
            if "_live_" in settings.stripe_secret_key:
                raise RefusedError("The demo does not start beside a live Stripe key.")
            if reset:
                _reset(settings)
            foundation = lay(settings, create=True, locked=True)
            _refuse_a_real_practice(settings)
            if demo_service.is_empty():
                demo_service.seed(foundation.store)
                demo_payments.lay(settings.data_dir)
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
    with plainly():
        data = read_file(file)
        store = open_folder().store
        for line in import_file(store, chart, file.name, data, dry_run=dry_run).lines():
            print(line)


@cli.command("import-patients")
def import_patients(
    file: Annotated[Path, typer.Argument(help="A client list: CSV with a first line of names.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Read, and write nothing.")] = False,
) -> None:
    """Import a client list (CSV), and say of every row what became of it; all or nothing."""
    with plainly():
        data = read_file(file)
        open_folder()
        for line in import_list(file.name, data, dry_run=dry_run).lines():
            print(line)


@cli.command()
def invite(
    chart: Annotated[str, typer.Argument(help="A chart's id.")],
    email: Annotated[str, typer.Argument(help="The person's email address.")],
) -> None:
    """Print a one-use link with which a person sets a password and gains the chart."""
    with plainly():
        foundation = open_folder()
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
    with plainly():
        maintenance.checked_owner(email, name)
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
        maintenance.checked_owner(email, name, password)
        lay(Settings(), create=True)
        maintenance.create_owner(email, name, password)
        print(f"{name} can sign in now.")


@cli.command("reset-2fa")
def reset_second_step(
    email: Annotated[str, typer.Argument(help="The person's email address.")],
) -> None:
    """Take the second step of a person away who has lost her phone and her codes."""
    with plainly():
        open_folder()
        name = two_step.reset(email)
        print(f"{name} signs in with the password alone, and sets up another second step there.")


@cli.command()
def migrate() -> None:
    """Bring the database to this program's revision; also runs by itself at start."""
    with plainly():
        settings = existing()
        with FolderLock(settings.data_dir):
            lay(settings, create=False, locked=True)
            print("The database is up to date.")


@cli.command("rotate-signing-key")
def rotate_signing_key() -> None:
    """Sign with a new key from the next start on; what is signed already stays genuine."""
    with plainly():
        settings = existing()
        key = crypto.rotate_signing(settings.secret_file or settings.data_dir / "secrets.json")
        print(f"The new signing key is {key}. Start the server again to sign with it.")


@audit_cli.command("verify")
def audit_verify() -> None:
    """Verify the chain of the access log."""
    with plainly():
        open_folder()
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
