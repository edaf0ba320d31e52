"""A new version of an entry, made by hand."""

from dataclasses import replace
from uuid import uuid4

from portal_app.data.models import RecordEntry
from portal_app.data.schemas.records import AmendInput
from portal_app.rules.errors import InvalidError
from portal_app.rules.records import Entry, Measure
from portal_app.security.access import Work
from portal_app.services.records import entries

SHOWN = 3
DECIMALS = 4


def revised(work: Work, row: RecordEntry, command: AmendInput) -> RecordEntry:
    """Make the row of a new version; the resource as it came stays with the old one.

    Raises:
        InvalidError: nothing differs.
    """
    held = entries.load(row)
    single = len(held.measures) == 1
    value = command.value.strip() if single else ""
    measures = held.measures
    if single and value != held.measures[0].value:
        measures = (replace(held.measures[0], value=value, flag=""),)
    newer = replace(
        held, title=command.title, text=command.text.strip(), measures=measures, resource={}
    )
    if newer == replace(held, resource={}):
        raise InvalidError("Nothing is changed yet.", field="title")
    version = uuid4()
    return RecordEntry(
        chart_id=row.chart_id,
        patient_id=row.patient_id,
        source_id=row.source_id,
        file_id=row.file_id,
        kind=row.kind,
        body=entries.dump(newer),
        identity=work.keyring.mac("index", b"amended\n" + row.identity + version.bytes),
        happened_at=row.happened_at,
        negated=row.negated,
        label=row.label,
        hide_from_proxies=row.hide_from_proxies,
        released_at=work.now
        if row.released_at and row.released_at <= work.now
        else row.released_at,
        withdrawn_at=row.withdrawn_at,
        withdrawn_reason=row.withdrawn_reason,
        created_at=work.now,
    )


def value_of(entry: Entry) -> str:
    """Say what was measured on one line."""
    told = [_said(m, alone=len(entry.measures) == 1) for m in entry.measures[:SHOWN] if m.value]
    return ", ".join(told)


def _said(measure: Measure, *, alone: bool) -> str:
    number = rounded(measure.value)
    words = " ".join(w for w in (measure.comparator, number, measure.unit) if w)
    limits = f" ({measure.low} to {measure.high})" if measure.low and measure.high else ""
    return f"{words}{limits}" if alone else f"{measure.name} {words}"


def rounded(value: str) -> str:
    """Round what has more decimals than anybody reads; the value itself is kept."""
    whole, dot, decimals = value.partition(".")
    if not dot or len(decimals) <= DECIMALS or not decimals.isdigit():
        return value
    try:
        return f"{float(value):.2f}".rstrip("0").rstrip(".")
    except ValueError:
        return whole
