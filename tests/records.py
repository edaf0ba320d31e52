"""Entries of a health record for tests, written the way an import writes them."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import select

from portal_app.data.models import Chart, RecordEntry, RecordSource, StoredFile
from portal_app.rules.records import Coding, Entry, Kind, Label, Measure
from portal_app.security.system import open_system
from portal_app.services import files
from portal_app.services.records import entries
from tests.world import World

LOINC = "http://loinc.org"


def record(
    world: World,
    chart: str,
    made: Sequence[Entry],
    *,
    label: Label = Label.GENERAL,
    released: bool = True,
    at: datetime | None = None,
    hidden: bool = False,
    withdrawn: bool = False,
    file: tuple[str, bytes] | None = None,
) -> list[str]:
    """Put entries into a chart; gives their ids. ``file`` belongs to the first of them."""
    with open_system("a test's record") as work:
        row = work.session.exec(select(Chart).where(Chart.public_id == world.charts[chart])).one()
        work.focus(row)
        source = RecordSource(
            chart_id=row.id,
            patient_id=row.patient_id,
            format="fhir",
            name="Riverside Clinic",
            sha256=hashlib.sha256(repr(made).encode()).digest(),
        )
        work.session.add(source)
        kept: dict[str, StoredFile] = {}
        if file:
            name, data = file
            kept[made[0].key] = files.keep(
                world.foundation.store, work, "record", name, "application/pdf", data
            )
        work.session.flush()
        when = at or work.now - timedelta(minutes=5)
        stored = entries.store_entries(
            work, source, made, files=kept, label=label, released_at=when if released else None
        )
        for one in stored.added:
            one.hide_from_proxies = hidden
            one.withdrawn_at = work.now if withdrawn else None
            work.session.add(one)
        return [one.public_id for one in stored.added]


def change(entry_id: str, **values: object) -> None:
    """Change columns of an entry."""
    with open_system("a test changes an entry") as work:
        row = work.session.exec(select(RecordEntry).where(RecordEntry.public_id == entry_id)).one()
        for name, value in values.items():
            setattr(row, name, value)
        work.session.add(row)


def medicine(title: str = "Sertraline 50 MG Oral Tablet", **values: object) -> Entry:
    """A medicine."""
    told = {"starts": "2026-03-04", "status": "active"} | values
    return Entry(Kind.MEDICATION, title, **told)  # type: ignore[arg-type]


def lab(
    name: str,
    value: str,
    unit: str,
    starts: str,
    *,
    code: str = "",
    low: str = "",
    high: str = "",
    flag: str = "",
) -> Entry:
    """A result of a laboratory."""
    coding = Coding(LOINC, code) if code else None
    measure = Measure(name, value, unit, low=low, high=high, flag=flag, coding=coding)
    return Entry(
        Kind.LABORATORY,
        name,
        codings=(coding,) if coding else (),
        starts=starts,
        measures=(measure,),
    )


def pressure(upper: str, lower: str, starts: str) -> Entry:
    """A blood pressure, as one entry of two values."""
    return Entry(
        Kind.VITAL,
        "Blood pressure",
        starts=starts,
        measures=(
            Measure("Systolic", upper, "mm[Hg]", coding=Coding(LOINC, "8480-6")),
            Measure("Diastolic", lower, "mm[Hg]", coding=Coding(LOINC, "8462-4")),
        ),
    )
