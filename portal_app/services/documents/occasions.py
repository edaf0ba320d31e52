"""What is assigned by itself: with a booking, before every visit, every few weeks; and what ends.

Each occasion has a name that is unique in the database, so that it makes its document once,
whoever notices it first.
"""

from datetime import date, timedelta
from uuid import UUID

from sqlalchemy import exists
from sqlalchemy.orm import aliased
from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.data.models import (
    Appointment,
    Chart,
    DocumentAssignment,
    DocumentDefinition,
    VisitType,
)
from portal_app.rules.documents.states import (
    UNTOUCHED,
    VISIT,
    PaperStatus,
    turn_day,
    turns,
)
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.documents import assigning, shared
from portal_app.services.documents.assigning import Wish

FIRST = "first"
"""Key of the practice's map for somebody's first booking."""
AHEAD = timedelta(days=7)
"""How long before a visit its document is asked for."""
BATCH = 100
COMING = [VisitStatus.BOOKED.value, VisitStatus.CONFIRMED.value]
OPEN = [s.value for s in UNTOUCHED]
CALLED_OFF = [
    VisitStatus.DECLINED.value,
    VisitStatus.EXPIRED.value,
    VisitStatus.RESCHEDULED.value,
    VisitStatus.CANCELLED_BY_PATIENT.value,
    VisitStatus.LATE_CANCELLED.value,
    VisitStatus.CANCELLED_BY_PRACTICE.value,
]


def booked(work: Work, visit: Appointment, public_url: str) -> None:
    """Ask for what the practice wants with such a visit; part of the booking itself."""
    if visit.replaces_id is not None:
        _carry_over(work, visit)
    visit_type = work.session.get(VisitType, visit.visit_type_id)
    wanted = list(work.practice.document_rules.get(visit_type.public_id if visit_type else "", ()))
    if _is_first(work, visit):
        wanted += work.practice.document_rules.get(FIRST, ())
    for key in dict.fromkeys(wanted):
        definition = assigning.newest_of(work, key)
        occasion = f"booking:{key}:{visit.id}"
        if definition is None or _is_known(work, occasion) or _waits(work, key):
            continue
        wish = Wish(
            due_on=_day(work, visit),
            occasion=occasion,
            appointment_id=visit.id,
            tell_at=visit.undo_until,
        )
        assigning.make(work, definition, wish, public_url)
    _before_visit(work, visit, public_url)


def _carry_over(work: Work, visit: Appointment) -> None:
    """Let what was asked for with the old time stand for the new one."""
    rows = select(DocumentAssignment).where(
        DocumentAssignment.appointment_id == visit.replaces_id,
        DocumentAssignment.chart_id == visit.chart_id,
    )
    for row in work.session.exec(rows).all():
        row.occasion = (row.occasion or "").replace(str(visit.replaces_id), str(visit.id)) or None
        row.appointment_id, row.due_on = visit.id, _day(work, visit)
        work.session.add(row)
    work.session.flush()


def _is_first(work: Work, visit: Appointment) -> bool:
    rows = select(Appointment.id).where(
        Appointment.chart_id == visit.chart_id,
        Appointment.id != visit.id,
        col(Appointment.status).in_([*COMING, VisitStatus.ARRIVED, VisitStatus.COMPLETED]),
    )
    return work.session.exec(rows).first() is None


def _is_known(work: Work, occasion: str) -> bool:
    rows = select(DocumentAssignment.id).where(DocumentAssignment.occasion == occasion)
    return work.session.exec(rows).first() is not None


def _waits(work: Work, key: str) -> bool:
    """Whether the same document waits on the chart already."""
    rows = (
        select(DocumentAssignment.id)
        .join(DocumentDefinition, col(DocumentAssignment.definition_id) == DocumentDefinition.id)
        .where(
            DocumentAssignment.chart_id == work.chart.id,
            DocumentDefinition.key == key,
            col(DocumentAssignment.status).in_(OPEN),
        )
    )
    return work.session.exec(rows).first() is not None


def _day(work: Work, visit: Appointment) -> date:
    return visit.starts_at.astimezone(work.zone).date()


# ---------------------------------------------------------------- series
def _before_visit(work: Work, visit: Appointment, public_url: str) -> None:
    """Ask for what comes before every visit, once that visit is near."""
    if not work.now < visit.starts_at <= work.now + AHEAD:
        return
    heads = _heads().where(
        DocumentAssignment.every == VISIT, DocumentAssignment.chart_id == visit.chart_id
    )
    for head in work.session.exec(heads).all():
        if head.until and _day(work, visit) > head.until:
            continue
        _follow(
            work, head, f"series:{head.id}:{visit.id}", public_url, _day(work, visit), visit=visit
        )


def _heads() -> SelectOfScalar[DocumentAssignment]:
    return select(DocumentAssignment).where(
        DocumentAssignment.series_id == DocumentAssignment.id, DocumentAssignment.every != ""
    )


def _follow(
    work: Work,
    head: DocumentAssignment,
    occasion: str,
    public_url: str,
    due_on: date | None,
    *,
    visit: Appointment | None = None,
) -> bool:
    """Make the next document of a series; the one before it that nobody sent ends."""
    if _is_known(work, occasion):
        return False
    definition = work.session.get_one(DocumentDefinition, head.definition_id)
    rows = select(DocumentAssignment).where(
        DocumentAssignment.series_id == head.id, col(DocumentAssignment.status).in_(OPEN)
    )
    waiting = work.session.exec(rows).all()
    if visit is not None and any(w.appointment_id is None for w in waiting):
        # the first one has not been answered: it serves before this visit
        first = next(w for w in waiting if w.appointment_id is None)
        first.appointment_id, first.due_on = visit.id, first.due_on or _day(work, visit)
        work.session.add(first)
        return False
    for old in waiting:
        _end(work, old, PaperStatus.EXPIRED)
    wish = Wish(
        completed_by=head.completed_by,
        due_on=due_on,
        every=head.every,
        until=head.until,
        note=head.note,
        occasion=occasion,
        series_id=head.id,
        appointment_id=visit.id if visit else None,
        assigned_by=head.assigned_by,
    )
    assigning.make(work, definition, wish, public_url)
    return True


def _end(work: Work, row: DocumentAssignment, status: PaperStatus) -> None:
    row.status = status.value
    if status is PaperStatus.EXPIRED:
        row.finished_at = work.now
    work.session.add(row)
    shared.announce(work)


# ---------------------------------------------------------------- the tick
def tick(public_url: str) -> int:
    """Make what is due by itself and end what nobody needs any more; returns how many changed."""
    return _weekly(public_url) + _visits(public_url) + _ends()


def _weekly(public_url: str) -> int:
    with open_system("documents that repeat", writes=False) as work:
        rows = _heads().where(DocumentAssignment.every != VISIT)
        due = [
            h.id
            for h in work.session.exec(rows.order_by(col(DocumentAssignment.id))).all()
            if list(turns(_begun(work, h), h.every, h.until, work.today))
        ]
    return sum(_turn(i, public_url) for i in due)


def _begun(work: Work, head: DocumentAssignment) -> date:
    return head.assigned_at.astimezone(work.zone).date()


def _turn(head_id: UUID, public_url: str) -> int:
    with open_system("a document repeats") as work:
        head = work.session.get(DocumentAssignment, head_id)
        if head is None or not head.every or not _open_chart(work, head):
            return 0
        begun = _begun(work, head)
        made = 0
        for number in turns(begun, head.every, head.until, work.today):
            length = (head.due_on - begun) if head.due_on else None
            day = turn_day(begun, head.every, number)
            due = day + length if length is not None else None
            made += _follow(work, head, f"series:{head.id}:{number}", public_url, due)
        return made


def _open_chart(work: Work, row: DocumentAssignment) -> bool:
    """Narrow the work to the chart of a document; false where its portal is closed."""
    chart = work.session.get_one(Chart, row.chart_id)
    work.focus(chart)
    return work.patient.status == "active" and not work.patient.is_deceased


def _visits(public_url: str) -> int:
    with open_system("documents before visits", writes=False) as work:
        head, made = aliased(DocumentAssignment), aliased(DocumentAssignment)
        rows = (
            select(Appointment.id)
            .join(head, col(head.chart_id) == col(Appointment.chart_id))
            .where(
                col(head.series_id) == col(head.id),
                head.every == VISIT,
                (col(head.until).is_(None)) | (col(head.until) >= work.today),
                col(Appointment.status).in_(COMING),
                col(Appointment.starts_at) > work.now,
                col(Appointment.starts_at) <= work.now + AHEAD,
                ~exists().where(
                    col(made.series_id) == col(head.id),
                    col(made.appointment_id) == col(Appointment.id),
                ),
            )
            .order_by(col(Appointment.starts_at))
        )
        near = list(dict.fromkeys(work.session.exec(rows.limit(BATCH)).all()))
    return sum(_near(visit_id, public_url) for visit_id in near)


def _near(visit_id: UUID, public_url: str) -> int:
    with open_system("a document before a visit") as work:
        visit = work.session.get(Appointment, visit_id)
        if visit is None or visit.status not in COMING:
            return 0
        work.focus(work.session.get_one(Chart, visit.chart_id))
        if work.patient.status != "active":
            return 0
        _before_visit(work, visit, public_url)
        return int(bool(work.topics))


def _ends() -> int:
    with open_system("documents of visits that are over", writes=False) as work:
        over = list(work.session.exec(_needless(work).limit(BATCH)).all())
    return sum(_end_of(row_id) for row_id in over)


def _needless(work: Work) -> SelectOfScalar[UUID]:
    """Select what came with a visit that was called off, or before one that is over."""
    called_off = col(Appointment.status).in_(CALLED_OFF)
    past = (col(Appointment.ends_at) <= work.now) & col(DocumentAssignment.series_id).is_not(None)
    return (
        select(DocumentAssignment.id)
        .join(Appointment, col(DocumentAssignment.appointment_id) == Appointment.id)
        .where(col(DocumentAssignment.status).in_(OPEN), called_off | past)
    )


def _end_of(row_id: UUID) -> int:
    with open_system("a document ends with its visit") as work:
        rows = _needless(work).where(DocumentAssignment.id == row_id)
        row = work.session.get(DocumentAssignment, row_id)
        if row is None or work.session.exec(rows).first() is None:
            return 0
        visit = work.session.get_one(Appointment, row.appointment_id)
        work.focus(work.session.get_one(Chart, row.chart_id))
        off = visit.status in CALLED_OFF
        _end(work, row, PaperStatus.WITHDRAWN if off else PaperStatus.EXPIRED)
        return 1
