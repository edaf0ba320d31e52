"""Who opened a record: what the access log holds about a patient, in words that she can read.

The log itself stays as it is; this only reads it.
"""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from sqlmodel import col, or_, select

from portal_app.data.models import AuditEvent, Grant, StaffMember, StoredFile, User
from portal_app.data.schemas.health_records import HistoryRow, HistoryView
from portal_app.data.types import UserId
from portal_app.rules.errors import NotFoundError
from portal_app.rules.health_records import GROUPS
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor

PAGE = 25
READ_AT_ONCE = 200
TOGETHER = timedelta(minutes=10)
"""What one person opens again within this time is one line."""
READERS = frozenset({"self", "parent", "guardian"})
"""Who may read it: the patient, and who is responsible for her."""

WORDS = {
    "records.view": "Looked at the health records",
    "records.search": "Searched the health records",
    "records.download.pdf": "Downloaded the health records as PDF",
    "records.download.everything": "Made a file with everything",
    "records.history": "Looked at who opened the record",
    "practice.records": "Looked at the health records",
    "practice.roster": "Opened the patient’s page",
    "messages.read": "Read messages",
    "practice.messages": "Read messages",
    "practice.inbox": "Read messages",
    "schedule.view": "Looked at visits",
    "schedule.ics": "Downloaded visits for a calendar",
    "practice.schedule": "Looked at visits",
    "instructions.view": "Read the clinician’s instructions",
    "documents.fill": "Looked at documents",
    "practice.forms": "Looked at documents",
    "demographics.edit": "Looked at personal details",
    "practice.demographics": "Looked at personal details",
    "billing.view": "Looked at billing",
    "practice.billing": "Looked at billing",
    "home.view": "Opened Home",
    "file.download": "Downloaded a file",
} | {f"records.view.{g.key}": f"Looked at {g.label}" for g in GROUPS}
FILES = {
    "record_export": "Downloaded everything as one file",
    "attachment": "Downloaded a file from a message",
    "record_file": "Downloaded a file of the health records",
    "record_source": "Downloaded a file of the health records",
}
RELATIONS = {
    "parent": "Parent",
    "child": "Child",
    "guardian": "Guardian",
    "spouse": "Partner",
}


def is_for(work: Work) -> bool:
    """Whether the person of the open chart may read who opened it."""
    grants = work.facts.grants if work.facts else ()
    return any(g.relationship in READERS for g in grants)


def may_see(actor: Actor, chart: str) -> None:
    """Refuse who is neither the patient nor responsible for her.

    Raises:
        NotFoundError: the person is neither.
    """
    with access.open(actor, Permission.RECORDS_VIEW, chart=chart, quiet=True) as work:
        if not is_for(work):
            raise NotFoundError


def history(actor: Actor, chart: str, cursor: int = 0) -> HistoryView:
    """List who opened or downloaded what, the newest first.

    A parent or guardian reads about the health records; the patient herself about everything.

    Raises:
        NotFoundError: the person is neither.
    """
    with access.open(actor, Permission.RECORDS_VIEW, chart=chart, action="records.history") as work:
        if not is_for(work):
            raise NotFoundError
        own = any(g.relationship == "self" for g in work.facts.grants) if work.facts else False
        return _page(work, cursor, own=own)


def _page(work: Work, cursor: int, *, own: bool) -> HistoryView:
    told: list[tuple[AuditEvent, int]] = []
    last = cursor
    while True:
        rows = _events(work, last, own=own)
        for row in rows:
            if told and _continues(told[-1][0], row):
                told[-1] = (row, told[-1][1] + 1)
            elif len(told) == PAGE:
                return HistoryView(_rows(work, told), next_cursor=last)
            else:
                told.append((row, 1))
            last = row.seq or 0
        if len(rows) < READ_AT_ONCE:
            return HistoryView(_rows(work, told))


def _continues(newer: AuditEvent, older: AuditEvent) -> bool:
    same = (newer.actor, newer.action, newer.target) == (older.actor, older.action, older.target)
    return same and newer.at - older.at <= TOGETHER


def _events(work: Work, before: int, *, own: bool) -> Sequence[AuditEvent]:
    asked = set(WORDS)
    if not own:
        asked = {a for a in asked if "records" in a} | {"file.download"}
    rows = (
        select(AuditEvent)
        .where(
            AuditEvent.patient_id == str(work.patient.id),
            or_(AuditEvent.chart_id == "", AuditEvent.chart_id == str(work.chart.id)),
            col(AuditEvent.action).in_(asked),
            AuditEvent.outcome == "ok",
        )
        .order_by(col(AuditEvent.seq).desc())
        .limit(READ_AT_ONCE)
    )
    if before:
        rows = rows.where(col(AuditEvent.seq) < before)
    if not own:
        files = select(StoredFile.public_id).where(col(StoredFile.kind).like("record%"))
        rows = rows.where(
            or_(AuditEvent.action != "file.download", col(AuditEvent.target).in_(files))
        )
    return work.session.exec(rows).all()


def _rows(work: Work, told: Sequence[tuple[AuditEvent, int]]) -> tuple[HistoryRow, ...]:
    people = _people(work, {row.actor for row, _ in told if row.actor})
    kinds = _kinds(work, {row.target for row, _ in told if row.action == "file.download"})
    made = []
    for row, times in told:
        who, role = people.get(row.actor, ("The practice’s computer", ""))
        what = WORDS[row.action]
        if row.action == "file.download":
            what = FILES.get(kinds.get(row.target, ""), what)
        made.append(HistoryRow(row.at, who, role, what, times))
    return tuple(made)


def _kinds(work: Work, files: set[str]) -> dict[str, str]:
    if not files:
        return {}
    rows = select(StoredFile.public_id, StoredFile.kind)
    return dict(work.session.exec(rows.where(col(StoredFile.public_id).in_(files))).all())


def _people(work: Work, ids: set[str]) -> dict[str, tuple[str, str]]:
    """Name each person with her place: in the practice, or beside the patient."""
    users = [UserId(UUID(i)) for i in ids]
    rows = (
        select(User, StaffMember)
        .join(StaffMember, col(StaffMember.user_id) == col(User.id), isouter=True)
        .where(col(User.id).in_(users))
    )
    found = work.session.exec(rows).all()
    near = {
        str(g.user_id): g.relationship
        for g in work.session.exec(
            select(Grant).where(Grant.patient_id == work.patient.id, col(Grant.user_id).in_(users))
        ).all()
    }
    people = {}
    for user, member in found:
        key, relation = str(user.id), near.get(str(user.id), "")
        if key == str(work.actor.user_id):
            people[key] = ("You", "")
        elif relation == "self":
            people[key] = (work.patient.name, "Patient")
        elif relation:
            people[key] = (user.name, RELATIONS.get(relation, relation.capitalize()))
        elif member is not None:
            people[key] = (member.name, member.title or member.role.capitalize())
        else:
            people[key] = (user.name, "")
    return people
