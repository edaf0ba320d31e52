"""Writes the insurance that a file tells of, where the practice knows of none yet."""

from collections.abc import Iterable

from sqlmodel import select

from portal_app.data.models import Coverage, Patient
from portal_app.integrations.fhir.coverage import Insurance
from portal_app.rules.demographics import COVERAGES_MOST, MOST, MOST_ELSE, clean
from portal_app.security.access import Work

NAMES = ("payer", "member_id", "group_number", "holder")


def write_coverages(work: Work, patient: Patient, found: Iterable[Insurance]) -> None:
    """Add insurance to a patient who has none; what is there already is the practice's word."""
    rows = select(Coverage.id).where(Coverage.patient_id == patient.id)
    if work.session.exec(rows).first() is not None:
        return
    for place, insurance in enumerate(list(found)[:COVERAGES_MOST], 1):
        row = Coverage(patient_id=patient.id, rank=place, holder_relation=insurance.holder_relation)
        for name in NAMES:
            most = MOST.get(f"coverage.{name}", MOST_ELSE)
            setattr(row, name, clean(getattr(insurance, name))[:most])
        work.session.add(row)
