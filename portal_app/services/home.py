"""The first page of a chart."""

from portal_app.data.schemas.home import HomeView
from portal_app.rules.permissions import Permission
from portal_app.security import access
from portal_app.security.actor import Actor
from portal_app.services.billing import reading as billing
from portal_app.services.documents import filling as documents
from portal_app.services.messages import patient as messages
from portal_app.services.schedule import overview as visits

RECENT = 3


def overview(actor: Actor, chart: str) -> HomeView:
    """Sum up what the practice has enabled on this chart for this person."""
    with access.open(actor, Permission.HOME, chart=chart) as work:
        reads = work.may(Permission.MESSAGES_READ)
        sees_visits = work.may(Permission.SCHEDULE_VIEW)
        sees_billing = work.may(Permission.BILLING_VIEW)
        recent = messages.folder_of(work, "inbox", most=RECENT).rows if reads else None
        return HomeView(
            first_name=_first_name(work),
            clinician=work.practitioner.name,
            dashboard_message=work.practitioner.dashboard_message
            or work.practice.dashboard_message,
            to_do=(
                *documents.home_items(work),
                *(billing.home_items(work) if work.may(Permission.BILLING_PAY) else ()),
            ),
            messages=recent,
            may_send=work.may(Permission.MESSAGES_SEND),
            sees_visits=sees_visits,
            next_visit=visits.next_visit(work) if sees_visits else None,
            may_book=work.may(Permission.SCHEDULE_BOOK),
            read_at=work.now,
            balance=billing.balance_of(work) if sees_billing else None,
        )


def _first_name(work: access.Work) -> str:
    own = work.facts is not None and work.facts.relationship == "self"
    return work.patient.first_name if own else work.person.name.split(" ")[0]
