"""Writes what the demo's superbills need, and one that was made a while ago."""

from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.demo.superbills import (
    CLINICIANS,
    DIAGNOSES,
    GROUP_NPI,
    LEGAL_NAME,
    MADE,
    PHONE,
    REMIT_TO,
    TAX_ID,
)
from portal_app.data.models import (
    Appointment,
    BillingSettings,
    Chart,
    ClinicianBilling,
    Patient,
    Practitioner,
    User,
)
from portal_app.data.schemas.superbills import VisitCodesInput
from portal_app.rules.billing.ranges import Days
from portal_app.rules.schedule.states import VisitStatus
from portal_app.security.access import ChartOpened, Work
from portal_app.services.billing import superbills, visit_codes

DOMAIN = "demo.example"


def lay(work: Work, patients: dict[str, Patient], clinicians: dict[str, Practitioner]) -> None:
    """Write the facts of practice and clinicians, and what visits were for."""
    house = work.session.get(BillingSettings, 1) or BillingSettings()
    house.legal_name = house.legal_name or LEGAL_NAME
    house.remit_to = house.remit_to or REMIT_TO
    house.billing_phone = house.billing_phone or PHONE
    house.tax_id = house.tax_id or TAX_ID
    house.group_npi = house.group_npi or GROUP_NPI
    work.session.add(house)
    for key, (npi, number, taxonomy) in CLINICIANS.items():
        work.session.add(
            ClinicianBilling(
                practitioner_id=clinicians[key].id,
                npi=npi,
                license_number=number,
                license_state="OR",
                taxonomy=taxonomy,
            )
        )
    for (person, clinician), codes in DIAGNOSES.items():
        rows = (
            select(Appointment)
            .join(Chart, col(Appointment.chart_id) == Chart.id)
            .where(
                Chart.patient_id == patients[person].id,
                Chart.practitioner_id == clinicians[clinician].id,
                Appointment.status == VisitStatus.COMPLETED.value,
            )
        )
        for visit in work.session.exec(rows).all():
            visit_codes.put(work, visit, VisitCodesInput(diagnoses=codes))
    work.session.flush()


def make(work: Work, patients: dict[str, Patient], clinicians: dict[str, Practitioner]) -> None:
    """Let a patient have made a superbill; its visits have invoices by now."""
    login, person, clinician, since, until = MADE
    patient, practitioner = patients[person], clinicians[clinician]
    chart = work.session.exec(
        select(Chart).where(
            Chart.patient_id == patient.id, Chart.practitioner_id == practitioner.id
        )
    ).one()
    before = work.now, work.user, work.facts
    index = work.keyring.index(f"{login}@{DOMAIN}")
    work.now -= timedelta(days=until)
    work.user = work.session.exec(select(User).where(User.email_index == index)).one()
    work.facts = ChartOpened(chart, patient, practitioner, ())
    days = Days(work.today - timedelta(days=since - until), work.today)
    superbills.make(work, days, leaves_out=True)
    work.now, work.user, work.facts = before
