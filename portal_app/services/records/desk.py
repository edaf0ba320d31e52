"""The practice's side of the records: files in, and what the patient sees of them."""

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import col, select

from portal_app.data.models import (
    RecordEntry,
    RecordSource,
    StaffMember,
    StoredFile,
)
from portal_app.data.schemas.records import (
    EntriesView,
    EntryRow,
    RecordsDesk,
    RecordsFilter,
    SourceRow,
)
from portal_app.rules.records import Kind, Label
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.records import amendments, entries, taking
from portal_app.services.records.importing import KINDS
from portal_app.services.records.releasing import NEEDS, of_chart, unreleased
from portal_app.services.records.revising import value_of

PAGE = 20
SOURCES = 30
STATES = {
    "waiting": "Not released",
    "planned": "To be released",
    "released": "Released",
    "withdrawn": "Withdrawn",
}


# ---------------------------------------------------------------- what is there
def records(actor: Actor, chart: str) -> RecordsDesk:
    """Show the files, the entries and the wishes of a chart."""
    with access.open(actor, NEEDS, chart=chart) as work:
        upload = taking.waiting_upload(work)
        waiting = select(func.count()).select_from(RecordEntry).where(of_chart(work), unreleased())
        return RecordsDesk(
            patient=work.patient.name,
            sources=_sources(work),
            waiting=work.session.exec(waiting).one(),
            entries=_entries(work, RecordsFilter()),
            requests=amendments.requests(work),
            upload=upload.public_id if upload else "",
            upload_name=upload.name if upload else "",
        )


def listed(actor: Actor, chart: str, chosen: RecordsFilter) -> EntriesView:
    """Show one page of the entries that fit."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return _entries(work, chosen)


def _in_state(work: Work, state: str) -> ColumnElement[bool]:
    released, kept = col(RecordEntry.released_at), col(RecordEntry.withdrawn_at).is_(None)
    match state:
        case "planned":
            return and_(released > work.now, kept)
        case "released":
            return and_(released <= work.now, kept)
        case "withdrawn":
            return col(RecordEntry.withdrawn_at).is_not(None)
        case _:
            return unreleased()


def _entries(work: Work, chosen: RecordsFilter) -> EntriesView:
    where = [of_chart(work)]
    if chosen.kind in set(Kind):
        where.append(col(RecordEntry.kind) == chosen.kind)
    if chosen.state in STATES:
        where.append(_in_state(work, chosen.state))
    total = work.session.exec(select(func.count()).select_from(RecordEntry).where(*where)).one()
    pages = max(1, -(-total // PAGE))
    page = min(max(chosen.page, 0), pages - 1)
    newest = col(RecordEntry.happened_at).desc().nulls_last()
    rows = (
        select(RecordEntry, RecordSource, StoredFile)
        .join(RecordSource, col(RecordEntry.source_id) == RecordSource.id, isouter=True)
        .join(StoredFile, col(RecordEntry.file_id) == StoredFile.id, isouter=True)
        .where(*where)
        .order_by(newest, col(RecordEntry.created_at).desc(), col(RecordEntry.id))
        .offset(page * PAGE)
        .limit(PAGE)
    )
    shown = tuple(_row(work, *found) for found in work.session.exec(rows).all())
    fixed = RecordsFilter(chosen.kind, chosen.state, page)
    return EntriesView(fixed, shown, total, pages)


def _row(
    work: Work, row: RecordEntry, source: RecordSource | None, file: StoredFile | None
) -> EntryRow:
    entry = entries.load(row)
    value = value_of(entry)
    facts = [value, *(f"{label}: {words}" for label, words in entry.lines[:2])]
    return EntryRow(
        id=row.public_id,
        kind=KINDS[entry.kind],
        title=entry.title,
        detail=". ".join(f for f in facts if f) or entry.text[:160],
        happened=entry.starts[:10],
        source=source.name if source else "",
        label=Label(row.label),
        is_hidden=row.hide_from_proxies,
        state=_state(work, row),
        released_at=row.released_at,
        withdrawn_reason=row.withdrawn_reason or "",
        is_amended=row.amended_by_id is not None,
        is_negated=row.negated,
        value=entry.measures[0].value if len(entry.measures) == 1 else "",
        text=entry.text,
        file=file.public_id if file else "",
    )


def _state(work: Work, row: RecordEntry) -> str:
    if row.withdrawn_at is not None:
        return "withdrawn"
    if row.label == Label.PSYCHOTHERAPY.value:
        return "never"
    if row.released_at is None:
        return "waiting"
    return "released" if row.released_at <= work.now else "planned"


def _sources(work: Work) -> tuple[SourceRow, ...]:
    rows = (
        select(RecordSource, StoredFile, StaffMember)
        .join(StoredFile, col(RecordSource.file_id) == StoredFile.id, isouter=True)
        .join(StaffMember, col(RecordSource.imported_by) == StaffMember.user_id, isouter=True)
        .where(RecordSource.chart_id == work.chart.id)
        .order_by(col(RecordSource.imported_at).desc())
        .limit(SOURCES)
    )
    return tuple(
        SourceRow(
            id=source.public_id,
            name=source.name,
            file=file.public_id if file else "",
            at=source.imported_at,
            by=member.name if member else "",
            counts=_counts(source),
            unread=tuple(f"{u['kind']} {u['count']}. {u['why']}" for u in source.unread),
        )
        for source, file, member in work.session.exec(rows).all()
    )


def _counts(source: RecordSource) -> str:
    told = source.counts
    parts = [f"{told.get('added', 0)} new"]
    if told.get("duplicates"):
        parts.append(f"{told['duplicates']} there already")
    if told.get("changed"):
        parts.append(f"{told['changed']} newer versions")
    return ", ".join(parts)
