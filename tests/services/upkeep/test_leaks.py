"""Words planted in every encrypted column: on disk they stand nowhere."""

from pathlib import Path

import pytest

from portal_app.security import access
from portal_app.services.upkeep import backup
from tests import every_table
from tests.world import World


def holding(folder: Path, words: list[str]) -> list[str]:
    found = []
    for path in (p for p in folder.rglob("*") if p.is_file()):
        data = path.read_bytes()
        found += [f"{path.name}: {word}" for word in words if word.encode() in data]
    return found


@pytest.mark.sqlite_only
def test_nothing_planted_stands_in_the_data_folder_or_in_a_backup(world: World):
    words = every_table.fill(world.foundation)
    settings = world.foundation.settings
    backup.make(settings)
    planted = "not encrypted on purpose"
    with access.database().writing.connect() as connection:
        connection.exec_driver_sql("UPDATE practice SET name = ?", (planted,))
        connection.commit()
    assert holding(settings.data_dir, [planted]), "the search is blind"
    everything = [*words, "xylophone", "a stored file a stored file"]
    assert holding(settings.data_dir, everything) == []
    names = {p.name for p in settings.data_dir.rglob("*")}
    assert not any("xylophone" in name for name in names)
