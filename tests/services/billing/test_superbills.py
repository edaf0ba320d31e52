"""Superbills: made of completed visits, never changed, read back from the PDF."""

import hashlib
import io
import re
from collections.abc import Iterator

import pytest
from pypdf import PdfReader
from sqlalchemy.exc import DBAPIError
from sqlmodel import select

from portal_app.data.models import (
    Appointment,
    BillingSettings,
    Chart,
    ClinicianBilling,
    Coverage,
    Invoice,
    Patient,
    StoredFile,
    Superbill,
    SuperbillSettings,
)
from portal_app.data.schemas.superbills import SuperbillAnswer
from portal_app.integrations import pdf
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.security.system import open_system
from portal_app.services.billing import ledger, superbills
from tests.schedule_world import all_of
from tests.superbill_world import FEE, GROUP_NPI, NPI, Charged, charge, pay, ready, sums
from tests.world import World


def create(world: World, key: str = "12", **more: object) -> SuperbillAnswer:
    return superbills.create(world["alice"], world.charts["alice"], key, **more)  # type: ignore[arg-type]


def read(data: bytes) -> str:
    pages = [page.extract_text() for page in PdfReader(io.BytesIO(data)).pages]
    return re.sub(r"\s+", " ", " ".join(pages))


def made(world: World, **more: object) -> str:
    answer = create(world, **more)
    assert answer.made, answer
    return read(superbills.as_pdf(world["alice"], world.charts["alice"], answer.made.id)[1])


def alter(change: dict[str, object]) -> None:
    with open_system("a change") as work:
        row = work.session.exec(select(Superbill)).one()
        row.sqlmodel_update(change)
        work.session.add(row)


@pytest.fixture
def three(world: World) -> list[Charged]:
    ready()
    charges = [charge(world, 40), charge(world, 20, mode="video"), charge(world, 5)]
    pay(world, FEE + 100_00)
    return charges


@pytest.mark.seed("S27")
def test_what_is_read_back_holds_every_field(world: World, three: list[Charged]):
    text = made(world)
    for field in (
        "Test practice",
        "1 Test Street, Ashby Falls, OR 97099",
        "(541) 555-0100",
        "12-3456789",
        GROUP_NPI,
        "Own, MD",
        NPI,
        "OR-1234 (OR)",
        "Alice Adams",
        "Born 11/24/1985",
        "2207 Orchard Lane",
        "Ashby Falls, OR 97099",
        "Cascade Mutual Health",
        "CMH 448 210 97",
        "Policy holder: Alice Adams (self)",
        "A F33.1 Major depressive disorder, recurrent, moderate",
        "B F41.1 Generalized anxiety disorder",
        "10/15/2026 99214 11 Medication follow-up A, B Own 1 $160.00 $160.00",
        "11/04/2026 99214 95 10 Medication follow-up A, B Own 1 $160.00 $100.00",
        "11/19/2026 99214 11 Medication follow-up A, B Own 1 $160.00 $0.00",
        "11/24/2026 Visa ending in 4242 $260.00",
        "This is not a bill",
        "No. 2026-1",
        "Made November 24, 2026",
        "November 25, 2025 to November 24, 2026",
        "Signed electronically by",
        "Units",
        "ICD-10-CM, April 2026",
        "Page 1 of 1",
    ):
        assert field in text, field


@pytest.mark.seed("S27")
def test_its_totals_are_those_of_the_ledger(world: World, three: list[Charged]):
    text = made(world)
    total, paid, due = (f"${n // 100:,}.{n % 100:02}" for n in sums(world))
    assert f"Total fees {total} Paid by patient {paid} Balance due {due}" in text
    assert (total, paid, due) == ("$480.00", "$260.00", "$220.00")


def test_it_is_tagged_and_made_once(world: World, three: list[Charged]):
    row = create(world).made
    assert row
    chart = world.charts["alice"]
    name, first = superbills.as_pdf(world["alice"], chart, row.id)
    again = superbills.as_pdf(world["alice"], chart, row.id)[1]
    kept = all_of(Superbill)[0]
    assert name == "superbill-2026-1.pdf"
    assert first == again
    assert hashlib.sha256(first).digest() == kept.sha256
    root = PdfReader(io.BytesIO(first)).trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert "/StructTreeRoot" in root
    assert len(all_of(StoredFile)) == 1


def test_the_same_again_is_the_same(world: World, three: list[Charged]):
    first, again = create(world), create(world)
    assert first.is_new
    assert not again.is_new
    assert first.made
    assert again.made == first.made


def test_the_same_days_with_something_new_take_its_place(world: World, three: list[Charged]):
    first = create(world).made
    pay(world, 20_00, key="two")
    second = create(world)
    assert first
    assert second.made
    assert second.made.number == "2026-2"
    assert [(r.number, r.replaces_number, r.replaced_by_number) for r in all_of(Superbill)] in (
        [("2026-1", "", "2026-2"), ("2026-2", "2026-1", "")],
        [("2026-2", "2026-1", ""), ("2026-1", "", "2026-2")],
    )
    old = superbills.as_pdf(world["alice"], world.charts["alice"], first.id)[1]
    new = superbills.as_pdf(world["alice"], world.charts["alice"], second.made.id)[1]
    assert "Paid by patient $260.00" in read(old)
    assert "Paid by patient $280.00" in read(new)
    assert "Takes the place of no. 2026-1" in read(new)


def test_other_visits_stand_beside_it(world: World, three: list[Charged]):
    create(world)
    other = create(world, "30").made
    assert other
    assert all(r.replaces_number == "" for r in all_of(Superbill))


def test_the_database_refuses_to_change_what_it_says(world: World, three: list[Charged]):
    create(world)
    for change in ({"snapshot": "{}"}, {"sequence": 7}):
        with pytest.raises(DBAPIError, match="superbill_said"):
            alter(change)
    with (
        pytest.raises(DBAPIError, match="superbill_no_delete"),
        open_system("a change") as work,
    ):
        work.session.delete(work.session.exec(select(Superbill)).one())


@pytest.mark.parametrize("status", ["cancelled", "no_show", "late_cancelled", "booked"])
def test_only_completed_visits_are_on_it(world: World, status: str):
    ready()
    charge(world, 10, status=status)
    answer = create(world)
    assert answer.made is None
    assert "no visits" in answer.yours[0].words


def test_fees_drafts_and_visits_outside_the_range_are_not_on_it(world: World):
    ready()
    charge(world, 10)
    charge(world, 11, kind="late_fee")
    charge(world, 12, issues=False)
    charge(world, 400)
    assert "Total fees $160.00" in made(world)


def test_a_visit_without_its_codes_keeps_away_only_itself(world: World, three: list[Charged]):
    charge(world, 3, diagnoses=())
    charge(world, 2, code="")
    answer = create(world)
    assert answer.made is None
    assert answer.practices == (
        "Visit of November 21, 2026: its diagnosis",
        "Visit of November 22, 2026: its procedure code",
    )
    assert answer.ready == 3
    assert all_of(Superbill) == []
    assert "Total fees $480.00" in made(world, leaves_out=True)


def test_what_is_missing_names_who_can_mend_it(world: World):
    charge(world, 5)
    with open_system("an insurance") as work:
        patient = work.session.exec(select(Patient).where(Patient.given == "Alice")).one()
        patient.birth_date = None
        work.session.add(patient)
        work.session.add(Coverage(patient_id=patient.id, payer="Cascade", holder="Al"))
    answer = create(world, leaves_out=True)
    assert answer.made is None
    assert answer.ready == 0
    assert [row.words for row in answer.yours] == [
        "Date of birth",
        "Street address",
        "City, state and ZIP code",
        "Member ID at Cascade",
    ]
    assert all(row.href.endswith("/demographics?tab=update") for row in answer.yours)
    assert answer.practices == (
        "The practice’s address",
        "The practice’s phone",
        "The practice’s tax ID",
        "The practice’s NPI",
        "Credentials of Own",
        "NPI of Own",
        "License of Own",
    )


def test_a_number_with_a_mistyped_digit_stops_it(world: World, three: list[Charged]):
    with open_system("a slip of the finger") as work:
        for row in work.session.exec(select(ClinicianBilling)).all():
            row.npi = "1234567890"
            work.session.add(row)
    assert create(world).practices == ("NPI of Own",)


def test_what_the_practice_took_off_is_said(world: World, three: list[Charged]):
    with open_system("a write-off") as work:
        invoice = work.session.exec(
            select(Invoice).where(Invoice.public_id == three[2].invoice)
        ).one()
        chart = work.session.get_one(Chart, invoice.chart_id)
        ledger.write_off(work, chart, invoice, "test", "off")
    text = made(world)
    assert "Taken off by the practice $160.00 Balance due $60.00" in text
    assert sums(world)[2] == 60_00


def test_unpaid_visits_can_be_left_out(world: World, three: list[Charged]):
    with open_system("a decision") as work:
        work.session.add(SuperbillSettings(shows_unpaid=False))
    assert "Total fees $320.00" in made(world)


def test_later_changes_of_the_practice_do_not_reach_it(world: World, three: list[Charged]):
    row = create(world).made
    assert row
    with open_system("a move") as work:
        settings = work.session.get_one(BillingSettings, 1)
        settings.legal_name = "Another name"
        work.session.add(settings)
        for visit in work.session.exec(select(Appointment)).all():
            visit.title = "Something else"
            work.session.add(visit)
    text = read(superbills.as_pdf(world["alice"], world.charts["alice"], row.id)[1])
    assert "Test practice" in text
    assert "Another name" not in text


def test_numbers_begin_anew_each_year(world: World, three: list[Charged]):
    with open_system("the year before") as work:
        work.session.add(SuperbillSettings(year=2025, next_number=78))
    assert create(world).made.number == "2026-1"  # type: ignore[union-attr]
    assert all_of(SuperbillSettings)[0].next_number == 2


def test_the_practice_can_end_one_with_a_reason(world: World, three: list[Charged]):
    row = create(world).made
    chart = world.charts["alice"]
    assert row
    with pytest.raises(InvalidError):
        superbills.void(world["own"], chart, row.id, " ")
    superbills.void(world["own"], chart, row.id, "Wrong codes")
    with pytest.raises(ConflictError):
        superbills.void(world["own"], chart, row.id, "Again")
    again = create(world)
    assert again.is_new
    assert again.made
    assert again.made.number == "2026-2"


def test_nobody_else_reads_or_makes_one(world: World, three: list[Charged]):
    row = create(world).made
    assert row
    chart = world.charts["alice"]
    for name in ("carol", "other", "exbob", "anonymous", "nothing"):
        with pytest.raises(Exception, match=r"find|signed out|Sign in"):
            superbills.as_pdf(world[name], chart, row.id)
        with pytest.raises(Exception, match=r"find|signed out|Sign in"):
            superbills.create(world[name], chart)
    for name in ("own", "biller", "bea"):
        assert superbills.as_pdf(world[name], chart, row.id)[1][:4] == b"%PDF"
    with pytest.raises(NotFoundError):
        superbills.as_pdf(world["alice"], world.charts["alice2"], row.id)


def test_days_that_make_no_range_are_refused_at_the_field(world: World, three: list[Charged]):
    with pytest.raises(InvalidError) as refused:
        create(world, "dates")
    assert refused.value.field == "first"


@pytest.fixture(autouse=True, scope="module")
def _end_of_pdfs() -> Iterator[None]:
    yield
    pdf.stop()
