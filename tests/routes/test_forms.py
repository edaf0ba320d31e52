"""Forms over HTTP: taken from who may make them, handed out as files."""

import json

import httpx
import pytest

from portal_app.data.instruments import scales
from tests.product import Product
from tests.served import Arrive, Visitor

FORM = json.dumps(scales()["pcl-5"].questionnaire).encode()
OWN = {"Sec-Fetch-Site": "same-origin"}


def post(visitor: Visitor, data: bytes, headers: dict[str, str] = OWN) -> httpx.Response:
    return visitor.http.post("/form-files/new", files={"file": ("f.json", data)}, headers=headers)


@pytest.fixture
def osei(served: Product, arrive: Arrive) -> Visitor:
    return arrive(served, "osei")


def test_a_form_comes_in_and_goes_out_as_it_was(osei: Visitor):
    answer = post(osei, FORM)
    assert answer.status_code == 200, answer.text
    file = osei.get(f"/form-files/{answer.json()['id']}")
    assert file.json() == json.loads(FORM)
    assert file.headers["content-type"].startswith("application/fhir+json")
    assert file.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert file.headers["content-security-policy"] == "sandbox; default-src 'none'"


def test_what_is_no_form_is_refused_in_words(osei: Visitor):
    answer = post(osei, b"{}")
    assert (answer.status_code, answer.json()) == (
        422,
        {"message": "This file is no FHIR Questionnaire."},
    )
    assert post(osei, b" " * (3 * 1024 * 1024)).status_code == 413


def test_nobody_else_hands_in_or_takes_away(served: Product, osei: Visitor, arrive: Arrive):
    made = post(osei, FORM).json()["id"]
    for other in (arrive(served, "dana"), arrive(served, "")):
        assert post(other, FORM).status_code == 404
        assert other.get(f"/form-files/{made}").status_code == 404


def test_another_site_hands_nothing_in(osei: Visitor):
    assert post(osei, FORM, {"Sec-Fetch-Site": "cross-site"}).status_code == 403
