"""Writes the people of a list, all or none, and takes them away while nobody has used them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import func, inspect
from sqlmodel import SQLModel, col, select

from portal_app.data.models import (
    Chart,
    Coverage,
    EmergencyContact,
    Patient,
    PatientImport,
    PatientImportRow,
    Practitioner,
    StaffMember,
    User,
)
from portal_app.data.schemas.roster import Judged, Listed, Undone
from portal_app.data.types import PractitionerId
from portal_app.integrations import client_list
from portal_app.rules.access import PatientStatus
from portal_app.rules.demographics import CONTACTS_MOST
from portal_app.rules.errors import InvalidError
from portal_app.rules.names import search_name
from portal_app.rules.roster import Known, Outcome
from portal_app.security.access import Work
from portal_app.security.system import open_system
from portal_app.services.roster import judging

MADE = (Patient, Chart, EmergencyContact, Coverage)
"""What an import makes, in the order of writing."""
TOLD = {
    Outcome.ADD: "added",
    Outcome.DUPLICATE: "there already",
    Outcome.ASK: "to be looked at, not added",
    Outcome.REJECT: "not added",
    Outcome.SKIP: "empty",
}


@dataclass(frozen=True)
class Report:
    """What came of a list."""

    rows: tuple[Judged, ...]
    families: tuple[tuple[int, ...], ...]
    delimiter: str
    encoding: str
    dry_run: bool
    id: str = ""

    def count(self, outcome: Outcome) -> int:
        """Count the rows of an outcome."""
        return sum(r.outcome is outcome for r in self.rows)

    def lines(self) -> list[str]:
        """Say it for the command line: every row that needs a word, and the sums."""
        told = [
            " ".join(filter(None, (f"Row {row.number}: {TOLD[row.outcome]}.", row.why, *row.notes)))
            for row in self.rows
            if row.outcome is not Outcome.SKIP
        ]
        told.extend(f"One family: rows {', '.join(map(str, f))}." for f in self.families)
        sums = [f"{n} {TOLD[o]}" for o in Outcome if (n := self.count(o))]
        told.append(f"{len(self.rows)} rows: {', '.join(sums)}.")
        if self.dry_run:
            told.append("Nothing was written.")
        return told


def import_list(name: str, data: bytes, *, dry_run: bool = False) -> Report:
    """Import a list from the console of the machine.

    Raises:
        InvalidError: no list of patients.
    """
    text, encoding = client_list.decode(data)
    found = client_list.read(text, encoding)
    plan = client_list.mapping(found.columns)
    check_plan(plan)
    with open_system("patients are imported", writes=not dry_run, logged=not dry_run) as work:
        judged = judging.judge(found, plan, setting(work), known(work))
        key = ""
        if not dry_run:
            batch = PatientImport(
                file_name=name,
                mapping={str(p): f for p, f in plan.items()},
                created_at=work.now,
                made_by="the console of the machine",
            )
            work.session.add(batch)
            work.session.flush()
            write(work, batch, judged, default_clinician(work))
            key = batch.public_id
    families = judging.families(judged)
    return Report(judged, families, found.delimiter, encoding, dry_run, key)


def check_plan(plan: Mapping[int, str]) -> None:
    """Refuse a file in which nobody is named.

    Raises:
        InvalidError: no column of names.
    """
    held = set(plan.values())
    if "full_name" not in held and not {"first_name", "last_name"} <= held:
        raise InvalidError("No column holds the names of people. Name it “First name” and so on.")


def setting(work: Work) -> judging.Setting:
    """Read what rows are judged with."""
    people = work.session.exec(select(Practitioner).where(col(Practitioner.is_active))).all()
    logins = (
        select(User, StaffMember.practitioner_id)
        .join(StaffMember, col(StaffMember.user_id) == User.id)
        .where(col(StaffMember.practitioner_id).is_not(None))
    )
    return judging.Setting(
        today=work.today,
        country=work.practice.country,
        clinicians={str(p.id): p.name for p in people},
        emails={u.email.casefold(): str(p) for u, p in work.session.exec(logins).all()},
        index=lambda text: work.keyring.index(text).hex(),
    )


def known(work: Work) -> list[Known]:
    """List who is a patient already, with the ids of earlier lists."""
    rows = select(PatientImportRow).where(col(PatientImportRow.external_index).is_not(None))
    ids = {r.patient_id: (r.external_index or b"").hex() for r in work.session.exec(rows).all()}
    return [
        Known(
            "a patient who is here",
            p.given,
            p.family,
            p.birth_date,
            (p.email or "").casefold(),
            ids.get(p.id, ""),
        )
        for p in work.session.exec(select(Patient)).all()
    ]


def default_clinician(work: Work) -> Practitioner:
    """Give the clinician of rows that name none: the owner, or else the first.

    Raises:
        InvalidError: the practice has no clinician yet.
    """
    rows = (
        select(Practitioner)
        .join(StaffMember, col(StaffMember.practitioner_id) == Practitioner.id, isouter=True)
        .where(col(Practitioner.is_active))
        .order_by((col(StaffMember.role) == "owner").desc(), col(Practitioner.name))
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise InvalidError("The practice has no clinician yet. Make one first.")
    return found


# ---------------------------------------------------------------- writing
def write(
    work: Work, batch: PatientImport, judged: Sequence[Judged], clinician: Practitioner
) -> None:
    """Write everybody who is to be added, and what became of each row."""
    made: dict[int, list[SQLModel]] = {}
    patients: dict[int, Patient] = {}
    for one in judged:
        if one.outcome is Outcome.ADD:
            patients[one.number] = patient_row(work, one.person)
    work.session.add_all(patients.values())
    work.session.flush()
    charts: dict[int, Chart] = {}
    for one in judged:
        if one.number not in patients:
            continue
        patient = patients[one.number]
        charts[one.number] = Chart(
            patient_id=patient.id,
            practitioner_id=PractitionerId(UUID(one.person.clinician))
            if one.person.clinician
            else clinician.id,
            permissions=list(work.practice.chart_defaults),
            created_at=work.now,
        )
        made[one.number] = [patient, charts[one.number], *_belongings(patient, one.person)]
    work.session.add_all(row for rows in made.values() for row in rows[1:])
    work.session.flush()
    for one in judged:
        work.session.add(
            _outcome(work, batch, one, made.get(one.number, []), charts.get(one.number))
        )
    batch.status, batch.done_at, batch.text = "done", work.now, ""
    work.session.add(batch)


def patient_row(work: Work, person: Listed) -> Patient:
    """Make a patient of what a list tells."""
    row = Patient(
        family=person.family,
        given=person.given,
        preferred=person.preferred,
        search_name=search_name(person.given, person.preferred, person.family),
        birth_date=person.birth_date,
        gender=person.gender or None,
        pronouns=person.pronouns,
        language=person.language,
        email=person.email or None,
        phone=person.phone or person.phone_work or None,
        phone_home=person.phone_home or None,
        street=person.street or None,
        unit=person.unit or None,
        city=person.city or None,
        state=person.state or None,
        postal_code=person.postal_code or None,
        address=_one_line(person) or None,
        is_deceased=person.is_deceased,
        deceased_on=person.deceased_on,
        status=(PatientStatus.INACTIVE if person.is_inactive else PatientStatus.ACTIVE).value,
        created_at=work.now,
    )
    row.phone_index = work.keyring.index(row.phone) if row.phone else None
    return row


def _one_line(person: Listed) -> str:
    town = " ".join(p for p in (person.state, person.postal_code) if p)
    parts = (person.street, person.unit, person.city, town)
    return ", ".join(p for p in parts if p)


def _belongings(patient: Patient, person: Listed) -> list[SQLModel]:
    rows: list[SQLModel] = [
        EmergencyContact(
            patient_id=patient.id,
            name=c.name,
            relationship=c.relationship,
            phone=c.phone or None,
            rank=rank,
        )
        for rank, c in enumerate(person.contacts[:CONTACTS_MOST], 1)
    ]
    if person.payer:
        rows.append(
            Coverage(
                patient_id=patient.id,
                payer=person.payer,
                member_id=person.member_id,
                group_number=person.group_number,
                holder=person.holder,
            )
        )
    return rows


def _outcome(
    work: Work, batch: PatientImport, one: Judged, made: list[SQLModel], chart: Chart | None
) -> PatientImportRow:
    ids: dict[str, list[str]] = defaultdict(list)
    for row in made:
        ids[str(row.__tablename__)].append(str(row.id))  # type: ignore[attr-defined]
    external = one.person.external_id if chart is not None else ""
    return PatientImportRow(
        import_id=batch.id,
        number=one.number,
        outcome=one.outcome.value,
        name=one.name,
        why=" ".join(w for w in (one.why, *one.notes) if w),
        line=json.dumps(dict(one.cells), ensure_ascii=False),
        external_index=work.keyring.index(external) if external else None,
        patient_id=made[0].id if made else None,  # type: ignore[attr-defined]
        chart=chart.public_id if chart is not None else "",
        made=dict(ids),
        mark=_mark(work, made) if made else b"",
    )


def _mark(work: Work, rows: Iterable[SQLModel]) -> bytes:
    """Seal every value of the rows, so that the slightest change since is seen."""
    values = [
        {c.key: str(getattr(row, c.key)) for c in inspect(type(row)).column_attrs} for row in rows
    ]
    values.sort(key=lambda v: v["id"])
    return work.keyring.mac("form", json.dumps(values, sort_keys=True).encode())


# ---------------------------------------------------------------- undoing
def undo(work: Work, batch: PatientImport) -> Undone:
    """Take away everybody whom nobody has touched since; the others stay, and it is said why.

    Raises:
        InvalidError: it was not done, or was undone already.
    """
    if batch.status != "done":
        raise InvalidError("This import was undone already.")
    rows = work.session.exec(
        select(PatientImportRow).where(
            PatientImportRow.import_id == batch.id, col(PatientImportRow.patient_id).is_not(None)
        )
    ).all()
    held = _held(work, batch)
    used = _used(work, batch)
    kept, gone = [], []
    for row in rows:
        things = held.get(row.patient_id, [])
        if row.patient_id in used:
            kept.append((row.name, "it has been used since"))
        elif _mark(work, things) != row.mark:
            kept.append((row.name, "it has been changed since"))
        else:
            gone.append((row, things))
    for row, _ in gone:
        row.patient_id, row.chart, row.external_index = None, "", None
        row.outcome = "undone"
        work.session.add(row)
    work.session.flush()
    for table in reversed(MADE):
        for _, things in gone:
            for thing in things:
                if isinstance(thing, table):
                    work.session.delete(thing)
        work.session.flush()
    batch.status, batch.undone_at = "undone", work.now
    work.session.add(batch)
    return Undone(len(gone), tuple(kept))


def _people(batch: PatientImport) -> Any:
    return select(PatientImportRow.patient_id).where(
        PatientImportRow.import_id == batch.id, col(PatientImportRow.patient_id).is_not(None)
    )


def _held(work: Work, batch: PatientImport) -> dict[Any, list[SQLModel]]:
    """Read what was made, by patient, as it stands now."""
    found: dict[Any, list[SQLModel]] = defaultdict(list)
    for patient in work.session.exec(
        select(Patient).where(col(Patient.id).in_(_people(batch)))
    ).all():
        found[patient.id].append(patient)
    for table in MADE[1:]:
        rows = select(table).where(col(table.patient_id).in_(_people(batch)))
        for row in work.session.exec(rows).all():
            found[getattr(row, "patient_id")].append(row)  # noqa: B009
    return found


def _used(work: Work, batch: PatientImport) -> set[Any]:
    """Name the patients about whom anything else was written."""
    own = {str(t.__tablename__) for t in (*MADE, PatientImportRow)} | {"auditevent"}
    used: set[Any] = set()
    for table in SQLModel.metadata.sorted_tables:
        if table.name in own or "patient_id" not in table.columns:
            continue
        mapped = _mapped(table.name)
        rows = (
            select(mapped.patient_id, func.count())
            .where(col(mapped.patient_id).in_(_people(batch)))
            .group_by(mapped.patient_id)
        )
        used |= {patient for patient, _ in work.session.exec(rows).all()}
    return used


def _mapped(name: str) -> Any:
    return next(
        m.class_
        for m in SQLModel._sa_registry.mappers  # noqa: SLF001 - every table, also later ones
        if m.local_table is not None and getattr(m.local_table, "name", "") == name
    )


__all__ = [
    "Report",
    "check_plan",
    "default_clinician",
    "import_list",
    "known",
    "setting",
    "undo",
    "write",
]
