"""Links in reminders: each opens one visit, to confirm or cancel it with one more click.

Opening a link changes nothing, since mail scanners open links too. A link is no sign-in: it shows
that visit and nothing else, ends when the visit begins, and its answer counts once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import col, select

from portal_app.data.models import Appointment, Chart, Location, User, VisitLink
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security import crypto
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.notifications import people_who_may
from portal_app.services.schedule import changes, clinician_time, notices, views
from portal_app.services.schedule.setup import rules_of

OPEN = {VisitStatus.BOOKED.value, VisitStatus.CONFIRMED.value}


@dataclass(frozen=True)
class LinkedVisit:
    """What the page behind a link shows."""

    starts_at: datetime
    zone: str
    title: str
    clinician: str
    place: str
    status_words: str
    may_confirm: bool
    may_cancel: bool
    late_fee: str
    free_until: datetime
    phone: str


def look(token: str) -> LinkedVisit:
    """Show the visit of a link.

    Raises:
        NotFoundError: the link has ended, or never was.
    """
    with _opened(token, "a link of a reminder is opened", writes=False) as opened:
        work, link, visit, user = opened
        place = work.session.get(Location, visit.location_id) if visit.location_id else None
        policy = clinician_time.policy_of_visit(work, visit)
        cancelling = views.consequence_view(work, visit.starts_at, policy)
        words, _tone = views.status_words(VisitStatus(visit.status), work.practitioner.short_name)
        unused = link.used_at is None and visit.status in OPEN
        answers = unused and _may(work, user, Permission.SCHEDULE_CHANGE)
        cancels = cancelling.kind != "blocked" and _changes_online(work, visit)
        return LinkedVisit(
            starts_at=visit.starts_at,
            zone=visit.zone,
            title=visit.title,
            clinician=work.practitioner.name,
            place=(place.address or place.name) if place else "",
            status_words=words,
            may_confirm=answers and visit.status == VisitStatus.BOOKED.value,
            may_cancel=answers and cancels,
            late_fee=cancelling.fee if cancelling.kind == "late" else "",
            free_until=cancelling.until,
            phone=work.practice.phone,
        )


def confirm(token: str) -> None:
    """Say that one will come.

    Raises:
        ConflictError: the visit has become something else, or this person may not change it.
    """
    with _opened(token, "a visit is confirmed by a link") as (work, link, visit, user):
        _allow(work, user)
        changes.become(work, visit, VisitStatus.CONFIRMED)
        link.used_at = work.now
        work.session.add(link)
        work.record("schedule.confirm", visit.public_id, why="link in a reminder")


def cancel(token: str, public_url: str) -> None:
    """Cancel by a link; the policy that was shown counts.

    Raises:
        ConflictError: the policy does not let it, or the visit has become something else.
    """
    with _opened(token, "a visit is cancelled by a link") as (work, link, visit, user):
        _allow(work, user)
        clinician_time.lock(work, visit.practitioner_id)
        policy = clinician_time.policy_of_visit(work, visit)
        found = views.consequence_view(work, visit.starts_at, policy)
        blocked = found.kind == "blocked" or not _changes_online(work, visit)
        if blocked or visit.status not in OPEN:
            raise ConflictError("This visit can’t be cancelled online any more. Call us.")
        late = found.kind == "late"
        status = VisitStatus.LATE_CANCELLED if late else VisitStatus.CANCELLED_BY_PATIENT
        changes.end(work, visit, status)
        if late:
            changes.charge_late(work, visit, policy)
        link.used_at = work.now
        work.session.add(link)
        notices.tell_patient(work, visit, "cancelled", public_url)
        notices.tell_clinician(work, visit, "cancelled", public_url)
        work.record("schedule.cancel", visit.public_id, why="link in a reminder")


@contextmanager
def _opened(
    token: str, reason: str, *, writes: bool = True
) -> Iterator[tuple[Work, VisitLink, Appointment, User]]:
    with open_system(reason, writes=writes) as work:
        rows = select(VisitLink).where(VisitLink.token_hash == crypto.hashed(token))
        link = work.session.exec(rows.where(col(VisitLink.expires_at) > work.now)).first()
        if link is None:
            raise NotFoundError
        visit = work.session.get_one(Appointment, link.appointment_id)
        user = work.session.get_one(User, link.user_id)
        if link.used_at is not None and writes:
            raise ConflictError("This link has been used. Sign in to change the visit.")
        work.focus(work.session.get_one(Chart, link.chart_id))
        if not _may(work, user, Permission.SCHEDULE_VIEW):
            raise NotFoundError
        yield work, link, visit, user


def _may(work: Work, user: User, permission: Permission) -> bool:
    return any(u.id == user.id for _, u in people_who_may(work, work.chart, permission))


def _changes_online(work: Work, visit: Appointment) -> bool:
    return rules_of(work, visit.practitioner_id).changes_online


def _allow(work: Work, user: User) -> None:
    if not _may(work, user, Permission.SCHEDULE_CHANGE):
        raise ConflictError("This can’t be changed here. Message or call us.")
