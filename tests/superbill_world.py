"""Completed visits with invoices, and everything that a superbill of them needs."""

from dataclasses import dataclass
from datetime import timedelta

from sqlmodel import select

from portal_app.data.models import (
    Appointment,
    BillingSettings,
    Chart,
    ClinicianBilling,
    Coverage,
    Invoice,
    Patient,
    Practitioner,
    VisitType,
)
from portal_app.data.schemas.superbills import VisitCodesInput
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.billing import issuing, ledger, visit_codes
from portal_app.services.billing.issuing import Line
from tests.world import World

NPI, GROUP_NPI = "1234567893", "2580730218"
DIAGNOSES = ("F33.1", "F41.1")
FEE = 160_00


@dataclass
class Charged:
    """A completed visit with its invoice."""

    visit: str
    invoice: str


def ready() -> None:
    """Let practice, clinicians and patients have everything that an insurance company asks."""
    with open_system("the test's facts") as work:
        add = work.session.add
        house = work.session.get(BillingSettings, 1) or BillingSettings()
        house.legal_name, house.tax_id = "Test practice", "12-3456789"
        house.remit_to = "1 Test Street\nAshby Falls, OR 97099"
        house.billing_phone, house.group_npi = "(541) 555-0100", GROUP_NPI
        add(house)
        for person in work.session.exec(select(Practitioner)).all():
            person.credentials = "MD"
            add(person)
            add(
                ClinicianBilling(
                    practitioner_id=person.id,
                    npi=NPI,
                    license_number="OR-1234",
                    license_state="OR",
                )
            )
        for patient in work.session.exec(select(Patient)).all():
            patient.birth_date = work.today.replace(year=1985)
            patient.street, patient.city = "2207 Orchard Lane", "Ashby Falls"
            patient.state, patient.postal_code = "OR", "97099"
            add(patient)
            add(
                Coverage(
                    patient_id=patient.id,
                    payer="Cascade Mutual Health",
                    member_id="CMH 448 210 97",
                    holder_relation="self",
                )
            )


def charge(
    world: World,
    days_ago: int,
    *,
    chart: str = "alice",
    fee: int = FEE,
    code: str = "99214",
    mode: str = "in_person",
    status: str = "completed",
    diagnoses: tuple[str, ...] = DIAGNOSES,
    issues: bool = True,
    kind: str = "service",
) -> Charged:
    """Let a visit have happened, and charge for it."""
    with open_system("the test's visit") as work:
        opened = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts[chart])
        ).one()
        visit = _visit(work, opened, world, days_ago, mode, status)
        if diagnoses:
            visit_codes.put(work, visit, VisitCodesInput(diagnoses=diagnoses))
        line = Line(
            work.today - timedelta(days=days_ago),
            "Medication follow-up",
            fee,
            code=code,
            kind=kind,
            appointment=visit.id,
        )
        invoice = issuing.draft(work, opened, [line])
        if issues:
            issuing.issue(work, invoice, at=work.now - timedelta(days=days_ago))
        return Charged(visit.public_id, invoice.public_id)


def _visit(
    work: Work, chart: Chart, world: World, days_ago: int, mode: str, status: str
) -> Appointment:
    kind = work.session.exec(select(VisitType)).first()
    if kind is None:
        kind = VisitType(name="Follow-up", minutes=30)
        work.session.add(kind)
        work.session.flush()
    begin = work.now - timedelta(days=days_ago, hours=1)
    visit = Appointment(
        chart_id=chart.id,
        patient_id=chart.patient_id,
        practitioner_id=chart.practitioner_id,
        visit_type_id=kind.id,
        mode=mode,
        status=status,
        starts_at=begin,
        ends_at=begin + timedelta(minutes=30),
        zone="America/Los_Angeles",
        wall_start="",
        title="Medication follow-up",
        booked_by=world.users["alice"],
        booked_at=begin,
        client_key=f"{days_ago}-{mode}-{status}-{kind.id}-{begin}",
    )
    work.session.add(visit)
    work.session.flush()
    return visit


def pay(world: World, amount: int, *, chart: str = "alice", key: str = "one") -> None:
    """Let money have come; it pays the oldest first."""
    with open_system("the test's payment") as work:
        opened = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts[chart])
        ).one()
        ledger.record_payment(
            work, opened, amount, "card", "test", key, detail="Visa ending in 4242"
        )


def sums(world: World, chart: str = "alice") -> tuple[int, int, int]:
    """Total, paid and due of the invoices of a chart, as the ledger has them."""
    with open_system("the test looks", writes=False) as work:
        opened = work.session.exec(
            select(Chart).where(Chart.public_id == world.charts[chart])
        ).one()
        rows = work.session.exec(select(Invoice).where(Invoice.chart_id == opened.id)).all()
        return (
            sum(r.total_minor for r in rows),
            sum(r.paid_minor for r in rows),
            sum(r.due_minor for r in rows),
        )
