"""What a rating scale makes of the answers: the published rule of each, in plain arithmetic.

A total that came with the answers is never looked at. Without every answer there is no total,
unless the scale has a rule for what is missing and the practice lets questions be skipped; what an
answer warns of is found in any case.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from portal_app.rules.documents.answers import Answers
from portal_app.rules.documents.questionnaire import (
    CHOICES,
    Item,
    ItemKind,
    Questionnaire,
)

INCOMPLETE = "incomplete"
OUT_OF_RANGE = "answer out of range"
WRONG_NUMBER = "wrong number of answers"
CRISIS = "crisis"
"""The patient is shown where help is, at once, and the practice looks today."""
CLINICIAN = "clinician"
"""The clinician is shown the answer."""


@dataclass(frozen=True)
class ScaleItem:
    """One question of a scale, and how its answer counts."""

    link_id: str
    code: str = ""
    """Its LOINC code."""
    values: Mapping[str, float] = field(default_factory=dict)
    """What each option counts."""
    allowed: frozenset[float] = frozenset()
    reversed: bool = False
    at: float | None = None
    """Where set, the question counts as 1 from this answer on, and as 0 below."""
    scored: bool = True
    only: str = ""
    """The sex that the question is for; it counts 0 for others, and where it is left out."""


@dataclass(frozen=True)
class Band:
    """The words for a range of totals, both ends in it."""

    low: float
    high: float
    words: str


@dataclass(frozen=True)
class Cluster:
    """A pattern: at least so many of these questions answered with so much or more."""

    items: tuple[int, ...]
    at: float
    least: int


@dataclass(frozen=True)
class Skip:
    """These questions may be left out, counting 0, when the sum of those is 0."""

    zero: tuple[int, ...]
    items: tuple[int, ...]


@dataclass(frozen=True)
class Alert:
    """An answer that somebody has to see; the number of the question counts from 1."""

    item: int
    at: float
    kind: str = CRISIS
    words: str = ""


@dataclass(frozen=True)
class Subscale:
    """A sum of some of the questions."""

    words: str
    items: tuple[int, ...]


@dataclass(frozen=True)
class Instrument:
    """A rating scale: everything that is known of it but its text."""

    key: str
    title: str
    items: tuple[ScaleItem, ...]
    bands: tuple[Band, ...] = ()
    bands_by_sex: Mapping[str, tuple[Band, ...]] = field(default_factory=dict)
    multiplier: float = 1
    top: float = 0
    """The highest answer to a question: what a reversed one is counted from."""
    highest: float = 0
    """The highest total."""
    higher_is_worse: bool = True
    change: float | None = None
    """The smallest change between two totals that means something."""
    subscales: tuple[Subscale, ...] = ()
    patterns: Mapping[str, tuple[Cluster, ...]] = field(default_factory=dict)
    """What is flagged when every cluster is there."""
    positive_when: Mapping[int, float] = field(default_factory=dict)
    """Positive only if these questions (0 is the total) have at least this much, all of them."""
    skips: tuple[Skip, ...] = ()
    prorate: int = 0
    """How many answers may be missing where the practice lets questions be skipped."""
    alerts: tuple[Alert, ...] = ()
    step_up: str = ""
    """The scale to offer after a positive result."""
    step_up_at: float | None = None
    gate: str = ""
    """The linkId of a question before the others: after a no they are not asked and count 0."""
    panel: str = ""
    total_code: str = ""
    licence: str = ""
    ages: tuple[int, int] | None = None


@dataclass(frozen=True)
class Score:
    """What came out."""

    total: float | None = None
    band: str = ""
    words: str = ""
    """The result as the practice reads it: total and band, or why there is none."""
    subscales: Mapping[str, float] = field(default_factory=dict)
    complete: bool = False
    prorated: bool = False
    flags: tuple[str, ...] = ()
    triggered: tuple[Alert, ...] = ()
    note: str = ""
    problem: str = ""
    step_up: str = ""

    @property
    def crisis(self) -> bool:
        """Whether the patient has to be shown where help is."""
        return any(alert.kind == CRISIS for alert in self.triggered)


def score(instrument: Instrument, answers: Answers, *, sex: str = "", skips: bool = False) -> Score:
    """Score answers by linkId, once `bound` has matched the scale with the questions.

    Args:
        instrument: the scale.
        answers: the code of an option, or a number, for each question.
        sex: "female" or "male", where the record says so.
        skips: whether the practice lets questions be skipped.
    """
    values = [_number(item, answers) for item in instrument.items]
    if instrument.gate and answers.get(instrument.gate) == (False,):
        values = [0.0] * len(values)
    return score_values(instrument, values, sex=sex, skips=skips)


def score_values(
    instrument: Instrument, values: Sequence[float | None], *, sex: str = "", skips: bool = False
) -> Score:
    """Score the numbers of the answers, in the order of the questions; None where there is none."""
    if len(values) != len(instrument.items):
        return Score(problem=WRONG_NUMBER, words="Not scored: wrong number of answers")
    triggered = tuple(
        alert
        for alert in instrument.alerts
        if (value := values[alert.item - 1]) is not None and value >= alert.at
    )
    filled = _filled(instrument, values, sex)
    if any(
        value is not None and item.allowed and value not in item.allowed
        for item, value in zip(instrument.items, filled, strict=True)
    ):
        words = "Not scored: an answer is out of range"
        return Score(problem=OUT_OF_RANGE, triggered=triggered, words=words)
    scored = [i for i, item in enumerate(instrument.items) if item.scored]
    missing = sum(filled[i] is None for i in scored)
    needed = {*scored, *(n - 1 for n in instrument.positive_when if n)}
    prorated = skips and 0 < missing <= instrument.prorate
    if any(filled[i] is None for i in needed) and not prorated:
        return Score(problem=INCOMPLETE, triggered=triggered, words="Not scored: answers missing")
    points = {
        i: _points(instrument, i, value) for i, value in enumerate(filled) if value is not None
    }
    total = sum(points[i] for i in scored if i in points)
    if prorated:
        total = math.floor(total / (len(scored) - missing) * len(scored) + 0.5)
    total *= instrument.multiplier
    band, note = _band(instrument, total, filled, sex)
    step_up = instrument.step_up_at is not None and total >= instrument.step_up_at
    return Score(
        total=total,
        band=band,
        words=f"{total:g} of {instrument.highest:g}" + (f", {band}" if band else ""),
        subscales={
            part.words: sum(points.get(n - 1, 0) for n in part.items)
            for part in instrument.subscales
        },
        complete=not missing,
        prorated=prorated,
        flags=tuple(
            name
            for name, clusters in instrument.patterns.items()
            if all(_found(cluster, filled) for cluster in clusters)
        ),
        triggered=triggered,
        note="Some answers are missing; the total is estimated from the others."
        if prorated
        else note,
        step_up=instrument.step_up if step_up else "",
    )


def bound(instrument: Instrument, questionnaire: Questionnaire) -> Instrument | None:
    """Match a scale with the questions of a form: by their codes, else by their order.

    None where the form does not have the scale's questions, so that nothing is scored by guess.
    """
    asked = [item for item in questionnaire.walk() if item.asked]
    found = _by_code(instrument, asked) or _by_order(instrument, asked)
    if found is None:
        return None
    items = tuple(
        replace(scale, link_id=item.link_id, values=_values(item))
        for scale, item in zip(instrument.items, found, strict=True)
    )
    return replace(instrument, items=items)


def instrument(raw: Mapping[str, Any]) -> Instrument:
    """Read the rule of a scale from its file (`portal_app/data/instruments/`)."""
    usual = frozenset(map(float, raw["values"]))
    marks = {int(n): mark for n, mark in raw.get("items", {}).items()}
    loinc = raw.get("loinc", {})
    codes = loinc.get("items", [])
    items = tuple(
        _scale_item(n, marks.get(n, {}), usual, codes[n - 1] if n <= len(codes) else "")
        for n in range(1, raw["count"] + 1)
    )
    bands = raw.get("bands", [])
    by_sex = bands if isinstance(bands, dict) else {}
    return Instrument(
        key=raw["key"],
        title=raw["title"],
        items=items,
        bands=() if by_sex else _bands(bands),
        bands_by_sex={sex: _bands(rows) for sex, rows in by_sex.items()},
        multiplier=raw.get("multiplier", 1),
        top=max(usual),
        highest=raw["highest"],
        higher_is_worse=raw.get("higher_is_worse", True),
        change=raw.get("change"),
        subscales=tuple(
            Subscale(words, tuple(numbers)) for words, numbers in raw.get("subscales", {}).items()
        ),
        patterns={
            name: tuple(Cluster(tuple(c["items"]), c["at"], c["least"]) for c in clusters)
            for name, clusters in raw.get("patterns", {}).items()
        },
        positive_when={int(n): at for n, at in raw.get("positive_when", {}).items()},
        skips=tuple(Skip(tuple(s["zero"]), tuple(s["items"])) for s in raw.get("skips", [])),
        prorate=raw.get("prorate", 0),
        alerts=tuple(Alert(**alert) for alert in raw.get("alerts", [])),
        step_up=raw.get("step_up", {}).get("to", ""),
        step_up_at=raw.get("step_up", {}).get("at"),
        gate=raw.get("gate", ""),
        panel=loinc.get("panel") or "",
        total_code=loinc.get("total") or "",
        licence=raw.get("licence", ""),
        ages=tuple(raw["ages"]) if "ages" in raw else None,
    )


def dumped(result: Score) -> str:
    """Write a score as JSON."""
    return json.dumps(asdict(result), ensure_ascii=False)


def loaded(text: str) -> Score | None:
    """Read what `dumped` wrote; None of nothing."""
    if not text:
        return None
    raw: dict[str, Any] = json.loads(text)
    alerts = tuple(Alert(**alert) for alert in raw["triggered"])
    return Score(**{**raw, "triggered": alerts, "flags": tuple(raw["flags"])})


def _scale_item(n: int, mark: Mapping[str, Any], usual: frozenset[float], code: str) -> ScaleItem:
    allowed = frozenset(map(float, mark["allowed"])) if "allowed" in mark else usual
    return ScaleItem(
        link_id=str(n),
        code=code,
        allowed=allowed,
        reversed=mark.get("reversed", False),
        at=mark.get("at"),
        scored=mark.get("scored", True),
        only=mark.get("only", ""),
    )


def _bands(rows: Sequence[Mapping[str, Any]]) -> tuple[Band, ...]:
    return tuple(Band(row["min"], row["max"], row["label"]) for row in rows)


def _number(item: ScaleItem, answers: Answers) -> float | None:
    given = answers.get(item.link_id, ())
    if len(given) != 1:
        return None
    (value,) = given
    if isinstance(value, str):
        # an option that counts nothing is out of every range, never silently left out
        return item.values.get(value, math.nan)
    return float(value)


def _filled(instrument: Instrument, values: Sequence[float | None], sex: str) -> list[float | None]:
    """Give the answers, with 0 where a question may be left out."""
    filled = [
        0.0 if item.only and (value is None or sex not in {"", item.only}) else value
        for item, value in zip(instrument.items, values, strict=True)
    ]
    for skip in instrument.skips:
        if all(filled[n - 1] == 0 for n in skip.zero):
            for n in skip.items:
                filled[n - 1] = 0.0 if filled[n - 1] is None else filled[n - 1]
    return filled


def _points(instrument: Instrument, i: int, value: float) -> float:
    item = instrument.items[i]
    counted = instrument.top - value if item.reversed else value
    return counted if item.at is None else float(counted >= item.at)


def _found(cluster: Cluster, filled: Sequence[float | None]) -> bool:
    answers = (filled[n - 1] for n in cluster.items)
    return sum(value is not None and value >= cluster.at for value in answers) >= cluster.least


def _band(
    instrument: Instrument, total: float, filled: Sequence[float | None], sex: str
) -> tuple[str, str]:
    """Give the words for the total, and what has to be said beside them."""
    if instrument.positive_when:
        reached = (
            ((total if n == 0 else filled[n - 1]) or 0) >= at
            for n, at in instrument.positive_when.items()
        )
        return ("Positive" if all(reached) else "Negative"), ""
    bands, note = instrument.bands, ""
    if instrument.bands_by_sex:
        bands = instrument.bands_by_sex.get(sex, ())
        if not bands:
            bands = min(instrument.bands_by_sex.values(), key=lambda rows: rows[0].high)
            note = "Sex is not recorded; the lower cut-off is used."
    return next((band.words for band in bands if band.low <= total <= band.high), ""), note


def _by_code(instrument: Instrument, asked: Sequence[Item]) -> list[Item] | None:
    by_code = {code.code: item for item in asked for code in item.codes}
    found = [by_code.get(item.code) for item in instrument.items if item.code]
    whole = [item for item in found if item is not None]
    return whole if len(whole) == len(instrument.items) else None


def _by_order(instrument: Instrument, asked: Sequence[Item]) -> list[Item] | None:
    counted = [
        item
        for item in asked
        if (item.kind is ItemKind.BOOLEAN and item.link_id != instrument.gate)
        or (item.kind in CHOICES and any(option.ordinal is not None for option in item.options))
    ]
    return counted if len(counted) == len(instrument.items) else None


def _values(item: Item) -> dict[str, float]:
    return {o.code: o.ordinal for o in item.options if o.ordinal is not None}
