"""Second names of the stored files, so that one that is deleted meanwhile stays."""

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

FILE_NAME = re.compile(r"[0-9a-z]{2}/[0-9a-z]+")


class Links:
    """The stored files as they stood at each look.

    Files are kept before the row that names them and deleted after it is gone: what a database
    names at one moment stands there at a look before it, or at one right after it.
    """

    def __init__(self, files: Path, second: Path) -> None:
        """Look at the folder of files, and give them second names in another on the same disk."""
        self._files, self.folder = files, second
        second.mkdir(mode=0o700)
        self._names: set[str] = set()

    def look(self) -> None:
        """Give a second name to each file that has none yet."""
        for path in self._files.glob("??/*"):
            name = f"{path.parent.name}/{path.name}"
            if name in self._names or not FILE_NAME.fullmatch(name):
                continue
            second = self.folder / name
            second.parent.mkdir(exist_ok=True, mode=0o700)
            try:
                os.link(path, second)
            except FileNotFoundError:
                continue
            except OSError:  # a file system without second names
                shutil.copyfile(path, second)
            self._names.add(name)

    def __iter__(self) -> Iterator[str]:
        """Name the files, in order."""
        return iter(sorted(self._names))
