"""Starts a PostgreSQL for the tests, and runs on both databases what asks for a ``database``.

The server is Debian's, lives in a folder of its own, listens on a socket there, and starts when
the first test needs it. Its alphabet is that of people, not of machines, so that nothing may lean
on SQLite's order.
"""

import getpass
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

KINDS = ("sqlite", "postgres")
INITIALLY = (
    "--username=latchwell --auth=trust --no-sync --encoding=UTF8 --locale=C.UTF-8 "
    "--locale-provider=icu --icu-locale=en-US"
)
SETTINGS = (
    "listen_addresses= fsync=off full_page_writes=off autovacuum=off shared_buffers=64MB "
    "max_connections=60 deadlock_timeout=50ms"
)
# the server ends with whoever holds its standard input, however the tests end
GUARD = '"$@" & read -r _; kill -INT $!; wait $!; rm -rf "$0"'


def programs() -> Path | None:
    """Find the newest server that Debian has installed."""
    found = sorted(
        Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda p: int(p.parts[-3])
    )
    return found[-1].parent if found else None


def owner() -> str:
    """Name who runs the server: PostgreSQL refuses root."""
    if os.geteuid():
        return getpass.getuser()
    return "postgres" if any(u.pw_name == "postgres" for u in pwd.getpwall()) else "nobody"


class Server:
    """A PostgreSQL with as many databases as the tests want."""

    def __init__(self, binaries: Path) -> None:
        """Make the folder and start."""
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        who = pwd.getpwnam(owner())
        how: dict[str, Any] = {"cwd": self.folder, "stdout": subprocess.DEVNULL}
        if not os.geteuid():
            shutil.chown(self.folder, who.pw_uid, who.pw_gid)
            how |= {"user": who.pw_uid, "group": who.pw_gid, "extra_groups": []}
        data = self.folder / "data"
        subprocess.run([binaries / "initdb", "-D", data, *INITIALLY.split()], check=True, **how)
        options = [word for setting in SETTINGS.split() for word in ("-c", setting)]
        command = [str(binaries / "postgres"), "-D", str(data), "-k", str(self.folder), *options]
        with (self.folder / "log").open("wb") as log:
            self._process = subprocess.Popen(
                ["/bin/sh", "-c", GUARD, str(self.folder), *command],
                stdin=subprocess.PIPE,
                stderr=log,
                start_new_session=True,
                **how,
            )
        self._admin = self._connected()

    def _connected(self) -> psycopg.Connection[Any]:
        deadline = time.monotonic() + 20
        while True:
            try:
                return psycopg.connect(
                    f"host={self.folder} user=latchwell dbname=postgres", autocommit=True
                )
            except psycopg.OperationalError:
                if time.monotonic() > deadline or self._process.poll() is not None:
                    pytest.fail((self.folder / "log").read_text()[-2000:])
                time.sleep(0.02)

    def url(self, name: str) -> str:
        """Give a database's address, as the product takes it."""
        return f"postgresql+psycopg://latchwell@/{name}?host={self.folder}"

    def create(self, name: str) -> str:
        """Make an empty database; gives its address."""
        self._admin.execute(f'CREATE DATABASE "{name}" STRATEGY file_copy')
        return self.url(name)

    def wipe(self, name: str) -> None:
        """Take every row out of a database: much faster than a new one for each test."""
        self._admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        with psycopg.connect(f"host={self.folder} user=latchwell dbname={name}") as connection:
            # neither foreign keys nor the log's own guard stand in the way of a replica
            connection.execute("SET session_replication_role = replica")
            names = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' "
                "AND tablename <> 'alembic_version'"
            ).fetchall()
            connection.execute(
                sql.SQL(";").join(
                    sql.SQL("DELETE FROM {}").format(sql.Identifier(*n)) for n in names
                )
            )
            connection.execute("ALTER SEQUENCE auditevent_seq_seq RESTART")

    def drop(self, name: str) -> None:
        """Throw a database away, whoever uses it."""
        self._admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

    def stop(self) -> None:
        """End it and remove its folder."""
        self._admin.close()
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(20)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let one database be chosen."""
    parser.addoption(
        "--database", choices=(*KINDS, "both"), default="both", help="run the tests on this one"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run on each database what asks for one."""
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("database")
        kinds = KINDS if chosen == "both" else (chosen,)
        metafunc.parametrize("database", kinds, indirect=True, scope="session")


def pytest_configure(config: pytest.Config) -> None:
    """Register the marks."""
    words = "on_postgres(**values): run there only with these values of its parameters"
    config.addinivalue_line("markers", words)
    config.addinivalue_line("markers", "sqlite_only: about the database's file")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out on PostgreSQL what a mark leaves out."""
    if left := {item for item in items if _is_left_out(item)}:
        config.hook.pytest_deselected(items=list(left))
        items[:] = [item for item in items if item not in left]


def _is_left_out(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("on_postgres")
    values = getattr(getattr(item, "callspec", None), "params", {})
    if values.get("database") != "postgres":
        return False
    if item.get_closest_marker("sqlite_only"):
        return True
    if mark is None:
        return False
    return any(name in values and values[name] not in kept for name, kept in mark.kwargs.items())


@pytest.fixture(scope="session")
def postgres(request: pytest.FixtureRequest) -> Iterator[Server]:
    """The server; one for the whole run."""
    if request.config.getoption("database") == "sqlite":
        pytest.skip("only SQLite was asked for")
    binaries = programs()
    if binaries is None:
        pytest.skip("PostgreSQL is not installed (Debian's package postgresql)")
    server = Server(binaries)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def database(request: pytest.FixtureRequest) -> Server | None:
    """Where the test's practice is kept: on the server, or in a file when there is none."""
    if request.param == "sqlite":
        return None
    server: Server = request.getfixturevalue("postgres")
    return server
