"""The builder's list and dialog."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui.element import Element

from portal_app.components.documents.builder import ItemDialog, ItemList, detail
from portal_app.data.schemas.definitions import ItemInput
from portal_app.rules.documents.questionnaire import (
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
)
from portal_app.rules.errors import PortalError

CHOICE = Item(
    "a", ItemKind.CHOICE, "How <often>?", options=(Option("x", "Never"), Option("y", "Often"))
)
WAITS = Item("b", ItemKind.TEXT, "Why?", required=True, enable=(Condition("a", "=", "y"),))
FORM = Questionnaire("A form", (CHOICE, Item("g", ItemKind.GROUP, "Part", items=(WAITS,))))


def test_the_list_is_one_element_and_its_words_are_text(place: Element, html: Callable[[], str]):
    before = len(place.client.elements)
    ItemList(lambda *_: None).fill(FORM)
    assert len(place.client.elements) - before == 1
    made = html()
    assert "How &lt;often&gt;?" in made
    assert made.count("data-act=") == 3 * 4
    assert made.count('aria-label="Remove: Why?"') == 1


def test_the_ends_do_not_move(place: Element, html: Callable[[], str]):
    ItemList(lambda *_: None).fill(FORM)
    disabled = [part for part in html().split("<button")[1:] if " disabled" in part.split(">")[0]]
    names = [part.split('aria-label="')[1].split('"')[0] for part in disabled]
    assert names == [
        "Move up: How &lt;often&gt;?",
        "Move down: Part",
        "Move up: Why?",
        "Move down: Why?",
    ]


def test_what_is_said_of_a_question():
    assert detail(CHOICE, FORM) == "One of several answers, 2 answers"
    assert detail(WAITS, FORM) == "Long text, required, shown depending on “How <often>?”"


def test_a_press_comes_back_as_act_and_question(place: Element):
    heard: list[tuple[str, str]] = []
    items = ItemList(lambda act, link: heard.append((act, link)))
    items.fill(FORM)
    for told in (
        ["edit", 2],
        ["remove", 0],
        ["edit", 3],
        ["edit", -1],
        ["drop", 0],
        [0, "edit"],
        None,
    ):
        items._pressed(SimpleNamespace(args=told))  # type: ignore[arg-type]
    assert heard == [("edit", "b"), ("remove", "a")]


@pytest.fixture
def saved() -> list[tuple[ItemInput, str]]:
    return []


def dialog(saved: list[tuple[ItemInput, str]]) -> ItemDialog:
    async def save(command: ItemInput, section: str) -> PortalError | None:
        saved.append((command, section))
        return None

    return ItemDialog(save)


@pytest.mark.parametrize(
    ("item", "shown"),
    [
        (CHOICE, {"options"}),
        (WAITS, set()),
        (Item("q", ItemKind.QUANTITY, "Q"), {"unit", "low", "high"}),
        (Item("d", ItemKind.DATE, "D"), {"low", "high", "prefill"}),
    ],
)
def test_only_what_an_answer_needs_is_asked(
    place: Element, saved: Any, item: Item, shown: set[str]
):
    opened = dialog(saved)
    form = Questionnaire("A form", (item,)) if item.link_id not in FORM.by_link else FORM
    opened.open(form, item)
    fields = {
        name: field
        for name in ("options", "unit", "low", "high", "prefill")
        if (field := _field(place, str(ItemInput.model_fields[name].title))) is not None
    }
    assert {name for name, field in fields.items() if field.visible} == shown


def _field(place: Element, label: str) -> Any:
    return next(
        (e for e in place.client.elements.values() if getattr(e, "label", "") == label), None
    )


def test_conditions_that_the_dialog_cannot_show_are_said(
    place: Element, saved: Any, html: Callable[[], str]
):
    both = Item(
        "b",
        ItemKind.TEXT,
        "Why?",
        enable=(Condition("a", "=", "y"), Condition("a", "exists", answer=True)),
    )
    dialog(saved).open(Questionnaire("A form", (CHOICE, both)), both)
    assert "several conditions" in html()
