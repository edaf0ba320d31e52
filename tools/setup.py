"""Make the environment: `python3 tools/setup.py run` or `... test`. Standard library only.

It makes .venv, installs the hashed lock into it, and installs the system packages that are
missing, as root or with sudo; without either it prints the one line that does, and goes on.
A second call finds everything in place and returns at once.
"""

import ctypes
import fcntl
import hashlib
import importlib
import importlib.util
import os
import shutil
import struct
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import IO

ROOT = Path(__file__).resolve().parents[1]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCKS = {"run": ROOT / "requirements.lock", "test": ROOT / "requirements-dev.lock"}
OLDEST = (3, 11)
FONTS = Path("/usr/share/fonts")
LETTERS = "世こ안"
"""One of each script that a font for PDFs has to have, beside those of Europe."""


def library(name: str) -> Callable[[], bool]:
    """Ask whether the loader finds a shared library."""

    def present() -> bool:
        try:
            ctypes.CDLL(name)
        except OSError:
            return False
        return True

    return present


def any_font() -> bool:
    """Tell whether there is a font to draw a PDF with."""
    return any(FONTS.rglob("*.[to]tf"))


def wide_font() -> bool:
    """Tell whether there is a font with Chinese, Japanese and Korean letters; those are big."""
    files = [f for f in FONTS.rglob("*.[to]t[fc]") if f.stat().st_size > 1_000_000]
    return any(all(letter in ranges for letter in LETTERS) for ranges in map(Letters, files))


class Letters:
    """What a font file can draw, by its table ``cmap``; of a collection, its first font."""

    def __init__(self, file: Path) -> None:
        """Read the table; a file that is no font holds nothing."""
        self._ranges: list[tuple[int, int]] = []
        try:
            self._read(file.read_bytes())
        except (OSError, struct.error):
            self._ranges.clear()

    def __contains__(self, letter: str) -> bool:
        """Tell whether a letter is among them."""
        return any(first <= ord(letter) <= last for first, last in self._ranges)

    def _read(self, data: bytes) -> None:
        start = struct.unpack_from(">I", data, 12)[0] if data[:4] == b"ttcf" else 0
        (tables,) = struct.unpack_from(">H", data, start + 4)
        for number in range(tables):
            name, _, at, _ = struct.unpack_from(">4sIII", data, start + 12 + 16 * number)
            if name == b"cmap":
                (parts,) = struct.unpack_from(">H", data, at + 2)
                for part in range(parts):
                    self._map(data, at + struct.unpack_from(">I", data, at + 8 + 8 * part)[0])

    def _map(self, data: bytes, at: int) -> None:
        (kind,) = struct.unpack_from(">H", data, at)
        if kind == 4:
            (count,) = struct.unpack_from(">H", data, at + 6)
            lasts = struct.unpack_from(f">{count // 2}H", data, at + 14)
            firsts = struct.unpack_from(f">{count // 2}H", data, at + 16 + count)
            self._ranges += zip(firsts, lasts, strict=True)
        elif kind == 12:
            (count,) = struct.unpack_from(">I", data, at + 12)
            for group in range(count):
                self._ranges.append(struct.unpack_from(">II", data, at + 16 + 12 * group))


def browser() -> bool:
    """Tell whether the browser tests have a browser."""
    return bool(os.environ.get("CHROME") or shutil.which("chromium"))


def database_server() -> bool:
    """Tell whether the tests can start PostgreSQL; Debian keeps a version's programs together."""
    return any(Path("/usr/lib/postgresql").glob("*/bin/postgres"))


# Every system package the project needs, by Debian's name, and how to see that it is there.
PACKAGES: dict[str, dict[str, Callable[[], bool]]] = {
    "run": {
        "libpango-1.0-0": library("libpango-1.0.so.0"),
        "libpangoft2-1.0-0": library("libpangoft2-1.0.so.0"),
        "libharfbuzz-subset0": library("libharfbuzz-subset.so.0"),
        "fonts-dejavu-core": any_font,
        "fonts-wqy-microhei": wide_font,
    },
    "test": {
        "chromium": browser,
        "libatomic1": library("libatomic.so.1"),
        "postgresql": database_server,
    },
}
WITHOUT = {
    "run": "PDFs can’t be made, or lack Chinese, Japanese and Korean letters",
    "test": "the tests in a browser, or those on PostgreSQL, cannot run",
}


def stages(stage: str) -> list[str]:
    """Name the stages that one includes: the tests need what the product needs."""
    return ["run"] if stage == "run" else ["run", "test"]


def made() -> bool:
    """Tell whether .venv is whole: Debian leaves one without pip when it cannot make it."""
    return PYTHON.exists() and any(VENV.glob("lib/python*/site-packages/pip"))


def can_make() -> bool:
    """Tell whether this Python can make an environment; Debian keeps that in a package."""
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def missing(stage: str) -> list[str]:
    """List the system packages that are not there."""
    names = [n for s in stages(stage) for n, present in PACKAGES[s].items() if not present()]
    if not made() and not can_make():
        names.insert(0, "python3-venv")
    return names


def privileged() -> list[str] | None:
    """Give the prefix that makes a command run as root, or None where there is none."""
    if not shutil.which("apt-get"):
        return None
    if os.geteuid() == 0:
        return []
    sudo = shutil.which("sudo")
    if (
        sudo
        and subprocess.run([sudo, "-n", "true"], capture_output=True, check=False).returncode == 0
    ):
        return [sudo, "-n"]
    return None


class Apt:
    """One apt-get in the background, while pip downloads."""

    def __init__(self, stage: str, names: list[str]) -> None:
        """Start installing, or say how to."""
        self._stage, self._names = stage, names
        self._process: subprocess.Popen[bytes] | None = None
        self._log: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - read after the end
        prefix = privileged()
        if not names:
            return
        if prefix is None:
            self._say_how()
            return
        say(f"Installing system packages: {' '.join(names)}")
        options = "-o DPkg::Lock::Timeout=300 -o Dpkg::Use-Pty=0"
        script = (
            f"apt-get {options} update; apt-get {options} install -y --no-install-recommends "
            + " ".join(names)
        )
        self._process = subprocess.Popen(
            [*prefix, "env", "DEBIAN_FRONTEND=noninteractive", "sh", "-c", script],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
        )

    def wait(self) -> None:
        """Wait for the end; what could not be installed is said, not fatal."""
        if self._process and self._process.wait():
            self._log.seek(0)
            say(*self._log.read().decode(errors="replace").splitlines()[-5:])
            self._say_how()
        self._process = None

    def _say_how(self) -> None:
        lost = [WITHOUT[s] for s in stages(self._stage) if set(PACKAGES[s]) & set(self._names)]
        if lost:
            say(f"Some system packages are missing; without them {' and '.join(lost)}. To install:")
        say(f"  sudo apt-get install -y --no-install-recommends {' '.join(self._names)}")


def say(*lines: str) -> None:
    """Print for the person who waits."""
    print(*lines, sep="\n", flush=True)


def stamp(stage: str) -> tuple[Path, str]:
    """Give the file that says what was installed, and what it must say to be current."""
    content = LOCKS[stage].read_bytes() + str(VENV).encode() + sys.version.encode()
    return VENV / f"installed-{stage}", hashlib.sha256(content).hexdigest()


def current(stage: str) -> bool:
    """Tell whether the environment holds the lock of a stage."""
    file, wanted = stamp(stage)
    return made() and file.exists() and file.read_text() == wanted


def install(stage: str) -> None:
    """Make the environment if need be, and install a lock into it."""
    if not made():
        say("Making .venv")
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=True)
    say(f"Installing Python packages from {LOCKS[stage].name} (about half a minute the first time)")
    pip = [str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check"]
    exactly = ["--require-hashes", "--no-deps", "--only-binary", ":all:"]
    subprocess.run([*pip, *exactly, "--requirement", str(LOCKS[stage])], check=True)
    for done in stages(stage):
        file, wanted = stamp(done)
        file.write_text(wanted)


def main() -> int:
    """Set up a stage; 0 when the Python side of it is ready."""
    if sys.version_info < OLDEST:
        say(
            f"Python {'.'.join(map(str, OLDEST))} or later is needed; this is {sys.version.split()[0]}."
        )
        return 1
    if len(sys.argv) != 2 or sys.argv[1] not in LOCKS:
        say("Usage: python3 tools/setup.py run|test")
        return 2
    stage = sys.argv[1]
    with Path(__file__).open() as here:
        fcntl.flock(here, fcntl.LOCK_EX)  # two calls at once take turns
        names = missing(stage)
        apt = Apt(stage, names)
        try:
            if "python3-venv" in names:
                apt.wait()
                if not can_make():
                    say("Without python3-venv nothing can be set up.")
                    return 1
            if not current(stage):
                install(stage)
        except subprocess.CalledProcessError as error:
            say(
                f"Setting up failed: {' '.join(map(str, error.cmd[1:4]))} ended with {error.returncode}."
            )
            return 1
        finally:
            apt.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
