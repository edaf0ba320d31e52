"""Turns one resource into one entry, kind by kind.

Source: https://hl7.org/fhir/R4/clinicalsummary-module.html
"""

import re
from collections.abc import Callable

from portal_app.integrations.fhir.attachments import decoded
from portal_app.integrations.fhir.bundle import Resource, as_dict, as_list, as_text
from portal_app.integrations.fhir.links import Links, title_of
from portal_app.integrations.fhir.narrative import narrative, sections
from portal_app.integrations.fhir.values import (
    TEXT_MOST,
    Concept,
    concept,
    concepts,
    dated,
    display,
    measures,
    notes,
    period,
    quantity,
    span,
    words,
)
from portal_app.rules.records import Entry, Kind

ABSENT = "absent-unknown-uv-ips"
NONE_KNOWN = frozenset(
    {
        *("716186003", "716184000", "716220001", "409137002", "428607008", "429625007"),
        *("428197003", "1003774007", "160244002", "160245001", "787481004", "1234391006"),
    }
)
"""SNOMED CT codes that say that nothing of the kind is known."""
NEGATIVE = re.compile(
    r"(no|nil|none|not)\s+(\w+\s+){0,2}(known|information|recorded|reported|identified)\b"
    r"|no (current|active|relevant) |nk(d)?a\b|none known\b|nil known\b|no information\b",
    re.IGNORECASE,
)
VITALS = frozenset(
    {
        *("85354-9", "8480-6", "8462-4", "8867-4", "9279-1", "8310-5", "2708-6", "59408-5"),
        *("8302-2", "29463-7", "39156-5", "8287-5", "85353-1", "9843-4", "3141-9"),
    }
)
"""LOINC codes of vital signs, for those who don't say the category."""


def _lines(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple((label, told) for label, told in pairs if told)


def _negated(found: Concept) -> bool:
    if any(ABSENT in c.system or c.code in NONE_KNOWN for c in found.codings):
        return True
    return bool(NEGATIVE.match(found.title))


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
        negated=_negated(found) or "refuted" in verified.codes(),
        starts=starts or dated(resource.get("recordedDate")),
        ends=gone,
        lines=_lines(
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


def _medication(links: Links, resource: Resource) -> Entry:
    found = _drug(links, resource)
    doses = [as_dict(d) for key in ("dosageInstruction", "dosage") for d in _all(resource, key)]
    bounds = [as_dict(as_dict(as_dict(d.get("timing")).get("repeat"))) for d in doses]
    starts, ends = span(resource, "effective")
    fitting = [period(b.get("boundsPeriod")) for b in bounds]
    starts = starts or next((s for s, _ in fitting if s), "")
    supply = as_dict(resource.get("dispenseRequest"))
    reasons = [c.title for c in concepts(resource.get("reasonCode"))]
    reasons += [n for r in _all(resource, "reasonReference") if (n := links.named(r, resource))]
    refills = _whole(supply.get("numberOfRepeatsAllowed"))
    return Entry(
        kind=Kind.MEDICATION,
        title=found.title,
        codings=found.codings,
        negated=_negated(found) or resource.get("doNotPerform") is True,
        starts=starts or dated(resource.get("authoredOn")) or dated(resource.get("dateAsserted")),
        ends=ends or next((e for _, e in fitting if e), ""),
        lines=_lines(
            ("Dose", "; ".join(t for d in doses if (t := _dose(d)))),
            ("Take it", words(next((d.get("patientInstruction") for d in doses), ""))),
            ("For", ", ".join(dict.fromkeys(reasons))),
            ("Amount", quantity(supply.get("quantity"))),
            ("Refills", refills),
            ("Why it was stopped", concept(resource.get("statusReason")).title),
        ),
        text=notes(resource.get("note")),
    )


def _whole(value: object) -> str:
    """Write a whole number; empty for anything else."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else ""


def _all(resource: Resource, key: str) -> list[object]:
    return as_list(resource.get(key))[:20]


def _dose(told: Resource) -> str:
    """Say a dosage in words: the prescriber's own, or made from its parts."""
    if text := words(told.get("text"), 1000):
        return text
    rates = [as_dict(r) for r in as_list(told.get("doseAndRate"))[:5]]
    amounts = [quantity(r.get("doseQuantity")) or _between(r.get("doseRange")) for r in rates]
    timing = as_dict(told.get("timing"))
    repeat = as_dict(timing.get("repeat"))
    parts = [
        next((a for a in amounts if a), quantity(told.get("doseQuantity"))),
        concept(told.get("route")).title,
        concept(timing.get("code")).title or _often(repeat),
        "as needed" if told.get("asNeededBoolean") is True else "",
    ]
    return ", ".join(p for p in parts if p)


def _between(value: object) -> str:
    told = as_dict(value)
    return "–".join(q for e in ("low", "high") if (q := quantity(told.get(e))))


def _often(repeat: Resource) -> str:
    times, per = repeat.get("frequency"), repeat.get("period")
    units = {"h": "hour", "d": "day", "wk": "week", "mo": "month"}
    unit = units.get(words(repeat.get("periodUnit")))
    if not isinstance(times, int) or not isinstance(per, int | float) or unit is None:
        return ""
    often = {1: "once", 2: "twice"}.get(times, f"{times} times")
    return f"{often} a {unit}" if per == 1 else f"{often} every {per:g} {unit}s"


def _drug(links: Links, resource: Resource) -> Concept:
    direct = concept(resource.get("medicationCodeableConcept"))
    if direct.title:
        return direct
    reference = resource.get("medicationReference")
    drug = concept(links.find(reference, resource).get("code"))
    shown = drug.title or display(reference)
    if not shown:
        name = concept(resource.get("code")).title
        return Concept(name, ())
    return Concept(shown, drug.codings)


def _allergy(resource: Resource) -> Entry:
    found = concept(resource.get("code"))
    reactions = [as_dict(r) for r in _all(resource, "reaction")]
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
        negated=_negated(found) or "refuted" in concept(resource.get("verificationStatus")).codes(),
        starts=onset or dated(resource.get("recordedDate")),
        lines=_lines(
            ("Reaction", ", ".join(dict.fromkeys(shown))),
            ("Severity", next((h for h in hard if h), "")),
            ("Risk", words(resource.get("criticality"), 40)),
            ("Kind", ", ".join(w for c in _all(resource, "category") if (w := words(c, 40)))),
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
        lines=_lines(
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
    results = _all(resource, "result")
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
        lines=_lines(
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
        negated=refused or _negated(found),
        starts=when,
        lines=_lines(
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
        links.named(as_dict(d).get("condition"), resource) for d in _all(resource, "diagnosis")
    ]
    places = [as_dict(p).get("location") for p in _all(resource, "location")]
    service = links.named(resource.get("serviceProvider"), resource)
    discharge = as_dict(resource.get("hospitalization")).get("dischargeDisposition")
    return Entry(
        kind=Kind.ENCOUNTER,
        title=found.title or next(iter(reasons), "") or kind.title or "Visit",
        codings=found.codings,
        starts=starts,
        ends=ends,
        lines=_lines(
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
        negated=resource.get("status") == "not-done" or _negated(found),
        starts=starts,
        ends=ends,
        lines=_lines(
            ("When", "" if starts else words(resource.get("performedString"))),
            ("For", ", ".join(reasons)),
            ("Outcome", concept(resource.get("outcome")).title),
            ("Where", links.named(resource.get("location"), resource)),
        ),
        text=notes(resource.get("note")),
    )


def _document(resource: Resource) -> Entry:
    found = concept(resource.get("type"))
    files = [as_dict(as_dict(c).get("attachment")) for c in _all(resource, "content")]
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
        lines=_lines(
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
        for a in _all(resource, "activity")
    ]
    members = [links.named(p, resource) for p in _all(resource, "participant")]
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
        lines=_lines(
            ("Kind", kind),
            ("Planned", ", ".join(a for a in activities if a)),
            ("People", ", ".join(dict.fromkeys(members))),
        ),
        text=notes(resource.get("note")),
        html=sections(resource) if resource.get("resourceType") == "Composition" else "",
    )


LINKED: dict[str, Callable[[Links, Resource], Entry]] = {
    "MedicationRequest": _medication,
    "MedicationStatement": _medication,
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
