"""Fills an empty data folder with the demo practice, through the product's own importer."""

import json
from datetime import datetime, timedelta

from sqlmodel import col, select

from portal_app.data.demo import conversations as talk
from portal_app.data.demo.bundles import person_bundle, scripts_of
from portal_app.data.demo.people import (
    GRANTS,
    INVITED,
    LOGINS,
    PASSWORD,
    PEOPLE,
    STAFF,
    DemoPerson,
)
from portal_app.data.demo.visits import ZONE, closed_days, visits
from portal_app.data.models import (
    ChangeRequest,
    Chart,
    Coverage,
    EmergencyContact,
    Grant,
    InternalNote,
    Invitation,
    Patient,
    Practice,
    Practitioner,
    SavedReply,
    StaffMember,
    StaffReach,
    Thread,
    User,
)
from portal_app.data.types import UserId
from portal_app.integrations import phones
from portal_app.integrations.fhir.appointment import read_appointments
from portal_app.integrations.fhir.bundle import Bundle, read_bundle
from portal_app.integrations.fhir.communication import read_communications
from portal_app.integrations.fhir.coverage import read_coverages
from portal_app.integrations.fhir.person import read_person
from portal_app.integrations.fhir.records import BESIDES, read_entries
from portal_app.integrations.files import FileStore
from portal_app.rules.family import AgeRules
from portal_app.rules.permissions import PORTAL
from portal_app.security import crypto, passwords
from portal_app.security.access import ChartOpened, Work
from portal_app.security.system import open_system
from portal_app.services import (
    demo_billing,
    demo_consents,
    demo_documents,
    demo_instructions,
    demo_schedule,
    demo_superbills,
)
from portal_app.services.documents.starter import lay_starter_pack
from portal_app.services.records.appointments import write_appointments
from portal_app.services.records.conversations import Speaker, write_conversations
from portal_app.services.records.coverages import write_coverages
from portal_app.services.records.entries import told_apart
from portal_app.services.records.importing import add_chart, patient_from
from portal_app.services.records.writing import SOURCE, keep_original, write_record

DOMAIN = "demo.example"
HOURS = {day: [["09:00", "17:00"]] for day in ("mon", "tue", "wed", "thu", "fri")}
URGENT = (
    "Not for emergencies. In danger right now? Call 911. In a crisis, call or text 988 at any time."
)
AUTO_REPLY = (
    "Thank you. We are closed at the moment and read your message on the next work day.\n\n"
    "This is not for emergencies. In danger right now? Call 911. In a crisis, call or text 988."
)


def is_empty() -> bool:
    """Whether the data folder holds no practice yet."""
    with open_system("demo", writes=False) as work:
        return work.session.exec(select(Practice)).first() is None


def is_real() -> bool:
    """Whether the data folder holds a practice that is not the demo's."""
    with open_system("demo", writes=False) as work:
        practice = work.session.exec(select(Practice)).first()
        return practice is not None and not practice.is_demo


def seed(store: FileStore) -> None:
    """Write the demo practice in one unit of work.

    Args:
        store: where the files of the records are kept.
    """
    with open_system("the demo practice is written", logged=True) as work:
        work.session.add(_practice(work.now))
        work.session.flush()
        work.practice = work.session.get_one(Practice, 1)
        stored = passwords.hash_password(PASSWORD, work.keyring)
        logins = _logins(work, stored)
        speakers = _staff(work, logins)
        demo_schedule.lay_hours(work, _clinicians(work, speakers))
        lay_starter_pack(work)
        patients = _patients(work, store, logins, speakers)
        _grants(work, logins, patients)
        demo_documents.write(work, patients, _clinicians(work, speakers), logins)
        demo_instructions.share(work, patients, _clinicians(work, speakers))
        demo_billing.lay(work, patients, _clinicians(work, speakers))
        work.session.add_all(SavedReply(title=t, body=b) for t, b in talk.SAVED_REPLIES)
        _invitation(work, patients)
        _change_that_waits(work, patients)
        demo_superbills.lay(work, patients, _clinicians(work, speakers))
        demo_superbills.make(work, patients, _clinicians(work, speakers))
    demo_consents.lay()


def _practice(now: datetime) -> Practice:
    closed = closed_days(now.astimezone(ZONE).date())
    return Practice(
        name="Larkfield",
        name_second_line="Psychiatry",
        zone="America/Los_Angeles",
        phone="(541) 555-0142",
        portal_ceiling=sorted(p.value for p in PORTAL),
        chart_defaults=sorted(p.value for p in PORTAL),
        weekly_hours=HOURS,
        region="OR",
        closures=[day.isoformat() for day in closed],
        urgent_notice=URGENT,
        age_rules=AgeRules(limited_from=13, confirmed=True).kept(),
        auto_reply=AUTO_REPLY,
        is_demo=True,
    )


def _logins(work: Work, stored: str) -> dict[str, User]:
    names = {s.key: s.name for s in STAFF} | LOGINS
    users = {}
    for key, name in names.items():
        email = f"{key}@{DOMAIN}"
        users[key] = User(
            email=email, email_index=work.keyring.index(email), name=name, password_hash=stored
        )
    work.session.add_all(users.values())
    work.session.flush()
    return users


def _staff(work: Work, logins: dict[str, User]) -> dict[str, Speaker]:
    clinicians = {
        s.key: Practitioner(
            name=s.name, short_name=s.short, credentials=s.credentials, dashboard_message=s.message
        )
        for s in STAFF
        if s.short
    }
    work.session.add_all(clinicians.values())
    work.session.flush()
    speakers = {}
    for person in STAFF:
        own = clinicians.get(person.key)
        member = StaffMember(
            user_id=logins[person.key].id,
            name=person.name,
            title=person.title,
            role=person.role,
            boxes=list(person.boxes),
            practitioner_id=own.id if own else None,
        )
        work.session.add(member)
        work.session.flush()
        if own is None:
            work.session.add_all(
                StaffReach(staff_id=member.id, practitioner_id=c.id) for c in clinicians.values()
            )
        speakers[person.key] = Speaker(
            logins[person.key].id, member.id, person.name, desk=own is None
        )
    return speakers


def _patients(
    work: Work, store: FileStore, logins: dict[str, User], speakers: dict[str, Speaker]
) -> dict[str, Patient]:
    clinicians = _clinicians(work, speakers)
    planned = visits(work.now)
    references = {f"urn:uuid:{key}": speaker for key, speaker in speakers.items()}
    patients: dict[str, Patient] = {}
    for person in PEOPLE:
        for index, clinician in enumerate(person.clinicians):
            own = [v for v in planned if (v.person, v.clinician) == (person.key, clinician)]
            text = json.dumps(person_bundle(person, clinician, work.now, own))
            bundle = read_bundle(text.encode())
            if index == 0:
                patients[person.key] = _patient(work, bundle)
            patient = patients[person.key]
            practitioner = clinicians[clinician]
            chart = add_chart(work, patient, practitioner)
            # the first clinician is the one whose chart opens first
            chart.created_at = work.now - timedelta(days=540 - index)
            chart.permissions = [p for p in chart.permissions if p not in person.off]
            write_appointments(
                work, chart, read_appointments(bundle)[0], booked_by=speakers["priya"].user_id
            )
            guardian, login = _writers(person, logins)
            threads = write_conversations(
                work,
                chart,
                patient,
                read_communications(bundle)[0],
                references,
                clinician=speakers[clinician],
                guardian=guardian,
                own=login,
            )
            _close(work, threads, person, clinician, speakers)
            _record(work, store, ChartOpened(chart, patient, practitioner, ()), bundle, text)
    return patients


def _record(work: Work, store: FileStore, opened: ChartOpened, bundle: Bundle, text: str) -> None:
    """Import the record as a practice would; what is not final waits for its release."""
    work.facts = opened
    found = read_entries(bundle, read_person(bundle), besides=BESIDES)
    told = told_apart(work, opened.chart.id, found.entries)
    name = f"{opened.patient.family} {opened.patient.given}.json"
    original = keep_original(store, work, SOURCE, name, text.encode())
    written = write_record(
        work, store, found, original, told, released_at=work.now - timedelta(days=1)
    )
    for row, item in zip(written.rows, (t for t in told if t.is_new), strict=True):
        if item.entry.status == "preliminary":
            row.released_at = None
            work.session.add(row)
    work.facts = None


def _clinicians(work: Work, speakers: dict[str, Speaker]) -> dict[str, Practitioner]:
    rows = select(StaffMember.user_id, Practitioner).join(
        Practitioner, col(StaffMember.practitioner_id) == Practitioner.id
    )
    held = dict(work.session.exec(rows).all())
    return {key: held[s.user_id] for key, s in speakers.items() if s.user_id in held}


def _patient(work: Work, bundle: Bundle) -> Patient:
    person = read_person(bundle)
    patient = patient_from(work, person)
    work.session.add(patient)
    work.session.flush()
    work.session.add_all(
        EmergencyContact(
            patient_id=patient.id,
            name=c.name,
            relationship=c.relationship,
            phone=phones.kept(c.phone, work.practice.country) or None,
            rank=rank,
        )
        for rank, c in enumerate(person.contacts, 1)
    )
    write_coverages(work, patient, read_coverages(bundle))
    return patient


def _writers(
    person: DemoPerson, logins: dict[str, User]
) -> tuple[tuple[UserId, str] | None, UserId | None]:
    own = next((g for g in GRANTS if g.patient == person.key and g.relationship == "self"), None)
    if own:
        return None, logins[own.login].id
    parent = next(
        (g for g in GRANTS if g.patient == person.key and g.relationship == "parent"), None
    )
    if parent and not parent.scopes:
        return (logins[parent.login].id, logins[parent.login].name), None
    return None, None


def _close(
    work: Work,
    threads: list[Thread],
    person: DemoPerson,
    clinician: str,
    speakers: dict[str, Speaker],
) -> None:
    for thread, script in zip(threads, scripts_of(person, clinician), strict=True):
        if script.done:
            thread.status, thread.due_at = "done", None
        if script.note:
            priya = speakers["priya"]
            note = InternalNote(
                thread_id=thread.id,
                chart_id=thread.chart_id,
                patient_id=thread.patient_id,
                author_id=priya.user_id,
                author_name=priya.name,
                body=script.note,
                written_at=thread.last_at,
            )
            work.session.add(note)
        work.session.add(thread)


BASES = {"parent": "minor", "child": "patient"}


def _grants(work: Work, logins: dict[str, User], patients: dict[str, Patient]) -> None:
    for grant in GRANTS:
        work.session.add(
            Grant(
                user_id=logins[grant.login].id,
                patient_id=patients[grant.patient].id,
                relationship=grant.relationship,
                basis=BASES.get(grant.relationship, ""),
                follows_age=grant.relationship == "parent",
                scopes=list(grant.scopes) or sorted(p.value for p in PORTAL),
                valid_from=work.now - timedelta(days=400),
            )
        )


def _invitation(work: Work, patients: dict[str, Patient]) -> None:
    key, email = INVITED
    chart = work.session.exec(select(Chart).where(Chart.patient_id == patients[key].id)).one()
    work.session.add(
        Invitation(
            token_hash=crypto.hashed(crypto.token()),
            patient_id=patients[key].id,
            chart_id=chart.id,
            email=email,
            email_index=work.keyring.index(email),
            expires_at=work.now + timedelta(days=7),
        )
    )


def _change_that_waits(work: Work, patients: dict[str, Patient]) -> None:
    """Let one patient have sent a new insurance that nobody has looked at yet."""
    patient = patients["grace"]
    rows = select(Coverage).where(Coverage.patient_id == patient.id)
    held = work.session.exec(rows).first()
    asked_at = work.now - timedelta(hours=20)
    for name, new in (("payer", "Harbor State Insurance"), ("member_id", "HSI 3301 7742")):
        work.session.add(
            ChangeRequest(
                patient_id=patient.id,
                field=f"coverage.1.{name}",
                old=getattr(held, name) if held else "",
                new=new,
                asked_by_name=patient.name,
                asked_at=asked_at,
            )
        )
