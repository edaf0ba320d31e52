"""Invoices inside an open unit of work: drafts, their lines, the number, and making them void."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import (
    BillingSettings,
    Chart,
    DraftCharge,
    Grant,
    Invoice,
    InvoiceLine,
    Patient,
    Practitioner,
    User,
)
from portal_app.data.types import AppointmentId, PractitionerId
from portal_app.rules.billing.invoices import State, may_issue, may_void
from portal_app.rules.billing.ledger import Kind
from portal_app.rules.errors import ConflictError, NotFoundError
from portal_app.security.access import Work
from portal_app.services.billing import books, ledger

ADULT = 18
LATE_FEE = "late_fee"


@dataclass(frozen=True)
class Line:
    """One thing to charge for."""

    served_on: date
    description: str
    unit_minor: int
    units: int = 1
    code: str = ""
    modifiers: str = ""
    kind: str = "service"
    practitioner: PractitionerId | None = None
    appointment: AppointmentId | None = None
    draft_charge: Any = None


def find(work: Work, public_id: str) -> Invoice:
    """Find an invoice of the open chart.

    Raises:
        NotFoundError: there is none.
    """
    rows = select(Invoice).where(Invoice.public_id == public_id, Invoice.chart_id == work.chart.id)
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def lines_of(work: Work, invoice: Invoice) -> list[InvoiceLine]:
    """Give the lines of an invoice, in order."""
    rows = (
        select(InvoiceLine)
        .where(InvoiceLine.invoice_id == invoice.id)
        .order_by(col(InvoiceLine.position))
    )
    return list(work.session.exec(rows).all())


def billed(work: Work, visits: Sequence[AppointmentId]) -> set[AppointmentId]:
    """Tell which of these visits stand on an invoice that is not void."""
    rows = (
        select(InvoiceLine.appointment_id)
        .join(Invoice, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(col(InvoiceLine.appointment_id).in_(visits), Invoice.status != State.VOID)
    )
    return {AppointmentId(v) for v in work.session.exec(rows).all() if v is not None}


def draft(
    work: Work,
    chart: Chart,
    lines: Sequence[Line],
    *,
    notes: str = "",
    payer: str = "",
    is_new: bool = False,
) -> Invoice:
    """Write a draft.

    Args:
        work: a unit of work that writes.
        chart: whose invoice it is.
        lines: what is charged for.
        notes: words for whoever pays.
        payer: who is asked; the patient, or a child's parent, where it is empty.
        is_new: nobody looks whether its visits are invoiced already: the caller knows.

    Raises:
        ConflictError: one of its visits stands on another invoice, or its fee was decided on.
    """
    visits = [line.appointment for line in lines if line.appointment and line.kind != LATE_FEE]
    if visits and not is_new and billed(work, visits):
        raise ConflictError("There is an invoice for this visit already.")
    invoice = Invoice(
        chart_id=chart.id,
        patient_id=chart.patient_id,
        currency=books.settings(work).currency,
        total_minor=sum(line.units * line.unit_minor for line in lines),
        notes=notes,
        payer=payer or payer_of(work, chart),
        created_by=work.user.id if work.user else None,
        created_at=work.now,
    )
    work.session.add(invoice)
    work.session.flush()
    for position, line in enumerate(lines, start=1):
        if line.draft_charge is not None:
            _bill_charge(work, line.draft_charge)
        work.session.add(
            InvoiceLine(
                chart_id=chart.id,
                patient_id=chart.patient_id,
                invoice_id=invoice.id,
                position=position,
                kind=line.kind,
                served_on=line.served_on,
                description=line.description,
                code=line.code,
                modifiers=line.modifiers,
                units=line.units,
                unit_minor=line.unit_minor,
                amount_minor=line.units * line.unit_minor,
                practitioner_id=line.practitioner or chart.practitioner_id,
                appointment_id=line.appointment,
                draft_charge_id=line.draft_charge,
            )
        )
    work.session.flush()
    books.announce(work, chart)
    return invoice


def _bill_charge(work: Work, charge_id: Any) -> None:
    charge = work.session.get(DraftCharge, charge_id)
    if charge is None or charge.status != "draft":
        raise ConflictError("This fee was decided on already.")
    charge.status = "billed"
    work.session.add(charge)


def payer_of(work: Work, chart: Chart) -> str:
    """Name who is asked: the patient, or for a child one of the parents."""
    patient = work.session.get_one(Patient, chart.patient_id)
    today, born = work.today, patient.birth_date
    if (
        born is None
        or (today.year - born.year) - ((today.month, today.day) < (born.month, born.day)) >= ADULT
    ):
        return patient.name
    rows = (
        select(User.name)
        .join(Grant, col(Grant.user_id) == User.id)
        .where(
            Grant.patient_id == patient.id,
            col(Grant.relationship).in_(("parent", "guardian")),
            col(Grant.revoked_at).is_(None),
        )
        .order_by(col(User.name))
    )
    return work.session.exec(rows).first() or patient.name


def issue(work: Work, invoice: Invoice, *, at: datetime | None = None) -> Invoice:
    """Give a draft its number, fix what it says, and book its charges.

    Number and charges come with the same commit, so that no number is lost or given twice.

    Raises:
        ConflictError: it is no draft any more, or it has no lines.
    """
    lines = lines_of(work, invoice)
    if not may_issue(State(invoice.status), len(lines)):
        raise ConflictError("This invoice was issued already.")
    chart = work.session.get_one(Chart, invoice.chart_id)
    rules = _counter(work)
    moment = at or work.now
    with work.session.no_autoflush:  # number, state and sums are written at once
        invoice.number, rules.next_number = rules.next_number, rules.next_number + 1
        invoice.issued_at = moment
        invoice.issued_on = moment.astimezone(work.zone).date()
        invoice.due_on = invoice.issued_on + timedelta(days=rules.net_days)
        invoice.total_minor = sum(line.amount_minor for line in lines)
        invoice.snapshot = json.dumps(_said(work, chart, invoice, lines, rules), ensure_ascii=False)
        invoice.status, invoice.due_minor = State.OPEN.value, invoice.total_minor
        if not invoice.total_minor:
            invoice.status, invoice.settled_on = State.PAID.value, invoice.issued_on
    work.session.add(rules)
    work.session.add(invoice)
    work.session.flush()
    for line in lines:
        if line.amount_minor:
            ledger.append(
                work,
                chart,
                Kind.LATE_FEE if line.kind == LATE_FEE else Kind.CHARGE,
                line.amount_minor,
                source="invoice",
                external_id=f"{invoice.public_id}:{line.position}",
                invoice=invoice,
                detail=line.description,
                at=moment,
            )
    books.announce(work, chart)
    return invoice


def void(work: Work, invoice: Invoice, reason: str) -> None:
    """Make an invoice void; what it asked for is taken out of the balance.

    Raises:
        ConflictError: something has come against it; a credit note is the way then.
    """
    if not may_void(State(invoice.status), books.sums_of(invoice)):
        raise ConflictError("Something was paid or credited already. Give a credit instead.")
    chart = work.session.get_one(Chart, invoice.chart_id)
    invoice.status, invoice.due_minor = State.VOID.value, 0
    invoice.ended_at, invoice.reason = work.now, reason
    work.session.add(invoice)
    work.session.flush()
    ledger.append(
        work,
        chart,
        Kind.VOID,
        invoice.total_minor,
        source="void",
        external_id=invoice.public_id,
        invoice=invoice,
        reason=reason,
    )
    for line in lines_of(work, invoice):
        if line.draft_charge_id is not None:
            charge = work.session.get_one(DraftCharge, line.draft_charge_id)
            charge.status = "draft"
            work.session.add(charge)


def discard(work: Work, invoice: Invoice) -> None:
    """Throw a draft away; what it was made of can be charged again.

    Raises:
        ConflictError: it was issued.
    """
    if invoice.status != State.DRAFT:
        raise ConflictError("This invoice was issued already.")
    for line in lines_of(work, invoice):
        if line.draft_charge_id is not None:
            charge = work.session.get_one(DraftCharge, line.draft_charge_id)
            charge.status = "draft"
            work.session.add(charge)
        work.session.delete(line)
    work.session.flush()
    work.session.delete(invoice)
    books.announce(work, work.session.get_one(Chart, invoice.chart_id))


def _counter(work: Work) -> BillingSettings:
    """Read the next number anew: whoever writes is alone, but what was read may be older."""
    rows = select(BillingSettings).where(BillingSettings.id == 1)
    found = work.session.exec(rows, execution_options={"populate_existing": True}).first()
    return found or BillingSettings()


def _said(
    work: Work,
    chart: Chart,
    invoice: Invoice,
    lines: Sequence[InvoiceLine],
    rules: BillingSettings,
) -> dict[str, Any]:
    """Collect everything that the PDF says; later changes of the practice do not reach it."""
    patient = work.session.get_one(Patient, chart.patient_id)
    wanted = {line.practitioner_id for line in lines if line.practitioner_id}
    rows = select(Practitioner).where(col(Practitioner.id).in_(wanted))
    names = {p.id: p.name for p in work.session.exec(rows).all()}
    practice = work.practice
    name = " ".join(part for part in (practice.name, practice.name_second_line) if part)
    return {
        "format": 1,
        "number": invoice.number,
        "issued_on": invoice.issued_on.isoformat() if invoice.issued_on else "",
        "due_on": invoice.due_on.isoformat() if invoice.due_on else "",
        "currency": invoice.currency,
        "total_minor": invoice.total_minor,
        "notes": invoice.notes,
        "payer": invoice.payer,
        "patient": {
            "name": patient.name,
            "born": patient.birth_date.isoformat() if patient.birth_date else "",
            "address": patient.address or "",
        },
        "practice": {
            "name": rules.legal_name or name,
            "remit_to": rules.remit_to,
            "phone": rules.billing_phone or practice.phone,
            "tax_id": rules.tax_id,
            "npi": rules.npi,
            "closing": rules.closing_words,
        },
        "lines": [
            {
                "served_on": line.served_on.isoformat(),
                "description": line.description,
                "code": line.code,
                "modifiers": line.modifiers,
                "units": line.units,
                "unit_minor": line.unit_minor,
                "amount_minor": line.amount_minor,
                "clinician": names.get(line.practitioner_id, "") if line.practitioner_id else "",
            }
            for line in lines
        ],
    }


__all__ = ["Line", "billed", "discard", "draft", "find", "issue", "lines_of", "void"]
