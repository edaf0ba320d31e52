"""Sentences about visits: where, what cancelling means, and the time on the reader's own clock."""

import re
from datetime import datetime
from zoneinfo import ZoneInfo

from portal_app.components.safe import Safe, fragment, join
from portal_app.data.schemas.schedule import PolicyView, VisitRow
from portal_app.rules.when import Wall

MODES = {"in_person": "In person", "video": "Video visit", "phone": "Phone call"}
ICONS = {"in_person": "map-pin", "video": "video", "phone": "phone"}


def wall(zone: str, now: datetime) -> Wall:
    """Give the wall clock on which a visit stands."""
    return Wall(ZoneInfo(zone), now)


def own_clock(moment: datetime, zone: str) -> Safe:
    """Return the place where kit.js says the same moment on the reader's clock, if it differs."""
    return fragment(
        "time", "lw-own", datetime=moment.isoformat(), data_lw_zone=zone, data_lw_own=True
    )


def where_words(mode: str, place: str, minutes: int) -> str:
    """Say where a visit is and how long it takes."""
    if mode == "in_person":
        return f"{place or MODES[mode]}. {minutes} minutes"
    return f"{MODES[mode]}, {minutes} minutes"


def row_words(row: VisitRow, at: Wall) -> str:
    """Say where a visit is; of a video visit, also when its link opens."""
    said = where_words(row.mode, row.place, row.minutes) + "."
    if row.mode == "video" and row.video_from and at.now < row.video_from:
        return f"{said} The link opens at {at.clock(row.video_from)}."
    return said


def cancel_words(row: VisitRow, now: datetime) -> str:
    """Say what cancelling a visit means at this moment."""
    found, at = row.cancelling, wall(row.zone, now)
    if row.status == "requested":
        return "The practice has not answered yet, so nothing is charged."
    if found.kind == "late":
        ended = f"The time to cancel free of charge ended on {at.day_and_clock(found.until)}."
        if found.fee:
            return f"{ended} The fee for cancelling late is {found.fee}."
        return f"{ended} The practice will see that you cancelled late."
    return free_words(found.until, found.fee, at)


def free_words(until: datetime, fee: str, at: Wall) -> str:
    """Say until when cancelling is free, and what it costs after that."""
    free = f"Cancelling is free until {at.day_and_clock(until)}."
    return f"{free} After that, the fee is {fee}." if fee else free


def soon_words(policy: PolicyView) -> str:
    """Say what it means to book a time that is already too close to be cancelled freely."""
    if policy.mode == "block":
        return "This time is too close to be changed or cancelled online."
    close = "This time is too close to be cancelled free of charge."
    return f"{close} The fee is {policy.fee}." if policy.fee else close


def policy_words(policy: PolicyView) -> str:
    """Say the rule of the practice in one sentence or two."""
    span = "1 hour" if policy.hours == 1 else f"{policy.hours} hours"
    rule = f"You can change or cancel online until {span} before a visit."
    if policy.mode != "block" and policy.fee:
        return f"{rule} After that, the fee is {policy.fee}."
    return rule


def policy_line(policy: PolicyView, phone: str, *, online: bool) -> Safe:
    """Return the policy as a line with the number to call."""
    call = join("call ", phone_link(phone)) if phone else Safe("call us")
    if not online:
        return join("To change or cancel a visit, ", call, ".")
    said = policy_words(policy)
    if policy.mode == "block" or not policy.fee:
        return join(said, " After that, ", call, ".")
    return join(said)


def phone_link(phone: str) -> Safe:
    """Return a telephone number that can be pressed."""
    return fragment("a", "lw-nowrap", phone, href="tel:" + re.sub(r"[^\d+]", "", phone))
