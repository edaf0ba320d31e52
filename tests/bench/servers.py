"""The product and the bare page, each in a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

ROOT = Path(__file__).resolve().parents[2]
TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Server:
    """A running server."""

    base: str
    process: int

    def seconds(self) -> float:
        """Processor time that it has used."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK

    def kilobytes(self) -> int:
        """Memory that it holds."""
        lines = Path(f"/proc/{self.process}/status").read_text().splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


@contextmanager
def _serving(command: list[str], probe: str, log: Path, **settings: str) -> Iterator[Server]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    dropped = ("PORTAL_", "NICEGUI_", "PYTEST_")
    kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
    with log.open("wb") as said:
        process = subprocess.Popen(
            [sys.executable, *command, port],
            cwd=ROOT,
            env=kept | settings,
            stdout=said,
            stderr=said,
        )
    base = f"http://localhost:{port}"
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()[-2000:]
            try:
                httpx.get(f"{base}{probe}", timeout=2).raise_for_status()
                break
            except httpx.HTTPError:
                time.sleep(0.1)
        yield Server(base, process.pid)
    finally:
        process.kill()  # a server that is asked to end waits for its open sockets
        process.wait()


def product(folder: Path) -> Iterator[Server]:
    """The demo practice."""
    settings = {"PORTAL_DATA_DIR": str(folder / "data")}
    with _serving(["main.py", "demo", "--port"], "/readyz", folder / "log", **settings) as server:
        yield server


def bare(folder: Path) -> Iterator[Server]:
    """One label."""
    with _serving(["tests/bench/bare_server.py"], "/", folder / "bare.log") as server:
        yield server
