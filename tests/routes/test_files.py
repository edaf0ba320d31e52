"""Files over HTTP: handed out as files, to whoever may read them, and to nobody else."""

import io
import re
from urllib.parse import quote

import httpx
import pytest
from PIL import Image

from tests.product import Product
from tests.served import Arrive, Visitor, write

NAMES = ("notes.txt", "Befund für “Dana”; final.txt", "a\"b'c.txt", "名前.txt", "x%0d%0aA: b.txt")


def chart_of(visitor: Visitor) -> str:
    return visitor.get("/").headers["location"].split("/")[2]


def thread_of(visitor: Visitor) -> str:
    base = f"/portal/{chart_of(visitor)}/messages"
    found = re.findall(rf"{base}/([\w-]+)", visitor.open(base).html)
    return next(t for t in found if t != "new")


def attach(visitor: Visitor, path: str, name: str, data: bytes) -> httpx.Response:
    own = {"Sec-Fetch-Site": "same-origin"}
    return visitor.http.post(path, files={"file": (name, data)}, headers=own)


@pytest.fixture
def dana(served: Product, arrive: Arrive) -> Visitor:
    return arrive(served, "dana")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_comes_as_a_file(dana: Visitor, name: str):
    slot = f"/attachments/{chart_of(dana)}/{thread_of(dana)}"
    added = attach(dana, slot, name, b"plain words")
    assert added.status_code == 200, added.text
    answer = dana.get(f"/files/{added.json()['id']}")
    assert (answer.status_code, answer.content) == (200, b"plain words")
    assert answer.headers["content-type"].startswith("text/plain")
    shown = f"attachment; filename*=UTF-8''{quote(added.json()['name'], safe='')}"
    assert answer.headers["content-disposition"] == shown
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["cache-control"] == "no-store"
    _remove_all(dana)


def _remove_all(visitor: Visitor) -> None:
    """Empty the draft, which holds five files at most."""
    drafts = "delete from storedfile where message_id is null and kind = 'attachment'"
    write(visitor.product, drafts)


def test_nobody_else_gets_it(served: Product, dana: Visitor, arrive: Arrive):
    added = attach(dana, f"/attachments/{chart_of(dana)}/{thread_of(dana)}", "a.txt", b"words")
    path = f"/files/{added.json()['id']}"
    absent = dana.get("/files/nosuchfile")
    for who in ("", "nora", "sam", "osei"):
        answer = arrive(served, who).get(path)
        assert (answer.status_code, answer.content) == (404, absent.content), who
    cookie = {"Cookie": dana.cookies}
    dana.sign_out()
    assert httpx.get(f"{served.base}{path}", headers=cookie).status_code == 404
    _remove_all(dana)


def test_a_file_goes_only_into_a_draft_of_ones_own(served: Product, dana: Visitor, arrive: Arrive):
    patient = f"/attachments/{chart_of(dana)}/{thread_of(dana)}"
    practice = f"/practice-attachments/{thread_of(dana)}"
    broken = b"MZ" + b"\x00" * 100
    for who, path in (("", patient), ("nora", patient), ("osei", patient), ("sam", practice)):
        for data in (b"words", broken):
            assert attach(arrive(served, who), path, "a.txt", data).status_code == 404, who
    assert attach(dana, practice, "a.txt", b"words").status_code == 404
    assert attach(dana, practice, "a.txt", broken).status_code == 404
    assert attach(dana, "/practice-attachments/nosuch", "a.txt", broken).status_code == 404


def test_what_is_no_file_of_ours_is_refused_in_words(dana: Visitor):
    slot = f"/attachments/{chart_of(dana)}/{thread_of(dana)}"
    for name, data in (("a.exe", b"MZ\x00\x01" * 9), ("a.png", b"\x89PNG\r\n\x1a\nbroken")):
        answer = attach(dana, slot, name, data)
        assert 400 <= answer.status_code < 500
        assert name in answer.json()["message"]


def test_a_picture_is_not_what_was_sent(dana: Visitor):
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "PNG")
    sent = out.getvalue() + b"<script>alert(1)</script>"
    slot = f"/attachments/{chart_of(dana)}/{thread_of(dana)}"
    added = attach(dana, slot, "a.png", sent)
    got = dana.get(f"/files/{added.json()['id']}")
    assert got.headers["content-type"] == "image/png"
    assert b"script" not in got.content
    _remove_all(dana)
