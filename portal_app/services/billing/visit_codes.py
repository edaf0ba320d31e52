"""What the practice gives so that superbills can be made: codes of visits, facts of clinicians."""

import json
import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.codes import CODE_SET, Diagnosis, diagnoses
from portal_app.data.models import (
    Appointment,
    ClinicianBilling,
    Invoice,
    InvoiceLine,
    Practitioner,
    VisitCodes,
)
from portal_app.data.schemas.superbills import (
    ChargeCodes,
    ClinicianBillingInput,
    CodesDesk,
    VisitCodesInput,
)
from portal_app.data.types import PractitionerId
from portal_app.integrations.money import money
from portal_app.rules.billing import codes
from portal_app.rules.billing.invoices import State
from portal_app.rules.billing.ranges import Days
from portal_app.rules.billing.superbills import draw
from portal_app.rules.errors import InvalidError, NotFoundError
from portal_app.rules.permissions import Permission
from portal_app.rules.schedule.states import VisitStatus
from portal_app.rules.when import Wall
from portal_app.security import access
from portal_app.security.access import Work
from portal_app.security.actor import Actor
from portal_app.services.billing import books, superbills
from portal_app.services.billing import superbill_facts as facts

NEEDS = Permission.PRACTICE_BILLING
SETTINGS = Permission.PRACTICE_SETTINGS
PAGE = 15
LATELY = timedelta(days=366)


def search(actor: Actor, chart: str, query: str) -> tuple[Diagnosis, ...]:
    """Find diagnoses for a visit of a chart, by the beginning of a code or of words."""
    with access.open(actor, NEEDS, chart=chart):
        pass
    return diagnoses().search(query)


def desk(actor: Actor, chart: str, page: int = 0) -> CodesDesk:
    """List the completed visits of a chart with their codes, and what superbills still need."""
    with access.open(actor, NEEDS, chart=chart) as work:
        page = max(0, page)
        rows = (
            select(Appointment)
            .where(
                Appointment.chart_id == work.chart.id,
                Appointment.status == VisitStatus.COMPLETED.value,
            )
            .order_by(col(Appointment.starts_at).desc())
            .offset(page * PAGE)
            .limit(PAGE + 1)
        )
        found = list(work.session.exec(rows).all())
        return CodesDesk(
            chart=chart,
            patient=work.patient.name,
            visits=_told(work, found[:PAGE]),
            has_more=len(found) > PAGE,
            page=page,
            superbills=superbills.listed(work),
            missing=_missing(work),
        )


def _missing(work: Work) -> tuple[str, ...]:
    """Say what keeps every superbill of this chart from being made."""
    services, _ = facts.services(work, Days(work.today - LATELY, work.today))
    people = facts.clinicians(work, services)
    drawn = draw(facts.practice(work), facts.patient(work), people, services, work.today)
    return tuple(m.words for m in drawn.missing if not m.is_about_visit)


def _told(work: Work, visits: Sequence[Appointment]) -> tuple[ChargeCodes, ...]:
    wanted = [visit.id for visit in visits]
    given = {
        row.appointment_id: row
        for row in work.session.exec(
            select(VisitCodes).where(col(VisitCodes.appointment_id).in_(wanted))
        ).all()
    }
    lines: dict[uuid.UUID, list[InvoiceLine]] = {}
    charged = (
        select(InvoiceLine)
        .join(Invoice, col(InvoiceLine.invoice_id) == Invoice.id)
        .where(
            col(InvoiceLine.appointment_id).in_(wanted),
            InvoiceLine.kind == "service",
            Invoice.status != State.VOID.value,
        )
        .order_by(col(InvoiceLine.position))
    )
    for line in work.session.exec(charged).all():
        if line.appointment_id:
            lines.setdefault(line.appointment_id, []).append(line)
    unit, wall = books.settings(work).currency, Wall(work.zone, work.now)
    return tuple(
        _row(visit, given.get(visit.id), lines.get(visit.id, []), unit, wall) for visit in visits
    )


def _row(
    visit: Appointment,
    given: VisitCodes | None,
    lines: Sequence[InvoiceLine],
    unit: str,
    wall: Wall,
) -> ChargeCodes:
    invoiced = ", ".join(line.code for line in lines if line.code)
    code, held = (given.code if given else ""), facts.diagnoses_of(given)
    lacks = []
    if not lines:
        lacks.append("no invoice")
    if not held:
        lacks.append("no diagnosis")
    if lines and not code and any(not line.code for line in lines):
        lacks.append("no procedure code")
    return ChargeCodes(
        visit=visit.public_id,
        day=visit.starts_at.astimezone(wall.zone).date(),
        title=visit.title,
        charge=money(sum(line.amount_minor for line in lines), unit) if lines else "",
        diagnoses=held,
        place=(given.place if given else "") or codes.PLACE_OF_MODE.get(visit.mode, ""),
        code=code,
        modifiers=given.modifiers if given else "",
        invoiced_code=invoiced,
        lacks=tuple(lacks),
    )


def last_diagnoses(actor: Actor, chart: str, visit: str) -> tuple[tuple[str, str], ...]:
    """Give the diagnoses of the visit before this one, to begin with."""
    with access.open(actor, NEEDS, chart=chart) as work:
        this = _visit(work, visit)
        rows = (
            select(VisitCodes)
            .join(Appointment, col(VisitCodes.appointment_id) == Appointment.id)
            .where(VisitCodes.chart_id == work.chart.id, Appointment.starts_at < this.starts_at)
            .order_by(col(Appointment.starts_at).desc())
            .limit(1)
        )
        return facts.diagnoses_of(work.session.exec(rows).first())


def give(actor: Actor, chart: str, visit: str, command: VisitCodesInput) -> None:
    """Keep what a visit was for; the descriptions are those of the code set of today.

    Raises:
        InvalidError: a diagnosis does not exist, or is a group of codes.
        NotFoundError: no completed visit of the chart.
    """
    with access.open(
        actor, NEEDS, chart=chart, writes=True, action="visit.codes", target=visit
    ) as work:
        this = _visit(work, visit)
        put(work, this, command)
        work.announce(books.topic(chart))


def put(work: Work, visit: Appointment, command: VisitCodesInput) -> VisitCodes:
    """Keep the codes of a visit inside an open unit of work.

    Raises:
        InvalidError: a diagnosis does not exist, or is a group of codes.
    """
    found: dict[str, str] = {}
    for code in command.diagnoses:
        try:
            hit = diagnoses().find(code)
        except codes.CodeError as error:
            raise InvalidError(str(error), field="diagnoses") from error
        found[hit.code] = hit.description
    rows = select(VisitCodes).where(VisitCodes.appointment_id == visit.id)
    row = work.session.exec(rows).first() or VisitCodes(
        chart_id=visit.chart_id, patient_id=visit.patient_id, appointment_id=visit.id
    )
    row.diagnoses = json.dumps(list(found.items()), ensure_ascii=False)
    row.code_set, row.place = CODE_SET, command.place
    row.code, row.modifiers = command.code, command.modifiers
    row.given_by, row.given_at = (work.user.name if work.user else ""), work.now
    work.session.add(row)
    work.session.flush()
    return row


def _visit(work: Work, public_id: str) -> Appointment:
    rows = select(Appointment).where(
        Appointment.public_id == public_id,
        Appointment.chart_id == work.chart.id,
        Appointment.status == VisitStatus.COMPLETED.value,
    )
    found = work.session.exec(rows).first()
    if found is None:
        raise NotFoundError
    return found


def clinicians(actor: Actor) -> tuple[tuple[str, str, ClinicianBillingInput], ...]:
    """List id, name and insurance facts of each clinician."""
    with access.open(actor, SETTINGS) as work:
        rows = (
            select(Practitioner, ClinicianBilling)
            .join(
                ClinicianBilling,
                col(ClinicianBilling.practitioner_id) == Practitioner.id,
                isouter=True,
            )
            .where(Practitioner.is_active)
            .order_by(col(Practitioner.name))
        )
        return tuple(
            (str(person.id), person.name, _facts(known))
            for person, known in work.session.exec(rows).all()
        )


def _facts(known: ClinicianBilling | None) -> ClinicianBillingInput:
    if known is None:
        return ClinicianBillingInput()
    names = ClinicianBillingInput.model_fields
    return ClinicianBillingInput.model_construct(**{n: getattr(known, n) for n in names})


def save_clinician(actor: Actor, clinician: str, command: ClinicianBillingInput) -> None:
    """Keep how an insurance company knows a clinician.

    Raises:
        NotFoundError: there is no such clinician.
    """
    with access.open(
        actor, SETTINGS, writes=True, action="clinician.billing", target=clinician
    ) as work:
        try:
            key = PractitionerId(uuid.UUID(clinician))
        except ValueError as error:
            raise NotFoundError from error
        if work.session.get(Practitioner, key) is None:
            raise NotFoundError
        row = work.session.get(ClinicianBilling, key) or ClinicianBilling(practitioner_id=key)
        row.sqlmodel_update(command.model_dump())
        work.session.add(row)
