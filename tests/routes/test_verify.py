"""The check of a dropped file over HTTP: anybody asks, little is said, nothing is kept."""

import re

import httpx
import pytest

from portal_app.services.documents.consents import checking
from tests.product import Product
from tests.served import Arrive, Visitor, tables, write

OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
def stranger(served: Product, arrive: Arrive) -> Visitor:
    return arrive(served)


def verdict(visitor: Visitor, data: bytes, **headers: str) -> httpx.Response:
    return visitor.http.post("/verify", files={"file": ("a.pdf", data)}, headers=OWN | headers)


@pytest.mark.seed("S30")
def test_a_signed_document_is_genuine_and_one_flipped_byte_is_not(
    served: Product, arrive: Arrive, stranger: Visitor
):
    dana = arrive(served, "dana")
    chart = dana.get("/").headers["location"].split("/")[2]
    listed = dana.open(f"/portal/{chart}/documents").html
    papers = dict.fromkeys(re.findall(rf"/portal/{chart}/documents/([\w-]+)", listed))
    found = (
        re.findall(r"/files/([\w-]+)", dana.open(f"/portal/{chart}/documents/{p}").html)
        for p in papers
    )
    files = [dana.get(f"/files/{f}").content for names in found for f in dict.fromkeys(names)]
    answers = [verdict(stranger, data).json() for data in files]
    signed = [d for d, a in zip(files, answers, strict=True) if a["genuine"]]
    assert signed
    said = next(a for a in answers if a["genuine"])["lines"]
    assert said[0] == "This document is genuine"
    assert "Dana" not in str(said)
    for place in (20, len(signed[0]) // 2, len(signed[0]) - 2):
        changed = bytearray(signed[0])
        changed[place] ^= 1
        answer = verdict(stranger, bytes(changed)).json()
        assert not answer["genuine"]
        assert answer["lines"][0] == "This document is not genuine"


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7\n", b"words", b"\0" * 5000])
def test_what_was_not_signed_here_is_not_genuine_and_nothing_is_kept(
    served: Product, stranger: Visitor, data: bytes
):
    before = tables(served, "authbucket")
    answer = verdict(stranger, data)
    assert answer.status_code == (200 if data else 422)
    assert not answer.json()["genuine"]
    assert tables(served, "authbucket") == before


def test_a_file_that_is_too_big_is_refused(stranger: Visitor):
    answer = verdict(stranger, b"x" * (checking.FILE_MOST + 1))
    assert answer.status_code in {413, 422}
    assert not answer.json().get("genuine", False)


def test_who_asks_without_end_is_told_to_wait(served: Product, stranger: Visitor):
    codes = [verdict(stranger, b"words").status_code for _ in range(121)]
    assert codes[-1] == 429
    assert write(served, "delete from authbucket where key like 'verify:%'")
