"""Visits for the person's own calendar: files, and a private address that can be ended."""

from dataclasses import replace
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.models import Appointment, CalendarFeed, Chart
from portal_app.integrations import calendars
from portal_app.rules.errors import NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security import access, crypto
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.notifications import people_who_may
from portal_app.services.schedule import clinician_time, notices, visits

MOST = 200
BARE = "Appointment"


def calendar_file(actor: Actor, chart: str, visit_id: str = "") -> bytes:
    """Write one visit, or all that are coming, for the person's calendar."""
    with access.open(
        actor, Permission.SCHEDULE_VIEW, chart=chart, action="schedule.ics", target=visit_id
    ) as work:
        if visit_id:
            return calendars.write([notices.entry(work, clinician_time.find(work, visit_id))])
        return calendars.write(coming_entries(work))


def public_feed(token: str) -> bytes:
    """Write the calendar behind a private address: bare times, read by a machine that signs in nowhere.

    Raises:
        NotFoundError: there is no such address, it has ended, or the person may not see it any more.
    """
    with open_system("a private calendar address is read", writes=False) as work:
        rows = select(CalendarFeed).where(
            CalendarFeed.token_hash == crypto.hashed(token), col(CalendarFeed.revoked_at).is_(None)
        )
        feed = work.session.exec(rows).first()
        if feed is None:
            raise NotFoundError
        work.focus(work.session.get_one(Chart, feed.chart_id))
        readers = people_who_may(work, work.chart, Permission.SCHEDULE_VIEW)
        if feed.user_id not in {user.id for _, user in readers}:
            raise NotFoundError
        entries = [replace(e, title=BARE, place="") for e in coming_entries(work)]
        return calendars.write(entries, name=BARE + "s")


def coming_entries(work: Work) -> list[calendars.Entry]:
    """List the chart's visits of the last month and those to come, for a calendar."""
    rows = visits.of_chart(work).where(
        col(Appointment.ends_at) > work.now - timedelta(days=31),
        col(Appointment.status).in_([*visits.COMING, VisitStatus.COMPLETED.value]),
    )
    found = work.session.exec(rows.order_by(col(Appointment.starts_at)).limit(MOST)).all()
    return [notices.entry(work, v) for v in found]


def open_feed(actor: Actor, chart: str) -> str:
    """Make a private calendar address and return its secret, once; an older one ends."""
    with access.open(
        actor, Permission.SCHEDULE_VIEW, chart=chart, writes=True, action="schedule.feed"
    ) as work:
        if (old := of_person(work)) is not None:
            old.revoked_at = work.now
            work.session.add(old)
        token = crypto.token()
        work.session.add(
            CalendarFeed(
                token_hash=crypto.hashed(token),
                chart_id=work.chart.id,
                patient_id=work.patient.id,
                user_id=work.person.id,
                created_at=work.now,
            )
        )
        return token


def close_feed(actor: Actor, chart: str) -> None:
    """End the private calendar address."""
    with access.open(
        actor, Permission.SCHEDULE_VIEW, chart=chart, writes=True, action="schedule.feed_off"
    ) as work:
        if (feed := of_person(work)) is None:
            raise NotFoundError
        feed.revoked_at = work.now
        work.session.add(feed)


def of_person(work: Work) -> CalendarFeed | None:
    """Find the address that is in force."""
    rows = select(CalendarFeed).where(
        CalendarFeed.user_id == work.person.id,
        CalendarFeed.chart_id == work.chart.id,
        col(CalendarFeed.revoked_at).is_(None),
    )
    return work.session.exec(rows).first()
