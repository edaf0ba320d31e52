"""What every test has: no way to another machine, the seed's account, and the sample files."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

pytest_plugins = [
    "tests.plugins.network",
    "tests.plugins.postgres",
    "tests.plugins.seed",
    "tests.fixtures",
    "tests.served",
]

settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def samples() -> Path:
    """Folder of the sample files, which are no part of the project."""
    named = os.environ.get("SAMPLES")
    if not named:
        pytest.skip("SAMPLES is not set: it names the folder of the sample files")
    folder = Path(named).resolve()
    assert folder.is_dir(), f"SAMPLES names {folder}, which is no folder"
    return folder
