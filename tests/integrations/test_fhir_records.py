"""A FHIR R4 bundle becomes entries: each kind, each trap, nothing lost, nothing made up."""

import base64
import gzip
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from portal_app.integrations.fhir.records import read_record
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError
from portal_app.rules.records import Entry, Kind, Measure
from portal_app.services.records.entries import dump, parse
from tests.bundles import bundle, packed, patient
from tests.integrations.fhir_mutations import mutated

Json = Any
LOINC = "http://loinc.org"


def read(*resources: Json, **over: Json) -> RecordFile:
    return read_record(packed(bundle(patient(), *resources, **over)))


def only(*resources: Json) -> Entry:
    found = read(*resources).entries
    assert len(found) == 1
    return found[0]


def observation(**over: Json) -> dict[str, Json]:
    return {"resourceType": "Observation", "code": {"text": "X"}} | over


def category(code: str) -> list[Json]:
    return [{"coding": [{"code": code}]}]


# ---------------------------------------------------------------- medicines
def test_a_medicine_is_named_by_its_code_its_reference_or_what_is_contained():
    coded = {"medicationCodeableConcept": {"coding": [{"code": "1", "display": "Coded"}]}}
    contained = {
        "contained": [{"resourceType": "Medication", "id": "m", "code": {"text": "Contained"}}],
        "medicationReference": {"reference": "#m"},
    }
    listed = {"resourceType": "Medication", "id": "m", "code": {"text": "Listed"}}
    drugs = [coded, contained, {"medicationReference": {"reference": "Medication/m"}}]
    drugs += [{"medicationReference": {"display": "Only said"}}]
    found = read(*({"resourceType": "MedicationRequest", **d} for d in drugs), listed).entries
    titles = [e.title for e in found if e.kind is Kind.MEDICATION]
    assert titles == ["Coded", "Contained", "Listed", "Only said"]


def test_a_dose_in_words_or_made_from_its_parts():
    parts = {
        "doseAndRate": [{"doseQuantity": {"value": 2, "unit": "tablet"}}],
        "route": {"text": "by mouth"},
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "asNeededBoolean": True,
    }
    medicine = {"resourceType": "MedicationStatement", "medicationCodeableConcept": {"text": "X"}}
    assert dict(only({**medicine, "dosage": [{"text": "One daily"}]}).lines) == {
        "Dose": "One daily"
    }
    told = dict(only({**medicine, "dosage": [parts]}).lines)
    assert told["Dose"] == "2 tablet, by mouth, twice a day, as needed"


# ---------------------------------------------------------------- what is not there
@pytest.mark.parametrize(
    ("kind", "name", "code"),
    [
        ("AllergyIntolerance", "code", {"text": "No known allergies"}),
        ("AllergyIntolerance", "code", {"coding": [{"code": "716186003", "display": "Nil"}]}),
        ("Condition", "code", {"text": "No known current problems or disability"}),
        (
            "Condition",
            "code",
            {
                "coding": [
                    {
                        "system": "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips",
                        "code": "no-problem-info",
                    }
                ]
            },
        ),
        ("MedicationStatement", "medicationCodeableConcept", {"text": "No information about it"}),
        ("Procedure", "code", {"text": "None known"}),
    ],
)
def test_what_says_that_there_is_nothing_is_negated(kind: str, name: str, code: Json):
    assert only({"resourceType": kind, name: code}).negated


@pytest.mark.parametrize("name", ["Noonan syndrome", "Nocturnal asthma", "Nonrheumatic stenosis"])
def test_a_name_that_only_begins_like_no_is_present(name: str):
    assert not only({"resourceType": "Condition", "code": {"text": name}}).negated


def test_a_vaccine_that_was_not_given_and_a_refuted_diagnosis():
    vaccine = {"resourceType": "Immunization", "vaccineCode": {"text": "MMR"}}
    found = only({**vaccine, "status": "not-done", "statusReason": {"text": "Refused"}})
    assert (found.negated, dict(found.lines)["Why not"]) == (True, "Refused")
    found = only({**vaccine, "status": "completed"})
    assert (found.negated, found.starts) == (False, "")
    refuted = {"coding": [{"code": "refuted"}]}
    assert only(
        {"resourceType": "Condition", "code": {"text": "X"}, "verificationStatus": refuted}
    ).negated


def test_what_was_entered_in_error_is_left_out_and_told():
    wrong = {"coding": [{"code": "entered-in-error"}]}
    found = read(
        {"resourceType": "Condition", "verificationStatus": wrong},
        observation(status="entered-in-error"),
    )
    assert found.entries == ()
    assert [(u.kind, u.count) for u in found.unread] == [("Condition", 1), ("Observation", 1)]


def test_what_names_another_patient_is_never_taken():
    for name in ("Patient/other", "urn:uuid:other", "https://x.example/fhir/Patient/other"):
        found = read(observation(subject={"reference": name}))
        assert (found.entries, found.unread[0].why) == ((), "It is about another person.")
    for name in ("Patient/p1", "urn:uuid:0", "https://x.example/Patient/p1/_history/2"):
        assert only(observation(subject={"reference": name}))


# ---------------------------------------------------------------- measured
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ({"valueString": "clear"}, "clear"),
        ({"valueBoolean": False}, "No"),
        ({"valueInteger": 7}, "7"),
        ({"valueCodeableConcept": {"text": "Positive"}}, "Positive"),
        ({"valueDateTime": "2024-02"}, "2024-02"),
        ({"valueRange": {"low": {"value": 1}, "high": {"value": 3, "unit": "g"}}}, "1–3 g"),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 128}}}, "1 / 128"),
        ({"valuePeriod": {"start": "2024", "end": "2025"}}, "2024 to 2025"),
        ({"valueQuantity": {"value": "12.50"}}, "12.50"),
    ],
)
def test_every_kind_of_value_is_read(value: Json, said: str):
    assert only(observation(**value)).measures == (Measure("X", said),)


def test_a_number_is_kept_as_it_was_written():
    text = json.dumps(bundle(patient(), observation(valueQuantity={"value": 0, "unit": "g"})))
    for written in ("1.10", "5.315414699709333", "1e3", "100", "-0.0"):
        data = text.replace('"value": 0', f'"value": {written}').encode()
        assert read_record(data).entries[0].measures[0].value == written


def test_a_result_with_its_range_and_its_flag():
    entry = only(
        observation(
            category=category("laboratory"),
            valueQuantity={"value": 6, "unit": "mmol/L", "comparator": ">"},
            referenceRange=[{"low": {"value": 4}, "high": {"value": 5.5}}],
            interpretation=[{"coding": [{"code": "H"}]}],
        )
    )
    assert entry.kind is Kind.LABORATORY
    (measure,) = entry.measures
    assert (measure.comparator, measure.low, measure.high, measure.flag) == (">", "4", "5.5", "H")


def test_a_blood_pressure_has_two_values_also_where_one_is_missing():
    parts = [
        {"code": {"text": "Systolic"}, "valueQuantity": {"value": 109, "unit": "mm[Hg]"}},
        {"code": {"text": "Diastolic"}, "dataAbsentReason": {"text": "Not measured"}},
    ]
    entry = only(observation(category=category("vital-signs"), component=parts))
    assert entry.kind is Kind.VITAL
    assert [(m.name, m.value) for m in entry.measures] == [("Systolic", "109"), ("Diastolic", "")]


@pytest.mark.parametrize(
    ("over", "kind"),
    [
        ({"category": category("survey")}, Kind.OTHER),
        ({"code": {"coding": [{"system": LOINC, "code": "8867-4"}]}}, Kind.VITAL),
        ({"valueQuantity": {"value": 1}}, Kind.LABORATORY),
        ({}, Kind.OTHER),
    ],
)
def test_an_observation_is_sorted_by_what_it_says(over: Json, kind: Kind):
    assert only(observation(**over)).kind is kind


# ---------------------------------------------------------------- the rest
def test_nothing_is_lost_whatever_kind_it_is():
    kinds = ("CarePlan", "CareTeam", "Goal", "Claim", "ExplanationOfBenefit", "Device", "Unheard")
    found = read(*({"resourceType": kind, "id": kind} for kind in kinds)).entries
    assert [e.resource["resourceType"] for e in found] == list(kinds)
    assert {e.kind for e in found} == {Kind.OTHER}
    assert all(e.title for e in found)


def test_a_document_gives_its_file_and_keeps_the_rest():
    data = base64.b64encode(b"%PDF-1.4").decode()
    files = [{"attachment": {"contentType": "application/pdf", "data": data, "title": "Letter"}}]
    found = read({"resourceType": "DocumentReference", "id": "d", "content": files})
    (file,) = found.files
    assert (file.name, file.data, file.entry_key) == ("Letter", b"%PDF-1.4", found.entries[0].key)
    held = found.entries[0].resource["content"][0]["attachment"]
    assert held == {"contentType": "application/pdf", "title": "Letter"}


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"url": "http://192.0.2.1/x.pdf"}, "Nothing was fetched"),
        ({"data": "!!"}, "damaged"),
        ({"data": 7}, "damaged"),
    ],
)
def test_a_file_that_is_not_there_is_told(told: Json, why: str):
    found = read({"resourceType": "DocumentReference", "content": [{"attachment": told}]})
    assert (found.files, len(found.entries)) == ((), 1)
    assert why in found.unread[0].why


def test_a_visit_is_a_summary_with_the_words_that_somebody_wrote():
    div = "<div><p>She is <b>well</b>.</p><script>alert(1)</script></div>"
    visit = {"resourceType": "Encounter", "type": [{"text": "Check"}], "period": {"start": "2024"}}
    written = only({**visit, "text": {"status": "additional", "div": div}})
    assert (written.title, written.starts, written.text) == ("Check", "2024", "She is well .") or (
        "well" in written.text and "alert" not in written.text
    )
    assert only({**visit, "text": {"status": "generated", "div": div}}).text == ""


def test_half_a_character_in_a_narrative_is_left_out():
    section = {"title": "T", "text": {"div": "<p>a\ud800b</p>"}}
    assert "ab" in only({"resourceType": "Composition", "section": [section]}).html


def test_the_narrative_of_sections_is_clean():
    div = "<div onclick='x()'><script>a()</script><img src='http://192.0.2.1/'><a href='/x'>See</a></div>"
    entry = only(
        {"resourceType": "Composition", "section": [{"title": "<i>T</i>", "text": {"div": div}}]}
    )
    assert "See" in entry.html
    for wrong in ("<script", "onclick", "<img", "href", "<i>"):
        assert wrong not in entry.html


@pytest.mark.parametrize("kind", ["searchset", "transaction", "document", "collection"])
def test_every_kind_of_bundle(kind: str):
    assert read(observation(), type=kind).entries


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("gzipped", [False, True])
def test_every_encoding(encoding: str, *, gzipped: bool):
    text = json.dumps(bundle(patient(), observation(code={"text": "Größe"})), ensure_ascii=False)
    data = text.encode(encoding)
    assert read_record(gzip.compress(data) if gzipped else data).entries[0].title == "Größe"


def test_a_name_that_is_the_word_null_is_none():
    assert (
        read_record(
            packed(bundle(patient(name=[{"given": ["null"], "family": "B"}])))
        ).person.name.given
        == ()
    )
    assert only({"resourceType": "Condition", "code": {"text": "null"}}).title == "Condition"


@pytest.mark.parametrize(
    ("resource", "version"),
    [
        ({"resourceType": "Condition", "clinicalStatus": "active"}, "STU3"),
        ({"resourceType": "Immunization", "notGiven": False}, "STU3"),
        ({"resourceType": "ReferralRequest"}, "STU3"),
        ({"resourceType": "MedicationOrder"}, "DSTU2"),
        ({"resourceType": "MedicationRequest", "medication": {"concept": {}}}, "R5"),
        ({"resourceType": "Encounter", "actualPeriod": {}}, "R5"),
    ],
)
def test_another_version_is_refused_by_its_name(resource: Json, version: str):
    with pytest.raises(InvalidError, match=f"FHIR {version}"):
        read(resource)


def test_two_patients_are_refused():
    with pytest.raises(InvalidError, match="more than one patient"):
        read(patient(id="p2"), observation(subject={"reference": "Patient/p2"}))


def test_an_entry_comes_back_as_it_was_kept():
    entry = only(
        observation(
            valueQuantity={"value": 1.50, "unit": "g"},
            code={"coding": [{"system": LOINC, "code": "1", "display": "One"}]},
        )
    )
    assert parse(dump(entry)) == entry


# ---------------------------------------------------------------- time and mutations
def test_a_megabyte_is_read_in_a_second():
    many = [
        observation(id=f"o{n}", valueQuantity={"value": n, "unit": "g"}, note=[{"text": "x" * 300}])
        for n in range(2500)
    ]
    data = packed(bundle(patient(), *many))
    assert len(data) > 1_000_000
    began = time.process_time()
    assert len(read_record(data).entries) == len(many)
    assert time.process_time() - began < 1


def test_no_mutation_makes_the_reader_fail():
    dice = random.Random(20261124)  # noqa: S311 - the same mutations each time
    taken = 0
    for _ in range(600):
        try:
            found = read_record(mutated(dice))
        except InvalidError:
            continue
        taken += 1
        for entry in found.entries:
            assert dump(entry).encode()
            assert parse(dump(entry)).title == entry.title
    assert taken > 200


# ---------------------------------------------------------------- the sample files
def listed(samples: Path) -> list[dict[str, Any]]:
    found = json.loads((samples / "records_manifest.json").read_text())["fhir"]
    assert len(found) == 15
    return found


def test_every_sample_gives_its_counts_and_loses_no_resource(samples: Path):
    for told in listed(samples):
        found = read_record((samples / told["file"]).read_bytes())
        kinds = Counter(e.kind for e in found.entries)
        wrong = Counter(u.kind for u in found.unread if "in error" in u.why)
        counts = told["expected"]
        assert kinds[Kind.CONDITION] + wrong["Condition"] == counts["problems"]
        medicines = counts["medication_requests"] + counts["medication_statements"]
        assert kinds[Kind.MEDICATION] == medicines
        assert kinds[Kind.ALLERGY] == counts["allergies"]
        assert kinds[Kind.IMMUNIZATION] == counts["immunizations"]
        assert kinds[Kind.PROCEDURE] == counts["procedures"]
        assert kinds[Kind.ENCOUNTER] == counts["encounters"]
        assert kinds[Kind.LABORATORY] >= counts["lab_observations"]
        assert kinds[Kind.VITAL] == counts["vital_observations"]
        assert kinds[Kind.DOCUMENT] >= counts["documents"]
        values = sum(len(e.measures) for e in found.entries if e.kind is Kind.VITAL)
        assert values >= counts["vital_values_with_components"]
        refused = [e for e in found.entries if e.kind is Kind.IMMUNIZATION and e.negated]
        assert len(refused) == counts["immunizations_not_done"]
        resources = Counter(e.resource["resourceType"] for e in found.entries) + wrong
        people = {"Patient", "RelatedPerson"}
        assert resources == {k: n for k, n in told["resource_counts"].items() if k not in people}


def test_every_sample_gives_its_spot_values(samples: Path):
    for told in listed(samples):
        found = read_record((samples / told["file"]).read_bytes())
        by_kind: dict[Kind, list[Entry]] = {}
        for entry in found.entries:
            by_kind.setdefault(entry.kind, []).append(entry)
        spot = told["spot"]
        for name, kind in (
            ("medication_names", Kind.MEDICATION),
            ("allergy_names", Kind.ALLERGY),
        ):
            assert {e.title for e in by_kind.get(kind, [])} == set(spot[name])
        problems = {e.title for e in by_kind.get(Kind.CONDITION, [])}
        assert problems <= set(spot["problem_names"])
        assert len(problems) >= len(spot["problem_names"]) - 1
        for name in ("first_lab", "middle_lab", "last_lab", "last_vital"):
            if name in spot:
                held = by_kind[Kind.VITAL if "vital" in name else Kind.LABORATORY]
                _measured(spot[name], held)


def _measured(told: dict[str, Any], held: list[Entry]) -> None:
    fitting = [
        m
        for e in held
        for m in e.measures
        if e.starts == (told["date"] or "") and told["code"] in {c.code for c in e.codings}
    ]
    found = [m for m in fitting if m.value and float(m.value) == float(told["value"])]
    assert found, told
    assert found[0].unit == (told["unit"] or "")
    if told["reference_range"]:
        low, high = told["reference_range"][0]["low"], told["reference_range"][0]["high"]
        assert (float(found[0].low), float(found[0].high)) == (low, high)


def test_what_says_nothing_in_the_samples_is_never_present(samples: Path):
    for file in ("nzps-no-clinical-info.json", "aups-gpvisit.json"):
        for entry in read_record((samples / "fhir" / file).read_bytes()).entries:
            assert entry.negated or not entry.title.lower().startswith("no known")
