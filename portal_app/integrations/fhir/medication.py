"""Reads MedicationRequest and MedicationStatement.

Source: https://hl7.org/fhir/R4/medicationrequest.html
"""

from portal_app.integrations.fhir.bundle import Resource, as_dict, as_list
from portal_app.integrations.fhir.facts import lines, negated, several
from portal_app.integrations.fhir.links import Links
from portal_app.integrations.fhir.values import (
    Concept,
    concept,
    concepts,
    dated,
    display,
    notes,
    period,
    quantity,
    span,
    words,
)
from portal_app.rules.records import Entry, Kind


def read_medication(links: Links, resource: Resource) -> Entry:
    """Read a prescription, or what somebody takes."""
    found = _drug(links, resource)
    doses = [as_dict(d) for key in ("dosageInstruction", "dosage") for d in several(resource, key)]
    bounds = [as_dict(as_dict(as_dict(d.get("timing")).get("repeat"))) for d in doses]
    starts, ends = span(resource, "effective")
    fitting = [period(b.get("boundsPeriod")) for b in bounds]
    starts = starts or next((s for s, _ in fitting if s), "")
    supply = as_dict(resource.get("dispenseRequest"))
    reasons = [c.title for c in concepts(resource.get("reasonCode"))]
    reasons += [n for r in several(resource, "reasonReference") if (n := links.named(r, resource))]
    refills = _whole(supply.get("numberOfRepeatsAllowed"))
    return Entry(
        kind=Kind.MEDICATION,
        title=found.title,
        codings=found.codings,
        negated=negated(found) or resource.get("doNotPerform") is True,
        starts=starts or dated(resource.get("authoredOn")) or dated(resource.get("dateAsserted")),
        ends=ends or next((e for _, e in fitting if e), ""),
        lines=lines(
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
