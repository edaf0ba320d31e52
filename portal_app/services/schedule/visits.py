"""What the patient's own pages about visits have in common."""

from collections.abc import Sequence

from sqlmodel import col, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.data.models import Appointment, BookingPolicy, VisitType
from portal_app.data.schemas.schedule import VisitRow
from portal_app.rules.schedule import limits
from portal_app.rules.schedule.states import ACTIVE, TAKES_TIME, VisitStatus
from portal_app.security.access import Work
from portal_app.services.schedule import views
from portal_app.services.schedule.setup import Setup
from portal_app.services.schedule.times import Own

COMING = [s.value for s in ACTIVE]
KNOWN = [s.value for s in TAKES_TIME - {VisitStatus.REQUESTED}]
CALLED_OFF = [
    VisitStatus.CANCELLED_BY_PRACTICE.value,
    VisitStatus.DECLINED.value,
    VisitStatus.EXPIRED.value,
]
NEVER = [
    VisitStatus.RESCHEDULED.value,
    VisitStatus.DECLINED.value,
    VisitStatus.EXPIRED.value,
    VisitStatus.REQUESTED.value,
]
CAP = "You have {0} upcoming visits, as many as can be booked online. Message or call us for more."
VIEW_ONLY = "Visits are booked by the practice. Message or call us."
NOTHING = "No visits can be booked online. Message or call us."


def of_chart(work: Work) -> SelectOfScalar[Appointment]:
    """Select the visits of the open chart."""
    return select(Appointment).where(Appointment.chart_id == work.chart.id)


def rows(work: Work, setup: Setup, visits: Sequence[Appointment]) -> dict[str, VisitRow]:
    """Show visits; types, policies and places are read once for all of them."""
    session = work.session
    types = {t.id: t for t in session.exec(select(VisitType)).all()} if visits else {}
    held = {v.policy_id for v in visits if v.policy_id}
    policies = (
        {
            p.id: p
            for p in session.exec(
                select(BookingPolicy).where(col(BookingPolicy.id).in_(held))
            ).all()
        }
        if held
        else {}
    )
    default = BookingPolicy(practitioner_id=setup.practitioner.id, version=0)
    return {
        v.public_id: views.visit_row(
            work,
            v,
            policy=policies.get(v.policy_id, default) if v.policy_id else default,
            clinician=setup.practitioner,
            visit_type=types.get(v.visit_type_id),
            place=setup.locations.get(str(v.location_id)),
            moves_most=setup.rules.moves_most,
            changes_online=setup.rules.changes_online,
            books_online=setup.books_online,
        )
        for v in visits
    }


def last(work: Work) -> Appointment | None:
    """Find the latest visit that was kept or is to come; none, and the patient is new.

    What she has only asked for makes nobody known to the practice.
    """
    rows = of_chart(work).where(col(Appointment.status).in_(KNOWN))
    return work.session.exec(rows.order_by(col(Appointment.starts_at).desc()).limit(1)).first()


def offered(setup: Setup, *, returning: bool) -> list[VisitType]:
    """List the types that this patient may book."""
    who = {"all", "existing"} if returning else {"all", "new"}
    return [t for t in setup.types if t.books in who]


def by_request(setup: Setup, visit_type: VisitType, *, first: bool) -> bool:
    """Whether the practice approves before a visit is final."""
    asks = setup.rules.mode == "request" or visit_type.approval == "request"
    return asks or (first and setup.rules.approves_first)


def why_not(setup: Setup, upcoming: int) -> str:
    """Say why nothing can be booked online; empty where it can."""
    if not setup.books_online:
        return VIEW_ONLY
    caps = setup.caps
    return CAP.format(caps.upcoming) if limits.caps_left(caps, upcoming) == 0 else ""


def refusal(
    work: Work,
    setup: Setup,
    mine: Own,
    types: Sequence[VisitType],
    moving: Appointment | None,
) -> str:
    """Say why this booking, or this move, is not possible online; empty where it is."""
    if moving is None:
        return why_not(setup, mine.upcoming) or ("" if types else NOTHING)
    row = rows(work, setup, [moving])[moving.public_id]
    if row.may_move:
        return ""
    return "This visit can’t be moved online any more. Message or call us."
