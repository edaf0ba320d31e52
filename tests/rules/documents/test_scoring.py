"""Rating scales: every published vector, and the edges of each rule."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal_app.data.instruments import rule_of, scales
from portal_app.rules.documents import scoring
from portal_app.rules.documents.questionnaire import Code, Item, ItemKind, Option, Questionnaire
from portal_app.rules.documents.scoring import bound, score, score_values

VECTORS = json.loads((Path(__file__).parent / "scoring_vectors.json").read_text("utf-8"))


def rule(key: str) -> scoring.Instrument:
    found = rule_of(key)
    assert found is not None
    return found


@pytest.mark.parametrize("vector", VECTORS, ids=range(len(VECTORS)))
def test_every_vector(vector: dict[str, Any]):
    expected = vector["expected"]
    got = score_values(
        rule(vector["instrument"].lower()), vector["answers"], sex=vector.get("sex", "")
    )
    if "error" in expected:
        assert got.total is None
        assert expected["error"].startswith(got.problem)
        assert got.problem
        return
    assert (got.total, got.band) == (expected["total"], expected["band"])
    if "safety_flag" in expected:
        assert got.crisis == expected["safety_flag"]
    if "dsm5_pattern" in expected:
        assert ("dsm5_pattern" in got.flags) == expected["dsm5_pattern"]


def test_the_vectors_are_all_there():
    assert len(VECTORS) == 143
    assert {v["instrument"].lower() for v in VECTORS} == set(scales())


def test_a_warning_is_seen_without_a_total():
    got = score_values(rule("phq-9"), [None] * 8 + [1])
    assert got.total is None
    assert got.problem == scoring.INCOMPLETE
    assert got.crisis
    assert score_values(rule("phq-9"), [9] * 8 + [3]).crisis
    assert not score_values(rule("phq-9"), [3] * 8 + [0]).crisis


@pytest.mark.parametrize(
    ("missing", "total"),
    [(0, 18), (1, 18), (2, 18), (3, None)],
)
def test_two_answers_may_be_missing_where_skipping_is_allowed(missing: int, total: int | None):
    values = [None] * missing + [2] * (9 - missing)
    got = score_values(rule("phq-9"), values, skips=True)
    assert (got.total, got.prorated) == (total, missing in {1, 2})
    assert score_values(rule("phq-9"), values).total == (18 if missing == 0 else None)


def test_an_estimate_is_rounded_to_the_nearest_half_up():
    # 12 / 8 * 9 = 13.5
    assert score_values(rule("phq-9"), [None, 2, 2, 2, 2, 1, 1, 1, 1], skips=True).total == 14


def test_only_the_phq_9_has_a_rule_for_missing_answers():
    assert score_values(rule("gad-7"), [None, 1, 1, 1, 1, 1, 1], skips=True).total is None


def test_where_the_sex_is_unknown_the_lower_cut_off_holds_and_is_said():
    got = score_values(rule("audit-c"), [1, 1, 1])
    assert got.band == "Positive"
    assert "not recorded" in got.note
    assert score_values(rule("audit-c"), [1, 1, 1], sex="male").note == ""


@pytest.mark.parametrize(("values", "total"), [([0, None, None], 0), ([1, None, None], None)])
def test_who_never_drinks_is_not_asked_how_much(values: list[int | None], total: int | None):
    assert score_values(rule("audit-c"), values, sex="male").total == total


def test_the_audit_skips_to_its_last_questions():
    assert score_values(rule("audit"), [0, *[None] * 7, 2, 4]).total == 6
    assert score_values(rule("audit"), [2, 0, 0, *[None] * 5, 2, 0]).total == 4
    assert score_values(rule("audit"), [2, 0, 1, *[None] * 5, 2, 0]).total is None


def test_periods_count_only_for_whom_they_apply_to():
    values = [2] * 15
    assert score_values(rule("phq-15"), values, sex="male").total == 28
    assert score_values(rule("phq-15"), values, sex="female").total == 30
    values[3] = None
    assert score_values(rule("phq-15"), values, sex="female").total == 28
    values[4] = None
    assert score_values(rule("phq-15"), values).total is None


def test_without_an_event_the_trauma_screen_is_zero():
    assert score(rule("pc-ptsd-5"), {"event": (False,)}).total == 0
    assert score(rule("pc-ptsd-5"), {"event": (True,)}).total is None
    answers = {"event": (True,), **{str(n): (n < 5,) for n in range(1, 6)}}
    assert score(rule("pc-ptsd-5"), answers).band == "Positive"


def test_a_positive_short_check_offers_the_long_one():
    assert score_values(rule("phq-2"), [1, 2]).step_up == "phq-9"
    assert score_values(rule("phq-2"), [1, 1]).step_up == ""


def test_the_clusters_have_sums_of_their_own():
    got = score_values(rule("pcl-5"), [1] * 20)
    assert list(got.subscales.values()) == [5, 2, 7, 6]
    assert got.triggered == ()
    risky = score_values(rule("pcl-5"), [*[1] * 15, 2, *[1] * 4])
    assert [a.kind for a in risky.triggered] == [scoring.CLINICIAN]
    assert not risky.crisis


FREQUENCY = tuple(Option(f"c{n}", f"answer {n}", ordinal=n) for n in range(4))


def asked(count: int, *, codes: tuple[str, ...] = ()) -> Questionnaire:
    return Questionnaire(
        "A scale",
        tuple(
            Item(
                f"q{n}",
                ItemKind.CHOICE,
                options=FREQUENCY,
                codes=(Code("http://loinc.org", codes[n]),) if codes else (),
            )
            for n in range(count)
        ),
    )


def test_questions_are_found_by_their_codes_in_whatever_order():
    instrument = rule("gad-7")
    codes = tuple(reversed([item.code for item in instrument.items]))
    found = bound(instrument, asked(7, codes=codes))
    assert found is not None
    assert [item.link_id for item in found.items] == [f"q{n}" for n in range(6, -1, -1)]


def test_without_codes_questions_are_found_by_their_order():
    found = bound(rule("gad-7"), asked(7))
    assert found is not None
    answers = {f"q{n}": ("c3",) for n in range(7)}
    assert score(found, answers).total == 21
    assert score(found, answers | {"q0": ("elsewhere",)}).problem == scoring.OUT_OF_RANGE
    assert score(found, answers | {"q0": ("c1", "c2")}).problem == scoring.INCOMPLETE


def test_another_form_is_not_scored_by_guess():
    assert bound(rule("gad-7"), asked(6)) is None
    plain = replace(asked(1).items[0], options=(Option("c0", "Never"), Option("c1", "Ever")))
    items = tuple(replace(plain, link_id=f"q{n}") for n in range(7))
    assert bound(rule("gad-7"), Questionnaire("No numbers", items)) is None


def test_a_total_that_came_along_is_never_looked_at():
    form = asked(9)
    total = Item("total", ItemKind.DECIMAL, codes=(Code("http://loinc.org", "44261-6"),))
    found = bound(rule("phq-9"), replace(form, items=(*form.items, total)))
    assert found is not None
    answers = {f"q{n}": ("c1",) for n in range(9)} | {"total": (27.0,)}
    assert score(found, answers).total == 9


@given(st.sampled_from(sorted(scales())), st.data())
def test_a_total_is_within_its_range_and_in_a_band(key: str, data: st.DataObject):
    instrument = rule(key)
    values = [data.draw(st.sampled_from(sorted(item.allowed))) for item in instrument.items]
    got = score_values(instrument, values, sex=data.draw(st.sampled_from(["", "female", "male"])))
    assert got.total is not None
    assert 0 <= got.total <= instrument.highest
    assert got.band
    assert got.complete
    assert scoring.loaded(scoring.dumped(got)) == got


@given(st.sampled_from(sorted(scales())), st.data())
def test_whatever_comes_is_scored_or_refused_in_words(key: str, data: st.DataObject):
    instrument = rule(key)
    value = st.none() | st.floats() | st.integers(-5, 9)
    count = len(instrument.items) + data.draw(st.integers(-1, 1))
    got = score_values(instrument, data.draw(st.lists(value, min_size=count, max_size=count)))
    assert (got.total is None) == bool(got.problem)
    assert got.words
