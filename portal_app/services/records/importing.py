"""Imports a person and her contacts from a FHIR R4 bundle."""

from dataclasses import dataclass

from sqlmodel import col, select

from portal_app.data.models import (
    Chart,
    EmergencyContact,
    Patient,
    Practitioner,
    StaffMember,
    User,
)
from portal_app.integrations import addresses, phones
from portal_app.integrations.fhir.bundle import read_bundle
from portal_app.integrations.fhir.coverage import read_coverages
from portal_app.integrations.fhir.person import Person, display, read_person
from portal_app.rules.demographics import ADDRESS
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.names import search_name
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.records.coverages import write_coverages

NEW = "new:"
READ = ("Patient", "RelatedPerson", "Coverage")


@dataclass(frozen=True)
class Report:
    """What came of an import."""

    chart: str
    name: str
    created: bool
    read: dict[str, int]
    unread: dict[str, int]
    dry_run: bool

    def lines(self) -> list[str]:
        """Say it in lines for the command line."""
        what = "would be" if self.dry_run else "was"
        made = f"A new chart {what} made" if self.created else f"The chart {what} completed"
        lines = [f"{made} for {self.name}."]
        if self.chart:
            lines.append(f"Chart: {self.chart}")
        lines.append("Read: " + (_counted(self.read) or "nothing"))
        if self.unread:
            lines.append("Not read yet: " + _counted(self.unread))
        return lines


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{kind} {number}" for kind, number in sorted(counts.items()))


def import_bundle(target: str, data: bytes, *, dry_run: bool = False) -> Report:
    """Read a bundle into a chart (its public id), or ``new:CLINICIAN-EMAIL`` for a new person.

    A new person whose name and birth date the clinician has already is refused: a second chart of
    the same person would split her record. Nothing is written on a dry run.

    Raises:
        InvalidError: no bundle, no patient, several patients, or the person is there already.
        NotFoundError: no such chart or clinician.
    """
    bundle = read_bundle(data)
    person = read_person(bundle)
    counts = bundle.counts()
    read = {k: n for k, n in counts.items() if k in READ}
    unread = {k: n for k, n in counts.items() if k not in READ}
    with open_system("records are imported", writes=not dry_run, logged=not dry_run) as work:
        created = target.startswith(NEW)
        if created:
            chart, patient = _new(work, target.removeprefix(NEW), person, write=not dry_run)
        else:
            chart, patient = _existing(work, target)
            _refuse_somebody_else(patient, person)
        if not dry_run:
            _fill(work, patient, person)
            work.session.add(patient)
            _contacts(work, patient, person)
            write_coverages(work, patient, read_coverages(bundle))
        name = patient.name
        public_id = chart.public_id if chart is not None else ""
    return Report(public_id, name, created, read, unread, dry_run)


def clinician_of(work: Work, email: str) -> Practitioner:
    """Find the clinician who signs in with that address."""
    rows = (
        select(Practitioner)
        .join(StaffMember, col(StaffMember.practitioner_id) == Practitioner.id)
        .join(User, col(StaffMember.user_id) == User.id)
        .where(User.email_index == work.keyring.index(email))
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError(f"No clinician signs in as {email}.")
    return found


def _new(work: Work, email: str, person: Person, *, write: bool) -> tuple[Chart | None, Patient]:
    practitioner = clinician_of(work, email)
    patient = patient_from(work, person)
    twins = (
        select(Patient)
        .join(Chart, col(Chart.patient_id) == Patient.id)
        .where(
            Chart.practitioner_id == practitioner.id,
            Patient.search_name == patient.search_name,
            Patient.birth_date == patient.birth_date,
        )
    )
    if work.session.exec(twins).first() is not None:
        raise InvalidError(f"{patient.name} is a patient of {practitioner.name} already.")
    if not write:
        return None, patient
    work.session.add(patient)
    work.session.flush()
    return add_chart(work, patient, practitioner), patient


def add_chart(work: Work, patient: Patient, practitioner: Practitioner) -> Chart:
    """Make a chart with what the practice allows by default."""
    chart = Chart(
        patient_id=patient.id,
        practitioner_id=practitioner.id,
        permissions=list(work.practice.chart_defaults),
        created_at=work.now,
    )
    work.session.add(chart)
    work.session.flush()
    return chart


def patient_from(work: Work, person: Person) -> Patient:
    """Make a patient's row from what the file tells."""
    name = person.name
    given = " ".join(name.given) or ("" if name.family else name.text)
    given = given or ("" if name.family else "Name not known")
    patient = Patient(
        family=name.family,
        given=given,
        preferred=person.nickname,
        search_name=search_name(given, person.nickname, name.family),
        names=[
            {"use": n.use, "family": n.family, "given": list(n.given), "text": display(n)}
            for n in person.names
        ],
        created_at=work.now,
    )
    _fill(work, patient, person)
    return patient


def _fill(work: Work, patient: Patient, person: Person) -> None:
    patient.birth_date = patient.birth_date or person.birth_date
    patient.gender = patient.gender or person.gender or None
    patient.is_deceased = patient.is_deceased or person.is_deceased
    patient.deceased_on = patient.deceased_on or person.deceased_on
    patient.language = patient.language or person.language
    patient.pronouns = patient.pronouns or person.pronouns
    patient.email = patient.email or person.email or None
    country = work.practice.country
    if not patient.address and person.address:
        patient.address = person.address.in_one_line()
        for name in ADDRESS:
            setattr(patient, name, getattr(person.address, name))
        patient.state = addresses.state_code(person.address.state, country)
    if not patient.phone and person.phone:
        patient.phone = phones.kept(person.phone, country)
        patient.phone_index = work.keyring.index(patient.phone)
    if not patient.phone_home and person.phone_home:
        patient.phone_home = phones.kept(person.phone_home, country)


def _existing(work: Work, public_id: str) -> tuple[Chart, Patient]:
    rows = (
        select(Chart, Patient)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .where(Chart.public_id == public_id)
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError(f"There is no chart {public_id}.")
    return found


def _refuse_somebody_else(patient: Patient, person: Person) -> None:
    name = person.name
    told = search_name(*name.given, person.nickname, name.family, name.text)
    dated = person.birth_date is not None and patient.birth_date is not None
    differs = dated and person.birth_date != patient.birth_date
    if differs or not (_alike(told, patient.search_name) if told else dated):
        raise InvalidError(f"The file is about somebody else than {patient.name}.")


def _alike(one: str, other: str) -> bool:
    return bool(set(one.split()) & set(other.split()))


def _contacts(work: Work, patient: Patient, person: Person) -> None:
    rows = select(EmergencyContact).where(EmergencyContact.patient_id == patient.id)
    held = work.session.exec(rows).all()
    known, rank = {c.name for c in held}, max((c.rank for c in held), default=0)
    for contact in person.contacts:
        if contact.name not in known:
            work.session.add(
                EmergencyContact(
                    patient_id=patient.id,
                    name=contact.name,
                    relationship=contact.relationship,
                    phone=phones.kept(contact.phone, work.practice.country) or None,
                    rank=(rank := rank + 1),
                )
            )
            known.add(contact.name)


__all__ = ["Report", "add_chart", "clinician_of", "import_bundle", "patient_from"]
