"""How the demo's clinicians are booked."""

from datetime import timedelta

from portal_app.data.demo.visits import HOURS, TYPES, closed_days
from portal_app.data.models import (
    BookingPolicy,
    BookingRules,
    HoursException,
    Location,
    OpenHours,
    Practitioner,
    VisitType,
)
from portal_app.security.access import Work

POLICY = "Plans change. Tell us a day ahead, so that somebody else can have the time."
VIDEO = "https://meet.demo.example/{}"
RULES: dict[str, dict[str, object]] = {
    "osei": {"gap_minutes": 5},
    "ben": {},
    "lena": {"approves_first": True, "lead_minutes": 48 * 60},
}
POLICIES: dict[str, dict[str, object]] = {
    "osei": {"mode": "inform", "hours": 24, "fee_minor": 75_00},
    "ben": {"mode": "acknowledge", "hours": 24, "fee_minor": 75_00},
    "lena": {"mode": "block", "hours": 48, "fee_minor": 0},
}


def lay_hours(work: Work, clinicians: dict[str, Practitioner]) -> None:
    """Write place, visit types, hours, rules, policies and closed days."""
    place = Location(name="Mill Street", address="118 Mill Street, Suite 2", phone="(541) 555-0142")
    types = {
        t.name: VisitType(
            name=t.name,
            description=t.description,
            minutes=t.minutes,
            minutes_after=t.after,
            price_minor=t.price_minor,
            modes=list(t.modes),
            practitioner_ids=[str(clinicians[c].id) for c in t.clinicians],
            books=t.books,
            seats=t.seats,
            instructions=t.instructions,
            position=number,
        )
        for number, t in enumerate(TYPES)
    }
    work.session.add_all([place, *types.values()])
    work.session.flush()
    begun = work.today - timedelta(days=600)
    for key, practitioner in clinicians.items():
        for weekday, spans in HOURS[key].items():
            for start, end, only, mode in spans:
                work.session.add(
                    OpenHours(
                        practitioner_id=practitioner.id,
                        location_id=place.id,
                        weekday=weekday,
                        start=start,
                        end=end,
                        valid_from=begun,
                        visit_type_ids=[str(types[only].id)] if only else [],
                        modes=[mode] if mode else [],
                    )
                )
        rules = BookingRules(
            practitioner_id=practitioner.id,
            upcoming_most=12,
            moves_most=6,
            video_url=VIDEO.format(key),
        )
        policy = BookingPolicy(
            practitioner_id=practitioner.id, version=1, text=POLICY, author=practitioner.name
        )
        work.session.add_all([rules.sqlmodel_update(RULES[key]), policy])
        policy.sqlmodel_update(POLICIES[key])
    first, last = closed_days(work.today)
    work.session.add(
        HoursException(kind="closed", first_day=first, last_day=last, reason="Team days")
    )
    work.session.flush()
