from types import SimpleNamespace
from typing import Any

import pytest
from nicegui.element import Element

from portal_app.components.carry import Carried, _heard, carry
from portal_app.components.tag import Tag


def heard(args: Any) -> list[Carried]:
    got: list[Carried] = []
    event: Any = SimpleNamespace(args=args)
    _heard(event, got.append)
    return got


def test_the_key_stands_on_the_box(place: Element):
    box = Tag("div")
    carry(box, "one", lambda _: None)
    assert box._props["data-lw-carry"] == "one"


def test_what_the_page_before_held_is_handed_over():
    assert heard({"key": "k", "texts": ["a", ""], "path": "/x"}) == [Carried("k", ("a", ""))]


@pytest.mark.parametrize(
    "args",
    [
        None,
        [],
        {"key": "k"},
        {"key": 1, "texts": ["a"]},
        {"key": "k" * 65, "texts": ["a"]},
        {"key": "k", "texts": [1]},
        {"key": "k", "texts": ["a" * 40_001]},
        {"key": "k", "texts": "a"},
    ],
)
def test_a_forged_frame_is_passed_over(args: Any):
    assert heard(args) == []


@pytest.mark.parametrize(
    ("texts", "fields", "words_from", "fits"),
    [
        (("a",), 1, 0, True),
        ((" ",), 1, 0, False),
        (("a", "b"), 1, 0, False),
        (("to", "about", "", ""), 4, 2, False),
        (("to", "about", "", "b"), 4, 2, True),
        ((), 0, 0, False),
    ],
)
def test_it_fits_where_there_are_as_many_fields_and_words(
    texts: tuple[str, ...], fields: int, words_from: int, *, fits: bool
):
    assert Carried("k", texts).fits(fields, words_from) is fits
