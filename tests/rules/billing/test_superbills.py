"""The pure rule of superbills: letters, totals, and what keeps a line or all of them away."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.rules.billing.superbills import (
    ClinicianFacts,
    Drawn,
    Insurance,
    PatientFacts,
    PracticeFacts,
    Service,
    Who,
    draw,
    telehealth,
)

TODAY = date(2026, 11, 24)
PRACTICE = PracticeFacts("Larkfield", "1 Street", "(541) 555-0142", "12-3456789", "1234567893")
PATIENT = PatientFacts(
    "Dana Whitfield", date(1985, 3, 14), "", "", "2207 Orchard Lane", "Ashby Falls, OR 97099"
)
OSEI = ClinicianFacts("osei", "Amara Osei", "MD", "1234567893", "MD-1", "OR")
SERVICE = Service(
    "1",
    TODAY,
    "Visit",
    "11",
    "99214",
    (),
    (("F33.1", "Major"), ("F41.1", "Generalized")),
    1,
    160_00,
    100_00,
    0,
    "osei",
)


def drawn(*services: Service, practice: PracticeFacts = PRACTICE) -> Drawn:
    return draw(practice, PATIENT, [OSEI], services, TODAY)


def test_diagnoses_have_letters_in_the_order_in_which_they_come():
    other = replace(SERVICE, key="2", diagnoses=(("F41.1", "Generalized"), ("F51.01", "Insomnia")))
    found = drawn(SERVICE, other)
    assert [code for code, _ in found.diagnoses] == ["F33.1", "F41.1", "F51.01"]
    assert [line.pointers for line in found.lines] == [(0, 1), (1, 2)]


@given(
    st.lists(
        st.lists(st.integers(10, 40), min_size=1, max_size=12, unique=True), min_size=1, max_size=9
    )
)
def test_every_pointer_refers_to_a_listed_diagnosis(codes: list[list[int]]):
    services = [
        replace(SERVICE, key=str(n), diagnoses=tuple((f"F{c}.0", str(c)) for c in of))
        for n, of in enumerate(codes)
    ]
    found = drawn(*services)
    assert len(found.diagnoses) <= 12
    for line in found.lines:
        assert 1 <= len(line.pointers) <= 4
        listed = [found.diagnoses[p][0] for p in line.pointers]
        assert listed == [code for code, _ in line.service.diagnoses[:4]]
    assert found.totals.fees == sum(line.service.fee for line in found.lines)
    assert len(found.lines) + len({m.words for m in found.missing}) >= 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"diagnoses": ()}, "its diagnosis"),
        ({"code": ""}, "its procedure code"),
        ({"place": ""}, "where it was"),
        ({"units": 0}, "its units"),
        ({"served_on": TODAY + timedelta(days=1)}, "its day"),
        ({"served_on": date(1985, 3, 13)}, "its day"),
    ],
)
def test_a_line_that_misses_something_keeps_away_only_itself(change: dict[str, object], words: str):
    wrong = replace(SERVICE, key="2", **change)  # type: ignore[arg-type]
    found = drawn(SERVICE, wrong)
    assert [line.service.key for line in found.lines] == ["1"]
    assert [(m.who, m.is_about_visit) for m in found.missing] == [(Who.PRACTICE, True)]
    assert found.missing[0].words.endswith(words)
    assert not found.is_stopped
    assert drawn(wrong).is_stopped


def test_whoever_has_no_valid_number_stops_all_of_it():
    found = drawn(SERVICE, practice=replace(PRACTICE, npi="1234567890"))
    assert [m.words for m in found.missing] == ["The practice’s NPI"]
    assert found.is_stopped
    other = replace(SERVICE, clinician="nobody")
    assert [m.words for m in drawn(other).missing] == ["Who has seen you"]


def test_an_insurance_needs_its_number_and_none_is_needed():
    assert drawn(SERVICE).missing == ()
    plan = Insurance("Cascade", "", "", "", "self")
    found = draw(PRACTICE, replace(PATIENT, insurance=(plan,)), [OSEI], [SERVICE], TODAY)
    assert [m.words for m in found.missing] == [
        "Member ID at Cascade",
        "Policy holder at Cascade",
    ]
    assert {m.who for m in found.missing} == {Who.PATIENT}


def test_totals_are_those_of_the_lines():
    other = replace(SERVICE, key="2", fee=90_00, paid=0, off=20_00)
    totals = drawn(SERVICE, other).totals
    assert (totals.fees, totals.paid, totals.off, totals.due) == (250_00, 100_00, 20_00, 130_00)


def test_a_visit_by_video_says_so_once():
    assert telehealth((), "10", "95") == ("95",)
    assert telehealth(("25",), "02", "95") == ("25", "95")
    assert telehealth(("GT",), "10", "95") == ("GT",)
    assert telehealth((), "11", "95") == telehealth((), "10", "") == ()
    assert len(telehealth(("25", "59", "76", "77"), "10", "95")) == 4
