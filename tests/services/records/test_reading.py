"""What a patient and a proxy see of a record, on the page and in every file alike."""

from datetime import date, timedelta

import pytest

from portal_app.data.schemas.health_records import RecordFilter, RecordGroup
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.records import Entry, Kind, Label
from portal_app.services.records import reading
from tests.records import change, lab, medicine, pressure, record
from tests.world import World


def group(world: World, key: str, who: str = "alice", **wanted: object) -> RecordGroup:
    asked = RecordFilter(**wanted)  # type: ignore[arg-type]
    return reading.group(world[who], world.charts["alice"], key, asked)


def titles(found: RecordGroup) -> list[str]:
    return [line.title for line in found.lines]


@pytest.mark.seed("S23")
def test_the_headings_stand_there_in_order_and_say_what_is_in_them(world: World):
    record(world, "alice", [medicine(), Entry(Kind.ALLERGY, "Penicillin", status="active")])
    view = reading.overview(world["alice"], world.charts["alice"])
    assert [h.label for h in view.heads] == [
        "Medicines",
        "Diagnoses",
        "Allergies",
        "Lab results",
        "Vital signs",
        "Immunizations",
        "Visit summaries",
        "Documents",
    ]
    words = {h.label: h.words for h in view.heads}
    assert words["Medicines"] == "1 medicine. Newest: March 4, 2026"
    assert words["Allergies"] == "Penicillin"
    assert not words["Diagnoses"]
    assert not view.is_empty
    record(world, "alice", [Entry(Kind.PROCEDURE, "Appendectomy", starts="2019")])
    heads = reading.overview(world["alice"], world.charts["alice"]).heads
    assert heads[-1].label == "Procedures"


def test_nothing_shared_is_said(world: World):
    record(world, "alice", [medicine()], released=False)
    assert reading.overview(world["alice"], world.charts["alice"]).is_empty


@pytest.mark.seed("S23")
def test_what_is_said_not_to_be_there_is_never_shown_as_present(world: World):
    none = Entry(Kind.ALLERGY, "Allergy to substance", negated=True)
    shot = Entry(Kind.IMMUNIZATION, "Influenza", starts="2026-10-01", negated=True)
    record(world, "alice", [none, shot])
    view = reading.overview(world["alice"], world.charts["alice"])
    assert {h.label: h.words for h in view.heads}["Allergies"] == "No known allergies"
    found = group(world, "allergies")
    assert (found.sentence, found.lines, found.count) == ("No known allergies", (), 0)
    assert group(world, "immunizations").lines == ()
    record(world, "alice", [Entry(Kind.ALLERGY, "Latex", status="active")])
    found = group(world, "allergies")
    assert (titles(found), found.sentence) == (["Latex"], "")


def test_one_line_for_a_medicine_with_those_taken_now_first(world: World):
    old = medicine("Trazodone 50 MG", starts="2026-05-01", status="stopped")
    refills = [medicine(starts=f"2026-0{m}-04", status="completed") for m in (1, 2)]
    record(world, "alice", [old, *refills, medicine(starts="2025-12-04")])
    found = group(world, "medicines")
    assert titles(found) == ["Sertraline 50 MG Oral Tablet", "Trazodone 50 MG"]
    first = found.lines[0]
    assert (first.status, first.when, len(first.earlier)) == ("Now", "December 4, 2025", 2)
    assert found.count == 4
    assert first.source == "a file that Test practice added on November 24, 2026"


@pytest.mark.seed("S23")
def test_a_test_is_one_row_with_its_newest_value_range_flag_and_line(world: World):
    rows = [
        lab("Glucose", "85.93718293847561", "mg/dL", "2026-01-05", code="2345-7"),
        lab("Glucose", "120", "mg/dL", "2026-06-05", code="2345-7", low="70", high="99"),
        lab("Glucose", "5.1", "mmol/L", "2026-07-01", code="2345-7"),
    ]
    record(world, "alice", rows)
    found = group(world, "labs")
    by_unit = {s.unit: s for s in found.series}
    assert set(by_unit) == {"mg/dL", "mmol/L"}
    glucose = by_unit["mg/dL"]
    assert (glucose.newest.said, glucose.newest.flag) == ("120 mg/dL", "High")
    assert (glucose.newest.range, glucose.band) == ("70 to 99", (70.0, 99.0))
    older = glucose.points[1]
    assert (older.said, older.exact) == ("85.94 mg/dL", "85.93718293847561")
    assert [p.numbers for p in glucose.points] == [(120.0,), (85.93718293847561,)]


@pytest.mark.seed("S23")
def test_a_blood_pressure_is_a_pair_also_where_its_halves_are_two_entries(world: World):
    whole = pressure("118", "76", "2026-02-01")
    upper, lower = pressure("130.00001", "84", "2026-03-01").measures
    halves = [
        Entry(Kind.VITAL, "Systolic", starts="2026-03-01", measures=(upper,)),
        Entry(Kind.VITAL, "Diastolic", starts="2026-03-01", measures=(lower,)),
    ]
    record(world, "alice", [whole, *halves])
    (series,) = group(world, "vitals").series
    assert [p.said for p in series.points] == ["130/84 mmHg", "118/76 mmHg"]
    assert series.points[1].numbers == (118.0, 76.0)


def test_half_a_blood_pressure_is_not_lost(world: World):
    upper = pressure("118", "76", "").measures[0]
    record(world, "alice", [Entry(Kind.VITAL, "Systolic", starts="2026-03-01", measures=(upper,))])
    (series,) = group(world, "vitals").series
    assert series.newest.said == "118 mmHg"


def test_search_finds_in_every_word_and_counts_by_heading(world: World):
    record(
        world,
        "alice",
        [medicine(), Entry(Kind.CONDITION, "Anxiety", text="since sertraline was stopped")],
    )
    heads = reading.search(world["alice"], world.charts["alice"], RecordFilter(words="SERTRALINE "))
    counts = {h.label: h.count for h in heads}
    assert (counts["Medicines"], counts["Diagnoses"], counts["Allergies"]) == (1, 1, 0)
    assert titles(group(world, "medicines", words="50 sert")) == ["Sertraline 50 MG Oral Tablet"]
    assert group(world, "medicines", words="lithium").rows == 0


@pytest.mark.parametrize(
    ("since", "until", "found"),
    [
        (date(2021, 1, 1), date(2021, 12, 31), {"year", "month", "day"}),
        (date(2021, 3, 31), None, {"year", "month"}),
        (date(2021, 3, 4), date(2021, 3, 4), {"year", "month", "day"}),
        (date(2021, 3, 5), date(2021, 3, 30), {"year", "month"}),
        (date(2022, 1, 1), None, set()),
        (None, date(2021, 2, 28), {"year"}),
    ],
)
def test_a_range_takes_what_its_date_can_mean(
    world: World, since: date | None, until: date | None, found: set[str]
):
    rows = [
        Entry(Kind.PROCEDURE, "year", starts="2021"),
        Entry(Kind.PROCEDURE, "month", starts="2021-03"),
        Entry(Kind.PROCEDURE, "day", starts="2021-03-04T23:00:00-08:00"),
        Entry(Kind.PROCEDURE, "no date"),
    ]
    record(world, "alice", rows)
    assert set(titles(group(world, "procedures", since=since, until=until))) == found


def test_a_range_that_ends_before_it_begins_is_refused(world: World):
    wrong = RecordFilter(since=date(2026, 2, 1), until=date(2026, 1, 1))
    with pytest.raises(InvalidError):
        reading.search(world["alice"], world.charts["alice"], wrong)


def test_a_medicine_taken_all_year_is_found_in_the_middle(world: World):
    record(world, "alice", [medicine(starts="2026-01-01", ends="2026-12-01")])
    found = group(world, "medicines", since=date(2026, 6, 1), until=date(2026, 6, 2))
    assert found.rows == 1


def test_pages_end_and_say_so(world: World):
    record(world, "alice", [Entry(Kind.PROCEDURE, f"Thing {n}", starts="2020") for n in range(60)])
    found = group(world, "procedures")
    assert (len(found.lines), found.rows) == (reading.PAGE, 60)
    more = reading.group(world["alice"], world.charts["alice"], "procedures", None, 50)
    assert len(more.lines) == 50


def test_an_unknown_heading_is_not_found(world: World):
    with pytest.raises(NotFoundError):
        group(world, "secrets")


def test_a_corrected_entry_takes_the_place_of_the_older_one(world: World):
    (old,) = record(world, "alice", [medicine(key="m1")])
    record(world, "alice", [medicine(key="m1", status="stopped")])
    (line,) = group(world, "medicines").lines
    assert line.id != old
    assert (line.status, line.is_corrected, line.earlier) == ("Stopped", True, ())


def test_narrative_comes_without_anything_that_could_act(world: World):
    html = "<p onclick=x>Old <img src=//evil>words<script>y()</script></p>" + "<div>" * 3000
    record(world, "alice", [Entry(Kind.OTHER, "History", html=html)])
    (line,) = group(world, "other").lines
    assert "words" in line.html
    assert "<img" not in line.html
    assert "script" not in line.html
    assert "onclick" not in line.html
    assert line.html.count("<div") < 50


@pytest.mark.seed("S23")
@pytest.mark.parametrize(
    ("values", "hers", "his"),
    [
        ({}, True, True),
        ({"hidden": True}, True, False),
        ({"label": Label.SENSITIVE}, True, False),
        ({"label": Label.PART2}, True, False),
        ({"label": Label.PSYCHOTHERAPY}, False, False),
        ({"released": False}, False, False),
        ({"withdrawn": True}, False, False),
    ],
)
def test_who_sees_what(world: World, values: dict[str, object], hers: bool, his: bool):
    record(world, "alice", [medicine()], **values)  # type: ignore[arg-type]
    assert bool(group(world, "medicines").rows) is hers
    assert bool(group(world, "medicines", "bob").rows) is his
    chart = world.charts["alice"]
    for who, sees in (("alice", hers), ("bob", his)):
        heads = reading.overview(world[who], chart).heads
        assert bool(heads[0].count) is sees
        found = reading.search(world[who], chart, RecordFilter(words="sertraline"))
        assert bool(found[0].count) is sees


def test_a_release_in_the_future_shows_when_its_time_has_come(world: World):
    record(world, "alice", [medicine()], at=world.clock.now + timedelta(hours=1))
    assert not group(world, "medicines").rows
    world.clock.pass_by(hours=1)
    assert group(world, "medicines").rows == 1


def test_the_other_chart_and_other_people_see_nothing(world: World):
    (entry,) = record(world, "alice", [medicine()])
    other = reading.group(world["alice"], world.charts["alice2"], "medicines")
    assert other.rows == 0
    with pytest.raises(NotFoundError):
        group(world, "medicines", "carol")
    change(entry, hide_from_proxies=True)
    assert group(world, "medicines", "bob").rows == 0
