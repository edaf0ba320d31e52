"""Writes a record as a FHIR R4 document: a Composition, and what it speaks of.

What came in as FHIR goes out as the resource that it was; only a name by which it calls the
patient may change, where several sources called the person differently.

Source: https://hl7.org/fhir/R4/documents.html
"""

import re
import uuid
from collections import Counter
from datetime import UTC, datetime
from html import unescape
from typing import Any

from portal_app.integrations.fhir.written import (
    TERMS,
    attachment,
    is_absent,
    key,
    made_from,
    narrative,
    reference,
    security,
    without_empty,
)
from portal_app.integrations.outgoing import REDISCLOSURE, Address, Item, Outgoing
from portal_app.rules.records import Kind, Label

Resource = dict[str, Any]
BASE = "https://latchwell.invalid/fhir"
"""Stands for the server that a resource with a relative name came from."""
SUBJECTS = ("subject", "patient", "beneficiary", "individual")
SECTIONS = {
    Kind.CONDITION: ("Diagnoses", "11450-4"),
    Kind.ALLERGY: ("Allergies", "48765-2"),
    Kind.MEDICATION: ("Medicines", "10160-0"),
    Kind.LABORATORY: ("Lab results", "30954-2"),
    Kind.VITAL: ("Vital signs", "8716-3"),
    Kind.IMMUNIZATION: ("Immunizations", "11369-6"),
    Kind.ENCOUNTER: ("Visits", "46240-8"),
    Kind.PROCEDURE: ("Procedures", "47519-4"),
    Kind.DOCUMENT: ("Documents", ""),
    Kind.OTHER: ("Other information", ""),
}


class _Bundle:
    """The entries of a bundle, each under a name of its own."""

    def __init__(self) -> None:
        """Begin with none."""
        self.entries: list[Resource] = []
        self._names: set[str] = set()

    def add(self, resource: Resource, name: str, fallback: str) -> str:
        """Add a resource under a name, or under another where that one is taken."""
        full = name if name and name not in self._names else f"urn:uuid:{key(fallback)}"
        if full in self._names:
            full = f"urn:uuid:{uuid.uuid4()}"
        self._names.add(full)
        self.entries.append({"fullUrl": full, "resource": resource})
        return full


def write_bundle(record: Outgoing) -> Resource:
    """Write a record as a document bundle; what may not leave is not in it."""
    items = list(record.leaving())
    called = _called(items)
    patient = called or f"urn:uuid:{key('patient', record.subject.id)}"
    bundle = _Bundle()
    composition: Resource = {}
    bundle.add(composition, "", f"composition/{record.id}")
    bundle.add(_patient(record, patient), _full(patient), f"patient/{record.subject.id}")
    practice = bundle.add(_organization(record), "", f"practice/{record.id}")
    used = _names_used(items)
    sections: dict[str, list[str]] = {}
    for item in items:
        if is_absent(item.entry):
            continue
        resource = _resource(item, patient)
        name = _name_of(resource, used)
        full = bundle.add(resource, name, f"entry/{item.id}")
        sections.setdefault(SECTIONS[item.entry.kind][0], []).append(full)
    for title, more in _besides(record, patient):
        for place, resource in enumerate(more):
            full = bundle.add(resource, "", f"{title}/{record.id}/{place}")
            sections.setdefault(title, []).append(full)
    written = [
        *_notice(record),
        *_sections(sections),
        *(_absent(i) for i in items if is_absent(i.entry)),
    ]
    composition.update(_composition(record, patient, practice, written))
    return {
        "resourceType": "Bundle",
        "id": key("bundle", record.id),
        "identifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:uuid:{key('set', record.id)}"},
        "type": "document",
        "timestamp": _instant(record.made_at),
        "entry": bundle.entries,
    }


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _full(name: str) -> str:
    return name if name.startswith(("urn:", "http")) else f"{BASE}/{name}"


def _subject(resource: Resource) -> str:
    """Give the name by which a resource calls the patient."""
    for field in SUBJECTS:
        told = resource.get(field)
        name = told.get("reference") if isinstance(told, dict) else None
        if isinstance(name, str) and _is_person(name):
            return name
    return ""


def _is_person(name: str) -> bool:
    return name.startswith("urn:uuid:") or "Patient/" in name


def _called(items: list[Item]) -> str:
    """Give the name by which most resources call the patient; empty where none does."""
    names = Counter(n for i in items if (n := _subject(i.entry.resource)))
    return names.most_common(1)[0][0] if names else ""


def _names_used(items: list[Item]) -> frozenset[str]:
    """List the names by which resources call each other."""
    found: set[str] = set()
    pending: list[object] = [i.entry.resource for i in items]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            name = value.get("reference")
            if isinstance(name, str):
                found.add(name)
            pending += value.values()
        elif isinstance(value, list):
            pending += value
    return frozenset(found)


def _name_of(resource: Resource, used: frozenset[str]) -> str:
    """Give the name under which others can find a resource."""
    own, kind = resource.get("id"), resource.get("resourceType")
    if not isinstance(own, str) or not own:
        return ""
    if f"urn:uuid:{own}" in used:
        return f"urn:uuid:{own}"
    return f"{BASE}/{kind}/{own}" if f"{kind}/{own}" in used else ""


def _resource(item: Item, patient: str) -> Resource:
    """Give the resource of an entry: its own, or one made from what it says."""
    if not item.entry.resource:
        return made_from(item, patient)
    resource = dict(item.entry.resource)
    for field in SUBJECTS:
        told = resource.get(field)
        name = told.get("reference") if isinstance(told, dict) else None
        if isinstance(name, str) and _is_person(name) and name != patient:
            resource[field] = {**told, "reference": patient}  # type: ignore[dict-item]
    if item.label is Label.PART2:
        meta = resource.get("meta")
        meta = dict(meta) if isinstance(meta, dict) else {}
        held = meta.get("security")
        marks = held if isinstance(held, list) else []
        resource["meta"] = {**meta, "security": [*marks, *security(item.label)]}
    return resource


def _patient(record: Outgoing, name: str) -> Resource:
    subject = record.subject
    names: list[Resource] = [
        {"use": "official", "family": subject.family, "given": list(subject.given)}
    ]
    if subject.preferred:
        names.append({"use": "nickname", "given": [subject.preferred]})
    telecom = [("phone", subject.phone), ("email", subject.email)]
    code = subject.language_code
    coded = {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]} if code else {}
    language = coded | ({"text": subject.language} if code != subject.language else {})
    own = name.removeprefix("urn:uuid:").rpartition("/")[2]
    return without_empty(
        {
            "resourceType": "Patient",
            "id": own,
            "name": [without_empty(n) for n in names],
            "gender": subject.gender,
            "birthDate": subject.birth_date.isoformat() if subject.birth_date else "",
            "telecom": [{"system": s, "value": v} for s, v in telecom if v],
            "address": _address(subject.address),
            "communication": [{"language": language}] if subject.language else [],
        }
    )


def _address(address: Address) -> list[Resource]:
    made = without_empty(
        {
            "line": list(address.lines),
            "city": address.city,
            "state": address.state,
            "postalCode": address.postal_code,
            "country": address.country,
        }
    )
    return [made] if made else []


def _organization(record: Outgoing) -> Resource:
    sender = record.sender
    npi = {"system": "http://hl7.org/fhir/sid/us-npi", "value": sender.npi}
    telecom = [("phone", sender.phone), ("email", sender.email)]
    return without_empty(
        {
            "resourceType": "Organization",
            "id": key("practice", record.id),
            "identifier": [npi] if sender.npi else [],
            "name": sender.name,
            "telecom": [{"system": s, "value": v} for s, v in telecom if v],
            "address": _address(sender.address),
        }
    )


def _composition(
    record: Outgoing, patient: str, practice: str, written: list[Resource]
) -> Resource:
    author: Resource = {"reference": practice, "display": record.sender.name}
    held = any(i.label is not Label.GENERAL for i in record.leaving())
    return {
        "resourceType": "Composition",
        "id": key("composition", record.id),
        "status": "final",
        "type": {
            "coding": [{"system": "http://loinc.org", "code": "34133-9"}],
            "text": record.title,
        },
        "subject": reference(patient),
        "date": _instant(record.made_at),
        "author": [author],
        "custodian": author,
        "title": record.title,
        "confidentiality": "R" if held else "N",
        **({"section": written} if written else {}),
    }


def _notice(record: Outgoing) -> list[Resource]:
    """Say first that a part of the record may not simply be handed on."""
    if not record.needs_notice:
        return []
    return [{"title": "Notice on redisclosure", "text": narrative(REDISCLOSURE)}]


def _sections(sections: dict[str, list[str]]) -> list[Resource]:
    codes = dict(SECTIONS.values())
    written = []
    for title, names in sections.items():
        code = codes.get(title, "")
        coded = {"coding": [{"system": "http://loinc.org", "code": code}]} if code else {}
        section = {"title": title, "code": coded, "entry": [reference(n) for n in names]}
        written.append(without_empty(section))
    return written


def _absent(item: Item) -> Resource:
    """Say in words what is not there: a resource would say that it is."""
    entry = item.entry
    words = " ".join(unescape(re.sub(r"<[^>]*>", " ", entry.html)).split()) or entry.title
    reason = {"coding": [{"system": f"{TERMS}/list-empty-reason", "code": "unavailable"}]}
    return {"title": entry.title, "text": narrative(words), "emptyReason": reason}


def _besides(record: Outgoing, patient: str) -> list[tuple[str, list[Resource]]]:
    """Make the resources of what is no entry of the record."""
    answered = [dict(r) | {"subject": reference(patient)} for r in record.responses]
    return [
        ("Files", [attachment(f, patient) for f in record.files()]),
        ("Insurance", _coverages(record, patient)),
        ("Appointments", _visits(record, patient)),
        ("Forms", answered),
    ]


def _coverages(record: Outgoing, patient: str) -> list[Resource]:
    made = []
    for held in record.coverages:
        classes = [("group", held.group), ("plan", held.plan)]
        system = "http://terminology.hl7.org/CodeSystem/coverage-class"
        period = {"start": held.starts, "end": held.ends}
        related = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
        resource = {
            "resourceType": "Coverage",
            "id": key("coverage", held.id),
            "status": "active",
            "beneficiary": reference(patient),
            "subscriberId": held.member_id,
            "subscriber": {"display": held.holder} if held.holder else {},
            "relationship": {"coding": [{"system": related, "code": held.relationship}]},
            "period": {k: v.isoformat() for k, v in period.items() if v},
            "payor": [{"display": held.payer or "Unknown"}],
            "class": [
                {"type": {"coding": [{"system": system, "code": k}]}, "value": v}
                for k, v in classes
                if v
            ],
            "order": held.order,
        }
        made.append(without_empty(resource))
    return made


def _visits(record: Outgoing, patient: str) -> list[Resource]:
    made = []
    for visit in record.visits:
        people: list[Resource] = [{"actor": reference(patient), "status": "accepted"}]
        if visit.clinician:
            people.append({"actor": {"display": visit.clinician}, "status": "accepted"})
        resource = {
            "resourceType": "Appointment",
            "id": key("visit", visit.id),
            "status": visit.status,
            "serviceType": [{"text": visit.title}],
            "description": visit.title,
            "start": _instant(visit.starts_at),
            "end": _instant(visit.ends_at),
            "participant": people,
        }
        made.append(without_empty(resource))
    return made
