"""What the patient sees of the record, and from when on: released, labelled, withdrawn, amended."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_
from sqlmodel import col, select

from portal_app.data.models import RecordEntry
from portal_app.data.schemas.records import AmendInput, LabelInput, ReleaseInput, WithdrawInput
from portal_app.rules.errors import ConflictError, InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.records import Label
from portal_app.rules.schedule.walls import first_moment
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.records import writing
from portal_app.services.records.revising import revised

NEEDS = Permission.PRACTICE_RECORDS
VERSIONS_MOST = 20
NEVER = "Psychotherapy notes are never released. Choose another label first."


def of_chart(work: Work) -> ColumnElement[bool]:
    """Limit to the open chart."""
    return col(RecordEntry.chart_id) == work.chart.id


def unreleased() -> ColumnElement[bool]:
    """Limit to what could be released and is not."""
    return and_(
        col(RecordEntry.released_at).is_(None),
        col(RecordEntry.withdrawn_at).is_(None),
        col(RecordEntry.amended_by_id).is_(None),
        col(RecordEntry.label) != Label.PSYCHOTHERAPY.value,
    )


def release_time(work: Work, command: ReleaseInput) -> datetime | None:
    """Give the moment of a release on the practice's clock; nothing for not yet.

    Raises:
        InvalidError: a time is missing, or it is over.
    """
    if command.when == "not":
        return None
    if command.when == "now":
        return work.now
    if command.day is None:
        raise InvalidError("Choose a day.", field="day")
    if command.clock is None:
        raise InvalidError("Choose a time.", field="clock")
    moment = first_moment(work.zone, command.day, command.clock)
    if moment <= work.now:
        raise InvalidError("That time is over. Choose a later one.", field="day")
    return moment


def release(actor: Actor, chart: str, command: ReleaseInput, entry: str = "") -> int:
    """Release an entry, or all that wait; gives how many.

    Raises:
        InvalidError: a psychotherapy note, or no moment.
        NotFoundError: no such entry.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="records.release", target=entry
    ) as work:
        moment = release_time(work, command)
        if entry:
            rows: Sequence[RecordEntry] = [_entry(work, entry)]
            if rows[0].label == Label.PSYCHOTHERAPY.value:
                raise InvalidError(NEVER)
        else:
            waiting = select(RecordEntry).where(of_chart(work), unreleased())
            rows = work.session.exec(waiting).all()
        for row in rows:
            row.released_at, row.withdrawn_at, row.withdrawn_reason = moment, None, None
            work.session.add(row)
        writing.announce(work)
        return len(rows)


def set_label(actor: Actor, chart: str, entry: str, command: LabelInput) -> None:
    """Change how freely an entry may be shown; older versions of it follow."""
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="records.label", target=entry
    ) as work:
        row: RecordEntry | None = _entry(work, entry)
        for _ in range(VERSIONS_MOST):
            if row is None:
                break
            row.label, row.hide_from_proxies = command.label.value, command.hide_from_proxies
            work.session.add(row)
            older = select(RecordEntry).where(RecordEntry.amended_by_id == row.id)
            row = work.session.exec(older).first()
        writing.announce(work)


def withdraw(actor: Actor, chart: str, entry: str, command: WithdrawInput) -> None:
    """Take an entry back; it stays in the chart with the reason.

    Raises:
        ConflictError: it is withdrawn already.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="records.withdraw", target=entry
    ) as work:
        row = _entry(work, entry)
        if row.withdrawn_at is not None:
            raise ConflictError("This entry is withdrawn already.")
        row.withdrawn_at, row.withdrawn_reason = work.now, command.reason
        work.session.add(row)
        writing.announce(work)


def amend(actor: Actor, chart: str, entry: str, command: AmendInput) -> str:
    """Write a new version of an entry; the old one stays visible, marked as amended.

    Raises:
        ConflictError: somebody has amended it meanwhile.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="records.amend", target=entry
    ) as work:
        row = _entry(work, entry)
        if row.amended_by_id is not None:
            raise ConflictError("There is a newer version of this entry. Amend that one.")
        newer = revised(work, row, command)
        work.session.add(newer)
        work.session.flush()
        row.amended_by_id = newer.id
        work.session.add(row)
        writing.announce(work)
        return newer.public_id


def _entry(work: Work, entry: str) -> RecordEntry:
    rows = select(RecordEntry).where(of_chart(work), RecordEntry.public_id == entry)
    row = work.session.exec(rows).first()
    if row is None:
        raise NotFoundError
    return row
