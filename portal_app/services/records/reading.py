"""The health records as a patient or a proxy sees them, on every way out alike."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy import func
from sqlmodel import col, select

from portal_app.data.models import RecordEntry, RecordSource, StoredFile
from portal_app.data.schemas.health_records import (
    GroupHead,
    HealthRecordsView,
    RecordFilter,
    RecordGroup,
    RecordLine,
    RecordSeries,
)
from portal_app.integrations import narrative
from portal_app.integrations.outgoing import REDISCLOSURE_SHORT
from portal_app.rules import health_records as rule
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.health_records import GROUPS, Group
from portal_app.rules.permissions import Permission
from portal_app.rules.records import Entry, Kind, Label
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.records import entries as stored
from portal_app.services.records import export_state, history
from portal_app.services.records.series import (
    TITLE_MOST,
    Held,
    bounded,
    series,
    source_words,
)

PAGE = 25
"""Lines that one press of a button shows."""
POINTS = 24
"""Values of a series that are shown at once; the files hold all."""
EARLIER = 12
READ_MOST = 4000
"""Entries of one kind that are read for a page; the newest ones."""
ICONS = {
    "medicines": "pill",
    "diagnoses": "stethoscope",
    "allergies": "triangle-alert",
    "labs": "activity",
    "vitals": "activity",
    "immunizations": "shield-check",
    "visits": "clipboard-list",
    "documents": "file-text",
    "procedures": "list-checks",
    "other": "list",
}


# ---------------------------------------------------------------- the page
def overview(actor: Actor, chart: str) -> HealthRecordsView:
    """Read the headings of a record and what stands beside them."""
    with access.open(actor, Permission.RECORDS_VIEW, chart=chart) as work:
        counts, newest = _counts(work), _newest(work)
        heads = tuple(
            _head(work, g, counts.get(g.kind, 0), newest.get(g.kind))
            for g in GROUPS
            if g.always or counts.get(g.kind)
        )
        return HealthRecordsView(
            topic=stored.topic(chart),
            patient=work.patient.first_name,
            clinician=work.practitioner.name,
            phone=work.practice.phone,
            heads=heads,
            export=export_state.newest(work),
            is_empty=not any(h.count or h.words for h in heads),
            may_download=work.may(Permission.RECORDS_DOWNLOAD),
            may_message=work.may(Permission.MESSAGES_SEND),
            may_see_history=history.is_for(work),
            is_proxy=stored.is_proxy(work),
        )


def group(
    actor: Actor,
    chart: str,
    key: str,
    wanted: RecordFilter | None = None,
    most: int = PAGE,
) -> RecordGroup:
    """Read what stands under one heading; the log says which one was opened.

    Raises:
        NotFoundError: there is no such heading.
    """
    one = rule.BY_KEY.get(key)
    if one is None:
        raise NotFoundError
    with access.open(
        actor, Permission.RECORDS_VIEW, chart=chart, action=f"records.view.{key}"
    ) as work:
        found = _group(work, one, wanted or RecordFilter(), READ_MOST)
        return replace(found, lines=found.lines[:most], series=_short(found.series[:most]))


def search(actor: Actor, chart: str, wanted: RecordFilter) -> tuple[GroupHead, ...]:
    """Count what matches under each heading.

    Raises:
        InvalidError: the last day is before the first.
    """
    if wanted.since and wanted.until and wanted.until < wanted.since:
        raise InvalidError("The last day is before the first.", field="until")
    with access.open(actor, Permission.RECORDS_VIEW, chart=chart, action="records.search") as work:
        heads = []
        for one in GROUPS:
            held = [h for h in _held(work, one, wanted, READ_MOST) if not h.row.negated]
            if held or one.always:
                words = _counted(one, len(held)) if held else "Nothing found"
                heads.append(GroupHead(one.key, one.label, ICONS[one.key], words, len(held)))
        return tuple(heads)


def _short(found: Sequence[RecordSeries]) -> tuple[RecordSeries, ...]:
    return tuple(replace(s, points=s.points[:POINTS]) for s in found)


def _counts(work: Work) -> dict[str, int]:
    rows = (
        select(RecordEntry.kind, func.count())
        .where(stored.visible(work), stored.present(), col(RecordEntry.amended_by_id).is_(None))
        .group_by(col(RecordEntry.kind))
    )
    return {kind: int(n) for kind, n in work.session.exec(rows).all()}


def _newest(work: Work) -> dict[str, Entry]:
    """Read the newest entry of each kind, for its date."""
    place = func.row_number().over(
        partition_by=col(RecordEntry.kind), order_by=col(RecordEntry.happened_at).desc()
    )
    ranked = (
        select(col(RecordEntry.id).label("id"), place.label("place"))
        .where(stored.visible(work), stored.present(), col(RecordEntry.happened_at).is_not(None))
        .subquery()
    )
    rows = select(RecordEntry).where(
        col(RecordEntry.id).in_(select(ranked.c.id).where(ranked.c.place == 1))
    )
    return {row.kind: stored.load(row) for row in work.session.exec(rows).all()}


def _head(work: Work, one: Group, count: int, newest: Entry | None) -> GroupHead:
    words = _counted(one, count)
    if one.kind is Kind.ALLERGY:
        words = _in_short(work, one, count) or words
    elif count and newest is not None:
        words = f"{words}. Newest: {rule.when(newest.starts, work.zone)}"
    return GroupHead(one.key, one.label, ICONS[one.key], words, count)


def _counted(one: Group, count: int) -> str:
    return f"{count:,} {one.one if count == 1 else one.many}" if count else ""


def _in_short(work: Work, one: Group, count: int) -> str:
    """Name the first few things, or say that there is nothing known."""
    found = _group(work, one, RecordFilter(), 60)
    if not count:
        return found.sentence
    names = [line.title for line in found.lines[:3]]
    more = len(found.lines) - len(names)
    return ", ".join(names) + (f" and {more} more" if more > 0 else "")


# ---------------------------------------------------------------- one heading
def groups(
    work: Work, keys: Iterable[str], wanted: RecordFilter, most: int
) -> tuple[RecordGroup, ...]:
    """Read several headings in full, for a file; those with nothing in them are left out."""
    asked = set(keys)
    found = (_group(work, g, wanted, most) for g in GROUPS if not asked or g.key in asked)
    return tuple(g for g in found if g.rows or g.sentence)


def held(work: Work, keys: Iterable[str], wanted: RecordFilter, most: int) -> list[Held]:
    """Read the entries behind several headings, for a file; negated ones too, as they came."""
    asked = set(keys)
    wished = [g for g in GROUPS if not asked or g.key in asked]
    return [h for g in wished for h in _held(work, g, wanted, most)]


def _held(work: Work, one: Group, wanted: RecordFilter, most: int) -> list[Held]:
    rows = (
        select(RecordEntry, RecordSource, StoredFile)
        .join(RecordSource, col(RecordEntry.source_id) == col(RecordSource.id), isouter=True)
        .join(StoredFile, col(RecordEntry.file_id) == col(StoredFile.id), isouter=True)
        .where(stored.visible(work), RecordEntry.kind == one.kind.value)
        .order_by(col(RecordEntry.happened_at).desc().nulls_last(), col(RecordEntry.id))
        .limit(most)
    )
    if wanted.since:
        rows = rows.where(col(RecordEntry.happened_at) >= _moment(wanted.since) - _YEAR)
    if wanted.until:
        rows = rows.where(col(RecordEntry.happened_at) < _moment(wanted.until) + 2 * _DAY)
    found = [Held(row, stored.load(row), s, f) for row, s, f in work.session.exec(rows).all()]
    return [h for h in found if _matches(work, h, wanted)]


_DAY, _YEAR = timedelta(days=1), timedelta(days=367)


def _moment(day: date) -> datetime:
    return datetime.combine(day, time(), UTC)


def _matches(work: Work, held: Held, wanted: RecordFilter) -> bool:
    entry = held.entry
    if wanted.since or wanted.until:
        first, last = _span(work, entry)
        if first is None or last is None:
            return False
        if wanted.since and last < wanted.since:
            return False
        if wanted.until and first > wanted.until:
            return False
    if not wanted.words.strip():
        return True
    words = " ".join(
        (
            entry.title,
            entry.text,
            entry.author,
            *(w for pair in entry.lines for w in pair),
            *(m.name for m in entry.measures),
        )
    )
    text = rule.folded(words)
    return all(w in text for w in rule.folded(wanted.words).split())


def _span(work: Work, entry: Entry) -> tuple[date | None, date | None]:
    """First and last day that an entry's date can mean: a whole year where only that is told."""
    first = rule.day_of(entry.starts, work.zone)
    if first is None:
        return None, None
    if len(entry.starts.strip()) == 4:
        last = date(first.year, 12, 31)
    elif len(entry.starts.strip()) == 7:
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - _DAY
    else:
        last = first
    ends = rule.day_of(entry.ends, work.zone)
    return first, max(last, ends) if ends else last


def _group(work: Work, one: Group, wanted: RecordFilter, most: int) -> RecordGroup:
    found = _held(work, one, wanted, most + 1)
    cut, found = len(found) > most, found[:most]
    real = [h for h in found if not h.row.negated and h.row.amended_by_id is None]
    older = [h for h in found if not h.row.negated and h.row.amended_by_id is not None]
    lines: list[RecordLine] = []
    measures: list[RecordSeries] = []
    if one.kind in rule.MEASURED:
        measured = [h for h in real if h.entry.measures]
        measures = series(work, measured)
        lines = [_line(work, h, older) for h in real if not h.entry.measures]
    elif one.kind in rule.GATHERED:
        lines = _gathered(work, real, older)
    else:
        lines = [_line(work, h, older) for h in real]
    sentence = ""
    if not real and any(h.row.negated for h in found):
        sentence = rule.NONE_KNOWN.get(one.kind, "")
    return RecordGroup(
        key=one.key,
        label=one.label,
        count=len(real),
        lines=tuple(lines),
        series=tuple(measures),
        sentence=sentence,
        rows=len(lines) + len(measures),
        is_cut=cut,
    )


def _gathered(work: Work, real: Sequence[Held], older: Sequence[Held]) -> list[RecordLine]:
    """One line for each thing, those that go on first; the other times stand behind it."""
    by_thing: dict[str, list[Held]] = {}
    for held in real:
        by_thing.setdefault(rule.same_thing(held.entry), []).append(held)
    lines = []
    for same in by_thing.values():
        # of one thing, what goes on counts before what has ended on a later day
        first = next((h for h in same if rule.is_now(h.entry)), same[0])
        rest = [h for h in same if h is not first]
        earlier = tuple(_line(work, h, older) for h in rest)
        lines.append(replace(_line(work, first, older), earlier=earlier))
    return sorted(lines, key=lambda line: not line.is_now)


def _line(work: Work, held: Held, older: Sequence[Held]) -> RecordLine:
    entry, row = held.entry, held.row
    starts, ends = rule.when(entry.starts, work.zone), rule.when(entry.ends, work.zone)
    when = f"{starts} to {ends}" if starts and ends and starts != ends else starts or ends
    now = rule.is_now(entry)
    dose = rule.dose(entry) if entry.kind is Kind.MEDICATION else ""
    facts = [(label, words) for label, words in entry.lines if words and words != dose]
    facts += [(m.name, rule.said(m)) for m in entry.measures]
    text = entry.text if rule.folded(entry.text) != rule.folded(entry.title) else ""
    return RecordLine(
        id=row.public_id,
        title=_title(entry, dose),
        when=when,
        status=rule.status(entry),
        is_now=now,
        facts=tuple((label[:TITLE_MOST], bounded(words)) for label, words in facts),
        text=bounded(text),
        html=narrative.clean(entry.html),
        source=source_words(work, held),
        notice=REDISCLOSURE_SHORT if row.label == Label.PART2.value else "",
        file=held.file.public_id if held.file else "",
        file_name=held.file.name if held.file else "",
        is_corrected=any(o.row.amended_by_id == row.id for o in older),
    )


def _title(entry: Entry, dose: str) -> str:
    title = f"{entry.title}, {dose}" if dose else entry.title or "Without a name"
    return title if len(title) <= TITLE_MOST else f"{title[:TITLE_MOST]} …"


# ---------------------------------------------------------------- what was measured
