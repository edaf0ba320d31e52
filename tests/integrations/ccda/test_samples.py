"""Real documents of eleven producers: nothing that they hold is lost, nothing absent is shown."""

import json
import re
import time
from pathlib import Path
from typing import Any

import pytest

from portal_app.integrations.ccda import read_ccda
from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.ccda.values import moment
from portal_app.integrations.record_files import kind_of, read_file
from portal_app.integrations.records import RecordFile
from portal_app.rules.errors import InvalidError
from portal_app.rules.records import Entry, Kind
from tests.integrations.ccda.openable import opens

KINDS = {
    "problems": Kind.CONDITION,
    "medications": Kind.MEDICATION,
    "allergies": Kind.ALLERGY,
    "results": Kind.LABORATORY,
    "vitals": Kind.VITAL,
    "immunizations": Kind.IMMUNIZATION,
    "procedures": Kind.PROCEDURE,
    "encounters": Kind.ENCOUNTER,
}
NAMES = {
    "problem_names": Kind.CONDITION,
    "problem_original_texts": Kind.CONDITION,
    "allergy_names": Kind.ALLERGY,
    "medication_names": Kind.MEDICATION,
    "medication_original_texts": Kind.MEDICATION,
    "immunization_names": Kind.IMMUNIZATION,
}
Told = dict[str, Any]


@pytest.fixture
def manifest(samples: Path) -> list[tuple[Told, RecordFile]]:
    told = json.loads((samples / "records_manifest.json").read_text())["ccda"]
    assert len(told) == 12
    return [(t, read_ccda((samples / t["file"]).read_bytes())) for t in told]


def of(file: RecordFile, kind: Kind) -> list[Entry]:
    return [e for e in file.entries if e.kind is kind]


def plain(words: str) -> str:
    return re.sub(r"\W+", " ", words).strip().casefold()


@pytest.mark.seed("S22")
def test_no_entry_of_any_kind_is_lost(manifest: list[tuple[Told, RecordFile]]):
    for told, file in manifest:
        for what, kind in KINDS.items():
            expected, found = told["expected"][what], of(file, kind)
            shown = [e for e in found if not e.html]
            kept = bool(found) if any(e.html for e in found) else False
            where = (told["file"], what)
            assert len(shown) >= expected["templated_entries"] or kept, where
            if "named" in expected:
                present = [e for e in shown if not e.negated or says_absent(e.title)]
                assert len(present) >= expected["named"], where
                refused = [e for e in shown if e.negated]
                assert len(refused) >= expected["negated"], where
            else:
                assert len([e for e in shown if e.measures]) >= expected["with_value"], where


def test_what_is_told_by_name_is_found_by_name(manifest: list[tuple[Told, RecordFile]]):
    for told, file in manifest:
        for what, kind in NAMES.items():
            words = [
                plain(f"{e.title} {e.text} {' '.join(c.display for c in e.codings)}")
                for e in of(file, kind)
            ]
            for name in told["spot"][what]:
                assert any(plain(name) in w for w in words), (told["file"], what, name)


def test_a_person_sees_the_words_of_the_narrative(manifest: list[tuple[Told, RecordFile]]):
    for told, file in manifest:
        for what in ("problem_original_texts", "medication_original_texts"):
            shown = [f"{e.title} {e.text}" for e in of(file, NAMES[what])]
            for words in told["spot"][what]:
                assert any(words in s for s in shown), (told["file"], words)


def test_values_come_with_their_unit_and_moment(manifest: list[tuple[Told, RecordFile]]):
    seen = 0
    for told, file in manifest:
        for what, kind in (
            ("first_result", Kind.LABORATORY),
            ("last_result", Kind.LABORATORY),
            ("first_vital", Kind.VITAL),
        ):
            spot = told["spot"].get(what)
            if spot is None:
                continue
            seen += 1
            unit = "" if spot["unit"] in {None, "1"} else spot["unit"]
            wanted = (spot["name"], moment(spot["date"]), spot["value"], unit)
            values = [
                (e.title, e.starts, m.value, m.unit) for e in of(file, kind) for m in e.measures
            ]
            assert wanted in values, (told["file"], what)
    assert seen > 25


def test_each_section_is_shown_as_data_or_as_its_narrative(
    manifest: list[tuple[Told, RecordFile]],
):
    for told, file in manifest:
        for section in told.get("sections", ()):
            kind = KINDS.get(section["kind"])
            as_data = [e for e in of(file, kind) if not e.html] if kind else []
            as_words = [e for e in file.entries if e.html and e.title == section["title"]]
            apart = [e for e in file.entries if ("List", section["title"]) in e.lines]
            shown = as_data or as_words or apart
            assert shown or not section["narrative_chars"], (told["file"], section["title"])


@pytest.mark.seed("S22")
def test_nothing_absent_is_shown_as_present(manifest: list[tuple[Told, RecordFile]]):
    for told, file in manifest:
        wrong = [e.title for e in file.entries if says_absent(e.title) and not e.negated]
        assert wrong == [], told["file"]


def test_whom_each_document_is_about(manifest: list[tuple[Told, RecordFile]]):
    for told, file in manifest:
        whom, name = told["patient"], file.person.name
        assert name.family == whom["family"], told["file"]
        assert [g for g in whom["given"][: len(name.given)] if g != "null"] == list(name.given)
        assert "null" not in name.given
        assert f"{file.person.birth_date:%Y%m%d}" == whom["birth_date"]
        assert file.person.gender == {"F": "female", "M": "male"}[whom["gender"]]
        assert whom["city"] == file.person.address.city


def test_every_entry_has_a_key_of_its_own(manifest: list[tuple[Told, RecordFile]]):
    for _, file in manifest:
        keys = [(e.kind, e.key) for e in file.entries]
        assert len(keys) == len(set(keys))
        assert all(key for _, key in keys)


def test_the_pdf_of_an_unstructured_document_opens(samples: Path):
    file = read_ccda((samples / "ccda" / "hl7-unstructured-pdf.xml").read_bytes())
    (pdf,) = file.files
    assert (pdf.media_type, opens(pdf.data)) == ("application/pdf", True)
    assert pdf.entry_key == file.entries[0].key


def test_hostile_files_are_refused_in_one_line(samples: Path):
    told = json.loads((samples / "hostile_manifest.json").read_text())
    for item in told:
        data = (samples / item["file"]).read_bytes()
        if item["file"].endswith(".xml"):
            with pytest.raises(InvalidError) as error:
                read_ccda(data)
            assert "\n" not in error.value.message
        if item["expected"].startswith("refused with a clear message; nothing"):
            with pytest.raises(InvalidError) as error:
                read_file(data)
            assert 10 < len(error.value.message) < 140


def test_content_decides_which_reader_a_file_is_for(samples: Path):
    for folder, kind in (("ccda", "ccda"), ("fhir", "fhir")):
        for path in sorted((samples / folder).iterdir()):
            assert kind_of(path.read_bytes()) == kind, path.name


def test_a_megabyte_is_read_in_a_second_of_processor_time(samples: Path):
    data = (samples / "ccda" / "vitera-smart.xml").read_bytes()
    begun = time.process_time()
    read_ccda(data)
    spent = time.process_time() - begun
    assert spent * 1_048_576 / len(data) < 1.0
