"""What Stripe tells by itself. Of an event only the ids count; what happened is read again."""

from portal_app.data.models import StripeEvent
from portal_app.integrations.stripe import EventSeen, ForgedError
from portal_app.rules.errors import InvalidError
from portal_app.security import access
from portal_app.security.system import open_system
from portal_app.services.billing import cards, gateway, payments


def take(body: bytes, signature: str) -> None:
    """Deal with an event; it is remembered after that, so that what breaks off is told again.

    Raises:
        InvalidError: Stripe has not signed it, or not now.
        UnreachableError: Stripe does not answer; it will tell the event again.
    """
    if not gateway.is_there():
        raise InvalidError("Nobody waits for this.")
    try:
        event = gateway.account().event(body, signature, access.now())
    except ForgedError as error:
        raise InvalidError("The signature does not fit.") from error
    with open_system("an event of the card service", writes=False) as work:
        if work.session.get(StripeEvent, event.id) is not None:
            return
    _follow(event)
    with open_system("an event of the card service") as work:
        if work.session.get(StripeEvent, event.id) is None:
            work.session.add(StripeEvent(id=event.id, kind=event.kind[:80], done_at=work.now))


def _follow(event: EventSeen) -> None:
    if event.method and event.kind == "payment_method.detached":
        cards.detached(event.method)
        return
    if event.session and (ref := cards.find_ref(event.session)):
        cards.settle(ref)
        return
    ref = payments.find_ref(session=event.session) or payments.find_ref(intent=event.intent)
    if not ref and event.intent:
        ref = payments.ref_at_stripe(event.intent)
    if ref:
        payments.settle(ref)
