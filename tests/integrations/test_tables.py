"""Rows as CSV: they come back as they are, and no cell begins a formula."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.integrations.tables import as_csv

CELL = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20)


def back(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1", "@a", "\t=1", "\r=1", "  =1", "\n@a"])
def test_a_formula_is_a_word(cell: str):
    ((kept,),) = back(as_csv([(cell,)]))
    assert kept == f"'{cell}"


@given(st.lists(st.tuples(CELL, CELL), max_size=5))
def test_no_cell_begins_a_formula_and_none_is_lost(rows: list[tuple[str, str]]):
    read = back(as_csv(rows))
    assert [[c.removeprefix("'") for c in r] for r in read] == [
        [c.removeprefix("'") for c in r] for r in rows
    ]
    assert not any(c.lstrip().startswith(("=", "+", "-", "@", "\t", "\r")) for r in read for c in r)
