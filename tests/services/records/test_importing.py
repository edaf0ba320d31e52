"""From a FHIR bundle to a person with a chart: whole, once, and nowhere else."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlmodel import select

from portal_app.data.models import (
    AuditEvent,
    Chart,
    EmergencyContact,
    Patient,
    RecordEntry,
    RecordSource,
    StoredFile,
)
from portal_app.rules.errors import InvalidError, NotFoundError, PortalError
from portal_app.security.system import open_system
from portal_app.services import practice
from portal_app.services.records import entries
from portal_app.services.records.importing import Report, import_file
from tests.bundles import REFUSED, RICH, bundle, one, packed, patient
from tests.world import World


@pytest.fixture(autouse=True)
def when_nobody_knows_a_birthday(request: pytest.FixtureRequest) -> None:
    """The people who are there are known by name alone; files tell the rest."""
    if "world" in request.fixturenames:
        request.getfixturevalue("world")
        with open_system("birthdays are forgotten") as work:
            for person in work.session.exec(select(Patient)).all():
                person.birth_date = None
                work.session.add(person)


NEW = "new:own@test.example"


def take(world: World, target: str, data: bytes, *, dry_run: bool = False) -> Report:
    return import_file(world.foundation.store, target, "record.json", data, dry_run=dry_run)


def everything() -> dict[str, str]:
    """Every row about people, by its id, as it reads."""
    found = {}
    with open_system("look", writes=False) as work:
        for table in (Patient, Chart, EmergencyContact, RecordSource, RecordEntry, StoredFile):
            for row in work.session.exec(select(table)).all():
                found[f"{table.__name__} {row.id}"] = repr(row.model_dump())
    return found


def person(name: str) -> Patient:
    with open_system("look", writes=False) as work:
        return work.session.exec(select(Patient).where(Patient.family == name)).one()


def contacts() -> list[tuple[str, str, str | None]]:
    with open_system("look", writes=False) as work:
        rows = work.session.exec(select(EmergencyContact)).all()
        return sorted((c.name, c.relationship, c.phone) for c in rows)


def test_a_bundle_becomes_a_person_with_a_chart(world: World):
    before = everything()
    report = take(world, NEW, packed(RICH))
    assert report.lines() == [
        "A new chart was made for María José Ibáñez.",
        f"Chart: {report.chart}",
        "Read: Diagnoses 1, Other 1, Contacts 2",
    ]
    head = practice.patient_head(world["own"], report.chart)
    assert (head.row.name, head.row.clinician) == ("María José Ibáñez", "Dr. Own")
    view = practice.overview(world["own"], report.chart)
    assert view.contacts == ("Luis Ibáñez, Father, 555-0103", "Ana Ibáñez, Sister")
    row = person("Ibáñez")
    assert (row.phone, row.email, row.language) == ("555-0102", "maria@test.example", "Spanish")
    assert practice.roster(world["own"], "ibanez maria").rows[0].chart == report.chart
    after = everything()
    assert {k: v for k, v in after.items() if k in before} == before
    assert len(after) == len(before) + 8


def test_another_clinician_does_not_see_the_new_chart(world: World):
    report = take(world, NEW, one())
    assert practice.roster(world["other"], "ibanez").rows == ()
    with pytest.raises(NotFoundError):
        practice.patient_head(world["other"], report.chart)


def digits(phone: str) -> str:
    """A number without the signs between its digits, and without the country's code for the US."""
    return "".join(c for c in phone if c.isdecimal()).removeprefix("1")


@pytest.mark.parametrize("target", [NEW, "alice"])
def test_a_dry_run_says_the_same_and_writes_nothing(world: World, target: str):
    key = world.charts.get(target, target)
    data = one(name=[{"family": "Adams", "given": ["Alice"]}], contact=[{"name": {"text": "A"}}])
    before = everything()
    tried = take(world, key, data, dry_run=True)
    assert everything() == before
    done = take(world, key, data)
    assert everything() != before
    assert replace(tried, dry_run=False, chart=done.chart) == done
    assert "would be" in tried.lines()[0]


def test_the_second_import_of_a_new_person_is_refused(world: World):
    take(world, NEW, packed(RICH))
    before = everything()
    for dry_run in (True, False):
        with pytest.raises(InvalidError, match="is a patient of Dr"):
            take(world, NEW, packed(RICH), dry_run=dry_run)
    assert everything() == before
    take(world, "new:other@test.example", packed(RICH))


def test_the_second_import_into_a_chart_changes_nothing(world: World):
    chart = take(world, NEW, packed(RICH)).chart
    before = everything()
    take(world, chart, packed(RICH))
    assert everything() == before


def test_a_chart_is_completed_and_never_overwritten(world: World):
    chart = world.charts["alice"]
    told = {
        "name": [{"family": "Adams", "given": ["Alice"]}],
        "telecom": [{"system": "phone", "value": "555-0100"}],
        "contact": [{"name": {"text": "Tom"}}],
    }
    take(world, chart, one(**told))
    later = told | {
        "telecom": [{"system": "phone", "value": "555-9999"}],
        "gender": "male",
        "contact": [{"name": {"text": "Tom"}}, {"name": {"text": "Ann"}}],
    }
    take(world, chart, one(**later))
    row = person("Adams")
    assert (row.phone, row.gender) == ("555-0100", "female")
    assert contacts() == [("Ann", "", None), ("Tom", "", None)]


@pytest.mark.parametrize(
    "told",
    [
        {"name": [{"family": "Clark", "given": ["Carol"]}]},
        {"name": [{"text": "Carol Clark"}]},
        {"name": [{"family": "Adams", "given": ["Alice"]}], "birthDate": "1990-01-01"},
        {"name": None},
        {"name": None, "birthDate": None},
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_file_about_somebody_else_is_refused(
    world: World, told: dict[str, Any], *, dry_run: bool
):
    chart = world.charts["alice"]
    if "birthDate" in told:
        take(world, chart, one(name=[{"family": "Adams", "given": ["Alice"]}]))
    before = everything()
    with pytest.raises(InvalidError, match="somebody else than Alice Adams"):
        take(world, chart, one(**told), dry_run=dry_run)
    assert everything() == before


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("new:nobody@test.example", "No clinician signs in as nobody@test.example."),
        ("new:desk@test.example", "No clinician signs in as desk@test.example."),
        ("new:alice@test.example", "No clinician signs in as alice@test.example."),
        ("new:", "No clinician signs in as ."),
        ("x", "There is no chart x."),
        ("", "There is no chart ."),
    ],
)
def test_a_target_that_is_none(world: World, target: str, words: str):
    before = everything()
    with pytest.raises(NotFoundError) as error:
        take(world, target, packed(RICH))
    assert str(error.value) == words
    assert everything() == before


@pytest.mark.parametrize("what", REFUSED)
def test_bad_input_leaves_nothing(world: World, what: str):
    before = everything()
    with pytest.raises(InvalidError):
        take(world, NEW, REFUSED[what])
    assert everything() == before


def test_people_without_names_and_dates_still_get_a_chart(world: World):
    report = take(world, NEW, packed(bundle({"resourceType": "Patient"})))
    assert report.name == "Name not known"
    row = practice.patient_head(world["own"], report.chart).row
    assert (row.birth_date, row.status) == (None, "active")


def test_who_has_died_is_shown_so(world: World):
    report = take(world, NEW, one(deceasedDateTime="2019"))
    assert practice.patient_head(world["own"], report.chart).row.status == "deceased"


def test_a_name_is_text_wherever_it_goes(world: World):
    report = take(world, NEW, one(name=[{"family": "<b>X</b>\nChart: forged"}]))
    assert all("\n" not in line for line in report.lines())
    assert report.name == "<b>X</b> Chart: forged"


def test_an_import_stands_in_the_access_log(world: World):
    take(world, NEW, one(), dry_run=True)
    take(world, NEW, one())
    with open_system("look", writes=False) as work:
        rows = work.session.exec(select(AuditEvent)).all()
    assert [(r.action, r.actor_kind) for r in rows] == [("records are imported", "system")]


def test_an_import_that_fails_half_way_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
):
    def broken(*_: Any, **__: Any) -> None:
        msg = "the disk is full"
        raise OSError(msg)

    monkeypatch.setattr(entries, "store_told", broken)
    before = everything()
    for target in (NEW, world.charts["alice"]):
        name = [{"family": "Adams", "given": ["Alice"]}]
        with pytest.raises(OSError, match="full"):
            take(world, target, one(name=name, birthDate="1990-01-01", gender="male"))
        assert everything() == before


# ---------------------------------------------------------------- the sample files
def files(samples: Path, part: str) -> list[dict[str, Any]]:
    name = {"fhir": "records_manifest.json", "demo_patients": "demo_manifest.json"}[part]
    listed = json.loads((samples / name).read_text())
    return listed["fhir"] if part == "fhir" else listed


@pytest.mark.parametrize(("part", "number"), [("fhir", 15), ("demo_patients", 40)])
def test_every_sample_becomes_the_person_that_it_is_about(
    world: World, samples: Path, part: str, number: int
):
    listed = files(samples, part)
    assert len(listed) == number
    for entry in listed:
        told = entry["patient"]
        data = (samples / entry["file"]).read_bytes()
        before = everything()
        report = take(world, NEW, data)
        after = everything()
        assert {k: v for k, v in after.items() if k in before} == before
        with open_system("look", writes=False) as work:
            rows = (
                select(Patient)
                .join(Chart)
                .where(
                    Chart.public_id == report.chart,
                )
            )
            row = work.session.exec(rows).one()
        assert row.family == told["family"]
        assert row.given == " ".join(told["given"])
        assert str(row.birth_date or "") == (told["birth_date"] or "")
        assert row.gender == told["gender"]
        assert row.is_deceased is bool(told["deceased"])
        assert not row.phone or digits(row.phone) in {digits(p) for p in told["phone"]}
        assert bool(row.phone) == bool(told["phone"])
        assert (row.email or None) in (told["email"] or [None])
        assert not told["city"] or told["city"] in (row.address or "")
        with pytest.raises(InvalidError, match="already"):
            take(world, NEW, data)
        assert everything() == after


def test_every_hostile_sample_is_refused_or_read_as_text(world: World, samples: Path):
    taken = {"script_narrative.json", "utf16_bundle.json", "wrong_version_stu3.json.gz"}
    for entry in json.loads((samples / "hostile_manifest.json").read_text()):
        file = samples / entry["file"]
        before = everything()
        try:
            take(world, NEW, file.read_bytes())
            assert file.name in taken
        except InvalidError:
            assert file.name != "script_narrative.json"
            assert everything() == before


# ---------------------------------------------------------------- mutated bundles
LEAVES = st.one_of(
    st.sampled_from(
        [
            *(None, True, False, 0, -1, 1e308, float("inf"), float("nan"), 10**400),
            *("", "\ud800", "\x00", "x" * 600, "Patient", "Bundle", "old", "nickname", "phone"),
            *("2020-02-30", "0001-01-01", "0001-01-01T00:00:00+14:00", "2020-W01-1"),
        ]
    ),
    st.text(max_size=8),
)
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=5,
)


def places(node: Any) -> list[tuple[Any, Any]]:
    keys = list(node) if isinstance(node, dict) else list(range(len(node)))
    found = [(node, key) for key in keys]
    for key in keys:
        if isinstance(node[key], dict | list):
            found += places(node[key])
    return found


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    tree = copy.deepcopy(RICH)
    for _ in range(draw(st.integers(1, 4))):
        spots = places(tree)
        if not spots:
            break
        node, key = spots[draw(st.integers(0, len(spots) - 1))]
        match draw(st.sampled_from(["replace", "remove", "wrap", "swap"])):
            case "replace":
                node[key] = draw(VALUES)
            case "remove":
                del node[key]
            case "wrap":
                node[key] = [node[key], node[key]]
            case _:
                other, at = spots[draw(st.integers(0, len(spots) - 1))]
                node[key] = copy.deepcopy(other[at])
    data = bytearray(json.dumps(tree).encode())
    for _ in range(draw(st.integers(0, 2))):
        data[draw(st.integers(0, len(data) - 1))] = draw(st.integers(0, 255))
    return bytes(data)


@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=mutated())
def test_no_mutation_does_more_than_be_refused(world: World, data: bytes):
    before = everything()
    try:
        report = take(world, NEW, data)
    except PortalError:
        assert everything() == before
        return
    after = everything()
    assert {k: v for k, v in after.items() if k in before} == before
    assert practice.patient_head(world["own"], report.chart).row.name == report.name
    with open_system("the next one finds it as it was") as work:
        rows = select(Chart).where(Chart.public_id == report.chart)
        chart = work.session.exec(rows).one()
        row = work.session.get_one(Patient, chart.patient_id)
        for table in (EmergencyContact, RecordEntry, RecordSource, StoredFile):
            of = select(table).where(table.patient_id == row.id)
            for found in work.session.exec(of).all():
                work.session.delete(found)
            work.session.flush()
        work.session.delete(chart)
        work.session.flush()
        work.session.delete(row)


def test_the_mutations_start_from_a_bundle_that_is_taken(world: World):
    assert take(world, NEW, packed(RICH)).created
    assert take(world, "new:other@test.example", packed(bundle(patient()))).created
