"""How much is told of what, through which channel; and the words of consent to plain email."""

from enum import StrEnum

from portal_app.rules.permissions import Permission


class Event(StrEnum):
    """What a person can be told of."""

    MESSAGE = "message"
    APPOINTMENT = "appointment"
    FORM = "form"
    INVOICE = "invoice"
    RECORD = "record"
    SECURITY = "security"


class Channel(StrEnum):
    """How a notice travels. Text messages wait for a carrier; nothing is sent by them."""

    EMAIL = "email"
    SMS = "sms"


class Content(StrEnum):
    """How much a notice says."""

    NONE = "none"
    NEWS = "news"
    DETAILS = "details"


OPEN_CHANNELS = frozenset({Channel.EMAIL})
CHOSEN = (Event.APPOINTMENT, Event.MESSAGE, Event.FORM, Event.INVOICE, Event.RECORD)
"""What a person decides on, in the order of the page; security is always told."""
EVENT_WORDS = {
    Event.APPOINTMENT: ("Appointments and reminders", "Says when a visit is or has changed"),
    Event.MESSAGE: ("New message", "Says that your practice has written"),
    Event.FORM: ("Forms and documents", "Says that something waits for you"),
    Event.INVOICE: ("New invoice or receipt", "Says that there is a bill or a receipt"),
    Event.RECORD: ("Records and instructions", "Says that your practice has shared something"),
}
CONTENT_WORDS = {
    Content.NONE: "No mail",
    Content.NEWS: "Something new",
    Content.DETAILS: "With details",
}
WITH_DETAILS = frozenset({Event.APPOINTMENT, Event.MESSAGE})
"""Events whose notice has details to tell; the others only ever say that there is something new."""

WARNINGS = {
    1: (
        "Plain email is not private. It travels unencrypted, and other people could read it: "
        "whoever can open your inbox, and whoever runs the mail servers on its way. It may tell "
        "what your visit is about and hold the words of your messages. You don’t have to agree: "
        "without it you get the same notices, and read the rest after signing in. You can turn "
        "this off at any time."
    ),
}
"""The words beside the switch, by version; a version in use is never changed."""
TEXT_VERSION = max(WARNINGS)

_ORDER = (Content.NONE, Content.NEWS, Content.DETAILS)
_AREAS = {
    "messages": Event.MESSAGE,
    "schedule": Event.APPOINTMENT,
    "documents": Event.FORM,
    "billing": Event.INVOICE,
}


def event_of(needs: Permission) -> Event:
    """Name the event of a notice by the right that its reader needs."""
    return _AREAS.get(needs.value.partition(".")[0], Event.RECORD)


def content(
    event: Event, channel: Channel, *, most: Content, chosen: Content, agreed: bool
) -> Content:
    """Decide how much one notice says.

    Args:
        event: what happened.
        channel: how the notice would travel.
        most: what the practice sends at the most.
        chosen: what the person has chosen.
        agreed: whether she agrees to plain, unencrypted email at this moment.
    """
    if channel not in OPEN_CHANNELS:
        return Content.NONE
    if event is Event.SECURITY:
        return Content.NEWS
    wanted = min(most, chosen, key=_ORDER.index)
    if wanted is Content.DETAILS and not (agreed and event in WITH_DETAILS):
        return Content.NEWS
    return wanted


def offered(event: Event, *, most: Content, agreed: bool) -> tuple[Content, ...]:
    """List what a person can choose for an event: never more than the practice sends."""
    details = agreed and event in WITH_DETAILS
    return tuple(
        c
        for c in _ORDER
        if _ORDER.index(c) <= _ORDER.index(most) and (details or c is not Content.DETAILS)
    )
