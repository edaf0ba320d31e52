"""C-CDA as it really comes: named in the best words there are, negated where it says so."""

import base64
import contextlib
import gzip
import io
import itertools
import time
from datetime import date

import pytest
from PIL import Image

from portal_app.integrations.ccda import read_ccda
from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.ccda.markup import BYTES_MOST, DEPTH_MOST
from portal_app.integrations.ccda.values import moment
from portal_app.integrations.fhir.person import Contact, display
from portal_app.integrations.record_files import kind_of, read_file
from portal_app.rules.demographics import Address
from portal_app.rules.errors import InvalidError
from portal_app.rules.records import Entry, Kind
from tests.integrations.ccda.documents import (
    ALLERGIES,
    MEDICINES,
    PERSON,
    PROBLEMS,
    PROCEDURES,
    RESULTS,
    RICH,
    ROOT,
    VACCINES,
    VISITS,
    allergy,
    coded,
    document,
    medicine,
    problem,
    result,
    section,
    vaccine,
)
from tests.integrations.corpus import pdf, picture


def entries(*sections: str) -> tuple[Entry, ...]:
    return read_ccda(document(*sections)).entries


def one(code: str, statement: str, text: str = "") -> Entry:
    found = entries(section(code, statement, text=text))
    assert len(found) == 1
    return found[0]


# ---------------------------------------------------------------- names
@pytest.mark.parametrize(
    ("value", "text", "title", "more"),
    [
        (coded("Asthma"), "", "Asthma", ""),
        (coded("Asthma", original="Asthma, mild"), "", "Asthma", "Asthma, mild"),
        (coded(original="In words"), "", "In words", ""),
        (coded(original='<reference value="#a"/>'), '<p ID="a">By reference</p>', "By reference", ""),
        (coded(original='<reference value="a"/>'), '<p ID="a">No hash</p>', "No hash", ""),
        (coded(more='<translation code="2" displayName="Other code"/>'), "", "Other code", ""),
        (coded("Problem", original="COMN MIGRNE"), "", "COMN MIGRNE", "Problem"),
        (coded("Problem", more='<translation displayName="Migraine"/>'), "", "Migraine", "Problem"),
        ('<value xsi:type="CD" nullFlavor="UNK"><originalText>Cough</originalText></value>', "", "Cough", ""),
        ('<value xsi:type="ST">Plain words</value>', "", "Plain words", ""),
        (coded(code="J45.9", system="2.16.840.1.113883.6.90"), "", "J45.9", ""),
    ],
)  # fmt: skip
def test_the_best_words_there_are(value: str, text: str, title: str, more: str):
    found = one(PROBLEMS, problem(value), text)
    assert (found.title, found.text) == (title, more)


def test_a_name_may_stand_in_the_narrative_alone():
    null = '<value xsi:type="CD" nullFlavor="UNK"/>'
    found = one(PROBLEMS, problem(null, text='<reference value="#r"/>'), '<p ID="r">Cough</p>')
    assert found.title == "Cough"


def test_a_row_is_read_with_spaces_and_a_word_in_one_piece():
    row = '<table><tbody><tr ID="r"><td>Angina(<content>Confirmed</content>)</td><td>2013</td></tr></tbody></table>'
    assert one(PROBLEMS, problem(coded(original='<reference value="#r"/>')), row).title == (
        "Angina(Confirmed) 2013"
    )


def test_what_has_no_name_is_counted_and_the_words_of_its_section_are_kept():
    null = '<value xsi:type="CD" nullFlavor="NI"/>'
    file = read_ccda(
        document(section(PROBLEMS, problem(null), text="<p>As told</p>", title="List"))
    )
    assert [(e.kind, e.title, e.html) for e in file.entries] == [
        (Kind.CONDITION, "List", "<p>As told</p>")
    ]
    assert [(u.kind, u.count) for u in file.unread] == [("List", 1)]


def test_one_bad_entry_never_takes_the_rest_along():
    found = entries(
        section(
            PROBLEMS, problem("<value/>"), "<act/>", problem(coded("Asthma")), text="<p>words</p>"
        )
    )
    assert [e.title for e in found] == ["Asthma", "A section"]


# ---------------------------------------------------------------- what is not there
@pytest.mark.parametrize(
    "statement",
    [
        (ALLERGIES, allergy("", value=coded("No known allergies", "716186003"))),
        (ALLERGIES, allergy("", value=coded(code="716186003", original="nothing"))),
        (ALLERGIES, allergy('<code displayName="Penicillin"/>', over='negationInd="true"')),
        (ALLERGIES, allergy('<code nullFlavor="NA"/>', over='negationInd="true"')),
        (PROBLEMS, problem(coded("Problem"), over='negationInd="true"')),
        (PROBLEMS, problem(coded("Asthma"), over='negationInd="1"')),
        (PROBLEMS, problem(coded(original="No known problems"))),
        (MEDICINES, medicine("<code nullFlavor='UNK'><originalText>No medication data is applicable</originalText></code>")),
        (VACCINES, vaccine("Influenza", 'negationInd="true"')),
        (VACCINES, vaccine("Influenza").replace('moodCode="EVN"', 'moodCode="INT"')),
        (VISITS, '<encounter><code displayName="encounter report"><originalText>No encounters recorded</originalText></code></encounter>'),
        (RESULTS, result("<value xsi:type='PQ' value='0'/>").replace("Chemistry", "No Procedure Performed")),
    ],
)  # fmt: skip
def test_what_is_negated_is_never_shown_as_present(statement: tuple[str, str]):
    found = one(*statement)
    assert found.negated
    assert found.title


@pytest.mark.parametrize("given", ["", 'negationInd="false"', 'negationInd="0"'])
def test_what_is_not_negated_is_present(given: str):
    assert not one(PROBLEMS, problem(coded("Asthma"), over=given)).negated
    assert not one(VACCINES, vaccine("Influenza", given)).negated


@pytest.mark.parametrize(
    "words",
    [
        "No known allergies", "NKDA", "NKA.", "None", "none known", "No problem data is applicable",
        "No Encounters Indicated", "Procedures not documented", "No information", "Denies smoking",
        "no current medications", "No History of Present Illness Recorded", "No allergies",
        "There are no known drug allergies", "(None recorded)",
    ],
)  # fmt: skip
def test_words_of_absence(words: str):
    assert says_absent(words)


@pytest.mark.parametrize(
    "words",
    ["Asthma", "No impairment", "Nonets", "Nodule", "Known allergy", "Nocturnal cough", "", "Nil by mouth order"],
)  # fmt: skip
def test_words_of_presence(words: str):
    assert not says_absent(words)


def test_why_a_vaccine_was_not_given():
    why = (
        f'<entryRelationship><observation><templateId root="{ROOT}.4.53"/>'
        '<code code="PATOBJ" displayName="patient objection"/></observation></entryRelationship>'
    )
    found = one(VACCINES, vaccine("Influenza", 'negationInd="true"', why))
    assert (found.status, found.starts) == ("not-done", "2025-10")
    assert ("Why not", "patient objection") in found.lines
    assert ("Lot", "L-1") in found.lines


def test_a_narrative_of_absence_is_negated_too():
    rows = "<table><thead><tr><th>Name</th></tr></thead><tbody><tr><td>02/12/2014</td><td>No data recorded</td></tr></tbody></table>"
    found = entries(section(PROCEDURES, text=rows, title="Procedures"))
    assert [(e.kind, e.negated) for e in found] == [(Kind.PROCEDURE, True)]


# ---------------------------------------------------------------- values
@pytest.mark.parametrize(
    ("value", "read"),
    [
        ('<value xsi:type="PQ" value="141" unit="mmol/L"/>', ("141", "mmol/L", "")),
        ('<value xsi:type="hl7:PQ" value="1.10" unit="1"/>', ("1.10", "", "")),
        ('<value xsi:type="PQ" value="7"/>', ("7", "", "")),
        ('<value xsi:type="INT" value="3"/>', ("3", "", "")),
        ('<value xsi:type="ST">Negative</value>', ("Negative", "", "")),
        (coded("Yellow"), ("Yellow", "", "")),
        ('<value xsi:type="IVL_PQ"><low value="5" unit="mg"/><high value="7" unit="mg"/></value>', ("5–7", "mg", "")),
        ('<value xsi:type="IVL_PQ"><high value="5" unit="mg" inclusive="false"/></value>', ("5", "mg", "<")),
        ('<value xsi:type="IVL_PQ"><low value="5" unit="mg"/></value>', ("5", "mg", ">=")),
        ('<value xsi:type="TS" value="20260102"/>', ("2026-01-02", "", "")),
        ('<value xsi:type="RTO_PQ_PQ"><numerator value="1"/><denominator value="8" unit="mL"/></value>', ("1 / 8 mL", "", "")),
    ],
)  # fmt: skip
def test_every_type_of_value(value: str, read: tuple[str, str, str]):
    (measured,) = one(RESULTS, result(value)).measures
    assert (measured.value, measured.unit, measured.comparator) == read


@pytest.mark.parametrize("value", ["", "<value/>", '<value xsi:type="PQ" nullFlavor="UNK"/>'])
def test_a_result_without_a_value_is_no_number(value: str):
    found = one(RESULTS, result(value))
    assert (found.title, found.measures) == ("Sodium", ())


def test_range_flag_panel_and_code():
    more = (
        '<interpretationCode code="H"/><referenceRange><observationRange>'
        '<value xsi:type="IVL_PQ"><low value="136"/><high value="145"/></value>'
        "</observationRange></referenceRange>"
    )
    found = one(RESULTS, result('<value xsi:type="PQ" value="150"/>', more=more))
    (measured,) = found.measures
    assert (measured.low, measured.high, measured.flag) == ("136", "145", "H")
    assert measured.coding is not None
    assert (measured.coding.system, measured.coding.code) == ("http://loinc.org", "2951-2")
    assert (found.status, found.starts) == ("final", "2026-01-02T08:30:00-08:00")
    assert ("Panel", "Chemistry") in found.lines


@pytest.mark.parametrize("words", ["136-145 mmol/L", "(136–145)", "136 to 145"])
def test_a_range_in_words_that_is_a_pair_of_numbers(words: str):
    more = f"<referenceRange><observationRange><text>{words}</text></observationRange></referenceRange>"
    (measured,) = one(RESULTS, result('<value xsi:type="PQ" value="1"/>', more=more)).measures
    assert (measured.low, measured.high, measured.reference) == ("136", "145", words)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("20140531151542.706-0700", "2014-05-31T15:15:42-07:00"),
        ("19471010", "1947-10-10"),
        ("194710", "1947-10"),
        ("1947", "1947"),
        ("201402111354", "2014-02-11T13:54"),
        ("20130711002700", "2013-07-11T00:27:00"),
        ("20120912000000-0000", "2012-09-12T00:00:00Z"),
        ("2014053115", "2014-05-31"),
        ("20130230", ""),
        ("00000000", ""),
        ("99991231", ""),
        ("Jan 5", ""),
        ("", ""),
        ("20140531T1515", "2014-05-31T15:15"),
        ("20140531156142", ""),
        ("201405311515+9900", "2014-05-31T15:15"),
    ],
)
def test_times_keep_their_precision(given: str, read: str):
    assert moment(given) == read


def test_when_a_result_does_not_say_its_group_does():
    grouped = result("<value xsi:type='PQ' value='1'/>", time="").replace(
        "<component>", '<effectiveTime value="2025"/><component>', 1
    )
    assert one(RESULTS, grouped).starts == "2025"


# ---------------------------------------------------------------- states
def test_how_a_problem_goes():
    assert one(PROBLEMS, problem(coded("Asthma"))).status == "active"
    assert one(PROBLEMS, problem(coded("Asthma"), act="completed")).status == "resolved"
    seen = (
        f'<entryRelationship typeCode="REFR"><observation><templateId root="{ROOT}.4.6"/>'
        '<value xsi:type="CD" code="73425007"/></observation></entryRelationship>'
    )
    assert one(PROBLEMS, problem(coded("Asthma"), more=seen)).status == "inactive"


def test_a_closed_list_does_not_end_an_allergy():
    closed = allergy('<code displayName="Penicillin"/>').replace('"active"', '"completed"')
    assert one(ALLERGIES, closed).status == ""


def test_old_documents_call_every_medicine_completed():
    code = '<code displayName="Sertraline"/>'
    assert one(MEDICINES, medicine(code, status="completed")).status == ""
    newer = medicine(code, status="completed", template='extension="2014-06-09"')
    assert one(MEDICINES, newer).status == "completed"
    assert one(MEDICINES, medicine(code, over='moodCode2="INT"')).status == "active"


def test_how_a_medicine_is_taken():
    more = (
        '<effectiveTime xsi:type="PIVL_TS" operator="A"><period value="12" unit="h"/></effectiveTime>'
        '<routeCode displayName="Oral"/><doseQuantity value="2"/>'
        '<administrationUnitCode displayName="tablet"/>'
    )
    found = one(MEDICINES, medicine('<code nullFlavor="UNK"/><name>Sertraline</name>', more=more))
    assert found.title == "Sertraline"
    assert found.lines == (("Dose", "2 tablet"), ("Route", "Oral"), ("How often", "every 12 h"))


def test_an_allergy_with_its_reaction():
    more = (
        f'<entryRelationship typeCode="MFST"><observation><templateId root="{ROOT}.4.9"/>'
        f"{coded('Hives')}</observation></entryRelationship>"
    )
    found = one(ALLERGIES, allergy('<code displayName="Penicillin"/>', more=more))
    assert found.title == "Penicillin"
    assert found.lines == (("Kind", "Allergy to substance"), ("Reaction", "Hives"))


# ---------------------------------------------------------------- sections
def test_a_section_is_known_by_its_template_where_its_code_is_not():
    whole = document(section("", problem(coded("Asthma"))).replace(
        "<title>", f'<templateId root="{ROOT}.2.5.1"/><title>', 1
    ))  # fmt: skip
    assert [e.kind for e in read_ccda(whole).entries] == [Kind.CONDITION]


def test_an_older_document_without_our_templates():
    old = problem(coded("Hypothyroidism")).replace(f"{ROOT}.4.4", "2.16.840.1.113883.3.88.11.83.7")
    drug = medicine('<code displayName="Aspirin"/>').replace(f"{ROOT}.4.16", "1.2.3")
    found = entries(section(PROBLEMS, old), section(MEDICINES, drug))
    assert [(e.kind, e.title) for e in found] == [
        (Kind.CONDITION, "Hypothyroidism"),
        (Kind.MEDICATION, "Aspirin"),
    ]


def test_narrative_is_shown_clean_and_in_its_shape():
    text = (
        '<paragraph>A <content styleCode="Bold">b</content> c</paragraph><script>alert(1)</script>'
        '<list listType="ordered"><caption>Steps</caption><item>1</item></list>'
        '<table onclick="x()"><tbody><tr><td colspan="2" style="x">d&lt;e</td></tr></tbody></table>'
        '<linkHtml href="javascript:x()">away</linkHtml><renderMultiMedia referencedObject="m"/>'
    )
    (found,) = entries(section("29762-2", text=text, title="Social history"))
    assert found.html == (
        "<p>A <b>b</b> c</p>alert(1)<p>Steps</p><ol><li>1</li></ol>"
        '<table><tbody><tr><td colspan="2">d&lt;e</td></tr></tbody></table>away'
    )
    assert (found.kind, found.title, found.starts) == (Kind.OTHER, "Social history", "2026-01-02")


def test_a_section_without_words_is_left_out():
    assert entries(section("29762-2", text=" <p> </p> ")) == ()


def test_two_that_share_an_id_are_two_and_the_same_one_keeps_its_key():
    shared = '<id root="4adc1020-7b14-11db-9fe1-0800200c9a66"/>'
    both = [problem(coded(original=n), more=shared) for n in ("Asthma", "Angina")]
    first, second = entries(section(PROBLEMS, *both))
    assert first.key != second.key
    (alone,) = entries(section(PROBLEMS, both[1]))
    assert alone.key == second.key


def test_the_same_statement_twice_is_told_apart():
    first, second = entries(section(PROBLEMS, problem(coded("Asthma")), problem(coded("Asthma"))))
    assert first.key != second.key


# ---------------------------------------------------------------- people
def test_whom_it_is_about():
    person = read_ccda(RICH).person
    assert display(person.name) == "María Ibáñez"
    assert (person.birth_date, person.gender) == (date(1985, 3, 14), "female")
    assert (person.phone, person.email) == ("555-0102", "maria@test.example")
    assert person.address == Address("1 Elm St", "", "Ashby", "OR", "97099")
    assert person.language == "Spanish"
    assert person.references == {"1.2.3^77"}


def test_who_is_near():
    near = (
        '<guardian><code displayName="Grandparent"/><telecom value="tel:555-0103"/>'
        "<guardianPerson><name><given>Ana</given><family>Ibáñez</family></name></guardianPerson></guardian>"
    )
    person = PERSON.replace("</patient>", f"{near}</patient>", 1)
    contacts = read_ccda(document(person=person)).person.contacts
    assert contacts == (Contact("Ana Ibáñez", "Grandparent", "555-0103"),)


@pytest.mark.parametrize(
    "person",
    [
        "",
        PERSON + PERSON,
        "<recordTarget/>",
        '<recordTarget><patientRole><patient><name nullFlavor="UNK"/></patient></patientRole></recordTarget>',
        PERSON.replace("María", "x" * 501),
        PERSON.replace("<name", "<name><family>x</family></name><name" * 51, 1),
    ],
    ids=["nobody", "two", "empty", "nameless", "endless", "many names"],
)
def test_not_one_person_is_refused(person: str):
    with pytest.raises(InvalidError):
        read_ccda(document(person=person))


@pytest.mark.parametrize("given", ["1985", "198503", "", "19850230"])
def test_a_part_of_a_date_is_no_birthday(given: str):
    person = PERSON.replace("19850314", given)
    assert read_ccda(document(person=person)).person.birth_date is None


# ---------------------------------------------------------------- files inside
def inside(data: bytes, kind: str, more: str = "") -> bytes:
    coded_data = base64.b64encode(data).decode()
    text = f'<text mediaType="{kind}" representation="B64" {more}>{coded_data}</text>'
    return document(body=f"<nonXMLBody>{text}</nonXMLBody>")


def tiff() -> bytes:
    out = io.BytesIO()
    Image.new("1", (8, 8)).save(out, "TIFF")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "kind", "name"),
    [
        (pdf(), "application/pdf", "Summary.pdf"),
        (picture("PNG"), "image/png", "Summary.png"),
        (picture("JPEG"), "image/jpeg", "Summary.jpg"),
        (tiff(), "image/tiff", "Summary.tif"),
        (b"{\\rtf1 words}", "text/rtf", "Summary.rtf"),
        ("Grüße".encode(), "text/plain", "Summary.txt"),
    ],
)
def test_the_body_of_an_unstructured_document(data: bytes, kind: str, name: str):
    for told in (kind, "application/octet-stream"):
        file = read_ccda(inside(data, told))
        (kept,) = file.files
        assert (kept.name, kept.media_type, kept.data) == (name, kind, data)
        assert [(e.kind, e.title, e.key) for e in file.entries] == [
            (Kind.DOCUMENT, "Summary", kept.entry_key)
        ]


def test_a_packed_body():
    file = read_ccda(inside(gzip.compress(pdf()), "application/pdf", 'compression="GZ"'))
    assert file.files[0].data == pdf()


def test_a_body_of_html_is_cleaned():
    file = read_ccda(inside(b"<p onclick='x()'>Hi</p><script>x()</script>", "text/html"))
    assert (file.entries[0].html, file.files) == ("<p>Hi</p>", ())


@pytest.mark.parametrize(
    "body",
    [
        inside(b"%PDF-1.4\n%broken", "application/pdf"),
        inside(b"\x7fELF\2\1\1" + b"\0" * 60, "application/pdf"),
        inside(b"MZ\x90\0\3" + b"\0" * 60, "text/plain"),
        inside(gzip.compress(b"x" * (21 * 1024 * 1024)), "text/plain", 'compression="GZ"'),
        document(body="<nonXMLBody/>"),
        document(body='<nonXMLBody><text mediaType="application/pdf"><reference value="http://192.0.2.1/a.pdf"/></text></nonXMLBody>'),
        document(body='<nonXMLBody><text representation="B64">####</text></nonXMLBody>'),
    ],
    ids=["half a PDF", "a program", "another", "a bomb", "no text", "elsewhere", "no base64"],
)  # fmt: skip
def test_a_body_that_would_not_open_is_told_not_kept(body: bytes):
    file = read_ccda(body)
    assert (file.files, file.entries) == ((), ())
    assert [u.count for u in file.unread] == [1]
    assert file.notes


def test_a_picture_of_a_section():
    image = base64.b64encode(picture("PNG")).decode()
    media = f'<observationMedia ID="MM1"><value mediaType="image/png" representation="B64">{image}</value></observationMedia>'
    file = read_ccda(document(section(RESULTS, media)))
    assert [(f.name, f.media_type) for f in file.files] == [("MM1.png", "image/png")]
    assert file.files[0].entry_key == file.entries[0].key


# ---------------------------------------------------------------- what is refused
def xml(before: str, inner: str = "") -> bytes:
    return f'{before}<ClinicalDocument xmlns="urn:hl7-org:v3">{inner}</ClinicalDocument>'.encode()


REFUSED = {
    "nothing": b"",
    "words": b"hello",
    "half a document": RICH[:-60],
    "a PDF": pdf(),
    "another root": b'<x xmlns="urn:hl7-org:v3"/>',
    "a root of another kind": b'<ClinicalDocument xmlns="urn:other"/>',
    "a document type": b"<!DOCTYPE x>" + RICH[38:],
    "a document type behind a comment": b"<!-- <a> --><?b?><!DOCTYPE x>" + RICH[38:],
    "an entity": xml('<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>', "&e;"),
    "an entity that is not told": xml("", "&e;"),
    "a document type in UTF-16": xml("<!DOCTYPE x>").decode().encode("utf-16"),
    "an unknown encoding": b"<?xml version='1.0' encoding='utf-7'?>" + RICH[38:],
    "a false encoding": b"<?xml version='1.0' encoding='cp037'?>" + RICH[38:],
    "deep": xml("", PERSON + "<a>" * (DEPTH_MOST + 5) + "</a>" * (DEPTH_MOST + 5)),
    "deeper than the parser": xml("", "<a>" * 5000 + "</a>" * 5000),
    "wide": xml("", PERSON + "<a/>" * 400_001),
    "too big": RICH + b" " * BYTES_MOST,
    "too many sections": document(*[section("1", text="x")] * 501),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_document_of_one_person_is_refused_in_one_line(what: str):
    with pytest.raises(InvalidError) as error:
        read_ccda(REFUSED[what])
    assert "\n" not in error.value.message
    assert len(error.value.message) < 100


def test_what_is_too_big_is_not_even_decoded():
    with pytest.raises(InvalidError, match="too big"):
        read_ccda(b"\xff" * (BYTES_MOST + 1))


def test_a_bomb_in_an_attribute_is_refused_before_it_is_parsed():
    letters = "abcdefghij"
    bombs = "".join(f"<!ENTITY {a} '{f'&{b};' * 10}'>" for b, a in itertools.pairwise(letters))
    data = xml(f"<!DOCTYPE x [<!ENTITY a 'aaaaaaaaaa'>{bombs}]>", '<id root="&j;"/>' + PERSON)
    with pytest.raises(InvalidError, match="document type"):
        read_ccda(data)


def test_what_a_file_repeats_is_read_in_little_time():
    group = "<organizer>" + "<component><observation><value/></observation></component>" * 8000
    reference = '<reference value="#a"/>'
    statements = [problem(coded(original=reference * 9)) for _ in range(1500)]
    same = problem(coded("Asthma"), more='<id root="1.2" extension="x"/>')
    long = f'<paragraph ID="a">{"word " * 200_000}</paragraph>'
    for data in (
        document(
            section(RESULTS, group.replace("<value/>", "<value value='1'/>") + "</organizer>")
        ),
        document(section(PROBLEMS, *statements, text=long)),
        document(section(PROBLEMS, *[same] * 4000)),
        b" " * (10 * 1024 * 1024) + RICH,
        b" " * (10 * 1024 * 1024),
    ):
        begun = time.process_time()
        with contextlib.suppress(InvalidError):
            read_ccda(data)
        assert time.process_time() - begun < 4


def test_a_document_type_inside_is_only_words():
    body = '<nonXMLBody><text mediaType="text/html"><![CDATA[<!DOCTYPE html><p>Hi</p>]]></text></nonXMLBody>'
    assert read_ccda(document(body=body)).entries[0].html == "<p>Hi</p>"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252", "iso-8859-1"])
def test_encodings(encoding: str):
    declared = encoding.removesuffix("-sig")
    text = RICH.decode().replace('encoding="UTF-8"', f'encoding="{declared}"')
    file = read_ccda(text.encode(encoding))
    assert (file.person.name.family, file.notes) == ("Ibáñez", ())


def test_broken_characters_are_told():
    file = read_ccda(RICH.replace("í".encode(), b"\xed"))
    assert len(file.entries) == 8
    assert "characters" in file.notes[0]


def test_prefixes_do_not_matter():
    text = RICH.decode().replace('xmlns="urn:hl7-org:v3"', 'xmlns:h="urn:hl7-org:v3"')
    for name in ("ClinicalDocument", "recordTarget", "patientRole"):
        assert name in text
    prefixed = text.replace("<", "<h:").replace("<h:/", "</h:").replace("<h:?", "<?")
    assert len(read_ccda(prefixed.encode()).entries) == 8


# ---------------------------------------------------------------- which reader
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (RICH, "ccda"),
        (RICH.decode().encode("utf-16"), "ccda"),
        (b"\n <ClinicalDocument/>", "ccda"),
        (b'{"resourceType": "Bundle"}', "fhir"),
        ('{"resourceType": "Bundle"}'.encode("utf-16"), "fhir"),
        (gzip.compress(b'{"a": 1}', mtime=0), "fhir"),
        (gzip.compress(b"words", mtime=0), ""),
        (b"\x1f\x8bbroken", ""),
        (b"<html>", ""),
        (pdf(), ""),
        (b"", ""),
    ],
)
def test_content_decides(data: bytes, kind: str):
    assert kind_of(data) == kind


@pytest.mark.parametrize("data", [b"", pdf(), b"<html/>", b"words"])
def test_what_no_reader_is_for_is_refused(data: bytes):
    with pytest.raises(InvalidError):
        read_file(data)
