"""Lists of patients: written once, all or none, and undone to the last row."""

import time
from typing import Any

import pytest
from sqlmodel import SQLModel, func, select

from portal_app.data.models import (
    Chart,
    Coverage,
    EmergencyContact,
    Patient,
    PatientImport,
    PatientImportRow,
    Thread,
)
from portal_app.data.schemas.messages import MessageInput
from portal_app.rules.errors import InvalidError
from portal_app.rules.roster import Outcome
from portal_app.security.system import open_system
from portal_app.services.messages import practice as inbox
from portal_app.services.roster import importing
from portal_app.services.roster.importing import import_list
from tests.world import URL, World

LIST = """First Name;Last Name;DOB;Email;Cell;Provider;Primary Insurance;Member ID;Emergency Contact
Ida;Imhof;2/3/1971;ida@new.example;(415) 555-0142;Dr. Own;Aetna;W1;Rex Imhof (415) 555-0143
Alice;Adams;5/6/1980;;;;;;
Udo;;1/1/1990;;;;;;
Emil;Ott;12/24/49;;;Nobody Here;Self-pay;;
"""


def counts() -> dict[str, int]:
    with open_system("look", writes=False) as work:
        return {
            t.name: work.session.exec(select(func.count()).select_from(t)).one()
            for t in SQLModel.metadata.sorted_tables
        }


def contents() -> dict[str, list[Any]]:
    """All rows of the tables that an import writes to."""
    with open_system("look", writes=False) as work:
        return {
            t.__name__: sorted(repr(sorted(r.model_dump().items(), key=str)) for r in rows)
            for t in (Patient, Chart, EmergencyContact, Coverage)
            if (rows := work.session.exec(select(t)).all()) is not None
        }


def undo() -> importing.Undone:
    with open_system("undo") as work:
        batch = work.session.exec(select(PatientImport)).one()
        return importing.undo(work, batch)


def person(family: str) -> Patient:
    with open_system("look", writes=False) as work:
        return work.session.exec(select(Patient).where(Patient.family == family)).one()


@pytest.mark.usefixtures("world")
def test_people_come_with_all_that_the_list_knows():
    report = import_list("list.csv", LIST.encode())
    assert [r.outcome for r in report.rows] == [
        Outcome.ADD,
        Outcome.DUPLICATE,
        Outcome.REJECT,
        Outcome.ADD,
    ]
    lines = report.lines()
    assert lines[-1] == "4 rows: 2 added, 1 there already, 1 not added."
    assert "Row 2: there already. The same name and date of birth as" in "\n".join(lines)
    ida, emil = person("Imhof"), person("Ott")
    assert (ida.email, ida.phone) == ("ida@new.example", "+14155550142")
    assert emil.birth_date
    assert emil.birth_date.year == 1949
    with open_system("look", writes=False) as work:
        rows = select(EmergencyContact).where(EmergencyContact.patient_id == ida.id)
        contact = work.session.exec(rows).one()
        assert (contact.name, contact.phone) == ("Rex Imhof", "+14155550143")
        cover = work.session.exec(select(Coverage).where(Coverage.patient_id == ida.id)).one()
        assert (cover.payer, cover.member_id) == ("Aetna", "W1")
        kept = work.session.exec(select(PatientImportRow)).all()
        assert any("Nobody Here" in row.line for row in kept), "nothing of a row is lost"


@pytest.mark.usefixtures("world")
def test_a_dry_run_writes_nothing():
    before = counts()
    report = import_list("list.csv", LIST.encode(), dry_run=True)
    assert report.lines()[-1] == "Nothing was written."
    assert counts() == before


@pytest.mark.usefixtures("world")
def test_the_same_list_twice_adds_nobody_twice():
    import_list("list.csv", LIST.encode())
    again = import_list("list.csv", LIST.encode())
    assert again.count(Outcome.ADD) == 0
    assert again.count(Outcome.DUPLICATE) == 3


@pytest.mark.usefixtures("world")
def test_an_id_of_the_other_program_is_known_again():
    import_list("a.csv", b"Chart ID,First name,Last name,DOB\nL-1,Ida,Imhof,2/3/1971\n")
    again = import_list("b.csv", b"Chart ID,First name,Last name,DOB\nL-1,Ida,Married,2/3/1971\n")
    assert [r.outcome for r in again.rows] == [Outcome.DUPLICATE]


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"  \n",
        b"First name,Last name\n",
        b"Colour,Number\nred,1\n",
        b"\x00\x01\x02\x03",
        b"PK\x03\x04\x00\x00",
        b'First name,Last name\n"never ends' + b"x" * 20_000,
    ],
)
@pytest.mark.usefixtures("world")
def test_what_is_no_list_is_refused_in_one_sentence(data: bytes):
    before = counts()
    with pytest.raises(InvalidError):
        import_list("list.csv", data)
    assert counts() == before


@pytest.mark.usefixtures("world")
def test_undoing_leaves_all_as_it_was():
    before = contents()
    import_list("list.csv", LIST.encode())
    assert contents() != before
    undone = undo()
    assert (undone.removed, undone.kept) == (2, ())
    assert contents() == before
    with pytest.raises(InvalidError):
        undo()


def test_who_was_used_or_changed_since_stays(world: World):
    import_list("list.csv", LIST.encode())
    with open_system("look", writes=False) as work:
        rows = select(Chart).join(Patient).where(Patient.family == "Imhof")
        chart = work.session.exec(rows).one().public_id
    inbox.start(
        world["owner"], chart, MessageInput(recipient="clinician", subject="S", body="B"), URL
    )
    with open_system("change") as work:
        emil = work.session.exec(select(Patient).where(Patient.family == "Ott")).one()
        emil.pronouns = "he / him"
        work.session.add(emil)
    before = contents()
    undone = undo()
    assert undone.removed == 0
    assert dict(undone.kept) == {
        "Ida Imhof": "it has been used since",
        "Emil Ott": "it has been changed since",
    }
    assert contents() == before
    with open_system("look", writes=False) as work:
        assert work.session.exec(select(func.count()).select_from(Thread)).one() == 1


@pytest.mark.sqlite_only
@pytest.mark.usefixtures("world")
def test_five_thousand_rows_in_less_than_a_minute():
    head = "First Name,Last Name,DOB,Email,Cell,Address,City,State,Zip,Emergency Contact\n"
    rows = "".join(
        f"Given{n},Family{n % 700},{n % 12 + 1}/{n % 28 + 1}/{1930 + n % 80},p{n}@new.example,"
        f"(415) 555-01{n % 100:02},{n} Main St,Oakland,CA,94607,Contact {n}\n"
        for n in range(5000)
    )
    before = contents()
    began = time.perf_counter()
    report = import_list("big.csv", (head + rows).encode())
    spent = time.perf_counter() - began
    assert report.count(Outcome.ADD) == 5000
    assert spent < 60
    assert undo().removed == 5000
    assert contents() == before
