"""Everything that a superbill says, collected inside an open unit of work."""

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, func, select

from portal_app.data.models import (
    Allocation,
    Appointment,
    BillingSettings,
    ClinicianBilling,
    Coverage,
    Invoice,
    InvoiceLine,
    LedgerEntry,
    Location,
    Practitioner,
    SuperbillSettings,
    VisitCodes,
)
from portal_app.rules.billing import codes
from portal_app.rules.billing.invoices import State
from portal_app.rules.billing.ledger import Kind
from portal_app.rules.billing.money import METHODS, split
from portal_app.rules.billing.ranges import Days
from portal_app.rules.billing.superbills import (
    SERVICES_MOST,
    ClinicianFacts,
    Insurance,
    PatientFacts,
    PracticeFacts,
    Service,
    telehealth,
)
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security.access import Work
from portal_app.services.billing import books

HOLDER_IS_PATIENT = ("", "self")


@dataclass(frozen=True)
class Payment:
    """What was paid for the visits of a superbill, by one payment."""

    day: str
    words: str
    amount: int


def rules(work: Work) -> SuperbillSettings:
    """Give what the practice has decided about superbills."""
    return work.session.get(SuperbillSettings, 1) or SuperbillSettings()


def practice(work: Work) -> PracticeFacts:
    """Tell who the practice is."""
    billing = work.session.get(BillingSettings, 1) or BillingSettings()
    house = work.practice
    name = " ".join(part for part in (house.name, house.name_second_line) if part)
    address = billing.remit_to
    if not address:
        places = select(Location.address).where(Location.is_active, Location.address != "").limit(1)
        address = work.session.exec(places).first() or ""
    return PracticeFacts(
        name=billing.legal_name or name,
        address=", ".join(part.strip() for part in address.splitlines() if part.strip()),
        phone=billing.billing_phone or house.phone,
        tax_id=billing.tax_id,
        npi=billing.group_npi or billing.npi,
    )


def patient(work: Work) -> PatientFacts:
    """Tell who the patient of the open chart is, and who insures her."""
    who = work.patient
    rows = select(Coverage).where(Coverage.patient_id == who.id).order_by(col(Coverage.rank))
    plans = tuple(
        Insurance(
            row.payer,
            row.member_id,
            row.group_number,
            row.holder or (who.name if row.holder_relation in HOLDER_IS_PATIENT else ""),
            row.holder_relation or "self",
        )
        for row in work.session.exec(rows).all()
        if row.payer
    )
    street = " ".join(part for part in (who.street, who.unit) if part)
    whole = bool(who.city and who.state and who.postal_code)
    return PatientFacts(
        name=f"{who.given} {who.family}".strip(),
        birth_date=who.birth_date,
        gender=who.gender or "",
        phone=who.phone or who.phone_home or "",
        street=street,
        town=f"{who.city}, {who.state} {who.postal_code}" if whole else "",
        insurance=plans,
    )


def clinicians(work: Work, services: Sequence[Service]) -> tuple[ClinicianFacts, ...]:
    """Tell who the clinicians of these services are."""
    wanted = {s.clinician for s in services}
    rows = select(Practitioner, ClinicianBilling).join(
        ClinicianBilling,
        col(ClinicianBilling.practitioner_id) == Practitioner.id,
        isouter=True,
    )
    found = []
    for person, known in work.session.exec(rows).all():
        if str(person.id) not in wanted:
            continue
        facts: ClinicianBilling = known or ClinicianBilling(practitioner_id=person.id)
        found.append(
            ClinicianFacts(
                str(person.id),
                person.name.removeprefix("Dr. "),
                person.credentials,
                facts.npi,
                facts.license_number,
                facts.license_state,
                facts.taxonomy,
                facts.supervisor,
            )
        )
    return tuple(sorted(found, key=lambda c: c.name))


def services(work: Work, days: Days, only: Any = None) -> tuple[tuple[Service, ...], bool]:
    """List what was charged for completed visits of those days; and whether there is more.

    Fees for visits that were cancelled or missed are no services, and are not among them.
    """
    held: list[Any] = [
        InvoiceLine.chart_id == work.chart.id,
        InvoiceLine.kind == "service",
        Appointment.status == VisitStatus.COMPLETED.value,
        col(Invoice.status).not_in((State.DRAFT.value, State.VOID.value)),
        InvoiceLine.served_on <= days.last,
    ]
    if days.first is not None:
        held.append(InvoiceLine.served_on >= days.first)
    if only is not None:
        held.append(col(InvoiceLine.appointment_id).in_(only))
    rows = (
        select(InvoiceLine, Invoice, Appointment.mode, VisitCodes)
        .join(Invoice, col(InvoiceLine.invoice_id) == Invoice.id)
        .join(Appointment, col(InvoiceLine.appointment_id) == Appointment.id)
        .join(
            VisitCodes,
            col(VisitCodes.appointment_id) == InvoiceLine.appointment_id,
            isouter=True,
        )
        .where(*held)
        .order_by(col(InvoiceLine.served_on), col(Invoice.number), col(InvoiceLine.position))
        .limit(SERVICES_MOST + 1)
    )
    found = list(work.session.exec(rows).all())
    shares = _shares(work, {invoice.id: invoice for _, invoice, _, _ in found})
    settings = rules(work)
    told = [
        _service(work, line, mode, given, shares[line.id], settings)
        for line, _, mode, given in found[:SERVICES_MOST]
    ]
    kept = tuple(s for s in told if s.paid or settings.shows_unpaid)
    return kept, len(found) > SERVICES_MOST


def _shares(work: Work, invoices: dict[Any, Invoice]) -> dict[Any, tuple[int, int]]:
    """Tell for each line how much of what came against its invoice counts for it: paid, off."""
    rows = (
        select(InvoiceLine)
        .where(col(InvoiceLine.invoice_id).in_(list(invoices)))
        .order_by(col(InvoiceLine.invoice_id), col(InvoiceLine.position))
    )
    lines: dict[Any, list[InvoiceLine]] = {}
    for line in work.session.exec(rows).all():
        lines.setdefault(line.invoice_id, []).append(line)
    shares: dict[Any, tuple[int, int]] = {}
    for key, of_invoice in lines.items():
        fees = [line.amount_minor for line in of_invoice]
        if not sum(fees):
            shares |= {line.id: (0, 0) for line in of_invoice}
            continue
        came = invoices[key]
        paid = split(came.paid_minor, fees)
        off = split(came.credited_minor + came.written_off_minor, fees)
        shares |= {
            line.id: pair
            for line, pair in zip(of_invoice, zip(paid, off, strict=True), strict=True)
        }
    return shares


def _service(
    work: Work,
    line: InvoiceLine,
    mode: str,
    given: VisitCodes | None,
    share: tuple[int, int],
    settings: SuperbillSettings,
) -> Service:
    place = (given.place if given else "") or codes.PLACE_OF_MODE.get(mode, "")
    try:
        modifiers = codes.modifiers((given.modifiers if given else "") or line.modifiers)
        code = codes.procedure((given.code if given else "") or line.code)
    except codes.CodeError:  # typed into a fee in another form: it can't be told from none
        modifiers, code = (), ""
    wanted = settings.phone_modifier if mode == "phone" else settings.video_modifier
    return Service(
        key=str(line.id),
        served_on=line.served_on,
        description=line.description,
        place=place,
        code=code,
        modifiers=telehealth(modifiers, place, wanted),
        diagnoses=diagnoses_of(given),
        units=line.units,
        fee=line.amount_minor,
        paid=share[0],
        off=share[1],
        clinician=str(line.practitioner_id or work.chart.practitioner_id),
    )


def diagnoses_of(given: VisitCodes | None) -> tuple[tuple[str, str], ...]:
    """Give the diagnoses of a visit with their descriptions."""
    if given is None:
        return ()
    return tuple((str(code), str(words)) for code, words in json.loads(given.diagnoses))


def payments(work: Work, told: Sequence[Service]) -> tuple[Payment, ...]:
    """List the payments that count for these services; their sum is what was paid for them."""
    lines = select(InvoiceLine.invoice_id).where(
        col(InvoiceLine.id).in_([uuid.UUID(s.key) for s in told])
    )
    rows = (
        select(LedgerEntry, func.sum(Allocation.amount_minor))
        .join(Allocation, col(Allocation.entry_id) == LedgerEntry.id)
        .where(col(Allocation.invoice_id).in_(lines), LedgerEntry.kind == Kind.PAYMENT.value)
        .group_by(col(LedgerEntry.id))
        .order_by(col(LedgerEntry.booked_on), col(LedgerEntry.position))
    )
    found = [(entry, int(part)) for entry, part in work.session.exec(rows).all() if part > 0]
    paid = sum(s.paid for s in told)
    if not found or not paid:
        return ()
    parts = split(paid, [part for _, part in found])
    return tuple(
        Payment(
            entry.booked_on.isoformat(),
            entry.detail or METHODS.get(entry.method, entry.method),
            part,
        )
        for (entry, _), part in zip(found, parts, strict=True)
        if part
    )


def currency(work: Work) -> str:
    """Tell the practice's currency."""
    return books.settings(work).currency
