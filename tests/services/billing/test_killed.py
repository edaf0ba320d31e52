"""``kill -9`` at every step of paying: charged at most once, and the ledger right after a minute."""

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
WORKER = ROOT / "tests" / "services" / "billing" / "killed_while_paying.py"


def test_a_process_that_is_killed_while_paying_charges_once_and_books_it(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, str(WORKER), str(tmp_path)],
        capture_output=True,
        text=True,
        env=environment,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert len(found) > 10, "it was killed at many steps"
    for each in found:
        assert each in (
            {"charged": 0, "entries": 0, "due": [60_00]},
            {"charged": 60_00, "entries": 1, "due": [0]},
        )
    assert found[0]["charged"] == 0
    assert found[-1]["charged"] == 60_00
