"""Run the whole suite: the fast tests, then the browser tests, and one account of both.

The browser tests are a run of their own, because Playwright's loop and asyncio tests do not mix.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.plugins.seed import account  # noqa: E402 - after the path

CORES = min(os.cpu_count() or 1, 4)
# a file stays on one core, because its tests share servers
RUNS = {
    "Fast tests": ["--numprocesses", str(CORES), "--dist", "loadfile"],
    "Browser tests": ["tests/e2e"],
}
ORDER = ("failed", "passed", "skipped", "xfailed", "xpassed", "error")


def run(arguments: list[str], tally: Path) -> int:
    """Run pytest once; it leaves its counts in a file."""
    command = [sys.executable, "-m", "pytest", *arguments, *sys.argv[1:]]
    environment = os.environ | {"SUITE_TALLY": str(tally)}
    return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


def main() -> int:
    """Run both, and end with the counts of both."""
    began, codes, counts = time.monotonic(), [], Counter[str]()
    passed: set[str] = set()
    failed: set[str] = set()
    for name, arguments in RUNS.items():
        print(f"\n{name}", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            tally = Path(folder) / "tally.json"
            codes.append(run(arguments, tally))
            if not tally.exists():
                counts["error"] += 1
                continue
            result = json.loads(tally.read_text())
        counts.update(result["counts"])
        passed.update(result["passed"])
        failed.update(result["failed"])
        if codes[-1] and not counts["failed"] + counts["error"]:
            counts["error"] += 1
    print("", *account(passed, failed), sep="\n")
    parts = [f"{counts[kind]} {kind}" for kind in ORDER if counts[kind]]
    total = f" {', '.join(parts)} in {time.monotonic() - began:.2f}s "
    print(f"{total:=^80}", flush=True)
    return 1 if any(codes) else 0


if __name__ == "__main__":
    sys.exit(main())
