"""What both sides of an assigned document have in common: topics, who is asked, versions."""

import json
import uuid
from collections.abc import Iterable

from sqlmodel import col, select

from portal_app.data.models import DocumentAssignment, DocumentResponse, StoredFile, User
from portal_app.data.schemas.papers import UploadRow
from portal_app.rules.documents.states import may_complete
from portal_app.rules.permissions import Permission
from portal_app.security.access import Work

TOPIC = "documents"
"""What the lists of the practice listen to."""
CONSENT = "e_consent"
UPLOAD = "upload"
UPLOADS_SHOWN = 25


def topic(chart: str) -> str:
    """Name the topic of a chart's documents."""
    return f"documents:{chart}"


def announce(work: Work) -> None:
    """Tell both sides that the documents of the open chart have changed."""
    work.announce(topic(work.chart.public_id), TOPIC)


def is_asked(work: Work, assignment: DocumentAssignment) -> bool:
    """Whether the signed-in person is one of those who complete the document."""
    own = work.facts is not None and work.facts.relationship == "self"
    signs = assignment.kind != CONSENT or work.may(Permission.DOCUMENTS_SIGN)
    return signs and may_complete(assignment.completed_by, is_patient=own)


def draft_of(work: Work, assignment: DocumentAssignment) -> DocumentResponse | None:
    """Find the answers that have not been sent; the practice sees none while it looks."""
    if work.only_looks:
        return None
    rows = select(DocumentResponse).where(
        DocumentResponse.assignment_id == assignment.id,
        col(DocumentResponse.submitted_at).is_(None),
    )
    return work.session.exec(rows).first()


def drafts_of(work: Work, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DocumentResponse]:
    """Find the unsent answers of several documents at once."""
    wanted = list(ids)
    if not wanted or work.only_looks:
        return {}
    rows = select(DocumentResponse).where(
        col(DocumentResponse.assignment_id).in_(wanted),
        col(DocumentResponse.submitted_at).is_(None),
    )
    return {r.assignment_id: r for r in work.session.exec(rows).all()}


def sent_of(work: Work, assignment: DocumentAssignment) -> list[DocumentResponse]:
    """List every version that was sent, the newest first."""
    rows = select(DocumentResponse).where(
        DocumentResponse.assignment_id == assignment.id,
        col(DocumentResponse.submitted_at).is_not(None),
    )
    return list(work.session.exec(rows.order_by(col(DocumentResponse.version).desc())).all())


def newest_sent(work: Work, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DocumentResponse]:
    """Find the newest sent version of several documents at once."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = select(DocumentResponse).where(
        col(DocumentResponse.assignment_id).in_(wanted),
        col(DocumentResponse.submitted_at).is_not(None),
    )
    found = work.session.exec(rows.order_by(col(DocumentResponse.version))).all()
    return {r.assignment_id: r for r in found}


def names_of(work: Work, ids: Iterable[object]) -> dict[object, str]:
    """Name the logins that wrote something."""
    wanted = [i for i in ids if i is not None]
    if not wanted:
        return {}
    rows = select(User.id, User.name).where(col(User.id).in_(wanted))
    return dict(work.session.exec(rows).all())


def loaded(text: str) -> dict[str, object]:
    """Read a JSON object that this program has written."""
    found = json.loads(text or "{}")
    return found if isinstance(found, dict) else {}


def uploads(work: Work) -> tuple[UploadRow, ...]:
    """List the newest files that came from the patient's side."""
    rows = select(StoredFile).where(StoredFile.chart_id == work.chart.id, StoredFile.kind == UPLOAD)
    order = col(StoredFile.uploaded_at).desc(), col(StoredFile.public_id)
    found = work.session.exec(rows.order_by(*order).limit(UPLOADS_SHOWN)).all()
    names = names_of(work, {f.uploaded_by for f in found})
    return tuple(
        UploadRow(f.public_id, f.name, f.size, names.get(f.uploaded_by, ""), f.uploaded_at)
        for f in found
    )
