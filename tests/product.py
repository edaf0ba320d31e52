"""A running demo: the product in a process of its own, on a port of this machine."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

ROOT = Path(__file__).resolve().parents[1]
PASSWORD = "latchwell-demo-2026"
STALL = 0.050
"""The event loop is never held longer than this, in seconds."""


class Product:
    """The demo practice, served from a folder of its own."""

    mode = "demo"

    def __init__(
        self, folder: Path, script: str = "tests/e2e/product_server.py", **settings: str
    ) -> None:
        """Choose a port; `start` serves with those settings."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.folder, self.base = folder, f"http://localhost:{self.port}"
        self._script, self._settings = script, settings
        self.watch = folder.with_suffix(".loop")
        self._process: subprocess.Popen[bytes] | None = None
        self._newcomers: list[str] = []
        self.signed_in: dict[str, Any] = {}
        self.ready_at = 0.0

    def _environment(self) -> dict[str, str]:
        dropped = ("PORTAL_", "NICEGUI_", "PYTEST_")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(dropped)}
        named = {"PORTAL_DATA_DIR": str(self.folder), "LOOP_WATCH": str(self.watch)}
        return kept | named | self._settings

    def start(self) -> None:
        """Serve, and wait until it is ready."""
        command = [sys.executable, self._script, self.mode, "--port", str(self.port)]
        with self.folder.with_suffix(".log").open("ab") as log:
            self._process = subprocess.Popen(
                command, cwd=ROOT, env=self._environment(), stdout=log, stderr=log
            )
        deadline = time.monotonic() + 150
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self.log()[-2000:]
            try:
                if httpx.get(f"{self.base}/readyz", timeout=2).status_code == 200:
                    self.ready_at = time.time()
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.05)
        pytest.fail(f"not ready: {self.log()[-2000:]}")

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        """End it; Ctrl-C unless another signal is named."""
        if self._process and self._process.poll() is None:
            self._process.send_signal(how)
            self._process.wait(20)

    def command(self, *arguments: str) -> str:
        """Run a command beside the server; gives what it printed."""
        return self._beside("main.py", *arguments)

    def newcomer(self, ahead: int = 50) -> str:
        """Give the address of a patient of Dr. Osei who has never written."""
        if not self._newcomers:
            self._newcomers = self._beside("tests/e2e/newcomers.py", str(ahead)).split()
        return self._newcomers.pop()

    def _beside(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def log(self) -> str:
        """Give what the server has written."""
        return self.folder.with_suffix(".log").read_text()

    def stalls(self) -> list[str]:
        """List what has held the loop for too long since the product was ready."""
        lines = self.watch.read_text().splitlines() if self.watch.exists() else []
        rows = [line.split(" ", 2) for line in lines]
        return [
            f"{r[1]} {r[2]}"
            for r in rows
            if float(r[0]) > self.ready_at + 1 and float(r[1]) > STALL
        ]
