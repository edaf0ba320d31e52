"""Somebody comes back from the hosted page: what she did there is read again at Stripe."""

import contextlib

from sqlmodel import select

from portal_app.data.models import CardPayment, CardSetup
from portal_app.integrations.stripe import ImpossibleError, UnreachableError
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.billing import cards, payments


def lead(actor: Actor, chart: str, ref: str) -> str:
    """Settle a visit to the hosted page and tell where to go on.

    Raises:
        NotFoundError: it is none of this person's charts, or there is no such visit.
    """
    with access.open(actor, Permission.BILLING_VIEW, chart=chart) as work:
        pays = select(CardPayment.id).where(
            CardPayment.public_id == ref, CardPayment.chart_id == work.chart.id
        )
        saves = select(CardSetup.id).where(
            CardSetup.public_id == ref, CardSetup.chart_id == work.chart.id
        )
        paid = work.session.exec(pays).first() is not None
        if not paid and work.session.exec(saves).first() is None:
            raise NotFoundError
    # the sweeper will ask again
    with contextlib.suppress(UnreachableError, ImpossibleError, ConflictError):
        if paid:
            payments.settle(ref)
        else:
            cards.settle(ref)
    base = f"/portal/{chart}/billing"
    return f"{base}?tab=invoices&payment={ref}" if paid else f"{base}?tab=cards"
