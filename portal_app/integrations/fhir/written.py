"""Makes a FHIR R4 resource from an entry that did not come as one."""

import base64
import re
import uuid
from collections.abc import Callable
from html import escape
from typing import Any

from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.outgoing import REDISCLOSURE_SHORT, Attachment, Item
from portal_app.rules.records import Coding, Entry, Kind, Label, Measure

Resource = dict[str, Any]
TERMS = "http://terminology.hl7.org/CodeSystem"
UCUM = "http://unitsofmeasure.org"
ABSENT = "http://hl7.org/fhir/uv/ips/CodeSystem/absent-unknown-uv-ips"
NOTHING = {
    Kind.CONDITION: "no-problem-info",
    Kind.ALLERGY: "no-allergy-info",
    Kind.MEDICATION: "no-medication-info",
}
COURSES = frozenset({"active", "recurrence", "relapse", "inactive", "remission", "resolved"})
OVER = frozenset({"inactive", "remission", "resolved"})
TAKEN = frozenset({"active", "completed", "intended", "stopped", "on-hold", "not-taken"})
SEEN = frozenset({"registered", "preliminary", "final", "amended", "corrected", "cancelled"})
MET = frozenset(
    {"planned", "arrived", "triaged", "in-progress", "onleave", "finished", "cancelled"}
)
DONE = frozenset({"preparation", "in-progress", "not-done", "on-hold", "stopped", "completed"})
NUMBER = re.compile(r"-?(0|[1-9]\d{0,30})(\.\d{1,30})?([eE][+-]?\d{1,3})?\Z")
COMPARATORS = frozenset({"<", "<=", ">=", ">"})
_TIME = re.compile(
    r"(\d{4}(?:-\d\d(?:-\d\d)?)?)(?:T(\d\d:\d\d)(:\d\d)?(\.\d+)?(Z|[+-]\d\d:\d\d)?)?\Z"
)


def key(*names: str) -> str:
    """Give the id that the same thing has in each export."""
    return str(uuid.uuid5(uuid.NAMESPACE_OID, "/".join(names)))


def reference(name: str) -> Resource:
    """Refer to a resource."""
    return {"reference": name}


def security(label: Label) -> list[Resource]:
    """Mark how freely a resource may be handed on."""
    if label is Label.GENERAL:
        return []
    marks = [{"system": f"{TERMS}/v3-Confidentiality", "code": "R", "display": "restricted"}]
    if label is Label.PART2:
        notice = REDISCLOSURE_SHORT
        marks.append({"system": f"{TERMS}/v3-ActCode", "code": "42CFRPart2", "display": notice})
    return marks


def moment(given: str) -> str:
    """Give a time as FHIR wants it: with seconds and a zone, or the day alone."""
    found = _TIME.match(given)
    if not found:
        return ""
    day, clock, seconds, fraction, zone = found.groups()
    if not clock or not zone:
        return day
    return f"{day}T{clock}{seconds or ':00'}{fraction or ''}{zone}"


def made_from(item: Item, patient: str) -> Resource:
    """Make a resource of an entry's kind."""
    entry = item.entry
    made = MAKERS[entry.kind] if not _is_words(entry) else _document
    resource = {"resourceType": "", "id": key("entry", item.id), **made(entry, patient)}
    if marks := security(item.label):
        resource["meta"] = {"security": marks}
    if made not in {_document, _encounter} and (said := _notes(entry)):
        resource["note"] = [{"text": said}]
    return without_empty(resource)


def without_empty(resource: Resource) -> Resource:
    """Leave out what says nothing, at every depth: FHIR knows no empty text and no empty list."""
    made: Resource = _said(resource)
    return made


def _said(value: Any) -> Any:
    if isinstance(value, str):
        kept = "".join(c for c in value if c.isprintable() or c in "\n\t")
        return kept if kept.strip() else ""
    if isinstance(value, dict):
        pairs = ((k, _said(v)) for k, v in value.items())
        return {k: v for k, v in pairs if v not in ("", [], {}, None)}
    if isinstance(value, list):
        return [v for v in map(_said, value) if v not in ("", [], {}, None)]
    return value


def _is_words(entry: Entry) -> bool:
    return bool(entry.html)


def is_absent(entry: Entry) -> bool:
    """Tell what is not there and has no resource that could say so."""
    said = entry.html or entry.kind in {Kind.ENCOUNTER, Kind.LABORATORY, Kind.VITAL, Kind.OTHER}
    return entry.negated and bool(said) and not entry.resource


def _notes(entry: Entry) -> str:
    parts = [f"{label}: {words}" for label, words in entry.lines if label != "Lot"]
    parts.append(entry.text)
    if "T" in entry.starts and moment(entry.starts) == entry.starts[:10]:
        parts.append(f"Time as given, without a zone: {entry.starts}")
    return "\n".join(p for p in parts if p)


def _concept(entry: Entry) -> Resource:
    codings = [_coding(c) for c in entry.codings if c.code]
    if entry.negated and says_absent(entry.title) and entry.kind in NOTHING:
        codings.insert(0, {"system": ABSENT, "code": NOTHING[entry.kind]})
    return {
        **({"coding": codings} if codings else {}),
        "text": _said(entry.title) or "Unknown",
    }


def _coding(coding: Coding) -> Resource:
    code, system = " ".join(_said(coding.code).split()), _said(coding.system)
    made = {"system": "" if " " in system else system, "code": code, "display": coding.display}
    return {k: v for k, v in made.items() if v}


def _status(system: str, code: str) -> Resource:
    return {"coding": [{"system": f"{TERMS}/{system}", "code": code}]}


def _verified(entry: Entry, system: str) -> Resource:
    refuted = entry.negated and not says_absent(entry.title)
    return _status(system, "refuted" if refuted else "confirmed")


def _person(entry: Entry) -> Resource:
    return {"display": entry.author} if entry.author else {}


def _when(entry: Entry, name: str) -> Resource:
    starts, ends = moment(entry.starts), moment(entry.ends)
    if ends and ends != starts:
        period = {"start": starts, "end": ends}
        return {f"{name}Period": {k: v for k, v in period.items() if v}}
    return {f"{name}DateTime": starts} if starts else {}


def _condition(entry: Entry, patient: str) -> Resource:
    ends = moment(entry.ends)
    state = entry.status if entry.status in COURSES else "resolved" if ends else "active"
    state = "resolved" if ends and state not in OVER else state
    return {
        "resourceType": "Condition",
        "clinicalStatus": {} if entry.negated else _status("condition-clinical", state),
        "verificationStatus": _verified(entry, "condition-ver-status"),
        "category": [_status("condition-category", "problem-list-item")],
        "code": _concept(entry),
        "subject": reference(patient),
        "onsetDateTime": moment(entry.starts),
        "abatementDateTime": "" if entry.negated else ends,
        "recorder": _person(entry),
    }


def _allergy(entry: Entry, patient: str) -> Resource:
    state = entry.status if entry.status in {"active", "inactive", "resolved"} else "active"
    lines = dict(entry.lines)
    shown = [w for w in lines.get("Reaction", "").split(", ") if w]
    return {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": {} if entry.negated else _status("allergyintolerance-clinical", state),
        "verificationStatus": _verified(entry, "allergyintolerance-verification"),
        "code": _concept(entry),
        "patient": reference(patient),
        "onsetDateTime": moment(entry.starts),
        "recorder": _person(entry),
        "reaction": [{"manifestation": [{"text": w} for w in shown]}] if shown else [],
    }


def _medication(entry: Entry, patient: str) -> Resource:
    refused = entry.negated and not says_absent(entry.title)
    state = "not-taken" if refused else entry.status if entry.status in TAKEN else "unknown"
    lines = dict(entry.lines)
    words = [lines[k] for k in ("Dose", "Route", "How often", "Take it") if k in lines]
    return {
        "resourceType": "MedicationStatement",
        "status": "unknown" if entry.negated and not refused else state,
        "medicationCodeableConcept": _concept(entry),
        "subject": reference(patient),
        **_when(entry, "effective"),
        "informationSource": _person(entry),
        "reasonCode": [{"text": lines["For"]}] if "For" in lines else [],
        "dosage": [{"text": ", ".join(words)}] if words else [],
    }


def _observation(entry: Entry, patient: str) -> Resource:
    category = "vital-signs" if entry.kind is Kind.VITAL else "laboratory"
    resource: Resource = {
        "resourceType": "Observation",
        "status": entry.status if entry.status in SEEN else "unknown",
        "category": [_status("observation-category", category)],
        "code": _concept(entry),
        "subject": reference(patient),
        **_when(entry, "effective"),
        "performer": [_person(entry)] if entry.author else [],
    }
    if len(entry.measures) == 1:
        return resource | _measured(entry.measures[0])
    if not entry.measures:
        return resource | {"dataAbsentReason": _status("data-absent-reason", "unknown")}
    return resource | {"component": [_component(m) for m in entry.measures]}


def _component(measure: Measure) -> Resource:
    coded = {"coding": [_coding(measure.coding)]} if measure.coding else {}
    return {"code": coded | {"text": _said(measure.name) or "Value"}, **_measured(measure)}


def _measured(measure: Measure) -> Resource:
    made: Resource = {}
    if NUMBER.match(measure.value):
        comparator = measure.comparator if measure.comparator in COMPARATORS else ""
        quantity = {"value": number(measure.value), "comparator": comparator, "unit": measure.unit}
        made["valueQuantity"] = {k: v for k, v in quantity.items() if v != ""}
    elif measure.value:
        made["valueString"] = f"{measure.comparator}{measure.value} {measure.unit}".strip()
    bounds = {
        name: {"value": number(value), **({"unit": measure.unit} if measure.unit else {})}
        for name, value in (("low", measure.low), ("high", measure.high))
        if NUMBER.match(value)
    }
    words = measure.reference or "" if bounds else measure.reference or measure.low or measure.high
    if bounds or words:
        made["referenceRange"] = [{**bounds, **({"text": words} if words else {})}]
    if measure.flag:
        made["interpretation"] = [_status("v3-ObservationInterpretation", measure.flag)]
    return made


def number(text: str) -> int | float:
    """Give a number of JSON."""
    return int(text) if text.lstrip("-").isdecimal() else float(text)


def _immunization(entry: Entry, patient: str) -> Resource:
    lines = dict(entry.lines)
    when = moment(entry.starts)
    return {
        "resourceType": "Immunization",
        "status": "not-done" if entry.negated else "completed",
        "statusReason": {"text": lines["Why not"]} if entry.negated and "Why not" in lines else {},
        "vaccineCode": _concept(entry),
        "patient": reference(patient),
        **({"occurrenceDateTime": when} if when else {"occurrenceString": "unknown"}),
        "lotNumber": lines.get("Lot", ""),
        "performer": [{"actor": _person(entry)}] if entry.author else [],
    }


def _encounter(entry: Entry, patient: str) -> Resource:
    period = {"start": moment(entry.starts), "end": moment(entry.ends)}
    lines = dict(entry.lines)
    people = [{"individual": {"display": n}} for n in (lines.get("With") or entry.author,) if n]
    said = _notes(entry)
    return {
        "resourceType": "Encounter",
        "status": entry.status if entry.status in MET else "unknown",
        "class": {"system": f"{TERMS}/v3-ActCode", "code": "AMB"},
        "type": [_concept(entry)],
        "subject": reference(patient),
        "participant": people,
        "period": {k: v for k, v in period.items() if v},
        "reasonCode": [{"text": w} for w in (lines.get("Reason"), lines.get("Diagnosis")) if w],
        "text": narrative(said) if said else {},
    }


def narrative(words: str) -> Resource:
    """Put words into the narrative of a resource."""
    lines = "".join(f"<p>{escape(line)}</p>" for line in words.splitlines())
    div = f'<div xmlns="http://www.w3.org/1999/xhtml">{lines}</div>'
    return {"status": "additional", "div": div}


def _procedure(entry: Entry, patient: str) -> Resource:
    status = entry.status if entry.status in DONE else "unknown"
    return {
        "resourceType": "Procedure",
        "status": "not-done" if entry.negated else status,
        "code": _concept(entry),
        "subject": reference(patient),
        **_when(entry, "performed"),
        "performer": [{"actor": _person(entry)}] if entry.author else [],
    }


def _document(entry: Entry, patient: str) -> Resource:
    """Make a document of an entry that is words."""
    facts = [f"{label}: {words}" for label, words in entry.lines] + [entry.text]
    facts += [f"{m.name}: {m.comparator}{m.value} {m.unit}".strip() for m in entry.measures]
    shown = "".join(f"<p>{escape(f)}</p>" for f in facts if f)
    page = f"<h3>{escape(entry.title)}</h3>{shown}{entry.html}"
    when = moment(entry.starts)
    return {
        "resourceType": "DocumentReference",
        "status": "current",
        "type": {"text": entry.title},
        "description": entry.title,
        "subject": reference(patient),
        "date": when if "T" in when else "",
        "author": [_person(entry)] if entry.author else [],
        "context": {"period": {"start": when}} if when else {},
        "content": [
            {
                "attachment": {
                    "contentType": "text/html",
                    "title": entry.title,
                    "data": base64.b64encode(page.encode()).decode(),
                }
            }
        ],
    }


def attachment(file: Attachment, patient: str) -> Resource:
    """Make a document of a file that goes along, in the bundle or beside it."""
    held: Resource = {"contentType": file.media_type, "title": file.title or file.name}
    if file.data:
        held["data"] = base64.b64encode(file.data).decode()
    elif file.path:
        held["url"] = file.path
    resource: Resource = {
        "resourceType": "DocumentReference",
        "id": key("file", file.id),
        "status": "current",
        "type": {"text": file.title or file.name},
        "subject": reference(patient),
        "content": [{"attachment": held | {"size": file.size}}],
    }
    if file.made_at:
        resource["date"] = file.made_at.isoformat()
    if marks := security(file.label):
        resource["meta"] = {"security": marks}
    return without_empty(resource)


MAKERS: dict[Kind, Callable[[Entry, str], Resource]] = {
    Kind.CONDITION: _condition,
    Kind.ALLERGY: _allergy,
    Kind.MEDICATION: _medication,
    Kind.LABORATORY: _observation,
    Kind.VITAL: _observation,
    Kind.IMMUNIZATION: _immunization,
    Kind.ENCOUNTER: _encounter,
    Kind.PROCEDURE: _procedure,
    Kind.DOCUMENT: _document,
    Kind.OTHER: _document,
}
