"""Questions as they are drawn: names, roles, errors, and what comes back."""

import re
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from nicegui.element import Element

from portal_app.components.documents import Questions, answer_list
from portal_app.components.documents.questions import _Choice
from portal_app.components.field import Field
from portal_app.rules.documents.questionnaire import (
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
    Value,
)

OFTEN = (Option("a", "Never <b>"), Option("b", "Often"), Option("c", "Always"))


def form(*items: Item) -> Questionnaire:
    return Questionnaire("A form", items)


def question(kind: ItemKind, link: str = "q", **more: Any) -> Item:
    return Item(link, kind, words="How often?", **more)


def choose(part: Any, *told: object):
    """What the page says when something is chosen."""
    part._heard(SimpleNamespace(args=list(told)))


def drawn(questions: Questions, link: str = "q") -> Any:
    return questions._parts[link]


@pytest.fixture
def heard() -> list[tuple[str, tuple[Value, ...]]]:
    return []


def listening(heard: list[tuple[str, tuple[Value, ...]]]) -> Callable[..., None]:
    return lambda link, values: heard.append((link, values))


def test_a_question_is_a_group_of_its_name_with_native_radios(
    place: Element, html: Callable[[], str]
):
    Questions(form(question(ItemKind.CHOICE, options=OFTEN, prefix="3", required=True)))
    made = html()
    assert re.search(r'<fieldset[^>]*role="radiogroup"', made)
    assert re.search(r"<legend><span>3</span><b>How often\?</b> </legend>", made)
    assert made.count('type="radio"') == 3
    assert "Never &lt;b&gt;" in made
    assert 'aria-required="true"' in made


def test_what_was_answered_is_chosen(place: Element, html: Callable[[], str]):
    Questions(form(question(ItemKind.CHOICE, options=OFTEN)), {"q": ("b",)})
    assert re.findall(r'value="(\d)" checked', html()) == ["1"]


def test_a_choice_comes_back_as_its_code(place: Element, heard: list[Any]):
    questions = Questions(
        form(question(ItemKind.CHOICE, options=OFTEN)), on_change=listening(heard)
    )
    choose(drawn(questions), 2, True)
    assert heard == [("q", ("c",))]
    assert questions.answers == {"q": ("c",)}


@pytest.mark.parametrize("told", [[3, True], [-1, True], ["0", True], [0], [0, 1], None])
def test_a_forged_choice_changes_nothing(place: Element, heard: list[Any], told: Any):
    questions = Questions(
        form(question(ItemKind.CHOICE, options=OFTEN)), on_change=listening(heard)
    )
    drawn(questions)._heard(SimpleNamespace(args=told))
    assert heard == []


def test_yes_and_no(place: Element, heard: list[Any]):
    questions = Questions(
        form(question(ItemKind.BOOLEAN)), {"q": (False,)}, on_change=listening(heard)
    )
    assert drawn(questions)._chosen == {1}
    choose(drawn(questions), 0, True)
    assert heard == [("q", (True,))]


def test_several_answers_are_checkboxes(place: Element, html: Callable[[], str], heard: list[Any]):
    questions = Questions(
        form(question(ItemKind.CHOICE, options=OFTEN, repeats=True)), on_change=listening(heard)
    )
    assert html().count('type="checkbox"') == 3
    assert "radiogroup" not in html()
    choose(drawn(questions), 2, True)
    choose(drawn(questions), 0, True)
    choose(drawn(questions), 2, False)
    assert [values for _, values in heard] == [("c",), ("a", "c"), ("a",)]


def test_words_of_ones_own_take_the_place_of_a_choice(place: Element):
    questions = Questions(form(question(ItemKind.OPEN_CHOICE, options=OFTEN)))
    part = drawn(questions)
    choose(part, 1, True)
    part._other.control._take(["Now and then", 0])
    assert questions.answers["q"] == ("Now and then",)
    choose(part, 0, True)
    assert questions.answers["q"] == ("a",)


@pytest.mark.parametrize(
    ("kind", "typed", "value"),
    [
        (ItemKind.DECIMAL, "2,5", 2.5),
        (ItemKind.INTEGER, "x", "x"),
        (ItemKind.STRING, "12", "12"),
        (ItemKind.DATE, "2026-01-31", "2026-01-31"),
    ],
)
def test_what_is_typed_comes_back_as_it_counts(
    place: Element, kind: ItemKind, typed: str, value: Value
):
    questions = Questions(form(question(kind)))
    drawn(questions).control._take([typed, 0])
    assert questions.answers["q"] == (value,)
    drawn(questions).control._take(["", 0])
    assert questions.answers["q"] == ()


def test_a_long_list_opens(place: Element, html: Callable[[], str]):
    many = tuple(Option(str(n), f"Answer {n}") for n in range(13))
    questions = Questions(form(question(ItemKind.CHOICE, options=many)))
    assert isinstance(drawn(questions), Field)
    assert "<select" in html()
    assert isinstance(drawn(Questions(form(question(ItemKind.CHOICE, options=many[:12])))), _Choice)


def test_errors_stand_at_their_questions_until_answered(place: Element, html: Callable[[], str]):
    questions = Questions(
        form(question(ItemKind.CHOICE, options=OFTEN), question(ItemKind.STRING, "r"))
    )
    assert not questions.show_faults({"q": "Answer this question.", "r": "Too long."})
    made = html()
    assert "Answer this question." in made
    assert "Too long." in made
    assert made.count('aria-invalid="true"') == 2
    box = drawn(questions).box
    assert drawn(questions)._message.html_id in box._props["aria-describedby"]
    choose(drawn(questions), 0, True)
    assert "aria-invalid" not in box._props
    assert questions.show_faults({})
    assert "Too long." not in html()


def test_questions_come_and_go_with_the_answers(place: Element):
    when = (Condition("q", "=", "b"),)
    questions = Questions(
        form(
            question(ItemKind.CHOICE, options=OFTEN),
            question(ItemKind.GROUP, "g", enable=when, items=(question(ItemKind.STRING, "r"),)),
        )
    )
    assert not questions._boxes["g"].visible
    choose(drawn(questions), 1, True)
    assert questions._boxes["g"].visible
    assert questions._boxes["r"].visible
    choose(drawn(questions), 0, True)
    assert not questions._boxes["g"].visible


def test_a_page_of_twenty_questions_stays_small(place: Element):
    many = tuple(question(ItemKind.CHOICE, f"q{n}", options=OFTEN) for n in range(20))
    before = len(place.client.elements)
    Questions(form(*many))
    assert len(place.client.elements) - before <= 20 * 5 + 1


def test_answers_to_read(place: Element, html: Callable[[], str]):
    asked = form(
        question(ItemKind.CHOICE, options=OFTEN),
        question(ItemKind.STRING, "r", enable=(Condition("q", "=", "c"),)),
        question(ItemKind.TEXT, "s"),
    )
    answer_list(asked, {"q": ("b",), "r": ("hidden",), "s": ("<script>",)})
    made = html()
    assert "Often" in made
    assert "hidden" not in made
    assert "&lt;script&gt;" in made
