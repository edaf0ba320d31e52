"""Turns one resource into one entry, kind by kind.

Source: https://hl7.org/fhir/R4/clinicalsummary-module.html
"""

import re
from collections.abc import Callable

from portal_app.integrations.fhir.attachments import decoded
from portal_app.integrations.fhir.bundle import Resource, as_dict, as_text
from portal_app.integrations.fhir.facts import lines, negated, several
from portal_app.integrations.fhir.links import Links, title_of
from portal_app.integrations.fhir.medication import read_medication
from portal_app.integrations.fhir.narrative import narrative, sections
from portal_app.integrations.fhir.values import (
    TEXT_MOST,
    Concept,
    concept,
    concepts,
    dated,
    measures,
    notes,
    period,
    quantity,
    span,
    words,
)
from portal_app.rules.records import Entry, Kind

VITALS = frozenset(
    {
        *("85354-9", "8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "2708-6", "59408-5"),
        *("8302-2", "29463-7", "39156-5", "8287-5", "85353-1", "9843-4", "3141-9"),
    }
)
"""LOINC codes of vital signs, for those who don't say the category."""


def _condition(resource: Resource) -> Entry:
    found = concept(resource.get("code"))
    starts, ends = span(resource, "onset")
    gone = span(resource, "abatement")[0] or ends
    verified = concept(resource.get("verificationStatus"))
    onset = words(resource.get("onsetString")) or quantity(resource.get("onsetAge"))
    return Entry(
        kind=Kind.CONDITION,
        title=found.title,
        codings=found.codings,
        status=_state(resource),
        negated=negated(found) or "refuted" in verified.codes(),
        starts=starts or dated(resource.get("recordedDate")),
        ends=gone,
        lines=lines(
            ("Began", onset),
            ("Severity", concept(resource.get("severity")).title),
            ("Certainty", verified.title if "confirmed" not in verified.codes() else ""),
            ("Where", concept(resource.get("bodySite")).title),
        ),
        text=notes(resource.get("note")),
    )


def _state(resource: Resource) -> str:
    status = concept(resource.get("clinicalStatus"))
    return next((c.code for c in status.codings if c.code), status.title)


def _allergy(resource: Resource) -> Entry:
    found = concept(resource.get("code"))
    reactions = [as_dict(r) for r in several(resource, "reaction")]
    substance = next((c for r in reactions if (c := concept(r.get("substance"))).title), found)
    found = found if found.title else substance
    shown = [c.title for r in reactions for c in concepts(r.get("manifestation"))]
    hard = [words(r.get("severity"), 40) for r in reactions]
    onset = span(resource, "onset")[0]
    return Entry(
        kind=Kind.ALLERGY,
        title=found.title,
        codings=found.codings,
        status=_state(resource),
        negated=negated(found) or "refuted" in concept(resource.get("verificationStatus")).codes(),
        starts=onset or dated(resource.get("recordedDate")),
        lines=lines(
            ("Reaction", ", ".join(dict.fromkeys(shown))),
            ("Severity", next((h for h in hard if h), "")),
            ("Risk", words(resource.get("criticality"), 40)),
            ("Kind", ", ".join(w for c in several(resource, "category") if (w := words(c, 40)))),
        ),
        text=notes(resource.get("note")),
    )


def _observation(resource: Resource) -> Entry:
    found = concept(resource.get("code"))
    kind = _observed(resource, found)
    starts, ends = span(resource, "effective")
    absent = concept(resource.get("dataAbsentReason")).title
    values = measures(resource, found.title)
    return Entry(
        kind=kind,
        title=found.title,
        codings=found.codings,
        starts=starts or dated(resource.get("issued")),
        ends=ends,
        measures=tuple(values),
        lines=lines(
            ("No value", "" if any(m.value for m in values) else absent),
            ("How", concept(resource.get("method")).title),
            ("Where", concept(resource.get("bodySite")).title),
            ("Category", "" if kind is not Kind.OTHER else _category(resource)),
        ),
        text=notes(resource.get("note")) or notes({"text": resource.get("comment")}),
    )


def _category(resource: Resource) -> str:
    return next((c.title for c in concepts(resource.get("category"))), "")


def _observed(resource: Resource, found: Concept) -> Kind:
    said = {c for k in concepts(resource.get("category")) for c in (*k.codes(), k.title.casefold())}
    if said & {"laboratory", "LAB"}:
        return Kind.LABORATORY
    if said & {"vital-signs", "vital signs"}:
        return Kind.VITAL
    if said:
        return Kind.OTHER
    if found.codes() & VITALS:
        return Kind.VITAL
    return Kind.LABORATORY if resource.get("valueQuantity") else Kind.OTHER


def _report(links: Links, resource: Resource) -> Entry:
    found = concept(resource.get("code"))
    starts, ends = span(resource, "effective")
    results = several(resource, "result")
    missing = [r for r in results if not links.find(r, resource)]
    names = [n for r in results if (n := links.named(r, resource))]
    conclusion = as_text(resource.get("conclusion"))
    said = {c for k in concepts(resource.get("category")) for c in k.codes()}
    kind = Kind.OTHER
    if resource.get("presentedForm"):
        kind = Kind.DOCUMENT
    elif said & {"LAB", "laboratory"} and (conclusion or missing or not results):
        kind = Kind.LABORATORY
    return Entry(
        kind=kind,
        title=found.title,
        codings=found.codings,
        starts=starts or dated(resource.get("issued")),
        ends=ends,
        lines=lines(
            ("Results", ", ".join(dict.fromkeys(names))),
            ("Not in this file", f"{len(missing)} results" if missing else ""),
            ("Conclusion", ", ".join(c.title for c in concepts(resource.get("conclusionCode")))),
        ),
        text=conclusion,
    )


def _immunization(links: Links, resource: Resource) -> Entry:
    found = concept(resource.get("vaccineCode"))
    reasons = [c.title for c in concepts(resource.get("statusReason"))]
    refused = resource.get("status") == "not-done"
    when = dated(resource.get("occurrenceDateTime"))
    return Entry(
        kind=Kind.IMMUNIZATION,
        title=found.title,
        codings=found.codings,
        negated=refused or negated(found),
        starts=when,
        lines=lines(
            ("When", "" if when else words(resource.get("occurrenceString"))),
            ("Why not", ", ".join(reasons) if refused else ""),
            ("Dose", quantity(resource.get("doseQuantity"))),
            ("Where", concept(resource.get("site")).title),
            ("Lot", words(resource.get("lotNumber"), 60)),
            ("Maker", links.named(resource.get("manufacturer"), resource)),
        ),
        text=notes(resource.get("note")),
    )


def _encounter(links: Links, resource: Resource) -> Entry:
    found = concept(resource.get("type"))
    kind = concept(resource.get("class"))
    starts, ends = period(resource.get("period"))
    reasons = [c.title for c in concepts(resource.get("reasonCode"))]
    diagnoses = [
        links.named(as_dict(d).get("condition"), resource) for d in several(resource, "diagnosis")
    ]
    places = [as_dict(p).get("location") for p in several(resource, "location")]
    service = links.named(resource.get("serviceProvider"), resource)
    discharge = as_dict(resource.get("hospitalization")).get("dischargeDisposition")
    return Entry(
        kind=Kind.ENCOUNTER,
        title=found.title or next(iter(reasons), "") or kind.title or "Visit",
        codings=found.codings,
        starts=starts,
        ends=ends,
        lines=lines(
            ("Reason", ", ".join(dict.fromkeys(reasons))),
            ("Diagnosis", ", ".join(dict.fromkeys(d for d in diagnoses if d))),
            ("Where", next((n for p in places if (n := links.named(p, resource))), service)),
            ("Way", kind.title if found.title else ""),
            ("After it", concept(discharge).title),
        ),
        text=narrative(resource),
    )


def _procedure(links: Links, resource: Resource) -> Entry:
    found = concept(resource.get("code"))
    starts, ends = span(resource, "performed")
    reasons = [c.title for c in concepts(resource.get("reasonCode"))]
    return Entry(
        kind=Kind.PROCEDURE,
        title=found.title,
        codings=found.codings,
        negated=resource.get("status") == "not-done" or negated(found),
        starts=starts,
        ends=ends,
        lines=lines(
            ("When", "" if starts else words(resource.get("performedString"))),
            ("For", ", ".join(reasons)),
            ("Outcome", concept(resource.get("outcome")).title),
            ("Where", links.named(resource.get("location"), resource)),
        ),
        text=notes(resource.get("note")),
    )


def _document(resource: Resource) -> Entry:
    found = concept(resource.get("type"))
    files = [as_dict(as_dict(c).get("attachment")) for c in several(resource, "content")]
    titles = [words(f.get("title")) for f in files]
    context = period(as_dict(resource.get("context")).get("period"))
    made = [dated(f.get("creation")) for f in files]
    return Entry(
        kind=Kind.DOCUMENT,
        title=found.title
        or words(resource.get("description"))
        or next((t for t in titles if t), "Document"),
        codings=found.codings,
        starts=dated(resource.get("date")) or context[0] or next((m for m in made if m), ""),
        lines=lines(
            ("About", words(resource.get("description")) if found.title else ""),
            ("Category", _category(resource)),
        ),
        text=_plain_text(files),
    )


def _plain_text(files: list[Resource]) -> str:
    for file in files:
        if words(file.get("contentType")).startswith("text/plain") and file.get("data"):
            data = decoded(file.get("data"))
            return as_text(data.decode("utf-8", "replace"))[:TEXT_MOST] if data else ""
    return ""


def _other(links: Links, resource: Resource) -> Entry:
    starts = next(
        (
            s
            for name in ("effective", "performed", "occurrence", "authored", "created", "issued")
            if (s := span(resource, name)[0])
        ),
        "",
    )
    found = concept(resource.get("code"))
    begun, ends = period(resource.get("period"))
    billed = period(resource.get("billablePeriod"))[0]
    goal = concept(resource.get("description")).title if "lifecycleStatus" in resource else ""
    extra = [starts, begun, billed, dated(resource.get("date")), dated(resource.get("startDate"))]
    extra += [dated(resource.get("authoredOn")), dated(resource.get("started"))]
    activities = [
        concept(as_dict(as_dict(a).get("detail")).get("code")).title
        for a in several(resource, "activity")
    ]
    members = [links.named(p, resource) for p in several(resource, "participant")]
    members = [m for m in members if m] if "member" in str(resource.get("participant")) else []
    kind = spoken(words(resource.get("resourceType"), 60))
    return Entry(
        kind=Kind.OTHER,
        title=goal or title_of(resource),
        codings=found.codings,
        status=words(resource.get("lifecycleStatus"), 60),
        negated=resource.get("status") == "not-done",
        starts=next((e for e in extra if e), ""),
        ends=ends,
        lines=lines(
            ("Kind", kind),
            ("Planned", ", ".join(a for a in activities if a)),
            ("People", ", ".join(dict.fromkeys(members))),
        ),
        text=notes(resource.get("note")),
        html=sections(resource) if resource.get("resourceType") == "Composition" else "",
    )


LINKED: dict[str, Callable[[Links, Resource], Entry]] = {
    "MedicationRequest": read_medication,
    "MedicationStatement": read_medication,
    "DiagnosticReport": _report,
    "Immunization": _immunization,
    "Encounter": _encounter,
    "Procedure": _procedure,
}
"""Kinds with a group of their own whose words stand partly in other resources."""
ALONE: dict[str, Callable[[Resource], Entry]] = {
    "Condition": _condition,
    "AllergyIntolerance": _allergy,
    "Observation": _observation,
    "DocumentReference": _document,
}
"""Kinds that say everything themselves."""


def read_resource(links: Links, kind: str, resource: Resource) -> Entry:
    """Read a resource of any kind."""
    if kind in LINKED:
        return LINKED[kind](links, resource)
    return ALONE[kind](resource) if kind in ALONE else _other(links, resource)


def spoken(kind: str) -> str:
    """Say the name of a kind in words: CareTeam becomes Care team."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).capitalize() or "Entry"
