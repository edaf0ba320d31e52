"""What the practice decides about visits: types, places, how a clinician is booked."""

import re
from zoneinfo import available_timezones

from sqlmodel import col, select

from portal_app.data.models import BookingPolicy, Location, VisitType
from portal_app.data.schemas.schedule import (
    LocationInput,
    LocationRow,
    RulesInput,
    RulesView,
    TypeInput,
    TypeRow,
)
from portal_app.data.types import PractitionerId
from portal_app.integrations.money import amount, minor, money
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.schedule import clinician_time
from portal_app.services.schedule.calendar import chosen, clinicians, practitioner_of
from portal_app.services.schedule.notices import OFFSET
from portal_app.services.schedule.setup import policy_of, rules_of

MOST = 60
MODES = ("in_person", "video", "phone")
SAME = TypeInput.model_fields.keys() - {*MODES, "reminders", "price"}
DEAREST = 100_000_00
HTTPS = re.compile(r"^https://[^\s\"'<>\\]+$")


# ---------------------------------------------------------------- visit types
def types(actor: Actor) -> tuple[TypeRow, ...]:
    """List the visit types, also those that are off."""
    with access.open(actor, Permission.PRACTICE_SETTINGS) as work:
        rows = select(VisitType).order_by(col(VisitType.position), col(VisitType.name))
        return tuple(_type_row(t) for t in work.session.exec(rows.limit(MOST)).all())


def _type_row(row: VisitType) -> TypeRow:
    same = {n: getattr(row, n) for n in SAME}
    ways = {mode: mode in row.modes for mode in MODES}
    said = {
        "reminders": ", ".join(row.reminders),
        "price": amount(row.price_minor, row.currency) if row.price_minor else "",
    }
    command = TypeInput.model_validate(same | ways | said)
    price = money(row.price_minor, row.currency) if row.price_minor else ""
    return TypeRow(row.public_id, command, price, row.is_active)


def save_type(actor: Actor, type_id: str, command: TypeInput) -> str:
    """Save a visit type, or a new one where the id is empty; returns its id.

    Visits that are booked keep their length, words and price.

    Raises:
        InvalidError: no way of meeting is ticked, or a reminder is no offset.
    """
    with access.open(
        actor,
        Permission.PRACTICE_SETTINGS,
        writes=True,
        action="settings.visit_type",
        target=type_id,
    ) as work:
        row = _type(work, type_id) if type_id else VisitType(name="", minutes=0)
        modes = [mode for mode in MODES if getattr(command, mode)]
        if not modes:
            raise InvalidError("Tick at least one: in person, video or phone.", field="in_person")
        row.modes = modes
        row.reminders = _reminders(command.reminders)
        row.price_minor = _money(command.price, row.currency, "price")
        for name in SAME:
            setattr(row, name, getattr(command, name))
        work.session.add(row)
        return row.public_id


def set_type_active(actor: Actor, type_id: str, *, active: bool) -> None:
    """Turn a visit type on or off; what is booked stays."""
    with access.open(
        actor,
        Permission.PRACTICE_SETTINGS,
        writes=True,
        action="settings.visit_type",
        target=type_id,
    ) as work:
        row = _type(work, type_id)
        row.is_active = active
        work.session.add(row)


def _type(work: Work, type_id: str) -> VisitType:
    found = work.session.exec(select(VisitType).where(VisitType.public_id == type_id)).first()
    if found is None:
        raise NotFoundError
    return found


def _money(text: str, currency: str, field: str) -> int:
    try:
        found = minor(text, currency) if text else 0
    except ValueError as error:
        raise InvalidError("Write an amount, such as 75.00.", field=field) from error
    if found > DEAREST:
        raise InvalidError(f"Use at most {money(DEAREST, currency)}.", field=field)
    return found


def _reminders(text: str) -> list[str]:
    words = [w for w in re.split(r"[,;\s]+", text.lower()) if w]
    if any(not OFFSET.match(w) for w in words):
        raise InvalidError("Write them as 2d (days) and 2h (hours before).", field="reminders")
    return words


# ---------------------------------------------------------------- locations
def locations(actor: Actor) -> tuple[LocationRow, ...]:
    """List the places, also those that are off."""
    with access.open(actor, Permission.PRACTICE_SETTINGS) as work:
        rows = work.session.exec(select(Location).order_by(col(Location.name)).limit(MOST)).all()
        return tuple(
            LocationRow(
                r.public_id,
                LocationInput(name=r.name, address=r.address, phone=r.phone, zone=r.zone),
                r.is_active,
            )
            for r in rows
        )


def save_location(actor: Actor, location_id: str, command: LocationInput) -> str:
    """Save a place, or a new one where the id is empty; returns its id.

    Raises:
        InvalidError: there is no such time zone.
    """
    with access.open(
        actor,
        Permission.PRACTICE_SETTINGS,
        writes=True,
        action="settings.location",
        target=location_id,
    ) as work:
        row = _location(work, location_id) if location_id else Location(name="")
        if command.zone and command.zone not in available_timezones():
            raise InvalidError("Write it as America/New_York.", field="zone")
        for name in LocationInput.model_fields:
            setattr(row, name, getattr(command, name))
        work.session.add(row)
        return row.public_id


def set_location_active(actor: Actor, location_id: str, *, active: bool) -> None:
    """Turn a place on or off; what is booked there stays."""
    with access.open(
        actor,
        Permission.PRACTICE_SETTINGS,
        writes=True,
        action="settings.location",
        target=location_id,
    ) as work:
        row = _location(work, location_id)
        row.is_active = active
        work.session.add(row)


def _location(work: Work, location_id: str) -> Location:
    found = work.session.exec(select(Location).where(Location.public_id == location_id)).first()
    if found is None:
        raise NotFoundError
    return found


# ---------------------------------------------------------------- booking rules
def rules(actor: Actor, clinician: str = "") -> RulesView:
    """Show how a clinician is booked, and the newest version of her policy."""
    with access.open(actor, Permission.PRACTICE_SCHEDULE) as work:
        people = clinicians(work)
        who = chosen(work, people, clinician)
        return RulesView(
            clinicians=tuple((str(p.id), p.name) for p in people),
            clinician=str(who.id),
            clinician_name=who.name,
            rules=_rules(work, who.id),
        )


def _rules(work: Work, practitioner_id: PractitionerId) -> RulesInput:
    row, policy = rules_of(work, practitioner_id), policy_of(work, practitioner_id)
    same = RulesInput.model_fields.keys() & type(row).model_fields.keys()
    return RulesInput.model_validate(
        {name: getattr(row, name) for name in same}
        | {
            "lead_hours": row.lead_minutes // 60,
            "policy_mode": policy.mode,
            "cancel_hours": policy.hours,
            "fee": amount(policy.fee_minor, policy.currency) if policy.fee_minor else "",
            "policy_text": policy.text,
        }
    )


def save_rules(actor: Actor, clinician: str, command: RulesInput) -> None:
    """Save how a clinician is booked; a policy that differs becomes a new version.

    Visits that are booked keep the version that was shown.

    Raises:
        InvalidError: the video link is no https address.
    """
    with access.open(
        actor,
        Permission.PRACTICE_SCHEDULE,
        writes=True,
        action="settings.booking_rules",
        target=clinician,
    ) as work:
        who = practitioner_of(work, clinician)
        if command.video_url and not HTTPS.match(command.video_url):
            raise InvalidError(
                "Write the whole address, beginning with https://", field="video_url"
            )
        row = rules_of(work, who.id)
        for name in RulesInput.model_fields.keys() & type(row).model_fields.keys():
            setattr(row, name, getattr(command, name))
        row.lead_minutes = command.lead_hours * 60
        work.session.add(row)
        _save_policy(work, who.id, command)
        clinician_time.announce(work, who.id)


def _save_policy(work: Work, practitioner_id: PractitionerId, command: RulesInput) -> None:
    old = policy_of(work, practitioner_id)
    fee = _money(command.fee, old.currency, "fee")
    wanted = (command.policy_mode, command.cancel_hours, fee, command.policy_text)
    if old.version and (old.mode, old.hours, old.fee_minor, old.text) == wanted:
        return
    work.session.add(
        BookingPolicy(
            practitioner_id=practitioner_id,
            version=old.version + 1,
            mode=command.policy_mode,
            hours=command.cancel_hours,
            business_days=old.business_days,
            fee_minor=fee,
            currency=old.currency,
            text=command.policy_text,
            author=work.member.name,
            saved_at=work.now,
        )
    )
