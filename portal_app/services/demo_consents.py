"""Writes the demo's consents, signed on their days by the product's own steps."""

from datetime import timedelta

from sqlmodel import col, select

from portal_app.data.demo.consents import CONSENTS, PENDING, SIGNED, DemoSigned
from portal_app.data.demo.people import LOGINS, PEOPLE
from portal_app.data.models import (
    Chart,
    DocumentAssignment,
    DocumentDefinition,
    Grant,
    Patient,
    Practitioner,
    StaffMember,
    User,
    UserSession,
)
from portal_app.rules.consents import INTENT
from portal_app.security import crypto
from portal_app.security.access import ChartOpened, Work
from portal_app.security.actor import Actor
from portal_app.security.system import open_system
from portal_app.services.documents.consents import common, showing, signing

WHY = "the demo's consents are written"
AGENT = "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"
IP = "203.0.113.24"


def lay() -> None:
    """Write the starter consents, those that were signed, and those that wait."""
    with open_system(WHY, logged=True) as work:
        for made in CONSENTS:
            row = DocumentDefinition(
                key=made.key,
                kind=common.KIND,
                title=made.title,
                markdown=made.text,
                settings={"countersign": made.countersign},
                created_at=work.now - timedelta(days=540),
            )
            work.session.add(row)
    for signed in SIGNED:
        _sign(signed)
    with open_system(WHY) as work:
        for key, person, clinician in PENDING:
            _open_chart(work, person, clinician)
            _assign(work, key)


def _assign(work: Work, key: str) -> DocumentAssignment:
    definition = work.session.exec(
        select(DocumentDefinition).where(DocumentDefinition.key == key)
    ).one()
    row = DocumentAssignment(
        chart_id=work.chart.id,
        patient_id=work.patient.id,
        definition_id=definition.id,
        kind=definition.kind,
        title=definition.title,
        assigned_at=work.now - timedelta(days=1),
    )
    work.session.add(row)
    work.session.flush()
    return row


def _open_chart(work: Work, person: str, clinician: str) -> None:
    known = next(p for p in PEOPLE if p.key == person)
    rows = (
        select(Chart, Patient, Practitioner)
        .join(Patient, col(Chart.patient_id) == Patient.id)
        .join(Practitioner, col(Chart.practitioner_id) == Practitioner.id)
        .join(StaffMember, col(StaffMember.practitioner_id) == Practitioner.id)
        .join(User, col(StaffMember.user_id) == User.id)
        .where(
            Patient.family == known.family,
            Patient.given == known.given,
            User.email_index == work.keyring.index(f"{clinician}@demo.example"),
        )
    )
    chart, patient, practitioner = work.session.exec(rows).one()
    grants = work.session.exec(select(Grant).where(Grant.patient_id == patient.id)).all()
    mine = tuple(g for g in grants if work.user is None or g.user_id == work.user.id)
    work.facts = ChartOpened(chart, patient, practitioner, mine)


def _begin(work: Work, signed: DemoSigned) -> None:
    """Stand in that person's place on that day."""
    work.now -= timedelta(days=signed.days)
    index = work.keyring.index(f"{signed.login}@demo.example")
    work.user = work.session.exec(select(User).where(User.email_index == index)).one()
    session_id = f"demo-{signed.consent}-{signed.login}-{signed.clinician}"
    work.actor = Actor(work.user.id, session_id, IP)
    _open_chart(work, signed.person, signed.clinician)


def _sign(signed: DemoSigned) -> None:
    """Open, read and sign a consent: read, draw, write, as the portal does it."""
    with open_system(WHY) as work:
        _begin(work, signed)
        work.session.add(
            UserSession(
                id=work.actor.session_id,
                token_hash=crypto.hashed(crypto.token()),
                user_id=work.person.id,
                created_at=work.now,
                last_event_at=work.now,
                idle_seconds=1200,
                absolute_until=work.now + timedelta(hours=12),
                revoked_at=work.now + timedelta(hours=1),
                ip=IP,
                user_agent=AGENT,
            )
        )
        definition, document = _definition(work, signed), _assign(work, signed.consent).public_id
        source = showing.source_of(work, definition)
    drawn = showing.drawn(source)
    with open_system(WHY) as work:
        _begin(work, signed)
        assignment, definition = common.find(work, document)
        paper = showing.keep(work, assignment, *drawn)
        common.add_event(work, assignment, "opened")
        common.add_event(work, assignment, "read")
        work.session.flush()
        work.now += timedelta(minutes=4)
        facts = signing.facts_of(
            work, assignment, definition, paper, common.SIGNER, LOGINS[signed.login], INTENT
        )
        facts["disclosure"] = signing.disclosure_of(work)
        prepared = signing.prepare(work, assignment, paper, facts)
    proof, data = signing.draw(prepared)
    with open_system(WHY, logged=True) as work:
        _begin(work, signed)
        work.now += timedelta(minutes=4)
        assignment, definition = common.find(work, document)
        assignment.opened_at = work.now - timedelta(minutes=4)
        signing.accept(work)
        signing.write(work, assignment, common.SIGNER, proof, data)
        signing.finish(work, assignment, definition)


def _definition(work: Work, signed: DemoSigned) -> DocumentDefinition:
    rows = select(DocumentDefinition).where(DocumentDefinition.key == signed.consent)
    return work.session.exec(rows).one()
