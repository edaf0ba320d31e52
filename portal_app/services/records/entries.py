"""Entries of a chart's record: written, read back, and who may see which."""

import json
import re
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from portal_app.data.models import RecordEntry, RecordSource, StoredFile
from portal_app.data.types import ChartId
from portal_app.rules.records import Coding, Entry, Kind, Label, Measure
from portal_app.security.access import Work

SYSTEMS = (
    "http://snomed.info/sct",
    "http://www.nlm.nih.gov/research/umls/rxnorm",
    "http://loinc.org",
    "http://hl7.org/fhir/sid/cvx",
    "http://hl7.org/fhir/sid/icd-10-cm",
    "http://hl7.org/fhir/sid/icd-9-cm",
    "http://hl7.org/fhir/sid/ndc",
)
"""Which code tells what an entry is, the surest first."""
OIDS = {
    "urn:oid:2.16.840.1.113883.6.96": SYSTEMS[0],
    "urn:oid:2.16.840.1.113883.6.88": SYSTEMS[1],
    "urn:oid:2.16.840.1.113883.6.1": SYSTEMS[2],
    "urn:oid:2.16.840.1.113883.12.292": SYSTEMS[3],
    "urn:oid:2.16.840.1.113883.6.59": SYSTEMS[3],
    "urn:oid:2.16.840.1.113883.6.90": SYSTEMS[4],
    "urn:oid:2.16.840.1.113883.6.103": SYSTEMS[5],
    "urn:oid:2.16.840.1.113883.6.69": SYSTEMS[6],
}
UNDATED = frozenset({Kind.ALLERGY})
"""Kinds of which a person has each thing once, whatever date a source gives it."""
AT_ONCE = 400
STRICTER = (Label.GENERAL, Label.SENSITIVE, Label.PART2, Label.PSYCHOTHERAPY)
SECURITY = {
    "R": Label.SENSITIVE,
    "V": Label.SENSITIVE,
    "HIV": Label.SENSITIVE,
    "SEX": Label.SENSITIVE,
    "SDV": Label.SENSITIVE,
    "ETH": Label.PART2,
    "SUD": Label.PART2,
    "42CFRPart2": Label.PART2,
    "PSYTHPN": Label.PSYCHOTHERAPY,
}
"""Security labels of FHIR -> ours: https://hl7.org/fhir/R4/security-labels.html"""
PROXY_SEES = (Label.GENERAL.value,)


@dataclass(frozen=True)
class Stored:
    """What came of writing entries."""

    added: tuple[RecordEntry, ...]
    duplicates: int
    """Entries that the chart held already."""
    changed: int = 0
    """Of those added, how many take the place of an older version."""


def topic(chart: str) -> str:
    """Name what open pages hear when the record of a chart (its public id) has changed."""
    return f"records:{chart}"


def dump(entry: Entry) -> str:
    """Write an entry as JSON; what is empty is left out, and half a character becomes a mark."""
    text = json.dumps(
        {k: v for k, v in asdict(entry).items() if v}, ensure_ascii=False, separators=(",", ":")
    )
    return text.encode("utf-8", "replace").decode("utf-8")


def load(row: RecordEntry) -> Entry:
    """Read an entry back from its row."""
    return parse(row.body)


def parse(body: str) -> Entry:
    """Read an entry back from what ``dump`` made."""
    value: dict[str, Any] = json.loads(body)
    known = {f.name for f in fields(Entry)}
    told = {k: v for k, v in value.items() if k in known}
    told["kind"] = Kind(value["kind"])
    told["title"] = value.get("title", "")
    told["codings"] = tuple(Coding(**c) for c in value.get("codings", ()))
    told["measures"] = tuple(_measure(m) for m in value.get("measures", ()))
    told["lines"] = tuple((label, words) for label, words in value.get("lines", ()))
    return Entry(**told)


def _measure(value: dict[str, Any]) -> Measure:
    coding = value.get("coding")
    return Measure(**{**value, "coding": Coding(**coding) if coding else None})


def visible(work: Work) -> ColumnElement[bool]:
    """Limit a query of ``RecordEntry`` to what the person of the open chart may see.

    Released by now, not withdrawn, never psychotherapy notes. A proxy sees neither what is hidden
    from proxies nor what is labelled sensitive or part 2. Negated entries are among them, so that
    "No known allergies" can be said; ``present`` leaves them out. Older versions too: they have
    ``amended_by_id``.
    """
    rules = [
        col(RecordEntry.released_at).is_not(None),
        col(RecordEntry.released_at) <= work.now,
        col(RecordEntry.withdrawn_at).is_(None),
        col(RecordEntry.label) != Label.PSYCHOTHERAPY.value,
    ]
    if is_proxy(work):
        rules.append(col(RecordEntry.hide_from_proxies).is_(False))
        rules.append(col(RecordEntry.label).in_(PROXY_SEES))
    return and_(*rules)


def present() -> ColumnElement[bool]:
    """Limit a query to what the person has or had; a negated entry is never shown as present."""
    return col(RecordEntry.negated).is_(False)


def is_proxy(work: Work) -> bool:
    """Whether somebody else than the patient has opened the chart."""
    grants = work.facts.grants if work.facts else ()
    return not any(g.relationship == "self" for g in grants)


@dataclass(frozen=True)
class Told:
    """An entry beside what the chart holds of it."""

    entry: Entry
    identity: bytes
    older: RecordEntry | None
    """The version that it takes the place of."""
    is_new: bool


def store_entries(
    work: Work,
    source: RecordSource,
    entries: Sequence[Entry],
    *,
    files: Mapping[str, StoredFile] | None = None,
    label: Label = Label.GENERAL,
    released_at: datetime | None = None,
) -> Stored:
    """Write the entries of a source into its chart; what is there already is not written again.

    Args:
        work: an open unit of work that writes.
        source: the file they were read from; its chart is theirs.
        entries: as they were read, in order.
        files: stored files by the key of the entry that they belong to.
        label: how freely they may be shown.
        released_at: from when the patient sees them; not yet where nothing is given.
    """
    told = told_apart(work, source.chart_id, entries)
    return store_told(work, source, told, files=files, label=label, released_at=released_at)


def store_told(
    work: Work,
    source: RecordSource,
    told: Sequence[Told],
    *,
    files: Mapping[str, StoredFile] | None = None,
    label: Label = Label.GENERAL,
    released_at: datetime | None = None,
) -> Stored:
    """Write what ``told_apart`` has found to be new; see ``store_entries``."""
    added: list[RecordEntry] = []
    new = [t for t in told if t.is_new]
    for item in new:
        entry, older = item.entry, item.older
        file = (files or {}).get(entry.key) if entry.key else None
        row = RecordEntry(
            chart_id=source.chart_id,
            patient_id=source.patient_id,
            source_id=source.id,
            file_id=file.id if file else None,
            kind=entry.kind.value,
            body=dump(entry),
            identity=item.identity,
            happened_at=moment(entry.starts),
            negated=entry.negated,
            label=older.label if older else labelled(entry, label).value,
            hide_from_proxies=bool(older and older.hide_from_proxies),
            released_at=released_at,
            created_at=work.now,
        )
        added.append(row)
    work.session.add_all(added)
    work.session.flush()
    for item, row in zip(new, added, strict=True):
        if item.older is not None:
            item.older.amended_by_id = row.id
            work.session.add(item.older)
    changed = sum(t.older is not None for t in new)
    return Stored(tuple(added), len(told) - len(new), changed)


def labelled(entry: Entry, label: Label) -> Label:
    """Give the strictest of a label and of what the source itself says about an entry."""
    told = entry.resource.get("meta")
    tags = told.get("security") if isinstance(told, dict) else None
    codes = [t.get("code") for t in tags if isinstance(t, dict)] if isinstance(tags, list) else []
    found = [SECURITY[c] for c in codes if isinstance(c, str) and c in SECURITY]
    return max((label, *found), key=STRICTER.index)


def told_apart(work: Work, chart_id: ChartId, entries: Iterable[Entry]) -> list[Told]:
    """Set the entries of a file beside what a chart holds already."""
    numbered = _numbered(entries)
    marks = [_identities(work, entry, number) for entry, number in numbered]
    known = _known(work, chart_id, (i for pair in marks for i in pair))
    told = []
    for (entry, _), (plain, versioned) in zip(numbered, marks, strict=True):
        older = known.get(plain)
        if older is None:
            told.append(Told(entry, plain, None, is_new=True))
        elif versioned in known or _same(older, entry):
            told.append(Told(entry, plain, None, is_new=False))
        else:
            told.append(Told(entry, versioned, older, is_new=True))
    return told


def leads_to(work: Work, file_id: uuid.UUID) -> bool:
    """Whether an entry that the person may see leads to that file."""
    rows = select(RecordEntry.id).where(RecordEntry.file_id == file_id, visible(work))
    return work.session.exec(rows).first() is not None


def _numbered(entries: Iterable[Entry]) -> list[tuple[Entry, int]]:
    """Number what means the same within one file, so that nothing of it is lost."""
    seen: Counter[str] = Counter()
    numbered = []
    for entry in entries:
        sense = _sense(entry)
        numbered.append((entry, seen[sense]))
        seen[sense] += 1
    return numbered


def _sense(entry: Entry) -> str:
    """Say what an entry is about in a way that two sources share."""
    day = "" if entry.kind in UNDATED else entry.starts[:10]
    values = [f"{m.comparator}{m.value}{m.unit}" for m in entry.measures]
    parts = [entry.kind.value, _code(entry), day, str(entry.negated), *sorted(values)]
    if entry.kind in {Kind.DOCUMENT, Kind.OTHER}:
        parts += [entry.key, _folded(entry.title)]
    return "\n".join(parts)


def _code(entry: Entry) -> str:
    by_system = {OIDS.get(c.system, c.system): c.code for c in reversed(entry.codings) if c.code}
    system = next((s for s in SYSTEMS if s in by_system), "")
    return f"{system}|{by_system[system]}" if system else _folded(entry.title)


def _folded(text: str) -> str:
    return re.sub(r"\W+", " ", text.casefold()).strip()


def _identities(work: Work, entry: Entry, number: int) -> tuple[bytes, bytes]:
    sense = f"record\n{number}\n{_sense(entry)}"
    version = f"{sense}\n{entry.status}\n{entry.ends}"
    return work.keyring.mac("index", sense.encode()), work.keyring.mac("index", version.encode())


def _same(row: RecordEntry, entry: Entry) -> bool:
    held = load(row)
    if not entry.key or held.key != entry.key:
        return True  # another source tells less or more of the same: what is there stays
    return (held.status, held.ends) == (entry.status, entry.ends)


def _known(work: Work, chart_id: ChartId, identities: Iterable[bytes]) -> dict[bytes, RecordEntry]:
    found: dict[bytes, RecordEntry] = {}
    asked = list(dict.fromkeys(identities))
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        rows = select(RecordEntry).where(
            RecordEntry.chart_id == chart_id, col(RecordEntry.identity).in_(some)
        )
        found.update({row.identity: row for row in work.session.exec(rows).all()})
    return found


def moment(value: str) -> datetime | None:
    """Read a FHIR date or dateTime of any precision as a moment, to sort by."""
    text = value.strip()
    for shape in ("%Y", "%Y-%m"):
        try:
            return datetime.strptime(text, shape).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


__all__ = [
    "Stored",
    "Told",
    "dump",
    "is_proxy",
    "leads_to",
    "load",
    "moment",
    "parse",
    "present",
    "store_entries",
    "store_told",
    "told_apart",
    "topic",
    "visible",
]
