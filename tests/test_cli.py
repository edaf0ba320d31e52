"""The command line: what it does, and how it refuses: one line, exit code 2, nothing half done."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import typer
from sqlmodel import select

from portal_app import cli
from portal_app.config import Settings
from portal_app.data.models import AuditEvent, Chart, Invitation, Patient, Practice, User
from portal_app.security import access
from portal_app.security.access import NotConfiguredError
from portal_app.security.crypto import Keyring
from portal_app.security.database import FolderLock
from portal_app.security.system import open_system
from portal_app.services.foundation import Foundation, lay
from tests.bundles import REFUSED, RICH, one, packed
from tests.world import World

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "a heron on the river"
IMPORT = ("import-records", "new:own@test.example")


@dataclass
class Said:
    """How a command ended."""

    code: int
    out: str
    err: str


@dataclass
class Console:
    """Runs commands in a folder of its own, as main.py does."""

    folder: Path
    capture: pytest.CaptureFixture[str]
    patch: pytest.MonkeyPatch
    served: list[tuple[str, int, bool]] = field(default_factory=list)

    def __call__(self, *arguments: str, **settings: str) -> Said:
        self.capture.readouterr()
        with self.patch.context() as patch:
            patch.setattr(sys, "argv", ["main.py", *arguments])
            for name, value in settings.items():
                patch.setenv(f"PORTAL_{name.upper()}", value)
            with pytest.raises(SystemExit) as ended:
                cli.main(self.serve)
        said = self.capture.readouterr()
        return Said(int(ended.value.code or 0), said.out, said.err)

    def serve(self, _: Foundation, host: str, port: int, demo: bool) -> None:
        self.served.append((host, port, demo))


@pytest.fixture
def console(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Console]:
    for name in [n for n in os.environ if n.startswith("PORTAL_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(cli, "_logging", lambda _: None)
    yield Console(tmp_path, capsys, monkeypatch)
    with suppress(NotConfiguredError):
        access.database().close()


def refused(said: Said) -> str:
    assert said.code == 2
    assert said.out == ""
    (line,) = said.err.splitlines()
    assert "Traceback" not in line
    return line


def everything(folder: Path) -> dict[str, bytes | None]:
    """All files of a folder but what SQLite keeps beside its own."""
    return {
        str(p.relative_to(folder)): p.read_bytes() if p.is_file() else None
        for p in folder.rglob("*")
        if not p.name.endswith(("-wal", "-shm"))
    }


def rows() -> int:
    tables = (Patient, Chart, Invitation, User, AuditEvent, Practice)
    with open_system("look", writes=False) as work:
        return sum(len(work.session.exec(select(table)).all()) for table in tables)


def commands() -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []

    def walk(group: object, path: tuple[str, ...]) -> None:
        for name, command in getattr(group, "commands", {}).items():
            found.append((*path, name))
            walk(command, (*path, name))

    walk(typer.main.get_command(cli.cli), ())
    return found


# ---------------------------------------------------------------- help and usage
@pytest.mark.parametrize("path", [(), *commands()], ids=" ".join)
def test_every_command_explains_itself(console: Console, path: tuple[str, ...]):
    said = console(*path, "--help")
    assert (said.code, said.err) == (0, "")
    assert "Usage:" in said.out
    assert "--help" in said.out
    assert everything(console.folder) == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("--nonsense",),
        ("serve", "--port", "0"),
        ("serve", "--port", "65536"),
        ("serve", "--port", "http"),
        ("serve", "extra"),
        ("demo", "--nonsense"),
        ("import-records",),
        ("import-records", "new:a@b.example"),
        ("import-records", "x", "y", "z"),
        ("import-patients",),
        ("invite", "x"),
        ("create-owner",),
        ("audit", "nonsense"),
        ("migrate", "extra"),
        ("backup", "x", "y"),
        ("restore",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_refused_and_makes_nothing(console: Console, arguments: tuple[str, ...]):
    assert refused(console(*arguments))
    assert everything(console.folder) == {}
    assert console.served == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("invite", "x", "a@test.example"),
        ("migrate",),
        ("audit", "verify"),
        ("doctor",),
        ("backup",),
        ("recovery-key",),
        ("import-records", "x", "file.json"),
    ],
    ids=" ".join,
)
def test_without_a_data_folder_there_is_nothing_to_do(console: Console, arguments: tuple[str, ...]):
    (console.folder / "file.json").write_bytes(one())
    before = everything(console.folder)
    assert refused(console(*arguments)) == "There is no data folder data."
    assert everything(console.folder) == before
    (console.folder / "data").mkdir()
    assert refused(console(*arguments)).startswith("no key file at ")
    assert not (console.folder / "data" / "latchwell.db").exists()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"log_level": "chatty"}, "PORTAL_LOG_LEVEL: DEBUG, INFO"),
        ({"smtp_url": "http://user:secret@h"}, "PORTAL_SMTP_URL: smtp://user"),
        ({"public_url": "http://portal.example"}, "PORTAL_PUBLIC_URL must begin with https"),
        ({"database_url": "nonsense"}, "PORTAL_DATABASE_URL must begin with"),
        ({"secret_file": "none.json"}, "no key file at none.json"),
        ({"data_dir": "file"}, "File exists"),
        ({"data_dir": "file/below"}, "Not a directory"),
    ],
)
def test_settings_that_cannot_be_are_refused(
    console: Console, settings: dict[str, str], words: str
):
    (console.folder / "file").write_text("")
    line = refused(console("serve", **settings))
    assert words in line
    assert "secret@" not in line
    assert console.served == []


def test_no_other_address_without_the_public_one(console: Console):
    assert "PORTAL_PUBLIC_URL" in refused(console("serve", "--host", "0.0.0.0"))  # noqa: S104
    assert everything(console.folder) == {}


# ---------------------------------------------------------------- serve, demo, migrate
def test_serving_begins_with_keys_and_database(console: Console):
    said = console()
    assert (said.code, said.err) == (0, "")
    assert "create-owner" in said.out
    assert {"latchwell.db", "secrets.json", "files"} <= {p.name for p in Path("data").iterdir()}
    first = said.out.split()[-1]
    again = console("--port", "9000").out.split()[-1]
    assert first.startswith("http://localhost:8080/setup/")
    assert again.startswith("http://localhost:9000/setup/"), "until there is an owner"
    assert first.rsplit("/", 1)[1] != again.rsplit("/", 1)[1]
    assert console.served == [("127.0.0.1", 8080, False), ("127.0.0.1", 9000, False)]


@pytest.mark.parametrize("command", [("serve",), ("demo",), ("demo", "--reset"), ("migrate",)])
def test_only_one_process_serves_a_folder(console: Console, command: tuple[str, ...]):
    lay_in(console.folder / "data")
    with FolderLock(console.folder / "data"):
        before = everything(console.folder)
        assert refused(console(*command, data_dir="data")) == "another process serves data"
        assert everything(console.folder) == before
    assert console.served == []


def lay_in(folder: Path) -> None:
    lay(Settings(data_dir=folder), create=True)
    access.database().close()


def test_migrating_what_is_new_already(console: Console):
    lay_in(console.folder / "data")
    assert console("migrate") == Said(0, "The database is up to date.\n", "")


def test_the_demo_begins_anew_and_touches_nothing_else(console: Console):
    assert console("demo").code == 0
    assert console.served == [("127.0.0.1", 8080, True)]
    folder = console.folder / "data-demo"
    (folder / "mail").mkdir()
    (folder / "mail" / "x.eml").write_text("old")
    (folder / "holiday.jpg").write_text("mine")
    keys = (folder / "secrets.json").read_bytes()
    said = console("demo")
    assert "dana@demo.example" in said.out
    assert (folder / "secrets.json").read_bytes() == keys
    assert console("demo", "--reset").code == 0
    assert (folder / "secrets.json").read_bytes() != keys
    assert (folder / "holiday.jpg").read_text() == "mine"
    assert not (folder / "mail").exists()
    # the demo's folder is found without a word, where there is no other
    assert console("audit", "verify").out == "7 rows, unbroken.\n"


@pytest.mark.parametrize("command", [("demo",), ("demo", "--reset")])
def test_the_demo_never_takes_a_real_practice(console: Console, command: tuple[str, ...]):
    console("serve")
    console.served.clear()
    before = everything(console.folder)
    assert "not the demo" in refused(console(*command, data_dir="data"))
    assert everything(console.folder) == before
    assert console.served == []


# ---------------------------------------------------------------- commands beside a server
@pytest.fixture
def served(world: World, console: Console) -> Iterator[Callable[..., Said]]:
    """Commands on the test's practice while a process serves its folder."""
    folder = world.foundation.settings.data_dir

    def call(*arguments: str, **settings: str) -> Said:
        return console(*arguments, data_dir=str(folder), **settings)

    with FolderLock(folder):
        yield call


@pytest.mark.sqlite_only
def test_importing_beside_a_server(served: Callable[..., Said], tmp_path: Path):
    file = tmp_path / "person.json"
    file.write_bytes(packed(RICH))
    before = rows()
    dry = served(*IMPORT, str(file), "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert "would be made for María José Ibáñez." in dry.out
    assert rows() == before
    said = served(*IMPORT, str(file))
    assert said.code == 0
    chart = said.out.splitlines()[1].removeprefix("Chart: ")
    assert rows() == before + 3
    assert "already" in refused(served(*IMPORT, str(file)))
    assert served("import-records", chart, str(file)).code == 0


@pytest.mark.sqlite_only
def test_importing_a_list_beside_a_server(served: Callable[..., Said], tmp_path: Path):
    file = tmp_path / "list.csv"
    file.write_text("First name,Last name,DOB\nIda,Imhof,2/3/1971\nUdo,,1/1/1990\n")
    before = rows()
    dry = served("import-patients", str(file), "--dry-run")
    assert (dry.code, dry.err) == (0, "")
    assert dry.out.splitlines()[-1] == "Nothing was written."
    assert rows() == before
    said = served("import-patients", str(file))
    assert said.out.splitlines() == [
        "Row 1: added.",
        "Row 2: not added. There is no last name.",
        "2 rows: 1 added, 1 not added.",
    ]
    for content in (b"", b"\0\1", b"Colour\nred\n"):
        file.write_bytes(content)
        refused(served("import-patients", str(file)))


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_file_is_refused(served: Callable[..., Said], tmp_path: Path, what: str):
    file = tmp_path / "bad.json"
    file.write_bytes(REFUSED[what])
    before = rows()
    refused(served(*IMPORT, str(file)))
    assert rows() == before


def test_files_that_are_none(served: Callable[..., Said], tmp_path: Path):
    assert "There is no file" in refused(served(*IMPORT, str(tmp_path / "none.json")))
    assert "There is no file" in refused(served(*IMPORT, str(tmp_path)))
    huge = tmp_path / "huge.json"
    with huge.open("wb") as file:
        file.truncate(50 * 1024 * 1024 + 1)
    assert "too big" in refused(served(*IMPORT, str(huge)))


@pytest.mark.sqlite_only
def test_inviting_beside_a_server(served: Callable[..., Said], world: World):
    chart = world.charts["carol"]
    said = served("invite", chart, "new@test.example", public_url="https://portal.example/")
    assert (said.code, said.err) == (0, "")
    assert said.out.startswith("https://portal.example/invite/")
    assert said.out.splitlines()[1] == "The link works once, for 7 days."
    before = rows()
    assert refused(served("invite", "x", "new@test.example")) == "There is no chart x."
    assert "is not an email address" in refused(served("invite", chart, "new\n@nowhere"))
    assert rows() == before


@pytest.mark.sqlite_only
def test_verifying_the_log_beside_a_server(served: Callable[..., Said], world: World):
    served("invite", world.charts["carol"], "new@test.example")
    assert served("audit", "verify") == Said(0, "1 rows, unbroken.\n", "")
    engine = access.database().writing
    with engine.connect() as connection:
        for name in connection.exec_driver_sql(
            "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            connection.exec_driver_sql(f'DROP TRIGGER "{name[0]}"')
        connection.exec_driver_sql("UPDATE auditevent SET action = 'nothing'")
        connection.commit()
    assert served("audit", "verify") == Said(1, "Row 1 of the access log was changed.\n", "")


@pytest.mark.sqlite_only
def test_a_backup_beside_a_server_is_tried_and_restored(
    served: Callable[..., Said], console: Console, tmp_path: Path, world: World
):
    path = tmp_path / "one.backup"
    said = served("backup", str(path))
    assert (said.code, said.err) == (0, "")
    assert str(path) in said.out
    assert "all whole" in served("restore", "--verify", str(path)).out
    assert "another process serves" in refused(served("restore", str(path)))
    to = tmp_path / "to"
    assert "--keys" in refused(console("restore", str(path), data_dir=str(to)))
    keys = str(world.foundation.settings.data_dir / "secrets.json")
    path.write_bytes(path.read_bytes()[:-1])
    assert "damaged" in refused(console("restore", str(path), "--keys", keys, data_dir=str(to)))
    assert not to.exists()
    path.unlink()
    served("backup", str(path))
    assert console("restore", str(path), "--keys", keys, data_dir=str(to)).code == 0
    assert console("audit", "verify", data_dir=str(to)).out == "1 rows, unbroken.\n"
    assert console("doctor", data_dir=str(to)).code == 1, "a practice that has no mail"


@pytest.mark.parametrize("command", [("restore",), ("restore", "--verify")], ids=" ".join)
def test_what_is_no_backup_is_refused(console: Console, command: tuple[str, ...]):
    lay_in(console.folder / "data")
    assert "There is no file" in refused(console(*command, "none"))
    (console.folder / "empty").write_text("")
    before = everything(console.folder)
    assert refused(console(*command, "empty"))
    assert everything(console.folder) == before


@pytest.mark.sqlite_only
def test_a_recovery_key_is_printed_once(served: Callable[..., Said], world: World):
    said = served("recovery-key")
    assert said.code == 0
    key = said.out.splitlines()[0]
    assert len(key) == 44
    assert key not in (world.foundation.settings.data_dir / "secrets.json").read_text()


@pytest.mark.sqlite_only
def test_a_database_that_is_held_for_too_long(served: Callable[..., Said], world: World):
    before = rows()
    engine = access.database().writing
    with engine.connect() as held:
        held.exec_driver_sql("UPDATE practice SET phone = phone")
        line = refused(served("invite", world.charts["carol"], "new@test.example"))
    assert line == "The database is busy or full. Nothing was written."
    assert rows() == before


# ---------------------------------------------------------------- as a process
def process(folder: Path, *arguments: str, typed: str = "") -> Said:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PORTAL_")}
    done = subprocess.run(
        [sys.executable, "-W", "ignore", str(ROOT / "main.py"), *arguments],
        cwd=folder,
        env=environment,
        input=typed,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        start_new_session=True,
    )
    return Said(done.returncode, done.stdout, done.stderr)


def test_the_owner_is_made_whole_or_not_at_all(tmp_path: Path):
    make = ("create-owner", "owner@test.example", "Dr. First")
    said = process(tmp_path, *make, typed="password\npassword\n")
    assert said.code == 2
    assert "Traceback" not in said.err
    assert everything(tmp_path) == {}
    said = process(tmp_path, *make, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert said.code == 0, said.err
    assert "Dr. First can sign in now." in said.out
    again = process(tmp_path, *make, typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert again.code == 2
    assert again.err.splitlines()[-1] == "owner@test.example has a sign-in already."


@pytest.mark.parametrize(("email", "name"), [("owner", "Dr. First"), ("a@b.example", " ")])
def test_an_owner_without_name_or_address(console: Console, email: str, name: str):
    refused(console("create-owner", email, name))
    assert everything(console.folder) == {}


def test_a_refusal_of_the_real_process(tmp_path: Path):
    said = process(tmp_path, "import-records", "new:a@b.example", "none.json")
    assert said == Said(2, "", "There is no file none.json.\n")
    assert everything(tmp_path) == {}


def test_a_new_signing_key_is_made_once_a_call_and_only_where_there_are_keys(console: Console):
    assert refused(console("rotate-signing-key"))
    assert everything(console.folder) == {}
    lay(Settings(data_dir=console.folder / "data"), create=True)
    access.database().close()
    secrets = console.folder / "data" / "secrets.json"
    first = Keyring.open(secrets, create=False)
    said = console("rotate-signing-key")
    assert (said.code, said.err) == (0, "")
    second = Keyring.open(secrets, create=False)
    assert second.signing.current in said.out
    assert second.verifies(first.sign(b"words"), b"words")
