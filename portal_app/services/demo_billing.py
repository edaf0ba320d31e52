"""Writes the demo's money: fees, an invoice for each visit, and what people have paid."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import col, select

from portal_app.data.demo import billing as plan
from portal_app.data.models import (
    Appointment,
    BillingSettings,
    Chart,
    DraftCharge,
    Fee,
    Invoice,
    LedgerEntry,
    Patient,
    Practitioner,
    VisitType,
)
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security.access import Work
from portal_app.services.billing import charging, issuing, ledger

SOURCE = "demo"


@dataclass(frozen=True)
class Plan:
    """A visit that is to be invoiced, and whose it is."""

    key: str
    clinician: str
    chart: Chart
    visit: Appointment
    rank: int
    """0 for the newest of its chart."""


def lay(
    work: Work, patients: Mapping[str, Patient], clinicians: Mapping[str, Practitioner]
) -> None:
    """Write fees and settings, then invoice visits and record payments in the order of time."""
    _fees(work)
    charts = {c.id: c for c in work.session.exec(select(Chart)).all()}
    keys = {p.id: key for key, p in patients.items()}
    names = {p.id: key for key, p in clinicians.items()}
    fees = charging.fees_by_type(work)
    payers = {c.id: issuing.payer_of(work, c) for c in charts.values()}
    for step in _plans(work, charts, keys, names):
        lines = charging.lines_of_visit(work, step.visit, fees)
        chart = step.chart
        invoice = issuing.draft(work, chart, lines, payer=payers[chart.id], is_new=True)
        issuing.issue(work, invoice, at=step.visit.ends_at)
        _settle(work, step, invoice)
    _late_fees(work)


def _fees(work: Work) -> None:
    types = {t.name: t.id for t in work.session.exec(select(VisitType)).all()}
    work.session.add(BillingSettings(**plan.SETTINGS))
    work.session.add_all(
        Fee(
            name=fee.name,
            code=fee.code,
            amount_minor=fee.amount_minor,
            parts=[{"code": c, "name": n, "share": s} for c, n, s in fee.parts],
            visit_type_id=types.get(fee.visit),
            position=number,
        )
        for number, fee in enumerate(plan.FEES)
    )
    work.session.flush()


def _plans(
    work: Work, charts: Mapping[Any, Chart], keys: Mapping[Any, str], names: Mapping[Any, str]
) -> list[Plan]:
    rows = (
        select(Appointment)
        .where(Appointment.status == VisitStatus.COMPLETED.value)
        .order_by(col(Appointment.starts_at), col(Appointment.wall_start))
    )
    until = work.now - timedelta(days=plan.FRESH_DAYS)
    visits = [
        v
        for v in work.session.exec(rows).all()
        if v.ends_at <= until or (keys[v.patient_id] == "dana" and v.ends_at.date() < work.today)
    ]
    visits.sort(key=lambda v: (v.starts_at, keys[v.patient_id], names[v.practitioner_id]))
    seen: dict[Any, int] = {}
    found = []
    for visit in reversed(visits):
        rank = seen.setdefault(visit.chart_id, 0)
        seen[visit.chart_id] += 1
        found.append(
            Plan(
                keys[visit.patient_id],
                names[visit.practitioner_id],
                charts[visit.chart_id],
                visit,
                rank,
            )
        )
    return found[::-1]


def _settle(work: Work, step: Plan, invoice: Invoice) -> None:
    """Let become of an invoice what the plan says."""
    number = invoice.number or 0
    ended = step.visit.ends_at
    if step.key == "dana" and step.rank < len(plan.DANA[step.clinician]):
        if paid := plan.DANA[step.clinician][step.rank]:
            _pay(work, step, invoice, paid, ended + timedelta(days=2))
        return
    young = ended > work.now - timedelta(days=plan.OPEN_DAYS)
    special = plan.EXCEPTIONS.get(step.key, "")
    if special == "overdue":
        least, most = plan.OVERDUE_DAYS
        if least <= (work.now - ended).days <= most:
            return
    elif special and step.rank == 0 and _except(work, step, invoice, special):
        return
    if young and number % 3:
        if number % 3 == 1 and number % 2:
            _pay(work, step, invoice, invoice.total_minor // 4, ended + timedelta(days=1))
        return
    at = min(ended + timedelta(days=1 + number % 9), work.now - timedelta(hours=1))
    _pay(work, step, invoice, invoice.total_minor, at)


def _except(work: Work, step: Plan, invoice: Invoice, what: str) -> bool:
    """Do what is special about the newest invoice of a person; whether nothing else happens."""
    chart, reason, key = step.chart, plan.REASONS.get(what, ""), f"{what}:{step.key}"
    later = min(step.visit.ends_at + timedelta(days=5), work.now - timedelta(hours=2))
    match what:
        case "void":
            issuing.void(work, invoice, reason)
            lines = [
                issuing.Line(
                    served_on=line.served_on,
                    description=line.description,
                    unit_minor=line.unit_minor,
                    code=line.code,
                    appointment=line.appointment_id,
                )
                for line in issuing.lines_of(work, invoice)
            ]
            issuing.issue(work, issuing.draft(work, chart, lines), at=later)
        case "written_off":
            ledger.write_off(work, chart, invoice, SOURCE, key, reason=reason, at=later)
        case "credited":
            amount = invoice.total_minor
            ledger.record_credit(
                work, chart, amount, SOURCE, key, reason=reason, invoice=invoice, at=later
            )
        case "refunded" | "partly_refunded":
            payment = _pay(work, step, invoice, invoice.total_minor, later)
            back = invoice.total_minor if what == "refunded" else invoice.total_minor // 4
            ledger.record_refund(work, chart, payment, back, SOURCE, key, reason=reason, at=later)
        case "overpaid":
            _pay(work, step, invoice, invoice.total_minor + 40_00, later)
        case _:
            ledger.record_credit(work, chart, 25_00, SOURCE, key, reason=reason, at=later)
            return False
    return True


def _pay(work: Work, step: Plan, invoice: Invoice, amount: int, at: datetime) -> LedgerEntry:
    method, detail = method_of(step.key, invoice.number or 0)
    return ledger.record_payment(
        work,
        step.chart,
        amount,
        method,
        SOURCE,
        f"payment:{invoice.number}",
        {invoice.public_id: min(amount, invoice.due_minor)},
        detail=detail,
        at=at,
    ).entry


def method_of(key: str, number: int) -> tuple[str, str]:
    """Tell how a person pays, and what is noted with it."""
    method = plan.METHODS[sum(key.encode()) % len(plan.METHODS)]
    return method, f"Check {2000 + number}" if method == "check" else ""


def _late_fees(work: Work) -> None:
    """Let the newest late cancellations wait for a decision; older ones were let go."""
    rows = (
        select(Appointment)
        .where(Appointment.status == VisitStatus.LATE_CANCELLED.value)
        .order_by(col(Appointment.starts_at).desc(), col(Appointment.wall_start))
    )
    late: Sequence[Appointment] = work.session.exec(rows).all()
    for number, visit in enumerate(late):
        work.session.add(
            DraftCharge(
                chart_id=visit.chart_id,
                patient_id=visit.patient_id,
                appointment_id=visit.id,
                amount_minor=75_00,
                currency="USD",
                status="draft" if number < plan.CHARGES_WAIT else "dropped",
                created_at=visit.starts_at - timedelta(hours=3),
            )
        )
    work.session.flush()
