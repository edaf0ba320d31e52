"""How far a file with everything is, and until when it can be had."""

import hashlib
from datetime import datetime, timedelta

from sqlmodel import col, select

from portal_app.data.models import RecordEntry, RecordExport, StoredFile
from portal_app.data.schemas.health_records import ExportView
from portal_app.data.types import UserId
from portal_app.security.access import Work
from portal_app.services.records import entries as stored

KEPT = timedelta(hours=72)
STALE = timedelta(minutes=10)
"""After this silence, whoever was making it is gone."""


def topic(user: UserId, chart: str) -> str:
    """Name what a person's open pages hear about her files."""
    return f"record-exports:{chart}:{user}"


def newest(work: Work) -> ExportView:
    """Tell about the newest file of the person on the open chart."""
    rows = (
        select(RecordExport, StoredFile)
        .join(StoredFile, col(RecordExport.file_id) == col(StoredFile.id), isouter=True)
        .where(RecordExport.user_id == work.person.id, RecordExport.chart_id == work.chart.id)
        .order_by(col(RecordExport.created_at).desc())
        .limit(1)
    )
    found = work.session.exec(rows).first()
    if found is None:
        return ExportView()
    row, file = found
    if row.status == "ready" and row.ready_at and file and holds_still(work, row):
        until = row.ready_at + KEPT
        if work.now < until:
            page = work.session.get(StoredFile, row.pdf_file_id) if row.pdf_file_id else None
            return ExportView(
                "ready", 100, file.public_id, file.size, until, page.public_id if page else ""
            )
        return ExportView()
    if row.status == "due":
        gone = work.now - row.heard_at >= STALE
        return ExportView("failed" if gone else "due", row.done)
    return ExportView("failed") if row.status == "failed" else ExportView()


def content_hash(work: Work, until: datetime) -> bytes:
    """Hash which entries that were there at that moment the person may see now."""
    rows = select(RecordEntry.id).where(stored.visible(work), col(RecordEntry.released_at) <= until)
    ids = sorted(i.bytes for i in work.session.exec(rows).all())
    return hashlib.sha256(b"".join(ids)).digest()


def holds_still(work: Work, row: RecordExport) -> bool:
    """Whether the person may still see everything that is in a file."""
    return content_hash(work, row.created_at) == row.holds
