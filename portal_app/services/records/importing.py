"""Imports a person, her contacts and her record from a FHIR R4 bundle or a C-CDA document."""

from collections import Counter
from collections.abc import Iterable
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
from portal_app.integrations.fhir.person import Person, display
from portal_app.integrations.files import FileStore
from portal_app.integrations.record_files import read_file
from portal_app.rules.demographics import ADDRESS
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.names import search_name
from portal_app.rules.records import Entry, Kind, Unread
from portal_app.security.access import ChartOpened, Work
from portal_app.security.system import open_system
from portal_app.services.records import entries, writing
from portal_app.services.records.coverages import write_coverages

NEW = "new:"
KINDS = {
    Kind.MEDICATION: "Medicines",
    Kind.CONDITION: "Diagnoses",
    Kind.ALLERGY: "Allergies",
    Kind.LABORATORY: "Lab results",
    Kind.VITAL: "Vital signs",
    Kind.IMMUNIZATION: "Immunizations",
    Kind.ENCOUNTER: "Visit summaries",
    Kind.DOCUMENT: "Documents",
    Kind.PROCEDURE: "Procedures",
    Kind.OTHER: "Other",
}
"""What the kinds of entries are called, in their order."""


@dataclass(frozen=True)
class Report:
    """What came of an import."""

    chart: str
    name: str
    created: bool
    read: dict[str, int]
    contacts: int
    duplicates: int
    changed: int
    files: int
    unread: tuple[Unread, ...]
    notes: tuple[str, ...]
    dry_run: bool

    def lines(self) -> list[str]:
        """Say it in lines for the command line."""
        what = "would be" if self.dry_run else "was"
        made = f"A new chart {what} made" if self.created else f"The chart {what} completed"
        lines = [f"{made} for {self.name}."]
        if self.chart:
            lines.append(f"Chart: {self.chart}")
        lines.append("Read: " + (self._read() or "nothing but the person"))
        if self.duplicates:
            lines.append(f"In the chart already: {self.duplicates}")
        if self.changed:
            lines.append(f"Newer versions of what is in the chart: {self.changed}")
        lines += [f"Not read: {u.kind} {u.count}. {u.why}" for u in self.unread]
        lines += [*self.notes]
        return lines

    def _read(self) -> str:
        told = [f"{words} {n}" for words, n in self.read.items()]
        told += [f"Contacts {self.contacts}"] if self.contacts else []
        told += [f"Files {self.files}"] if self.files else []
        return ", ".join(told)


def counted(found: Iterable[Entry]) -> dict[str, int]:
    """Count entries by kind, in words and in order."""
    counts = Counter(e.kind for e in found)
    return {words: counts[kind] for kind, words in KINDS.items() if counts[kind]}


def import_file(
    store: FileStore, target: str, name: str, data: bytes, *, dry_run: bool = False
) -> Report:
    """Read a file into a chart (its public id), or ``new:CLINICIAN-EMAIL`` for a new person.

    A new person whose name and birth date the clinician has already is refused: a second chart of
    the same person would split her record. What is read is released at once. Nothing is written on
    a dry run, and all or nothing otherwise.

    Raises:
        InvalidError: no record, no patient, several patients, or the person is there already.
        NotFoundError: no such chart or clinician.
    """
    found = read_file(data)
    person = found.person
    with open_system("records are imported", writes=not dry_run, logged=not dry_run) as work:
        created = target.startswith(NEW)
        if created:
            chart, patient = _new(work, target.removeprefix(NEW), person, write=not dry_run)
        else:
            chart, patient = _existing(work, target)
            if differs := difference(patient, person):
                raise InvalidError(differs)
        told = entries.told_apart(work, chart.id, found.entries) if chart is not None else []
        if chart is not None and not dry_run:
            complete(work, patient, person)
            if found.format == "fhir":
                write_coverages(work, patient, read_coverages(read_bundle(data)))
            work.facts = _opened(work, chart, patient)
            if not writing.is_held(work, data, told):
                original = writing.keep_original(store, work, writing.SOURCE, name, data)
                writing.write_record(work, store, found, original, told, released_at=work.now)
        return Report(
            chart=chart.public_id if chart is not None else "",
            name=patient.name,
            created=created,
            read=counted(found.entries),
            contacts=len(person.contacts),
            duplicates=sum(not t.is_new for t in told),
            changed=sum(t.is_new and t.older is not None for t in told),
            files=len(found.files),
            unread=found.unread,
            notes=found.notes,
            dry_run=dry_run,
        )


def _opened(work: Work, chart: Chart, patient: Patient) -> ChartOpened:
    return ChartOpened(
        chart, patient, work.session.get_one(Practitioner, chart.practitioner_id), ()
    )


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


def complete(work: Work, patient: Patient, person: Person) -> None:
    """Add what the file tells about the person and the chart does not know; nothing is changed."""
    _fill(work, patient, person)
    work.session.add(patient)
    _contacts(work, patient, person)


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


def difference(patient: Patient, person: Person) -> str:
    """Say why a file is about somebody else than the patient; nothing where it fits."""
    name = person.name
    told = search_name(*name.given, person.nickname, name.family, name.text)
    dated = person.birth_date is not None and patient.birth_date is not None
    differs = dated and person.birth_date != patient.birth_date
    if differs or not (_alike(told, patient.search_name) if told else dated):
        return f"The file is about somebody else than {patient.name}."
    return ""


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


__all__ = [
    "KINDS",
    "Report",
    "add_chart",
    "clinician_of",
    "complete",
    "counted",
    "difference",
    "import_file",
    "patient_from",
]
