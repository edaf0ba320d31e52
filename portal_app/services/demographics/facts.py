"""What is known of a patient, field by field: read, checked, and written."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlmodel import col, select

from portal_app.data.models import Coverage, EmergencyContact, Patient
from portal_app.integrations import addresses, phones
from portal_app.rules import demographics as rule
from portal_app.rules.demographics import Address
from portal_app.rules.errors import InvalidError
from portal_app.rules.names import search_name
from portal_app.security.access import Work

OWN = ("given", "family", "preferred", "pronouns", "gender", "language", "phone", "phone_home")
CONTACT = ("name", "relationship", "phone")
COVERAGE = ("payer", "member_id", "group_number", "holder", "holder_relation")
TASKS_TOPIC = "demographics"


def topic(work: Work) -> str:
    """Name the topic under which pages hear of changes to the open patient."""
    return f"demographics:{work.patient.id}"


@dataclass
class Held:
    """The rows that say who the open patient is."""

    patient: Patient
    contacts: list[EmergencyContact]
    coverages: dict[int, Coverage]


def held(work: Work) -> Held:
    """Load the rows of the open patient."""
    patient = work.patient
    contacts = select(EmergencyContact).where(EmergencyContact.patient_id == patient.id)
    coverages = select(Coverage).where(Coverage.patient_id == patient.id)
    order = col(EmergencyContact.rank), col(EmergencyContact.id)
    return Held(
        patient,
        list(work.session.exec(contacts.order_by(*order).limit(rule.CONTACTS_MOST)).all()),
        {c.rank: c for c in work.session.exec(coverages).all()},
    )


def address_of(patient: Patient) -> Address:
    """Give the address in its parts; one that was kept as a text is taken apart."""
    parts = Address(*(getattr(patient, name) or "" for name in rule.ADDRESS))
    return parts or rule.parse_address(patient.address or "")


def read(rows: Held, country: str) -> dict[str, str]:
    """Give every field's value, as it is kept."""
    patient = rows.patient
    found = {name: getattr(patient, name) or "" for name in OWN}
    found["birth_date"] = patient.birth_date.isoformat() if patient.birth_date else ""
    address = address_of(patient)
    found |= {name: getattr(address, name) for name in rule.ADDRESS}
    found["state"] = addresses.state_code(address.state, country)
    for place, contact in enumerate(rows.contacts, 1):
        found |= {f"contact.{place}.{n}": getattr(contact, n) or "" for n in CONTACT}
    for place, coverage in rows.coverages.items():
        found |= {f"coverage.{place}.{n}": getattr(coverage, n) for n in COVERAGE}
    return found


def known(work: Work) -> dict[str, str]:
    """Give every field of the open patient as people read it in a form."""
    country = work.practice.country
    return {k: shown(k, v, country) for k, v in read(held(work), country).items()}


def shown(key: str, value: str, country: str) -> str:
    """Write a kept value as its field shows it."""
    return phones.shown(value, country) if rule.kind(key) in rule.PHONES and value else value


def in_words(work: Work, key: str, value: str) -> str:
    """Write a kept value as people read it."""
    return rule.words(key, shown(key, value, work.practice.country))


def checked(work: Work, key: str, typed: str) -> str:
    """Turn what was typed into what is kept.

    Raises:
        InvalidError: it can't be kept; ``field`` is the key.
    """
    if not rule.is_field(key):
        raise InvalidError("There is no such field.")
    value = rule.clean(typed)
    if fault := rule.fault(key, value, work.today):
        raise InvalidError(fault, field=key)
    if rule.kind(key) in rule.PHONES and value:
        try:
            return phones.canonical(value, work.practice.country)
        except InvalidError as error:
            raise InvalidError(error.message, field=key) from error
    return value


def write(work: Work, rows: Held, key: str, value: str) -> None:
    """Write one checked value into its row; the work must be writing."""
    group, place, name = rule.placed(key)
    if group == "contact":
        row: Any = _contact(work, rows, place)
        setattr(row, name, value)
    elif group == "coverage":
        row = coverage_of(work, rows, place)
        setattr(row, name, value)
    else:
        row = rows.patient
        _write_own(work, row, name, value)
    work.session.add(row)


def _write_own(work: Work, patient: Patient, name: str, value: str) -> None:
    if name == "birth_date":
        patient.birth_date = date.fromisoformat(value)
    elif name in rule.ADDRESS:
        address = address_of(patient)
        parts = {n: getattr(address, n) for n in rule.ADDRESS} | {name: value}
        for part, words in parts.items():
            setattr(patient, part, words)
        patient.address = Address(**parts).in_one_line() or None
    elif name == "gender":
        patient.gender = value or None
    else:
        if name in {"given", "family"}:
            _keep_former_name(patient)
        setattr(patient, name, value)
    if name == "phone":
        patient.phone_index = work.keyring.index(value) if value else None
    if name in {"given", "family", "preferred"}:
        patient.search_name = search_name(patient.given, patient.preferred, patient.family)


def _keep_former_name(patient: Patient) -> None:
    former = {
        "use": "old",
        "family": patient.family,
        "given": patient.given.split(" "),
        "text": f"{patient.given} {patient.family}".strip(),
    }
    others = [n for n in patient.names if n.get("use") not in {"official", "usual", ""}]
    if former not in others:
        others.append(former)
    patient.names = others


def _contact(work: Work, rows: Held, place: int) -> EmergencyContact:
    while len(rows.contacts) < place:
        rank = max((c.rank for c in rows.contacts), default=0) + 1
        rows.contacts.append(EmergencyContact(patient_id=work.patient.id, name="", rank=rank))
    return rows.contacts[place - 1]


def coverage_of(work: Work, rows: Held, place: int) -> Coverage:
    """Find or make the insurance of that place."""
    if place not in rows.coverages:
        rows.coverages[place] = Coverage(patient_id=work.patient.id, rank=place)
        work.session.add(rows.coverages[place])
    return rows.coverages[place]


def tidy(work: Work, rows: Held) -> None:
    """Drop the contacts of whom nothing is left."""
    for contact in rows.contacts:
        if not (contact.name or contact.relationship or contact.phone):
            if contact in work.session.new:
                work.session.expunge(contact)
            elif contact in work.session:
                work.session.delete(contact)
