"""Reads Appointment: visits that were booked or have taken place.

Source: https://hl7.org/fhir/R4/appointment.html
"""

from dataclasses import dataclass
from datetime import datetime

from portal_app.integrations.fhir.bundle import (
    Bundle,
    Resource,
    as_dict,
    as_list,
    as_moment,
    as_text,
)

STATUS = {
    "proposed": "requested",
    "pending": "requested",
    "booked": "booked",
    "arrived": "arrived",
    "checked-in": "arrived",
    "fulfilled": "completed",
    "cancelled": "cancelled_by_patient",
    "noshow": "no_show",
}
"""FHIR's word -> ours; what is not here (waitlist, entered-in-error) is no visit."""


@dataclass(frozen=True)
class Visit:
    """One visit; ``late`` where the cancellation came after the limit."""

    status: str
    starts_at: datetime
    ends_at: datetime
    title: str
    mode: str
    booked_at: datetime | None


def read_appointments(bundle: Bundle) -> tuple[list[Visit], int]:
    """Read the visits in order; (read, unreadable)."""
    found = [_read(resource) for resource in bundle.of("Appointment")]
    good = [v for v in found if v is not None]
    return sorted(good, key=lambda v: v.starts_at), len(found) - len(good)


def _read(value: Resource) -> Visit | None:
    status = STATUS.get(as_text(value.get("status")))
    start, end = as_moment(value.get("start")), as_moment(value.get("end"))
    if status is None or start is None or end is None or start >= end:
        return None
    reason = as_text(as_dict(value.get("cancelationReason")).get("text"))
    if status == "cancelled_by_patient" and reason == "late":
        status = "late_cancelled"
    kinds = [as_dict(k) for k in as_list(value.get("serviceType"))]
    return Visit(
        status=status,
        starts_at=start,
        ends_at=end,
        title=next((t for k in kinds if (t := as_text(k.get("text")))), "Visit"),
        mode=as_text(as_dict(value.get("appointmentType")).get("text")) or "in_person",
        booked_at=as_moment(value.get("created")),
    )
