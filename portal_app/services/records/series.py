"""What was measured, gathered by the thing and its unit, for rows and trends."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from portal_app.data.models import RecordEntry, RecordSource, StoredFile
from portal_app.data.schemas.health_records import (
    RecordPoint,
    RecordSeries,
)
from portal_app.integrations.outgoing import REDISCLOSURE_SHORT
from portal_app.rules import health_records as rule
from portal_app.rules.records import Entry, Label, Measure
from portal_app.security.access import Work

TEXT_MOST, TITLE_MOST = 20_000, 1_000


@dataclass(frozen=True)
class Held:
    """An entry with its row and where it comes from."""

    row: RecordEntry
    entry: Entry
    source: RecordSource | None
    file: StoredFile | None


def bounded(words: str) -> str:
    """Cut words that no page can show whole; the files hold them all."""
    if len(words) <= TEXT_MOST:
        return words
    return f"{words[:TEXT_MOST]} … (shortened; the file with everything holds the rest)"


def source_words(work: Work, held: Held) -> str:
    """Say who wrote an entry, and from where and when it came into the chart."""
    added = held.row.created_at.astimezone(work.zone).date()
    day = f"{added:%B} {added.day}, {added.year}"
    if held.entry.author:
        return f"{held.entry.author[:120]}, added {day}"
    return f"a file that {work.practice.name} added on {day}"


def series(work: Work, measured: Sequence[Held]) -> list[RecordSeries]:
    """Gather values of one thing in one unit; the two halves of a blood pressure stay together."""
    points: dict[tuple[str, str], list[tuple[str, Measure, RecordPoint, str]]] = {}
    halves: dict[str, list[tuple[Held, Measure]]] = {}
    for held in measured:
        for measure in held.entry.measures:
            if rule.is_pressure(measure):
                halves.setdefault(held.entry.starts or held.row.public_id, []).append(
                    (held, measure)
                )
                continue
            name = measure.name if len(held.entry.measures) > 1 else ""
            key = rule.analyte(measure)
            points.setdefault(key, []).append(
                (
                    name or held.entry.title or measure.name,
                    measure,
                    _point(work, held, measure),
                    held.row.label,
                )
            )
    for both in halves.values():
        pair = rule.pressure([m for _, m in both])
        if pair:
            upper, lower = pair
            point = _pair(work, both[0][0], upper, lower)
            key = ("blood pressure", rule.unit(upper.unit))
            points.setdefault(key, []).append(
                ("Blood pressure", upper, point, both[0][0].row.label)
            )
            continue
        for held, measure in both:
            points.setdefault(rule.analyte(measure), []).append(
                (
                    measure.name or held.entry.title,
                    measure,
                    _point(work, held, measure),
                    held.row.label,
                )
            )
    made = []
    for (_, unit), rows in points.items():
        title, newest, first, _ = rows[0]
        paired = len(first.numbers) > 1
        band = (None, None) if paired else (_float(newest.low), _float(newest.high))
        part2 = any(label == Label.PART2.value for *_, label in rows)
        made.append(
            RecordSeries(
                name=title,
                unit=unit,
                points=tuple(p for _, _, p, _ in rows),
                band=band,
                count=len(rows),
                notice=REDISCLOSURE_SHORT if part2 else "",
            )
        )
    return sorted(made, key=lambda s: (-_day_number(s), s.name.casefold()))


def _day_number(series: RecordSeries) -> int:
    return series.newest.day.toordinal() if series.newest.day else 0


def _float(value: str) -> float | None:
    found = rule.number(value)
    return float(found) if found is not None else None


def _point(work: Work, held: Held, measure: Measure) -> RecordPoint:
    exact = measure.value.strip()
    figure = None if measure.comparator else _float(exact)
    return RecordPoint(
        id=held.row.public_id,
        when=rule.when(held.entry.starts, work.zone),
        day=rule.day_of(held.entry.starts, work.zone),
        said=bounded(rule.said(measure)),
        exact=exact if rule.shown(exact) != exact else "",
        numbers=() if figure is None else (figure,),
        flag=rule.flag(measure),
        range=rule.range_words(measure),
        source=source_words(work, held),
    )


def _pair(work: Work, held: Held, upper: Measure, lower: Measure) -> RecordPoint:
    first = _point(work, held, replace(upper, low="", high="", flag="", reference=""))
    words = f"{rule.shown(upper.value)}/{rule.shown(lower.value)} {rule.unit(upper.unit)}".strip()
    figures = [_float(upper.value), _float(lower.value)]
    exact = f"{upper.value}/{lower.value}"
    return replace(
        first,
        said=words,
        exact=exact if not words.startswith(exact) else "",
        numbers=tuple(f for f in figures if f is not None),
        flag=rule.flag(upper) or rule.flag(lower),
    )
