"""The rendering process: what it makes, what it refuses, and that it never holds up for long."""

import contextlib
import io
import socket
import threading
import time
from collections.abc import Iterator

import pytest
from markupsafe import Markup
from pypdf import PdfReader

from portal_app.integrations import pdf

HEAD = "<!doctype html><html lang='en'><title>t</title>"


@pytest.fixture(scope="module", autouse=True)
def process() -> Iterator[None]:
    yield
    pdf.stop()


@pytest.fixture
def listener() -> Iterator[tuple[str, list[bytes]]]:
    heard: list[bytes] = []
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    going = threading.Event()

    def listen() -> None:
        while not going.is_set():
            try:
                heard.append(server.accept()[0].recv(100))
            except TimeoutError:
                continue

    thread = threading.Thread(target=listen)
    thread.start()
    yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
    going.set()
    thread.join()
    server.close()


def text(data: bytes) -> str:
    return "\n".join(p.extract_text() for p in PdfReader(io.BytesIO(data)).pages)


def test_a_page_is_tagged_titled_and_numbered_and_shows_values_as_text():
    html = pdf.page(
        "base.html",
        title="Record <b>of</b>",
        practice="Larkfield & Co",
        about="Dana Whitfield",
        made="today",
    )
    data = pdf.render(html)
    reader = PdfReader(io.BytesIO(data))
    assert reader.metadata is not None
    assert reader.metadata.title == "Record <b>of</b>"
    assert "/StructTreeRoot" in reader.root_object
    assert "Page 1 of 1" in text(data)
    assert "Record <b>of</b>" in text(data)
    assert "Larkfield & Co" in text(data)


@pytest.mark.parametrize(
    "reference",
    [
        "<img src='{u}/a.png'>",
        "<link rel=stylesheet href='{u}/a.css'>",
        "<style>@import url({u}/a.css);</style>",
        "<style>body{{background:url({u}/a.png)}}</style>",
        "<object data='{u}/a.svg'></object>",
        "<link rel=attachment href='file:///etc/hostname'>",
        "<a rel=attachment href='file:///etc/hostname'>x</a>",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='{u}/a.png'/></svg>",
    ],
)
def test_nothing_is_fetched_or_embedded(reference: str, listener: tuple[str, list[bytes]]):
    address, heard = listener
    try:
        data = pdf.render(HEAD + reference.format(u=address) + "<p>words</p>")
    except pdf.PdfError:
        data = b""
    time.sleep(0.3)
    assert heard == []
    assert b"/EmbeddedFile" not in data
    assert pdf.render(HEAD + "<p>alive</p>").startswith(b"%PDF-")


def test_a_hanging_document_ends_with_its_process_and_the_next_one_is_made():
    with pytest.raises(pdf.PdfError, match="too long"):
        pdf.render(HEAD + "<p>a word of it</p>" * 60_000, seconds=0.5)
    begun = time.monotonic()
    assert pdf.render(HEAD + "<p>next</p>").startswith(b"%PDF-")
    assert time.monotonic() - begun < 15


@pytest.mark.parametrize(
    "body",
    ["<div>" * 3000 + "deep", "<p>" + "x" * 200_000 + "</p>", "<p>שלום עולם مرحبا 世界</p>"],
    ids=["nested", "long word", "other scripts"],
)
def test_odd_documents_are_made_or_refused_in_time(body: str):
    begun = time.monotonic()
    with contextlib.suppress(pdf.PdfError):
        assert pdf.render(HEAD + body).startswith(b"%PDF-")
    assert time.monotonic() - begun < 22


OTHERS = (
    "世界",
    "健康記録",
    "こんにちは",
    "안녕하세요",
    "שלום",
    "مرحبا",
    "Łódź",
    "Здравствуйте",
    "Ελληνικά",
)


def fonts(data: bytes) -> dict[str, bool]:
    """Embedded fonts by name -> whether each letter is in them.

    A font gets an encoding of its own only where a letter is missing and a box is drawn for it.
    """
    pages = PdfReader(io.BytesIO(data)).pages
    found = (f.get_object() for p in pages for f in p["/Resources"]["/Font"].values())
    return {str(f["/BaseFont"]).partition("+")[2]: f["/Encoding"] == "/Identity-H" for f in found}


@pytest.mark.parametrize("element", ["p", "h2", "b", "td", "small"])
def test_words_of_every_script_are_drawn_and_can_be_copied(element: str):
    words = "".join(f"<p><{element}>{w}</{element}></p>" for w in OTHERS)
    words = words.replace("<td>", "<table><tr><td>").replace("</td>", "</td></tr></table>")
    html = pdf.page("base.html", title="王小明", practice="診療所", about="김민지", made="now")
    data = pdf.render(html.replace("<main>", f"<main>{words}"))
    read = text(data)
    assert [w for w in (*OTHERS, "王小明", "診療所", "김민지") if w not in read] == []
    used = fonts(data)
    assert any("Micro-Hei" in name for name in used)
    assert all(used.values())


def test_a_letter_that_no_font_has_would_be_seen():
    data = pdf.render(HEAD + "<p>\U00012000</p>")
    assert not all(fonts(data).values())


def test_what_is_markup_stays_markup():
    html = pdf.page("base.html", title=Markup("<i>x</i>"), practice="p", about="a", made="m")
    assert "<i>x</i>" in html
