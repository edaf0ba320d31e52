"""Which questions are shown, what is refused, what is kept."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.documents import answers as rule
from portal_app.rules.documents.questionnaire import (
    CHOICES,
    DEPTH_MOST,
    ITEMS_MOST,
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
    Value,
)
from portal_app.rules.errors import InvalidError

YES_NO = (Option("y", "Yes"), Option("n", "No"))
VALUES = st.one_of(
    st.booleans(),
    st.floats(allow_nan=True),
    st.integers(-3, 3).map(float),
    st.sampled_from(
        ["y", "n", "", " ", "2026-02-30", "2026-02-28", "1200-01-01", "12:30", "x" * 20]
    ),
    st.text(max_size=5),
)


@st.composite
def questionnaires(draw: st.DrawFn) -> Questionnaire:
    """Forms whose questions wait for earlier ones, some inside groups."""
    made: list[Item] = []
    names: list[str] = []
    for n in range(draw(st.integers(1, 9))):
        kind = draw(st.sampled_from(sorted(ItemKind)))
        when = tuple(
            Condition(
                draw(st.sampled_from(names)),
                draw(st.sampled_from(["exists", "=", "!=", ">", "<="])),
                draw(VALUES),
            )
            for _ in range(draw(st.integers(0, 2)))
            if names
        )
        inside = ()
        if made and draw(st.booleans()):
            inside = (made.pop(),) if not when else ()
        item = Item(
            f"q{n}",
            kind,
            words=f"Question {n}",
            required=draw(st.booleans()),
            repeats=draw(st.booleans()),
            hidden=draw(st.integers(0, 9)) == 0,
            read_only=draw(st.integers(0, 9)) == 0,
            most=draw(st.sampled_from([None, 3])),
            options=YES_NO if kind in CHOICES else (),
            enable=when,
            enable_all=draw(st.booleans()),
            items=inside,
        )
        made.append(item)
        names.append(item.link_id)
    try:
        return Questionnaire("Any", tuple(made))
    except InvalidError:  # it waits for what stands inside it
        return Questionnaire("Any")


ANSWERS = st.dictionaries(
    st.sampled_from([f"q{n}" for n in range(9)] + ["elsewhere"]),
    st.lists(VALUES, max_size=3).map(tuple),
    max_size=9,
)


@given(questionnaires(), ANSWERS)
def test_keeping_twice_keeps_the_same_and_changes_nothing_shown(
    form: Questionnaire, given_: dict[str, tuple[Value, ...]]
):
    once = rule.kept(form, given_)
    assert repr(rule.kept(form, once)) == repr(once)
    assert rule.shown(form, once) >= set(once)
    assert all(form.by_link[link].asked for link in once)


@given(questionnaires(), ANSWERS)
def test_what_stands_in_something_hidden_is_hidden(
    form: Questionnaire, given_: dict[str, tuple[Value, ...]]
):
    visible = rule.shown(form, given_)
    for inner, outer in form.parents.items():
        assert outer in visible or inner not in visible


@given(questionnaires(), ANSWERS)
def test_faults_are_about_questions_that_are_shown_and_asked(
    form: Questionnaire, given_: dict[str, tuple[Value, ...]]
):
    visible = rule.shown(form, given_)
    for link, words in rule.faults(form, given_).items():
        assert link in visible
        assert form.by_link[link].asked
        assert words


@given(questionnaires(), ANSWERS)
def test_answers_to_hidden_questions_change_nothing(
    form: Questionnaire, given_: dict[str, tuple[Value, ...]]
):
    visible = rule.shown(form, given_)
    without = {link: values for link, values in given_.items() if link in visible}
    assert rule.shown(form, without) == visible
    assert rule.faults(form, without) == rule.faults(form, given_)


@given(questionnaires(), ANSWERS)
def test_answers_come_back_as_they_were_written(
    form: Questionnaire, given_: dict[str, tuple[Value, ...]]
):
    assert repr(rule.loaded(rule.dumped(given_))) == repr(given_)


def form(*items: Item) -> Questionnaire:
    return Questionnaire("A form", items)


def question(link: str, kind: ItemKind = ItemKind.STRING, **more: object) -> Item:
    return Item(link, kind, words=f"About {link}", **more)  # type: ignore[arg-type]


def waits(link: str, *when: Condition, **more: object) -> Item:
    return question(link, enable=when, **more)


@pytest.mark.parametrize(
    ("operator", "answer", "given_", "is_shown"),
    [
        ("exists", True, (), False),
        ("exists", True, ("x",), True),
        ("exists", False, (), True),
        ("=", "x", ("x",), True),
        ("=", "x", ("y", "x"), True),
        ("!=", "x", ("y",), True),
        ("!=", "x", ("y", "x"), False),
        ("!=", "x", (), False),
        (">", 3.0, (4.0,), True),
        (">", 3.0, (3.0,), False),
        (">=", 3.0, (3.0,), True),
        ("<", 3.0, (2.0,), True),
        ("<=", 3.0, (3.5,), False),
        (">", 3.0, ("4",), False),
        (">", "2026-01-01", ("2026-01-02",), True),
        ("=", True, (True,), True),
        ("=", True, (1.0,), False),
        ("=", False, (False,), True),
    ],
)
def test_how_answers_are_compared(
    operator: str, answer: Value, given_: tuple[Value, ...], is_shown: bool
):
    asked = form(question("a"), waits("b", Condition("a", operator, answer)))
    assert ("b" in rule.shown(asked, {"a": given_})) == is_shown


@pytest.mark.parametrize(("every", "is_shown"), [(True, False), (False, True)])
def test_all_conditions_or_any(every: bool, is_shown: bool):
    when = (Condition("a", "=", "x"), Condition("a", "=", "y"))
    asked = form(question("a"), waits("b", *when, enable_all=every))
    assert ("b" in rule.shown(asked, {"a": ("x",)})) == is_shown


def test_a_question_that_waits_for_a_hidden_one_is_hidden():
    asked = form(
        question("a"),
        waits("b", Condition("a", "=", "x")),
        waits("c", Condition("b", "=", "y")),
    )
    assert rule.shown(asked, {"a": ("x",), "b": ("y",)}) == {"a", "b", "c"}
    assert rule.shown(asked, {"a": ("z",), "b": ("y",)}) == {"a"}
    assert rule.kept(asked, {"a": ("z",), "b": ("y",)}) == {"a": ("z",)}


def test_required_counts_only_where_it_is_shown():
    asked = form(question("a", required=True), waits("b", Condition("a", "=", "x"), required=True))
    assert rule.faults(asked, {}) == {"a": rule.MISSING}
    assert rule.faults(asked, {"a": ("  ",)}) == {"a": rule.MISSING}
    assert rule.faults(asked, {"a": ("z",)}) == {}
    assert rule.faults(asked, {"a": ("x",)}) == {"b": rule.MISSING}


@pytest.mark.parametrize(
    ("item", "good", "bad"),
    [
        (question("a", ItemKind.INTEGER, low=1.0, high=5.0), 5.0, 6.0),
        (question("a", ItemKind.INTEGER, low=1.0, high=5.0), 1.0, 0.0),
        (question("a", ItemKind.INTEGER), 2.0, 2.5),
        (question("a", ItemKind.DECIMAL), 2.5, float("nan")),
        (question("a", ItemKind.DECIMAL), 2.5, True),
        (question("a", ItemKind.DECIMAL), 2.5, "2.5"),
        (question("a", ItemKind.DATE), "2024-02-29", "2023-02-29"),
        (question("a", ItemKind.DATE), "1900-01-01", "1899-12-31"),
        (question("a", ItemKind.DATE), "2026-01-31", "20260131"),
        (question("a", ItemKind.DATE, low="2026-01-01"), "2026-01-01", "2025-12-31"),
        (question("a", ItemKind.DATE, high="2026-01-01"), "2026-01-01", "2026-01-02"),
        (question("a", ItemKind.DATE, prefill="patient.birth_date"), "2026-11-24", "2026-11-25"),
        (question("a", ItemKind.TIME), "23:59", "24:00"),
        (question("a", ItemKind.DATE_TIME), "2026-01-31T10:00", "soon"),
        (question("a", ItemKind.URL), "https://example.org", "javascript:alert(1)"),
        (question("a", ItemKind.STRING, most=3), "abc", "abcd"),
        (question("a", ItemKind.TEXT), "x" * 10_000, "x" * 10_001),
        (question("a", ItemKind.STRING), "x", 1.0),
        (question("a", ItemKind.BOOLEAN), False, "false"),
        (question("a", ItemKind.CHOICE, options=YES_NO), "y", "maybe"),
        (question("a", ItemKind.OPEN_CHOICE, options=YES_NO), "maybe", 3.0),
    ],
)
def test_what_is_taken_and_what_is_not(item: Item, good: Value, bad: Value):
    today = date(2026, 11, 24)
    assert rule.faults(form(item), {"a": (good,)}, today=today) == {}
    assert list(rule.faults(form(item), {"a": (bad,)}, today=today)) == ["a"]


def test_one_answer_or_several():
    one = form(question("a", ItemKind.CHOICE, options=YES_NO))
    more = form(question("a", ItemKind.CHOICE, options=YES_NO, repeats=True))
    assert "a" in rule.faults(one, {"a": ("y", "n")})
    assert rule.faults(more, {"a": ("y", "n")}) == {}
    assert "a" in rule.faults(more, {"a": ("y", "y")})


def test_what_is_filled_in_already_does_not_count_as_asked():
    asked = form(
        question("a", read_only=True, required=True), question("b", hidden=True, required=True)
    )
    assert rule.faults(asked, {}) == {}
    assert rule.kept(asked, {"a": ("x",), "b": ("y",)}) == {}


def test_progress_counts_the_required_ones():
    asked = form(question("a", required=True), question("b", required=True), question("c"))
    assert rule.progress(asked, {"a": ("x",), "c": ("x",)}) == (1, 2)
    assert rule.progress(form(question("a"), question("b")), {"a": ("x",)}) == (1, 2)


def test_a_form_begins_with_what_is_known():
    asked = form(
        question("a", prefill="patient.email"), question("b", initial=("x",)), question("c")
    )
    assert rule.started(asked, {"patient.email": "d@example.org"}) == {
        "a": ("d@example.org",),
        "b": ("x",),
    }


def nested(depth: int) -> Item:
    item = question("q0", ItemKind.GROUP)
    for n in range(1, depth):
        item = question(f"q{n}", ItemKind.GROUP, items=(item,))
    return item


@pytest.mark.parametrize(
    ("items", "words"),
    [
        ((question("a"), question("a")), "same linkId"),
        ((question(""),), "no linkId"),
        ((waits("a", Condition("a", "=", "x")),), "wait for each other"),
        ((waits("a", Condition("b", "=", "x")), waits("b", Condition("a", "=", "x"))), "wait for"),
        (
            (
                question(
                    "a", ItemKind.GROUP, enable=(Condition("b", "=", "x"),), items=(question("b"),)
                ),
            ),
            "wait for",
        ),
        ((waits("a", Condition("b", "=", "x")),), "not there"),
        ((question("b"), waits("a", Condition("b", "~", "x"))), "condition"),
        ((question("a", ItemKind.CHOICE, options=(YES_NO[0], YES_NO[0])),), "the same"),
        (
            (
                question(
                    "a", ItemKind.CHOICE, options=tuple(Option(str(n), "") for n in range(201))
                ),
            ),
            "200 answers",
        ),
        ((nested(DEPTH_MOST + 1),), "nested"),
        (tuple(question(str(n)) for n in range(ITEMS_MOST + 1)), "400 items"),
        ((Item("a", ItemKind.TEXT, words="x" * 8001),), "8,000"),
    ],
)
def test_an_unsound_form_does_not_exist(items: tuple[Item, ...], words: str):
    with pytest.raises(InvalidError, match=words):
        form(*items)


def test_a_long_chain_of_conditions_is_no_problem():
    chain = [question("q0")]
    chain += [waits(f"q{n}", Condition(f"q{n - 1}", "=", "x")) for n in range(1, ITEMS_MOST)]
    asked = form(*chain)
    assert len(rule.shown(asked, {f"q{n}": ("x",) for n in range(ITEMS_MOST)})) == ITEMS_MOST
    assert len(form(nested(DEPTH_MOST)).by_link) == DEPTH_MOST


def test_answers_in_words():
    assert rule.in_words(question("a", ItemKind.CHOICE, options=YES_NO), "y") == "Yes"
    assert rule.in_words(question("a", ItemKind.OPEN_CHOICE, options=YES_NO), "maybe") == "maybe"
    assert rule.in_words(question("a", ItemKind.BOOLEAN), value=False) == "No"
    assert rule.in_words(question("a", ItemKind.QUANTITY, unit="kg"), 70.5) == "70.5 kg"
    assert rule.in_words(question("a", ItemKind.INTEGER), 3.0) == "3"
