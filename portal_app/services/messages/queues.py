"""The queues of the practice's inbox, and who sees what in them."""

from sqlalchemy import ColumnElement, and_, or_, true
from sqlmodel import col

from portal_app.data.models import Thread
from portal_app.rules.permissions import Permission
from portal_app.security.access import Work

QUEUES = {
    "answer": "To answer",
    "mine": "Mine",
    "unassigned": "Unassigned",
    "overdue": "Overdue",
    "waiting": "Waiting for patient",
    "done": "Done",
}


def visible(work: Work) -> ColumnElement[bool]:
    """Keep the conversations that the member may see: by box, or because they are hers."""
    if work.may(Permission.PRACTICE_CLINICIAN_MESSAGES):
        return true()
    return or_(col(Thread.recipient) == "front_desk", col(Thread.assignee_id) == work.member.id)


def _mine(work: Work) -> ColumnElement[bool]:
    return and_(col(Thread.status) == "open", col(Thread.assignee_id) == work.member.id)


def _unassigned(work: Work) -> ColumnElement[bool]:
    del work
    return and_(col(Thread.status) == "open", col(Thread.assignee_id).is_(None))


def _overdue(work: Work) -> ColumnElement[bool]:
    return and_(col(Thread.status) == "open", col(Thread.due_at) < work.now)


def condition(work: Work, queue: str) -> ColumnElement[bool]:
    """Keep what belongs into a queue; an unknown one is what has to be answered."""
    match queue:
        case "mine":
            return _mine(work)
        case "unassigned":
            return _unassigned(work)
        case "overdue":
            return _overdue(work)
        case "waiting":
            return col(Thread.status) == "waiting"
        case "done":
            return col(Thread.status) == "done"
        case _:
            return or_(_mine(work), _unassigned(work))
