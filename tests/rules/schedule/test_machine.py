"""The rules of time read the same on a machine in any zone: its own is never asked."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.product import ROOT

ZONES = ["Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Pago_Pago"]
"""Both ends of the world, and halves of hours that come and go."""


@pytest.mark.parametrize("zone", ZONES)
def test_every_vector_holds_on_a_machine_in_another_zone(zone: str):
    rules = {*(ROOT / "tests/rules/schedule").glob("test_*.py")} - {Path(__file__)}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *map(str, sorted(rules))],
        cwd=ROOT,
        env=os.environ | {"TZ": zone},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
