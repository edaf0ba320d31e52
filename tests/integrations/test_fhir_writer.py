"""The FHIR document that we write: strict readers take it, and ours finds everything again."""

import base64
import json
import warnings
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B import get_fhir_model_class
from hypothesis import given, settings

from portal_app.integrations.fhir.person import display
from portal_app.integrations.fhir.records import read_record
from portal_app.integrations.fhir.writer import write_bundle
from portal_app.integrations.outgoing import REDISCLOSURE, REDISCLOSURE_SHORT, Outgoing
from portal_app.integrations.record_files import read_file
from portal_app.integrations.records import RecordFile
from portal_app.rules.records import Entry, Kind, Label
from tests.integrations.leaving import ANY_RECORD, ENTRIES, Item, full, labelled, record

Json = dict[str, Any]


def resources(bundle: Json, kind: str) -> list[Json]:
    found = (e["resource"] for e in bundle["entry"])
    return [r for r in found if r["resourceType"] == kind]


def check(bundle: Json) -> None:
    """Let a strict reader read it."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        get_fhir_model_class("Bundle").model_validate(json.loads(json.dumps(bundle)))


def back(whole: Outgoing) -> RecordFile:
    return read_record(json.dumps(write_bundle(whole)).encode())


@pytest.mark.seed("S23")
def test_a_strict_reader_takes_a_whole_record():
    check(write_bundle(full()))


def test_the_strict_reader_finds_a_fault():
    bundle = write_bundle(full())
    resources(bundle, "Coverage")[0]["status"] = 5
    with pytest.raises(ValueError, match="status"):
        check(bundle)


def test_it_is_a_document_whose_every_reference_is_found():
    bundle = write_bundle(full())
    assert (bundle["type"], bundle["entry"][0]["resource"]["resourceType"]) == (
        "document",
        "Composition",
    )
    names = [e["fullUrl"] for e in bundle["entry"]]
    assert len(names) == len(set(names))
    told = json.dumps(bundle).split('"reference": "')[1:]
    assert {t.split('"')[0] for t in told} <= set(names)
    filed = {e["reference"] for s in bundle["entry"][0]["resource"]["section"] for e in s.get("entry", ())}  # fmt: skip
    assert len(names) - len(filed) == 3  # the composition, the patient, the practice


@pytest.mark.parametrize("entry", [e for e in ENTRIES if not e.html], ids=lambda e: e.title)
def test_what_is_written_is_read_back(entry: Entry):
    whole = record(Item("1", entry))
    check(write_bundle(whole))
    found = [e for e in back(whole).entries if e.kind is entry.kind and e.title == entry.title]
    if entry.negated and entry.kind is Kind.LABORATORY:
        assert not found
        return
    (same,) = found
    assert same.negated == entry.negated
    assert [m.value.rstrip("0") for m in same.measures] == [
        m.value.rstrip("0") for m in entry.measures
    ]
    assert [(m.unit, m.comparator, m.low, m.high) for m in same.measures] == [
        (m.unit, m.comparator, m.low, m.high) for m in entry.measures
    ]
    assert [c.code for c in entry.codings] == [c.code for c in same.codings][: len(entry.codings)]
    assert same.starts[:10] == entry.starts[:10]


def test_words_that_are_no_data_leave_as_documents():
    bundle = write_bundle(record())
    pages = [
        base64.b64decode(r["content"][0]["attachment"]["data"]).decode()
        for r in resources(bundle, "DocumentReference")
    ]
    assert any("Never <b>smoked</b>" in p for p in pages)


def test_what_is_not_there_leaves_in_words_alone():
    bundle = write_bundle(record())
    sections = bundle["entry"][0]["resource"]["section"]
    empty = {s["title"]: s["text"]["div"] for s in sections if "emptyReason" in s}
    assert "No directives recorded" in empty["Advance directives"]
    assert not any(r["description"] == "Advance directives" for r in resources(bundle, "DocumentReference"))  # fmt: skip


def test_no_zone_is_made_up():
    bundle = write_bundle(record())
    culture = next(r for r in resources(bundle, "Observation") if r["code"]["text"] == "Culture")
    assert culture["effectiveDateTime"] == "2014-02-11"
    assert "2014-02-11T13:54" in culture["note"][0]["text"]


def test_whom_it_is_about():
    person = back(record()).person
    assert display(person.name) == "Dana Lee Whitfield"
    assert (person.phone, person.email, person.nickname) == ("555-0101", "dana@test.example", "Dee")


def test_files_insurance_and_visits():
    bundle = write_bundle(full())
    files = [r["content"][0]["attachment"] for r in resources(bundle, "DocumentReference")]
    assert {"files/scan.pdf"} == {f["url"] for f in files if "url" in f}
    assert base64.b64encode(b"words").decode() in {f.get("data") for f in files}
    (coverage,) = resources(bundle, "Coverage")
    assert (coverage["subscriberId"], coverage["payor"]) == ("M-1", [{"display": "Acme Health"}])
    (visit,) = resources(bundle, "Appointment")
    assert (visit["start"], visit["status"]) == ("2026-11-24T14:30:00Z", "booked")


def test_answers_leave_as_they_are_kept():
    kept = {"resourceType": "QuestionnaireResponse", "id": "q", "status": "completed", "item": []}
    bundle = write_bundle(record(responses=(kept,)))
    (found,) = resources(bundle, "QuestionnaireResponse")
    assert found.items() >= kept.items()
    assert "subject" not in kept


def came(name: str, **over: Any) -> Entry:
    resource = {
        "resourceType": "Condition",
        "id": name,
        "code": {"text": f"Condition {name}"},
        "subject": {"reference": "Patient/old"},
        "extension": [{"url": "http://test.example/kept", "valueString": "yes"}],
    } | over
    return Entry(Kind.CONDITION, f"Condition {name}", resource=resource)


def test_what_came_as_fhir_goes_as_it_came():
    entries = [came("a"), came("b", encounter={"reference": "Condition/a"})]
    bundle = write_bundle(record(*(Item(e.title, e) for e in entries)))
    assert resources(bundle, "Condition") == [e.resource for e in entries]
    assert resources(bundle, "Patient")[0]["id"] == "old"
    names = {e["fullUrl"] for e in bundle["entry"]}
    assert "https://latchwell.invalid/fhir/Condition/a" in names


def test_two_sources_become_one_person():
    entries = [came("a"), came("b"), came("c", subject={"reference": "urn:uuid:other", "display": "D"})]  # fmt: skip
    whole = record(*(Item(e.title, e) for e in entries))
    found = back(whole)
    assert Counter(e.kind for e in found.entries)[Kind.CONDITION] == 3
    assert [u.why for u in found.unread] == []
    assert entries[2].resource["subject"]["reference"] == "urn:uuid:other"


def test_two_of_the_same_name_both_leave():
    entries = [came("a"), came("a", encounter={"reference": "Condition/a"})]
    bundle = write_bundle(record(*(Item(str(n), e) for n, e in enumerate(entries))))
    assert len(resources(bundle, "Condition")) == 2
    names = [e["fullUrl"] for e in bundle["entry"]]
    assert len(names) == len(set(names))


@pytest.mark.seed("S23")
def test_psychotherapy_never_leaves():
    for entry in (ENTRIES[0], came("Asthma")):
        text = json.dumps(write_bundle(labelled(Label.PSYCHOTHERAPY, entry)))
        assert "Asthma" not in text
        assert "Penicillin" in text
        assert REDISCLOSURE_SHORT not in text


@pytest.mark.parametrize("entry", [ENTRIES[0], came("a")], ids=["made", "came"])
def test_part_2_carries_the_notice(entry: Entry):
    bundle = write_bundle(labelled(Label.PART2, entry))
    check(bundle)
    assert REDISCLOSURE in bundle["entry"][0]["resource"]["section"][0]["text"]["div"]
    (condition,) = resources(bundle, "Condition")
    assert "42CFRPart2" in {m["code"] for m in condition["meta"]["security"]}
    (plain,) = resources(bundle, "AllergyIntolerance")
    assert "meta" not in plain
    assert "meta" not in entry.resource


@given(ANY_RECORD)
@settings(max_examples=40)
def test_whatever_a_record_holds_strict_readers_and_ours_take_it(whole: Outgoing):
    bundle = write_bundle(whole)
    check(bundle)
    found = read_record(json.dumps(bundle, allow_nan=False).encode())
    assert found.person.name.family == "Whitfield"


def test_no_resource_of_a_sample_is_lost(samples: Path):
    for path in sorted((samples / "fhir").iterdir()):
        file = read_file(path.read_bytes())
        bundle = write_bundle(record(*(Item(str(n), e) for n, e in enumerate(file.entries))))
        again = read_record(json.dumps(bundle).encode())
        lost = Counter((e.kind, e.title) for e in file.entries)
        lost -= Counter((e.kind, e.title) for e in again.entries)
        assert not lost, path.name


def test_documents_of_other_producers_leave_as_strict_fhir(samples: Path):
    for path in sorted((samples / "ccda").iterdir()):
        entries = read_file(path.read_bytes()).entries
        check(write_bundle(record(*(Item(str(n), e) for n, e in enumerate(entries)))))
