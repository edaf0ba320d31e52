"""What the practice sees of the money of one chart."""

import uuid
from collections.abc import Sequence

from sqlmodel import col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from portal_app.data.models import (
    Appointment,
    Chart,
    DraftCharge,
    Fee,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Patient,
)
from portal_app.data.schemas.billing import (
    ChargeRow,
    ChartMoneyView,
    DraftRow,
    ExplainedView,
    PaymentRow,
    UnbilledRow,
)
from portal_app.integrations.money import money
from portal_app.rules.billing.invoices import State
from portal_app.rules.billing.ledger import Kind
from portal_app.rules.billing.money import BY_HAND, METHODS
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import charging, reading, refunds
from portal_app.services.billing.issuing import Line

NEEDS = Permission.PRACTICE_BILLING
LIST = 20
FEES = 60


def money_of(actor: Actor, chart: str, page: int = 0) -> ChartMoneyView:
    """Show a chart's money."""
    with access.open(actor, NEEDS, chart=chart) as work:
        page = max(0, page)
        due, settled, has_more = reading.pages(work, page)
        told = reading.told_rows(work, [*due, *settled])
        return ChartMoneyView(
            balance=reading.balance_of(work),
            open=told[: len(due)],
            settled=told[len(due) :],
            page=page,
            has_more=has_more,
            drafts=_drafts(work),
            unbilled=unbilled(work),
            charges=charges(work),
            payments=_payments(work),
            fees=_fees(work),
        )


def explain(actor: Actor, chart: str) -> ExplainedView:
    """Tell how a balance came about."""
    with access.open(actor, NEEDS, chart=chart) as work:
        return reading.explained(work)


# ---------------------------------------------------------------- what can be charged
def unbilled_visits() -> SelectOfScalar[Appointment]:
    """Ask for completed visits that stand on no invoice, the newest first."""
    line = (
        select(InvoiceLine.id)
        .join(Invoice, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(InvoiceLine.appointment_id == Appointment.id, Invoice.status != State.VOID.value)
        .correlate(Appointment)
    )
    return (
        select(Appointment)
        .where(Appointment.status == VisitStatus.COMPLETED.value, ~line.exists())
        .order_by(col(Appointment.starts_at).desc())
    )


def unbilled(work: Work, visits: Sequence[Appointment] | None = None) -> tuple[UnbilledRow, ...]:
    """Show completed visits without an invoice: these, or those of the open chart."""
    if visits is None:
        rows = unbilled_visits().where(Appointment.chart_id == work.chart.id).limit(LIST)
        visits = work.session.exec(rows).all()
    fees = charging.fees_by_type(work) if visits else {}
    people = people_of(work, visits)
    return tuple(
        UnbilledRow(
            id=visit.public_id,
            chart=people[visit.chart_id][0],
            patient=people[visit.chart_id][1],
            title=visit.title,
            served_on=visit.starts_at.astimezone(work.zone).date(),
            amount=money(_sum(charging.lines_of_visit(work, visit, fees)), visit.currency),
        )
        for visit in visits
    )


def charges(work: Work, *, everybody: bool = False) -> tuple[ChargeRow, ...]:
    """Show fees that a rule has proposed and nobody has decided on."""
    rows = (
        select(DraftCharge, Appointment)
        .join(Appointment, col(DraftCharge.appointment_id) == Appointment.id)
        .where(DraftCharge.status == "draft")
        .order_by(col(DraftCharge.created_at).desc())
        .limit(LIST)
    )
    if not everybody:
        rows = rows.where(DraftCharge.chart_id == work.chart.id)
    found = work.session.exec(rows).all()
    people = people_of(work, [visit for _, visit in found])
    return tuple(
        ChargeRow(
            id=str(charge.id),
            chart=people[visit.chart_id][0],
            patient=people[visit.chart_id][1],
            title=f"{charging.LATE_WORDS}: {visit.title}",
            served_on=visit.starts_at.astimezone(work.zone).date(),
            amount=money(charge.amount_minor, charge.currency),
        )
        for charge, visit in found
    )


def people_of(
    work: Work, rows: Sequence[Appointment | Invoice]
) -> dict[uuid.UUID, tuple[str, str]]:
    """Give public id and name of the patient for the charts of these rows."""
    ids = {row.chart_id for row in rows}
    found = (
        select(Chart, Patient)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .where(col(Chart.id).in_(ids))
    )
    return {c.id: (c.public_id, p.name) for c, p in work.session.exec(found).all()}


def _sum(lines: Sequence[Line]) -> int:
    return sum(line.units * line.unit_minor for line in lines)


def _drafts(work: Work) -> tuple[DraftRow, ...]:
    rows = select(Invoice).where(
        Invoice.chart_id == work.chart.id, Invoice.status == State.DRAFT.value
    )
    drafts = list(work.session.exec(rows.limit(LIST)).all())
    return draft_rows(work, drafts)


def draft_rows(work: Work, drafts: Sequence[Invoice]) -> tuple[DraftRow, ...]:
    """Show invoices without a number."""
    told = reading.told_rows(work, drafts)
    return tuple(DraftRow(row.id, row.title, row.total) for row in told)


def _payments(work: Work) -> tuple[PaymentRow, ...]:
    rows = (
        select(LedgerEntry)
        .where(LedgerEntry.chart_id == work.chart.id, LedgerEntry.kind == Kind.PAYMENT.value)
        .order_by(col(LedgerEntry.position).desc())
        .limit(LIST)
    )
    found = list(work.session.exec(rows).all())
    back = dict(
        work.session.exec(
            select(LedgerEntry.refers_to_id, func.sum(LedgerEntry.amount_minor))
            .where(
                col(LedgerEntry.refers_to_id).in_([entry.id for entry in found]),
                LedgerEntry.kind == Kind.REFUND.value,
            )
            .group_by(col(LedgerEntry.refers_to_id))
        ).all()
    )
    return tuple(_payment(entry, int(back.get(entry.id, 0))) for entry in found)


def _payment(entry: LedgerEntry, back: int) -> PaymentRow:
    left = -entry.amount_minor - back
    return PaymentRow(
        id=entry.public_id,
        words=entry.detail or METHODS.get(entry.method, entry.method),
        booked_on=entry.booked_on,
        amount=money(-entry.amount_minor, entry.currency),
        left=money(left, entry.currency),
        left_minor=left,
        by_hand=entry.method in BY_HAND or refunds.is_card(entry),
    )


def _fees(work: Work) -> tuple[tuple[str, str], ...]:
    rows = (
        select(Fee).where(col(Fee.is_active)).order_by(col(Fee.position), col(Fee.name)).limit(FEES)
    )
    return tuple(
        (fee.public_id, f"{fee.name}, {money(fee.amount_minor, fee.currency)}")
        for fee in work.session.exec(rows).all()
    )
