from collections.abc import Callable

import pytest
from nicegui.element import Element

from portal_app.components.button import Button, IconButton, link_button
from portal_app.components.icons import icon, icon_names
from portal_app.components.tag import Tag


def test_a_button_is_not_played_again_unless_it_says_so(place: Element, html: Callable[[], str]):
    Button("Send")
    Button("More", repeatable=True)
    assert html().count("data-no-replay") == 1


def test_busy_keeps_the_place_and_says_what_is_done(place: Element, html: Callable[[], str]):
    button = Button("Send", icon="send")
    with button.busy("Sending"):
        assert 'aria-busy="true"' in html()
        assert "Sending" in html()
    assert "aria-busy" not in html()
    assert ">Send<" in html()


def test_busy_ends_after_a_failure(place: Element, html: Callable[[], str]):
    button = Button("Send")
    with pytest.raises(RuntimeError), button.busy("Sending"):
        raise RuntimeError
    assert "aria-busy" not in html()


def test_an_icon_button_needs_a_label(place: Element):
    with pytest.raises(ValueError, match="label"):
        IconButton("x", " ")


def test_an_icon_is_one_element_that_screen_readers_skip(place: Element, html: Callable[[], str]):
    drawn = icon("mail")
    assert isinstance(drawn, Tag)
    assert not drawn.default_slot.children
    assert 'aria-hidden="true"' in html()


def test_an_unknown_icon_is_an_error(place: Element):
    with pytest.raises(ValueError, match="no icon"):
        icon("no-such-icon")


def test_every_icon_has_shapes(place: Element):
    assert len(icon_names()) > 60
    for name in icon_names():
        assert "<" in icon(name)._props["innerHTML"]


def test_a_link_button_is_a_link(place: Element, html: Callable[[], str]):
    link_button("Book", "/portal/x/schedule/book")
    assert '<a href="/portal/x/schedule/book"' in html()
