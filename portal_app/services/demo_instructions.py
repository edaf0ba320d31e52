"""Writes the notes of the demo's clinicians as if they had been shared on their days."""

from collections.abc import Mapping
from datetime import timedelta

from sqlmodel import select

from portal_app.data.demo.instructions import NOTES
from portal_app.data.models import Chart, Instruction, InstructionVersion, Patient, Practitioner
from portal_app.data.schemas.instructions import InstructionInput
from portal_app.security.access import Work


def share(
    work: Work, patients: Mapping[str, Patient], clinicians: Mapping[str, Practitioner]
) -> None:
    """Share each note on the chart of its clinician."""
    charts = {(c.patient_id, c.practitioner_id): c for c in work.session.exec(select(Chart)).all()}
    for made in NOTES:
        patient, author = patients[made.person], clinicians[made.clinician]
        chart = charts[patient.id, author.id]
        at = work.now - timedelta(days=made.days, hours=1)
        content = InstructionInput(
            title=made.title, text=made.text, steps=made.steps, asks=made.asks
        )
        note = Instruction(
            chart_id=chart.id,
            patient_id=patient.id,
            title=made.title,
            version=1,
            is_shown=True,
            author_name=author.name,
            changed_at=at,
        )
        work.session.add(note)
        work.session.flush()
        work.session.add(
            InstructionVersion(
                instruction_id=note.id,
                chart_id=chart.id,
                patient_id=patient.id,
                version=1,
                content=content.model_dump_json(),
                author_name=author.name,
                shared_at=at,
            )
        )
