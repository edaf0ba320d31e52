"""Rows as CSV that a spreadsheet opens without taking a word for a formula."""

import csv
import io
from collections.abc import Iterable, Sequence

_BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n")


def as_csv(rows: Iterable[Sequence[str]]) -> bytes:
    """Write rows, every cell in quotes; a word that would begin a formula gets an apostrophe."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([_plain(c) for c in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.lstrip().startswith(_BEGINS) or cell.startswith(_BEGINS) else cell
