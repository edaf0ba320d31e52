"""What waits for the practice's billing, over all charts within reach."""

from collections.abc import Sequence

from sqlmodel import col, func, select

from portal_app.data.models import Appointment, Invoice
from portal_app.data.schemas.billing import MoneyRow, PracticeMoneyView
from portal_app.data.schemas.practice import Task
from portal_app.data.schemas.schedule import StaffVisitRow
from portal_app.integrations.money import money
from portal_app.rules.billing.invoices import State
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import books, desk_views, reading

NEEDS = desk_views.NEEDS
LIST = 12
TASKS = 4


def waiting(actor: Actor) -> PracticeMoneyView:
    """Show what is overdue and open, and what is not invoiced yet."""
    with access.open(actor, NEEDS) as work:
        currency = books.settings(work).currency
        late = col(Invoice.due_on) < work.today
        owed = select(Invoice).where(Invoice.due_minor > 0)
        overdue = owed.where(late).order_by(col(Invoice.due_on), col(Invoice.number))
        newest = owed.where(~late).order_by(col(Invoice.number).desc())
        rows = [list(work.session.exec(query.limit(LIST)).all()) for query in (overdue, newest)]
        sums = [
            work.session.exec(
                select(func.count(), func.coalesce(func.sum(Invoice.due_minor), 0)).where(
                    Invoice.due_minor > 0, part
                )
            ).one()
            for part in (late, ~late)
        ]
        drafts = list(
            work.session.exec(
                select(Invoice)
                .where(Invoice.status == State.DRAFT.value)
                .order_by(col(Invoice.created_at).desc())
                .limit(LIST)
            ).all()
        )
        people = desk_views.people_of(work, [*rows[0], *rows[1], *drafts])
        told = reading.told_rows(work, [*rows[0], *rows[1]])
        lines = [
            MoneyRow(*people[invoice.chart_id], row)
            for invoice, row in zip([*rows[0], *rows[1]], told, strict=True)
        ]
        visits = work.session.exec(desk_views.unbilled_visits().limit(LIST)).all()
        left = desk_views.unbilled_visits().order_by(None).subquery()
        return PracticeMoneyView(
            due=money(int(sums[0][1]) + int(sums[1][1]), currency),
            overdue_sum=money(int(sums[0][1]), currency),
            overdue=tuple(lines[: len(rows[0])]),
            overdue_count=sums[0][0],
            open=tuple(lines[len(rows[0]) :]),
            open_count=sums[1][0],
            drafts=tuple(
                (*people[invoice.chart_id], row)
                for invoice, row in zip(drafts, desk_views.draft_rows(work, drafts), strict=True)
            ),
            unbilled=desk_views.unbilled(work, visits),
            unbilled_count=work.session.exec(select(func.count()).select_from(left)).one(),
            charges=desk_views.charges(work, everybody=True),
        )


def tasks(work: Work) -> tuple[Task, ...]:
    """List the late fees on which somebody decides, for Today."""
    if not work.may(NEEDS):
        return ()
    return tuple(
        Task(
            title=f"Decide: late fee, {row.amount}",
            detail=row.patient,
            href=f"/practice/patients/{row.chart}?tab=billing",
        )
        for row in desk_views.charges(work, everybody=True)[:TASKS]
    )


def to_invoice(work: Work, visits: Sequence[StaffVisitRow]) -> frozenset[str]:
    """Name the completed ones of these visits that stand on no invoice yet."""
    done = [v.id for v in visits if v.status == VisitStatus.COMPLETED.value]
    if not done or not work.may(NEEDS):
        return frozenset()
    rows = desk_views.unbilled_visits().where(col(Appointment.public_id).in_(done))
    return frozenset(visit.public_id for visit in work.session.exec(rows).all())
