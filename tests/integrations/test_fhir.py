"""FHIR R4 as it really comes: what is told is read, what is not is empty, nothing is guessed."""

import gzip
from datetime import UTC, date, datetime

import pytest

from portal_app.integrations.fhir.bundle import as_line, as_text, read_bundle
from portal_app.integrations.fhir.communication import read_communications
from portal_app.integrations.fhir.person import Person, display, read_person
from portal_app.rules.demographics import Address
from portal_app.rules.errors import InvalidError
from tests.bundles import REFUSED, RICH, Json, bundle, one, packed, patient


def read(**over: Json) -> Person:
    return read_person(read_bundle(one(**over)))


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_no_bundle_of_one_person_is_refused_in_one_line(what: str):
    with pytest.raises(InvalidError) as error:
        read_person(read_bundle(REFUSED[what]))
    assert "\n" not in error.value.message
    assert len(error.value.message) < 100


def test_a_file_that_is_too_big_is_refused():
    with pytest.raises(InvalidError, match="too big"):
        read_bundle(b" " * (50 * 1024 * 1024 + 1))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_every_encoding_of_json(encoding: str):
    text = one().decode().encode(encoding)
    assert read_person(read_bundle(text)).name.family == "Ibáñez"
    assert read_person(read_bundle(gzip.compress(text))).name.family == "Ibáñez"


def test_a_whole_person():
    person = read_person(read_bundle(packed(RICH)))
    assert display(person.name) == "María José Ibáñez"
    assert person.birth_date == date(1985, 3, 14)
    assert (person.phone, person.email) == ("555-0102", "maria@test.example")
    assert person.address == Address("1 Elm St", "Apt 2", "Ashby", "OR", "97099")
    assert person.language == "Spanish"
    assert [(c.name, c.relationship, c.phone) for c in person.contacts] == [
        ("Luis Ibáñez", "Father", "555-0103"),
        ("Ana Ibáñez", "Sister", ""),
    ]


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        ([{"use": "old", "family": "A"}, {"use": "official", "family": "B"}], "B"),
        ([{"use": "nickname", "given": ["Bo"]}, {"use": "usual", "family": "C"}], "C"),
        ([{"use": "maiden", "family": "A"}, {"family": "B"}], "B"),
        ([{"use": "made up", "family": "A"}], "A"),
        ([{"given": ["Only"]}], "Only"),
        ([{"text": "Whole Name"}], "Whole Name"),
        ([{}, {"family": "B"}], "B"),
        ({"family": "No list"}, "No list"),
        ([{"family": "Of lists", "given": "One"}], "One Of lists"),
        ([{"family": 5, "given": [None, 1, "G"]}], "G"),
        ([], ""),
        ("text", ""),
        (None, ""),
        ([{"family": "Two\r\n lines\x00\x1b[31m"}], "Two lines[31m"),
        ([{"family": "\ud800O’Connor"}], "O’Connor"),
    ],
)
def test_which_name_is_the_persons(names: Json, shown: str):
    assert display(read(name=names).name) == shown


@pytest.mark.parametrize(
    ("given", "known"),
    [
        ("1985-03-14", date(1985, 3, 14)),
        ("1985-03", None),
        ("1985", None),
        ("1985-02-30", None),
        ("14.3.1985", None),
        (19850314, None),
        (None, None),
    ],
)
def test_a_part_of_a_date_is_no_date(given: Json, known: date | None):
    assert read(birthDate=given).birth_date == known


@pytest.mark.parametrize(
    ("told", "dead", "on"),
    [
        ({"deceasedDateTime": "2019-05-06T10:00:00-05:00"}, True, date(2019, 5, 6)),
        ({"deceasedDateTime": "2019"}, True, None),
        ({"deceasedBoolean": True}, True, None),
        ({"deceasedBoolean": False}, False, None),
        ({"deceasedBoolean": "true"}, False, None),
        ({"deceasedDateTime": ""}, False, None),
        ({}, False, None),
    ],
)
def test_who_has_died(told: dict[str, Json], on: date | None, *, dead: bool):
    person = read(**told)
    assert (person.is_deceased, person.deceased_on) == (dead, on)


def test_what_the_file_does_not_tell_is_empty():
    person = read_person(read_bundle(packed(bundle({"resourceType": "Patient"}))))
    assert person.name.family == ""
    assert (person.birth_date, person.gender, person.phone) == (None, "", "")
    assert (person.email, person.address, person.language, person.contacts) == (
        "",
        Address(),
        "",
        (),
    )


@pytest.mark.parametrize(
    "field", ["name", "telecom", "address", "contact", "communication", "gender", "birthDate"]
)
@pytest.mark.parametrize("value", [0, True, "x", [1], [[]], {}, {"a": 1}, [{"value": 1}], 1e999])
def test_no_field_of_a_wrong_type_is_more_than_empty(field: str, value: Json):
    assert isinstance(read(**{field: value}), Person)


def test_the_same_person_twice_is_one():
    assert read_person(read_bundle(packed(bundle(patient(), patient())))).name.family == "Ibáñez"


def test_control_characters_never_come_through():
    assert as_text("a\x00b\x1b\u202ec\n\td") == "abc\n\td"
    assert as_line("a\n\n b\tc") == "a b c"


# ---------------------------------------------------------------- messages
def message(**over: Json) -> dict[str, Json]:
    return {
        "resourceType": "Communication",
        "sent": "2026-01-02T10:00:00+01:00",
        "payload": [{"contentString": "Hello"}],
    } | over


def test_messages_come_in_the_order_of_their_sending():
    early = message(sent="2026-01-01T10:00:00Z", payload=[{"contentString": "First"}])
    found, broken = read_communications(read_bundle(packed(bundle(message(), early))))
    assert [m.text for m in found] == ["First", "Hello"]
    assert found[1].sent == datetime(2026, 1, 2, 9, 0, tzinfo=UTC)
    assert broken == 0


@pytest.mark.parametrize(
    "over",
    [
        {"sent": "2026-01-01T10:00:00"},
        {"sent": "2026-01-01"},
        {"sent": "0001-01-01T00:00:00+14:00"},
        {"sent": "9999-12-31T23:59:59-14:00"},
        {"sent": 5},
        {"payload": []},
        {"payload": [{"contentString": " "}]},
        {"payload": "Hello"},
    ],
)
def test_a_message_without_words_or_moment_is_counted(over: dict[str, Json]):
    assert read_communications(read_bundle(packed(bundle(message(**over))))) == ([], 1)
