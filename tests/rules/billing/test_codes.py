import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.data.codes import places_of_service
from portal_app.rules.billing import codes
from portal_app.rules.billing.codes import CodeError


@pytest.mark.parametrize("value", ["1234567893", " 1234-567-893 ", "2580730218", "123.456.7893"])
def test_takes_an_npi_however_it_is_typed(value: str):
    assert codes.npi(value) in {"1234567893", "2580730218"}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("", "ten digits"),
        ("123456789", "ten digits"),
        ("12345678933", "ten digits"),
        ("12345A7893", "ten digits"),
        ("١٢٣٤٥٦٧٨٩٣", "ten digits"),
        ("3736819303", "1 or 2"),
        ("2580730219", "mistyped"),
        ("1462621290", "mistyped"),
    ],
)
def test_tells_what_is_wrong_with_an_npi(value: str, words: str):
    with pytest.raises(CodeError, match=words):
        codes.npi(value)


@given(st.integers(10**8, 3 * 10**8 - 1), st.integers(0, 9), st.integers(0, 9))
def test_one_wrong_digit_is_always_found(body: int, place: int, instead: int):
    good = next(f"{body}{d}" for d in range(10) if codes._luhn(f"80840{body}{d}"))
    assert codes.npi(good) == good
    if good[place] != str(instead):
        with pytest.raises(CodeError):
            codes.npi(good[:place] + str(instead) + good[place + 1 :])


def test_writes_a_tax_id_with_its_hyphen():
    assert codes.ein("946001234") == codes.ein(" 94-6001234 ") == "94-6001234"


@pytest.mark.parametrize("value", ["00-1234567", "12-345678", "1A-3456789", "78-1234567", ""])
def test_refuses_what_is_no_tax_id(value: str):
    with pytest.raises(CodeError):
        codes.ein(value)


@pytest.mark.parametrize(
    ("typed", "code"),
    [("F411", "F41.1"), ("f33.1", "F33.1"), ("s06.0xaa", "S06.0XAA"), ("F33", "F33")],
)
def test_writes_a_diagnosis_with_its_dot(typed: str, code: str):
    assert codes.diagnosis(typed) == code


@pytest.mark.parametrize("value", ["ABC", "296.32", "F41.1.1", "F4", "F41.12345", ""])
def test_refuses_what_is_no_diagnosis(value: str):
    with pytest.raises(CodeError):
        codes.diagnosis(value)


@pytest.mark.parametrize("value", ["99213", "90837", "g2212", "0591T", " 9921 4 "])
def test_takes_procedure_codes(value: str):
    assert len(codes.procedure(value)) == 5


@pytest.mark.parametrize("value", ["9921", "992134", "W1234", "", "A12B4", "DEMO1"])
def test_refuses_what_is_no_procedure_code(value: str):
    with pytest.raises(CodeError):
        codes.procedure(value)


def test_takes_up_to_four_modifiers_each_once():
    assert codes.modifiers("95, 25 gt;95") == ("95", "25", "GT")
    assert codes.modifiers("") == ()
    with pytest.raises(CodeError, match="At most 4"):
        codes.modifiers(["95", "25", "59", "GT", "93"])
    with pytest.raises(CodeError, match="two characters"):
        codes.modifiers("950")


def test_a_place_of_service_is_one_of_the_list():
    assert codes.place_of_service("2", places_of_service()) == "02"
    with pytest.raises(CodeError):
        codes.place_of_service("97", places_of_service())
    assert set(codes.PLACE_OF_MODE.values()) <= set(places_of_service())


def test_the_sample_files_of_npis_and_tax_ids(samples: Path):
    vectors = json.loads((samples / "codes" / "npi_vectors.json").read_text())
    for good in vectors["valid"]:
        assert codes.npi(good) == good
    for pair in vectors["normalise"]:
        assert codes.npi(pair["in"]) == pair["out"]
    for bad in vectors["invalid"]:
        with pytest.raises(CodeError):
            codes.npi(bad["npi"])
    vectors = json.loads((samples / "codes" / "ein_vectors.json").read_text())
    for good in vectors["valid"]:
        assert codes.ein(good).replace("-", "") == good.replace("-", "")
    for bad in vectors["invalid"]:
        with pytest.raises(CodeError):
            codes.ein(bad["ein"])
