"""Reads Communication: messages that were written before.

Source: https://hl7.org/fhir/R4/communication.html
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

CATEGORIES = frozenset({"clinical", "prescription", "appointment", "billing", "form", "other"})


@dataclass(frozen=True)
class Communication:
    """One message of a conversation."""

    conversation: str
    subject: str
    category: str
    sender: str
    sender_reference: str
    recipient_reference: str
    sent: datetime
    received: datetime | None
    text: str


def read_communications(bundle: Bundle) -> tuple[list[Communication], int]:
    """Read the messages in order of sending; (read, unreadable)."""
    found = [_read(resource) for resource in bundle.of("Communication")]
    good = [c for c in found if c is not None]
    return sorted(good, key=lambda c: c.sent), len(found) - len(good)


def _read(value: Resource) -> Communication | None:
    sent, payload = as_moment(value.get("sent")), as_list(value.get("payload"))
    text = "\n\n".join(t for t in (as_text(as_dict(p).get("contentString")) for p in payload) if t)
    if sent is None or not text:
        return None
    sender = as_dict(value.get("sender"))
    recipients = [as_dict(r) for r in as_list(value.get("recipient"))]
    topic = as_text(as_dict(value.get("topic")).get("text"))
    parts = [as_text(as_dict(p).get("reference")) for p in as_list(value.get("partOf"))]
    return Communication(
        conversation=parts[0] if parts else f"{topic}|{sent:%Y-%m-%d}",
        subject=topic or "Message",
        category=_category(value),
        sender=as_text(sender.get("display")),
        sender_reference=as_text(sender.get("reference")),
        recipient_reference=as_text(recipients[0].get("reference")) if recipients else "",
        sent=sent,
        received=as_moment(value.get("received")),
        text=text,
    )


def _category(value: Resource) -> str:
    words = [
        as_text(as_dict(c).get("code"))
        for k in as_list(value.get("category"))
        for c in as_list(as_dict(k).get("coding"))
    ]
    return next((w for w in words if w in CATEGORIES), "other")
