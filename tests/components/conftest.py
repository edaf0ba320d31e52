"""A page to build on, without a server and without a browser."""

from collections.abc import Iterator

import pytest
from nicegui import Client
from nicegui.element import Element
from nicegui.page import page

from portal_app.components.first_paint import to_html


@pytest.fixture
def place() -> Iterator[Element]:
    """The content of an empty page; what is built inside stands in it."""
    client = Client(page("/"), request=None)
    with client.content:
        yield client.content
    client.delete()


@pytest.fixture
def html(place: Element):
    """Gives the page's content as HTML."""
    return lambda: to_html(place)
