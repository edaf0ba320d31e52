"""A form under construction: whatever is done to it, it stays sound or the change is refused."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.documents import building
from portal_app.rules.documents.questionnaire import Condition, Item, ItemKind, Questionnaire
from portal_app.rules.errors import InvalidError


@st.composite
def built(draw: st.DrawFn) -> Questionnaire:
    """A form after some changes, of which those that were refused changed nothing."""
    form = Questionnaire("A form")
    for _ in range(draw(st.integers(1, 14))):
        links = sorted(form.by_link)
        act = draw(st.sampled_from(["add", "add", "add", "change", "move", "remove"]))
        before = form
        try:
            if act == "add" or not links:
                kind = draw(st.sampled_from([ItemKind.STRING, ItemKind.GROUP]))
                when = (
                    (Condition(draw(st.sampled_from(links)), "=", "x"),)
                    if links and draw(st.booleans())
                    else ()
                )
                item = Item(building.new_link(form), kind, "A question", enable=when)
                section = draw(st.sampled_from(["", *links]))
                form = building.added(form, item, section)
                assert set(form.by_link) == {*before.by_link, item.link_id}
            elif act == "change":
                old = form.by_link[draw(st.sampled_from(links))]
                when = (Condition(draw(st.sampled_from(links)), "=", "x"),)
                form = building.changed(form, replace(old, enable=when, words="Changed"))
                assert set(form.by_link) == set(before.by_link)
            elif act == "move":
                form = building.moved(
                    form, draw(st.sampled_from(links)), draw(st.sampled_from([-1, 1]))
                )
                assert sorted(form.by_link) == links
                assert form.parents == before.parents
            else:
                gone = draw(st.sampled_from(links))
                form = building.removed(form, gone)
                assert gone not in form.by_link
        except InvalidError:
            assert form is before
    return form


@given(built())
def test_whatever_is_built_can_be_asked_from_top_to_bottom(form: Questionnaire):
    place = {item.link_id: n for n, item in enumerate(form.walk())}
    for item in form.walk():
        assert all(place[when.question] < place[item.link_id] for when in item.enable)
    assert set(form.order) == set(place)


@given(built(), st.data())
def test_a_move_down_undoes_a_move_up(form: Questionnaire, data: st.DataObject):
    if not form.by_link:
        return
    link = data.draw(st.sampled_from(sorted(form.by_link)))
    try:
        up = building.moved(form, link, -1)
    except InvalidError:
        return
    if up != form:
        assert building.moved(up, link, 1) == form


def test_what_a_question_may_wait_for():
    group = Item("g", ItemKind.GROUP, items=(Item("b", ItemKind.STRING),))
    form = Questionnaire("A form", (Item("a", ItemKind.STRING), group, Item("c", ItemKind.BOOLEAN)))
    assert [i.link_id for i in building.earlier(form, "c")] == ["a", "b"]
    assert [i.link_id for i in building.earlier(form)] == ["a", "b", "c"]
    assert building.sections(form) == (group,)


def test_a_question_is_no_section():
    form = Questionnaire("A form", (Item("a", ItemKind.STRING),))
    for section in ("a", "nowhere"):
        with pytest.raises(InvalidError, match="section"):
            building.added(form, Item("b", ItemKind.STRING), section)
