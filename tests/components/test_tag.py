from collections.abc import Callable

import pytest
from nicegui.element import Element

from portal_app.components.safe import Safe, fragment, join
from portal_app.components.tag import Tag
from portal_app.components.text import h1, link


def test_text_and_attributes_are_escaped(place: Element, html: Callable[[], str]):
    Tag("p", "lw-m", '<img src=x onerror="alert(1)">', title='"><script>')
    assert "<img" not in html()
    assert "<script>" not in html()
    assert "&lt;img" in html()


def test_plain_text_is_refused_as_markup(place: Element):
    with pytest.raises(TypeError):
        Tag("div", html="<b>bold</b>")
    box = Tag("div", html=fragment("b", "", "bold"))
    with pytest.raises(TypeError):
        box.set_html("<b>bold</b>")


def test_joining_by_hand_loses_the_mark():
    assert type(Safe("<b>") + "x") is str
    assert join("<b>", Safe("<i>")) == "&lt;b&gt;<i>"


def test_fragment_escapes_children_and_values():
    made = fragment("a", "lw-t", "<script>", href="/x?a=1&b=2", title='"')
    assert made == '<a class="lw-t" href="/x?a=1&amp;b=2" title="&quot;">&lt;script&gt;</a>'


@pytest.mark.parametrize(
    "attributes",
    [
        {"onclick": "alert(1)"},
        {"href": "javascript:alert(1)"},
        {"href": "data:text/html,x"},
        {"innerHTML": "<b>"},
        {":href": "alert(1)"},
    ],
)
def test_attributes_that_could_run_a_script_are_refused(place: Element, attributes: dict[str, str]):
    with pytest.raises(ValueError, match=r"not allowed|address"):
        Tag("a", **attributes)


@pytest.mark.parametrize("address", ["/a", "?tab=x", "#main", "https://x.example", "tel:988"])
def test_harmless_addresses_are_kept(place: Element, html: Callable[[], str], address: str):
    link("go", address)
    assert f'href="{address}"' in html()


def test_set_removes_what_is_none_or_false(place: Element, html: Callable[[], str]):
    box = Tag("button", aria_current="page", disabled=True, aria_expanded=False)
    assert 'aria-expanded="false"' in html()
    box.set(aria_current=None, disabled=False)
    assert "aria-current" not in html()
    assert "disabled" not in html()


def test_mark_as_adds_once_and_removes(place: Element):
    box = Tag("li", "lw-li")
    box.mark_as("lw-unread", on=True).mark_as("lw-unread", on=True)
    assert list(box.classes) == ["lw-li", "lw-unread"]
    box.mark_as("lw-unread", on=False)
    assert list(box.classes) == ["lw-li"]


def test_page_title_can_take_the_focus(place: Element, html: Callable[[], str]):
    h1("Messages")
    assert '<h1 tabindex="-1" class="lw-h1">Messages</h1>' in html()


def test_words_inside_markup_are_found_by_tests(place: Element):
    box = Tag("a", html=fragment("span", "", "Recent &", fragment("b", "", "new")))
    assert any("Recent &" in str(words) for words in box._displayed_contents(only_visible=True))
