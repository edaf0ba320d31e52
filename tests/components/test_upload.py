"""The button that gives a file to the practice."""

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui.element import Element

from portal_app.components.upload import Upload

EVIL = "<b onmouseover=x>&"


def made(heard: list[str]) -> Upload:
    async def sent(name: str) -> None:
        heard.append(name)

    return Upload("A file", "/document-uploads/chart", 10 * 1024 * 1024, sent)


def tell(upload: Upload, told: Any) -> None:
    asyncio.run(upload._heard(SimpleNamespace(args=told)))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"state": "too_big", "name": "a.pdf"}, "a.pdf is too big. Choose one under 10 MB."),
        ({"state": "failed", "name": "a.pdf"}, "a.pdf could not be sent. Try again."),
        ({"state": "failed", "reason": "It is no PDF."}, "It is no PDF."),
        ({"state": "started", "name": "a.pdf"}, ""),
        ({"state": "nonsense"}, ""),
        ("forged", ""),
        (None, ""),
    ],
)
def test_what_became_of_a_file_is_said(
    place: Element, html: Callable[[], str], told: Any, said: str
):
    heard: list[str] = []
    with place:
        upload = made(heard)
    tell(upload, told)
    assert said in html()
    assert heard == []


def test_a_name_is_words_and_never_markup(place: Element, html: Callable[[], str]):
    with place:
        upload = made([])
    tell(upload, {"state": "failed", "name": EVIL + "x" * 500})
    assert EVIL not in html()
    assert "&lt;b onmouseover" in html()
    assert "x" * 100 not in html()


def test_a_file_that_is_kept_is_told_once(place: Element):
    heard: list[str] = []
    with place:
        upload = made(heard)
    tell(upload, {"state": "sent", "name": "a.pdf"})
    assert heard == ["a.pdf"]
