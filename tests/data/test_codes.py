import json
import time
from pathlib import Path
from statistics import quantiles

import pytest

from portal_app.data.codes import FOLDER, diagnoses, places_of_service, states
from portal_app.rules.billing.codes import CodeError


def test_every_code_that_can_be_billed_is_found():
    found = diagnoses()
    assert len(found) == 74_714
    assert found.find("f411").description == "Generalized anxiety disorder"
    assert found.find("F43.10").description == "Post-traumatic stress disorder, unspecified"


@pytest.mark.parametrize("group", ["F33", "F43.1", "F90", "Z63"])
def test_a_group_names_codes_inside_it(group: str):
    with pytest.raises(CodeError, match=f"{group} is a group") as refused:
        diagnoses().find(group)
    assert f"{group[:3]}." in str(refused.value).split("such as")[1]


@pytest.mark.parametrize("code", ["F99.99", "ABC", "296.32", "F41.1.1", "Z99.9999"])
def test_what_is_no_code_is_refused(code: str):
    with pytest.raises(CodeError):
        diagnoses().find(code)


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("f33.1", "F33.1"),
        ("F4310", "F43.10"),
        ("major depr recurrent moderate", "F33.1"),
        ("generalized anxiety", "F41.1"),
        ("GAD", "F41.1"),
        ("spouse", "Z63.0"),
        ("insomnia unspecified", "G47.00"),
    ],
)
def test_finds_by_code_and_by_beginnings_of_words(query: str, first: str):
    assert diagnoses().search(query)[0].code == first


def test_short_names_of_everyday_are_known():
    assert all(hit.code.startswith("F90") for hit in diagnoses().search("adhd"))
    assert all(hit.code.startswith("F43.1") for hit in diagnoses().search("ptsd"))


@pytest.mark.parametrize("query", ["", "  ", "%", "a b", "zzzz", "-", "x" * 5000])
def test_finds_nothing_in_nothing(query: str):
    assert diagnoses().search(query) == ()


def test_a_search_takes_milliseconds():
    found, took = diagnoses(), []
    for query in ("dep", "anxiety", "disorder", "f4", "left knee initial", "attention def") * 5:
        begin = time.perf_counter()
        assert len(found.search(query)) <= 20
        took.append(time.perf_counter() - begin)
    assert quantiles(took, n=20)[-1] < 0.05


def test_no_wording_of_procedures_is_shipped():
    assert sorted(p.name for p in FOLDER.iterdir() if p.name != "__pycache__") == [
        "PROVENANCE",
        "__init__.py",
        "icd10cm_2026apr.tsv.gz",
        "place_of_service.tsv",
        "us_states.tsv",
    ]


def test_places_and_states():
    assert places_of_service()["10"] == "Telehealth provided in patient's home"
    assert len(states()) == 59
    assert states()["OR"] == "Oregon"


def test_the_sample_file_of_diagnoses(samples: Path):
    vectors = json.loads((samples / "codes" / "icd10_vectors.json").read_text())
    for good in vectors["valid_billable"]:
        assert diagnoses().find(good["code"]).description == good["description"]
    for pair in vectors["accept_without_dot"]:
        assert diagnoses().find(pair["in"]).code == pair["out"]
    for bad in (*vectors["valid_but_not_billable"], *vectors["invalid"]):
        with pytest.raises(CodeError):
            diagnoses().find(bad)
