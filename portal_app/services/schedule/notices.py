"""What is told about visits by mail, and when: news at once, reminders before.

Mail says that there is something to see, and no more, unless the person has agreed to details.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlmodel import col, select, update

from portal_app.data.models import (
    Appointment,
    Chart,
    Location,
    OutboxMail,
    Practitioner,
    StaffMember,
    User,
    VisitLink,
    VisitType,
)
from portal_app.integrations import calendars
from portal_app.rules import mail_words
from portal_app.rules.notices import Content, Event
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.reminders import Offset, Quiet, Reminder, plan, still_useful
from portal_app.rules.schedule.states import VisitStatus
from portal_app.rules.when import Wall
from portal_app.security import crypto
from portal_app.security.access import Work
from portal_app.services.notices import choices
from portal_app.services.notifications import people_who_may, public_host

NEWS, REMINDER, STAFF_NEWS = "visit", "reminder", "visit_staff"
OFFSET = re.compile(r"^(\d{1,3})([dh])$")
KINDS = frozenset({NEWS, REMINDER, STAFF_NEWS})
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
    link = f"{public_url}/portal/{work.chart.public_id}/schedule"
    text = mail_words.notice("There is news about an appointment.", "Sign in to see it", link)
    for user in _readers(work):
        key = f"visit:{visit.public_id}:{visit.sequence}:{news}:{user.id}"
        _plan(work, visit, _Planned(key, NEWS, user, "Your appointment", text, link))


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
    link = f"{public_url}/practice/calendar?date={_local_day(visit)}"
    text = mail_words.notice("A patient has booked or changed a visit.", "Sign in to see it", link)
    for user in work.session.exec(rows).all():
        key = f"visit:{visit.public_id}:{visit.sequence}:{news}:staff:{user.id}"
        subject = "Your calendar has changed"
        _plan(work, visit, _Planned(key, STAFF_NEWS, user, subject, text, link))


def remind(work: Work, visit: Appointment, public_url: str) -> None:
    """Plan the reminders of a visit on the practice's wall clock, each once."""
    visit_type = work.session.get(VisitType, visit.visit_type_id)
    practice = work.practice
    quiet = Quiet(time.fromisoformat(practice.quiet_from), time.fromisoformat(practice.quiet_until))
    wanted = offsets(visit_type.reminders if visit_type else ())
    zone = ZoneInfo(visit.zone)
    readers = _readers(work)
    for reminder in plan(visit.starts_at, zone, wanted, visit.booked_at, quiet):
        if reminder.due <= work.now:
            continue
        for user in readers:
            _remind(work, visit, user, reminder, public_url)


def _remind(
    work: Work, visit: Appointment, user: User, reminder: Reminder, public_url: str
) -> None:
    stamp = int(visit.starts_at.timestamp())
    key = f"reminder:{visit.public_id}:{stamp}:{reminder.key}:{user.id}"
    token = crypto.token()
    link = f"{public_url}/visit/{token}"
    text = mail_words.visit_soon(link)
    subject = "Your appointment is coming up"
    if _plan(work, visit, _Planned(key, REMINDER, user, subject, text, link, reminder.due)):
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


@dataclass(frozen=True)
class _Planned:
    key: str
    kind: str
    user: User
    subject: str
    text: str
    link: str
    due: datetime | None = None


def _plan(work: Work, visit: Appointment, planned: _Planned) -> bool:
    rows = select(OutboxMail.id).where(OutboxMail.unique_key == planned.key)
    if work.session.exec(rows).first() is not None:
        return False
    due = planned.due or _after_undo(work, visit)
    mac = work.keyring.mac("form", planned.key.encode()).hex()[:32]
    work.session.add(
        OutboxMail(
            unique_key=planned.key,
            kind=planned.kind,
            address=planned.user.email,
            subject=planned.subject,
            text=planned.text,
            message_id=f"<{mac}@{public_host(planned.link)}>",
            due_at=due,
            first_due_at=due,
            appointment_id=str(visit.id),
            user_id=str(planned.user.id),
            created_at=work.now,
        )
    )
    return True


def _after_undo(work: Work, visit: Appointment) -> datetime:
    new = visit.status in {VisitStatus.BOOKED.value, VisitStatus.REQUESTED.value}
    return visit.undo_until if new and visit.undo_until else work.now


def content_now(work: Work, mail: OutboxMail) -> tuple[str | None, str]:
    """Give a mail's text and calendar file at the moment of sending; no text: it is needless.

    Consent and rights may have changed since it was planned, and a reminder that waited while
    the machine was down may have become too late. Details stand in it only with consent.
    """
    visit = work.session.get(Appointment, UUID(mail.appointment_id))
    if visit is None or (mail.kind == REMINDER and not still_useful(work.now, visit.starts_at)):
        return None, ""
    if mail.kind == STAFF_NEWS:
        return mail.text, ""
    chart = work.session.get_one(Chart, visit.chart_id)
    people = people_who_may(work, chart, Permission.SCHEDULE_VIEW)
    user = next((u for _, u in people if str(u.id) == mail.user_id), None)
    if user is None:
        return None, ""
    match choices.told(work, user, Event.APPOINTMENT):
        case Content.NONE:
            return None, ""
        case Content.NEWS:
            return mail.text, ""
        case Content.DETAILS:
            text = mail_words.with_details(mail.text, _details(work, visit))
            return text, calendars.write([entry(work, visit)]).decode()


FORGOTTEN = "the visit has changed"


def forget(work: Work, visit: Appointment) -> None:
    """Take back what has not been sent about a visit that will not be."""
    work.session.exec(
        update(OutboxMail)
        .where(col(OutboxMail.appointment_id) == str(visit.id), col(OutboxMail.status) == "due")
        .values(status="skipped", last_error=FORGOTTEN)
        .execution_options(synchronize_session=False)
    )


def remember(work: Work, visit: Appointment) -> None:
    """Owe again the reminders of a visit that stands after all."""
    work.session.exec(
        update(OutboxMail)
        .where(
            col(OutboxMail.appointment_id) == str(visit.id),
            col(OutboxMail.kind) == REMINDER,
            col(OutboxMail.last_error) == FORGOTTEN,
            col(OutboxMail.due_at) > work.now,
        )
        .values(status="due", last_error="")
        .execution_options(synchronize_session=False)
    )


def follow(work: Work, visit: Appointment, starts_at: datetime) -> None:
    """Move what waits for a visit along with its moment: reminders, and the end of their links."""
    for mail in work.session.exec(
        select(OutboxMail).where(
            OutboxMail.appointment_id == str(visit.id),
            OutboxMail.kind == REMINDER,
            OutboxMail.status == "due",
        )
    ).all():
        mail.due_at += starts_at - visit.starts_at
        mail.first_due_at = mail.due_at
        work.session.add(mail)
    links = select(VisitLink).where(VisitLink.appointment_id == visit.id)
    for link in work.session.exec(links).all():
        link.expires_at = starts_at
        work.session.add(link)


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
        tentative=visit.status == VisitStatus.REQUESTED.value,
    )


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
    found = people_who_may(work, work.chart, Permission.SCHEDULE_VIEW)
    return list({user.id: user for _, user in found}.values())


def _local_day(visit: Appointment) -> str:
    return visit.starts_at.astimezone(ZoneInfo(visit.zone)).date().isoformat()
