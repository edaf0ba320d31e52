"""The copy of the page that is shown first: the same words, nothing that runs, nothing doubled."""

import re
from collections.abc import Callable
from html.parser import HTMLParser

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from nicegui import Client
from nicegui.page import page

from portal_app.components.button import Button
from portal_app.components.field import Field
from portal_app.components.first_paint import to_html
from portal_app.components.tag import Tag
from tests.product import Product
from tests.served import Arrive

Html = Callable[[], str]


class Read(HTMLParser):
    """What a browser reads."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, list[tuple[str, str | None]]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, attrs))

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@example('<script>alert(1)</script>&amp;"')
@given(st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc"))))
def test_words_stay_words(words: str):
    client = Client(page("/"), request=None)
    with client.content:
        tag = Tag("p", "", words, title=words, aria_label=f"<b>{words}")
    read = Read()
    read.feed(to_html(tag))
    read.close()
    client.delete()
    assert read.tags == [("p", [("title", words), ("aria-label", f"<b>{words}")])]
    assert "".join(read.words) == words


@pytest.mark.usefixtures("place")
def test_what_runs_is_left_out(html: Html):
    tag = Tag("p", "", "words")
    for name in (":title", "@click", "onclick", "onmouseover"):
        dict.__setitem__(tag._props, name, "alert(1)")
    assert "alert" not in html()


@pytest.mark.usefixtures("place")
def test_fields_wait_and_keep_their_values(html: Html):
    Field("Name", "a “b” <c>")
    Field("Text", "a </textarea><script>", kind="textarea")
    copied = html()
    assert "&lt;c&gt;" in copied
    assert "&lt;/textarea&gt;&lt;script&gt;" in copied
    for opening in re.findall(r"<(?:input|textarea)[^>]*>", copied):
        assert " disabled" in opening


@pytest.mark.usefixtures("place")
def test_a_button_names_its_mounted_self(html: Html):
    plain = Button("Open", repeatable=True)
    once = Button("Send")
    copied = html()
    assert f'data-c="{plain.html_id}"' in copied
    assert f'data-c="{once.html_id}"' in copied
    assert copied.count("data-no-replay") == 1


@pytest.mark.usefixtures("place")
def test_links_work_and_no_id_stands_twice(html: Html):
    link = Tag("a", "", "Home", href="/portal")
    link.set(id="home")
    copied = html()
    assert 'href="/portal"' in copied
    assert ' id="home"' not in copied
    assert 'data-c="home"' in copied


def test_hidden_fields_of_a_form_go_with_it(served: Product, arrive: Arrive):
    text = arrive(served).get("/sign-in").text
    copy = text[text.index('<div id="pre">') : text.index('<div id="app"')]
    token = re.search(r'<input[^>]*name="token"[^>]*>', copy)
    assert token
    assert "disabled" not in token[0]
