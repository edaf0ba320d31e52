"""What is told about visits by mail, and when: news at once, reminders before.

Mail says that there is something to see, and no more, unless the person has agreed to details.
"""

import re
from collections.abc import Iterable
from datetime import datetime, time
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update

from portal_app.data.models import (
    Appointment,
    Grant,
    Location,
    OutboxMail,
    Practitioner,
    StaffMember,
    User,
    VisitLink,
    VisitType,
)
from portal_app.integrations import calendars
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.reminders import Offset, Quiet, plan
from portal_app.rules.schedule.states import VisitStatus
from portal_app.rules.when import Wall
from portal_app.security import access, crypto
from portal_app.security.access import Work
from portal_app.services.notifications import public_host

NEWS, REMINDER, STAFF_NEWS = "visit", "reminder", "visit_staff"
OFFSET = re.compile(r"^(\d{1,3})([dh])$")
SUBJECT = "Your appointment"
ENDED = {
    VisitStatus.CANCELLED_BY_PATIENT,
    VisitStatus.LATE_CANCELLED,
    VisitStatus.CANCELLED_BY_PRACTICE,
    VisitStatus.DECLINED,
    VisitStatus.EXPIRED,
    VisitStatus.RESCHEDULED,
}


def offsets(written: Iterable[str]) -> tuple[Offset, ...]:
    """Read offsets such as ``2d`` and ``2h``; what is no offset is passed over."""
    found = [m for w in written if (m := OFFSET.match(w.strip()))]
    return tuple(Offset(days=int(m[1])) if m[2] == "d" else Offset(hours=int(m[1])) for m in found)


def tell_patient(work: Work, visit: Appointment, news: str, public_url: str) -> None:
    """Plan mail to everybody on the patient's side who may see the visit.

    Args:
        work: the unit of work in which it happened.
        visit: the visit as it is now.
        news: one word that names what happened, for the unique key.
        public_url: where the portal is reached.
    """
    for user in _readers(work):
        key = f"visit:{visit.public_id}:{visit.sequence}:{news}:{user.id}"
        link = f"{public_url}/portal/{work.chart.public_id}/schedule"
        lines = ["There is news about an appointment.", "", "Sign in to see it:", link]
        calendar = ""
        if user.plain_email_since is not None:
            lines = [_details(work, visit), "", "In the portal:", link]
            calendar = invitation(work, visit)
        due = _after_undo(work, visit)
        _add(work, visit, key, NEWS, user, SUBJECT, lines, due, calendar, link)


def tell_clinician(work: Work, visit: Appointment, news: str, public_url: str) -> None:
    """Plan mail to the clinician's own sign-in; it names nobody."""
    rows = (
        select(User)
        .join(StaffMember, col(StaffMember.user_id) == User.id)
        .where(
            StaffMember.practitioner_id == visit.practitioner_id,
            col(StaffMember.is_active),
            col(User.disabled_at).is_(None),
        )
    )
    for user in work.session.exec(rows).all():
        key = f"visit:{visit.public_id}:{visit.sequence}:{news}:staff:{user.id}"
        link = f"{public_url}/practice/calendar?date={_local_day(visit)}"
        lines = ["A patient has booked or changed a visit.", "", "Sign in to see it:", link]
        subject = "Your calendar has changed"
        _add(
            work,
            visit,
            key,
            STAFF_NEWS,
            user,
            subject,
            lines,
            _after_undo(work, visit),
            "",
            link,
        )


def remind(work: Work, visit: Appointment, public_url: str) -> None:
    """Plan the reminders of a visit on the practice's wall clock, each once."""
    visit_type = work.session.get(VisitType, visit.visit_type_id)
    quiet = Quiet(_clock(work.practice.quiet_from), _clock(work.practice.quiet_until))
    zone = ZoneInfo(visit.zone)
    planned = plan(
        visit.starts_at,
        zone,
        offsets(visit_type.reminders if visit_type else ()),
        visit.booked_at,
        quiet,
    )
    readers = _readers(work)
    for reminder in planned:
        if reminder.due <= work.now:
            continue
        for user in readers:
            stamp = int(visit.starts_at.timestamp())
            key = f"reminder:{visit.public_id}:{stamp}:{reminder.key}:{user.id}"
            token = crypto.token()
            link = f"{public_url}/visit/{token}"
            lines = [
                "You have an appointment coming up.",
                "",
                "See when and where, confirm it or cancel it:",
                link,
            ]
            calendar = ""
            if user.plain_email_since is not None:
                lines = [_details(work, visit), "", "Confirm it or cancel it:", link]
                calendar = invitation(work, visit)
            added = _add(
                work,
                visit,
                key,
                REMINDER,
                user,
                "Your appointment is coming up",
                lines,
                reminder.due,
                calendar,
                link,
            )
            if added:
                work.session.add(
                    VisitLink(
                        token_hash=crypto.hashed(token),
                        chart_id=visit.chart_id,
                        patient_id=visit.patient_id,
                        appointment_id=visit.id,
                        user_id=user.id,
                        expires_at=visit.starts_at,
                    )
                )


def forget(work: Work, visit: Appointment) -> None:
    """Take back what has not been sent about a visit that will not be."""
    work.session.exec(
        update(OutboxMail)
        .where(col(OutboxMail.appointment_id) == str(visit.id), col(OutboxMail.status) == "due")
        .values(status="skipped", last_error="the visit has changed")
        .execution_options(synchronize_session=False)
    )


def invitation(work: Work, visit: Appointment) -> str:
    """Write a visit for a calendar."""
    return calendars.write([entry(work, visit)]).decode()


def entry(work: Work, visit: Appointment) -> calendars.Entry:
    """Turn a visit into a neutral entry of a calendar."""
    place = work.session.get(Location, visit.location_id) if visit.location_id else None
    return calendars.Entry(
        uid=f"{visit.calendar_uid}@latchwell",
        sequence=visit.sequence,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        changed_at=visit.status_at,
        title=f"Appointment, {work.practice.name}",
        place=place.address if place else "",
        cancelled=VisitStatus(visit.status) in ENDED,
    )


def _after_undo(work: Work, visit: Appointment) -> datetime:
    new = visit.status in {VisitStatus.BOOKED.value, VisitStatus.REQUESTED.value}
    return visit.undo_until if new and visit.undo_until else work.now


def _details(work: Work, visit: Appointment) -> str:
    wall = Wall(ZoneInfo(visit.zone), work.now)
    clinician = work.session.get_one(Practitioner, visit.practitioner_id)
    day = visit.starts_at.astimezone(ZoneInfo(visit.zone)).date()
    when = f"{day:%A}, {day:%B} {day.day}, {wall.clock(visit.starts_at)}"
    state = {
        "requested": "Waiting for the practice",
        "booked": "Booked",
        "confirmed": "Confirmed",
        "declined": "The practice could not offer this time",
        "expired": "The practice did not answer in time; the request has ended",
    }.get(visit.status, "Cancelled" if VisitStatus(visit.status) in ENDED else "Your visit")
    return f"{state}: {visit.title} with {clinician.name}, {when}."


def _readers(work: Work) -> list[User]:
    rows = (
        select(Grant, User)
        .join(User, col(Grant.user_id) == User.id)
        .where(Grant.patient_id == work.patient.id, col(User.disabled_at).is_(None))
    )
    people = {
        user.id: user
        for grant, user in work.session.exec(rows).all()
        if access.grant_facts(grant).holds(work.now)
        and Permission.SCHEDULE_VIEW in access.grant_facts(grant).scopes
    }
    return list(people.values())


def _add(
    work: Work,
    visit: Appointment,
    key: str,
    kind: str,
    user: User,
    subject: str,
    lines: list[str],
    due: datetime,
    calendar: str,
    link: str,
) -> bool:
    planned = select(OutboxMail.id).where(OutboxMail.unique_key == key)
    if work.session.exec(planned).first() is not None:
        return False
    host = public_host(link)
    work.session.add(
        OutboxMail(
            unique_key=key,
            kind=kind,
            address=user.email,
            subject=subject,
            text="\n".join([*lines, "", "Please don’t answer this mail."]),
            message_id=f"<{work.keyring.mac('form', key.encode()).hex()[:32]}@{host}>",
            due_at=due,
            appointment_id=str(visit.id),
            user_id=str(user.id),
            calendar=calendar or None,
            useful_until=visit.starts_at if kind == REMINDER else None,
            created_at=work.now,
        )
    )
    return True


def _local_day(visit: Appointment) -> str:
    return visit.starts_at.astimezone(ZoneInfo(visit.zone)).date().isoformat()


def _clock(text: str) -> time:
    return time.fromisoformat(text)
