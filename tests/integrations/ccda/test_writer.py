"""The CCD that we write: valid by the schema, read back with nothing lost, held back where it must be."""

import hashlib
import re
from collections import Counter
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from lxml import etree

from portal_app.integrations.ccda import read_ccda
from portal_app.integrations.ccda.writer import write_ccd
from portal_app.integrations.fhir.person import display
from portal_app.integrations.outgoing import REDISCLOSURE, REDISCLOSURE_SHORT, Outgoing
from portal_app.integrations.record_files import read_file
from portal_app.integrations.records import RecordFile
from portal_app.rules.records import Entry, Kind, Label
from tests.integrations.leaving import (
    ANY_RECORD,
    ENTRIES,
    SENDER,
    SUBJECT,
    Item,
    full,
    labelled,
    record,
)

SCHEMA = Path(__file__).parents[2] / "schemas" / "cda" / "infrastructure" / "cda" / "CDA_SDTC.xsd"


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA))


def faults(data: bytes) -> list[str]:
    checked = schema()
    checked.validate(etree.fromstring(data))
    return [str(e) for e in checked.error_log]


def back(whole: Outgoing) -> RecordFile:
    return read_ccda(write_ccd(whole))


def test_the_schema_is_the_one_that_was_published():
    folder = SCHEMA.parents[2]
    told = dict(
        re.findall(
            r"(?m)^\| `(\S+\.xsd)` \| `(\w{64})` \|$", (folder / "PROVENANCE.md").read_text()
        )
    )
    held = {str(p.relative_to(folder)): p for p in folder.rglob("*.xsd")}
    assert told == {n: hashlib.sha256(p.read_bytes()).hexdigest() for n, p in held.items()}


def test_the_schema_finds_a_fault():
    assert faults(write_ccd(record()).replace(b"recordTarget", b"recordtarget"))


@pytest.mark.seed("S23")
def test_a_whole_record_is_valid():
    assert faults(write_ccd(full())) == []


def test_an_empty_record_is_valid_and_says_nothing():
    whole = Outgoing("x", SUBJECT, SENDER, full().made_at)
    assert faults(write_ccd(whole)) == []
    assert all(e.negated for e in back(whole).entries)


def test_what_is_written_is_read_back():
    found = back(record()).entries
    seen = Counter((e.kind, e.title) for e in found)
    for entry in ENTRIES:
        if entry.kind in {Kind.OTHER, Kind.DOCUMENT}:
            continue
        if len(entry.measures) > 1:
            assert all(seen[entry.kind, m.name] == 1 for m in entry.measures)
        elif not (entry.negated and entry.kind is Kind.LABORATORY):
            assert seen[entry.kind, entry.title] == 1, entry.title


@pytest.mark.parametrize("entry", [e for e in ENTRIES if not e.html], ids=lambda e: e.title)
def test_no_entry_changes_between_absent_and_present(entry: Entry):
    found = [e for e in back(record(Item("1", entry))).entries if e.kind is entry.kind]
    assert all(e.negated == entry.negated for e in found if not e.html)
    assert found or entry.kind in {Kind.DOCUMENT, Kind.OTHER}


def test_values_keep_their_figures_unit_range_and_time():
    found = {e.title: e for e in back(record()).entries}
    (sodium,) = found["Sodium"].measures
    assert (sodium.value, sodium.unit, sodium.low, sodium.high) == (
        "141.10",
        "mmol/L",
        "136",
        "145",
    )
    assert found["Sodium"].starts == "2026-01-02T08:30-08:00"
    (troponin,) = found["Troponin"].measures
    assert (troponin.comparator, troponin.value) == ("<", "0.01")
    assert found["Culture"].measures[0].value == "No growth"
    assert found["Culture"].starts == "2014-02-11T13:54"
    assert (found["Pneumonia"].status, found["Pneumonia"].ends) == ("resolved", "2020-02")
    assert ("Take it", "Dose: 1 tablet; For: Low mood") in found["Sertraline 50 MG"].lines
    assert found["Asthma"].codings[0].code == "195967001"
    assert found["Asthma"].author == "Dr. A"


def test_whom_it_is_about_and_whose_it_is():
    person = back(record()).person
    assert display(person.name) == "Dana Lee Whitfield"
    assert (person.birth_date, person.gender) == (SUBJECT.birth_date, "female")
    assert (person.phone, person.email, person.nickname) == ("555-0101", "dana@test.example", "Dee")
    text = write_ccd(record()).decode()
    assert "Larkfield &amp; Co" in text
    assert "1234567893" in text


@pytest.mark.parametrize(
    ("told", "code"),
    [("es", "es"), ("Spanish", "es"), ("zh-Hant", "zh-Hant"), ("Elvish", ""), ("", "")],
)
def test_a_language_is_told_by_its_code(told: str, code: str):
    whole = replace(record(), subject=replace(SUBJECT, language=told))
    assert whole.subject.language_code == code
    data = write_ccd(whole)
    assert faults(data) == []
    assert (f'languageCode code="{code}"'.encode() in data) == bool(code)


def test_every_word_of_a_narrative_stays():
    html = next(e.html for e in back(record()).entries if e.title == "Social history")
    for words in ("Never smoked &amp; well", "<p>One</p>", "<th>A</th>", "<td>b</td>"):
        assert words in html


@pytest.mark.seed("S23")
def test_psychotherapy_never_leaves():
    data = write_ccd(labelled(Label.PSYCHOTHERAPY))
    assert b"Asthma" not in data
    assert b"Penicillin" in data
    assert REDISCLOSURE_SHORT.encode() not in data


@pytest.mark.parametrize("label", [Label.GENERAL, Label.SENSITIVE])
def test_no_notice_where_none_is_due(label: Label):
    assert REDISCLOSURE_SHORT.encode() not in write_ccd(labelled(label))


def test_part_2_carries_the_notice():
    data = write_ccd(labelled(Label.PART2))
    assert faults(data) == []
    assert REDISCLOSURE.encode() in data
    assert b"Protected by 42 CFR Part 2." in data
    assert b'confidentialityCode code="R"' in data


def test_the_same_entry_has_the_same_id_each_time():
    first, second = (sorted(e.key for e in back(record()).entries) for _ in range(2))
    assert first == second


@given(ANY_RECORD)
@settings(max_examples=60)
def test_whatever_a_record_holds_the_document_is_valid_and_readable(whole: Outgoing):
    data = write_ccd(whole)
    assert faults(data) == []
    assert read_ccda(data).person.name.family == "Whitfield"


def test_every_sample_leaves_as_a_valid_document(samples: Path):
    for folder in ("ccda", "fhir"):
        for path in sorted((samples / folder).iterdir()):
            entries = read_file(path.read_bytes()).entries
            data = write_ccd(record(*(Item(str(n), e) for n, e in enumerate(entries))))
            assert faults(data) == [], path.name
            found = Counter(e.kind for e in read_ccda(data).entries if not e.html)
            told = Counter(e.kind for e in entries if not e.html and not e.negated)
            groups = set(Kind) - {Kind.OTHER, Kind.DOCUMENT}
            assert all(found[k] >= told[k] for k in groups), path.name
