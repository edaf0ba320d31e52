"""What each kind of statement says, kind by kind."""

from collections.abc import Callable

from portal_app.integrations.ccda.absence import coded_absent, says_absent
from portal_app.integrations.ccda.markup import Element, attribute, every, leading, one, templates
from portal_app.integrations.ccda.measuring import measure
from portal_app.integrations.ccda.narrative import Narrative
from portal_app.integrations.ccda.sections import ROOT
from portal_app.integrations.ccda.statement import (
    VAGUE,
    Statement,
    comment,
    course,
    linked,
    spoken_values,
    title_of,
    when,
)
from portal_app.integrations.ccda.values import (
    codings,
    named,
    original,
    party,
    person_name,
    quantity,
    span,
)
from portal_app.rules.records import Entry, Kind

USE = {"active": "active", "aborted": "stopped", "suspended": "on-hold", "cancelled": "stopped"}
DONE = {
    "completed": "completed",
    "active": "in-progress",
    "aborted": "stopped",
    "cancelled": "not-done",
}
FINAL = {
    "completed": "final",
    "active": "preliminary",
    "aborted": "cancelled",
    "cancelled": "cancelled",
}


def _condition(statement: Statement) -> Entry:
    value = one(statement.element, "value")
    name, text = title_of(value, statement)
    starts, ends = span(every(statement.element, "effectiveTime"))
    if not starts and not ends:
        starts, ends = when(statement)
    return Entry(
        Kind.CONDITION,
        name,
        codings=codings(value),
        status=course(statement, ends),
        negated=coded_absent(value),
        starts=starts,
        ends=ends,
        lines=(
            ("Severity", spoken_values(linked(statement.element, "22.4.8"), statement.narrative)),
            ("Note", comment(statement)),
        ),
        text=text,
    )


def _allergy(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    value = one(element, "value")
    thing = next(iter(every(element, "participant", "participantRole", "playingEntity")), None)
    concept = one(thing, "code")
    plain = narrative.words(one(thing, "name"))
    kind = named(value, narrative)
    name, text = title_of(concept, statement, plain, original(value, narrative), kind)
    reactions = linked(element, "22.4.9", "1.54", kind="MFST")
    severities = [s for e in (element, *reactions) for s in linked(e, "22.4.8", "1.55")]
    starts, ends = when(statement)
    return Entry(
        Kind.ALLERGY,
        name,
        codings=codings(concept),
        status=course(statement, ""),
        negated=coded_absent(value) or coded_absent(concept),
        starts=starts,
        ends=ends,
        lines=(
            ("Kind", kind if kind != name and not says_absent(kind) else ""),
            ("Reaction", spoken_values(reactions, narrative)),
            ("Severity", spoken_values(severities, narrative)),
            ("Risk", spoken_values(linked(element, "22.4.145"), narrative)),
            ("Note", comment(statement)),
        ),
        text=text,
    )


def _product(statement: Statement) -> tuple[Element | None, Element | None]:
    product = one(statement.element, "consumable", "manufacturedProduct")
    made = one(product, "manufacturedMaterial")
    return product, one(product, "manufacturedLabeledDrug") if made is None else made


def _medication(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    _, material = _product(statement)
    concept = one(material, "code")
    name, text = title_of(concept, statement, narrative.words(one(material, "name")))
    starts, ends = span(every(element, "effectiveTime"))
    return Entry(
        Kind.MEDICATION,
        name,
        codings=codings(concept),
        status=_in_use(element, ends),
        negated=coded_absent(concept),
        starts=starts,
        ends=ends,
        lines=(
            ("Dose", _dose(element, narrative)),
            ("Route", named(one(element, "routeCode"), narrative)),
            ("How often", _rhythm(element)),
            ("Take it", _directions(statement)),
            ("For", spoken_values(linked(element, "22.4.19", kind="RSON"), narrative)),
            ("Note", comment(statement)),
        ),
        text=text,
    )


def _in_use(element: Element, ends: str) -> str:
    """Give the state of a prescription.

    Old documents call every one of them completed, so that counts only with an end, or in those
    of release 2.
    """
    code = attribute(one(element, "statusCode"), "code")
    if code != "completed":
        return USE.get(code, "")
    release = any(t.get("extension") for t in element.findall("templateId"))
    return "completed" if release or ends else ""


def _dose(element: Element, narrative: Narrative) -> str:
    amount = quantity(one(element, "doseQuantity"))
    form = named(one(element, "administrationUnitCode"), narrative)
    return f"{amount} {form}".strip() if amount else ""


def _rhythm(element: Element) -> str:
    words = []
    for time in every(element, "effectiveTime"):
        for element_ in (time, *every(time, "comp")):
            if period := quantity(one(element_, "period")):
                words.append(f"every {period}")
            if event := attribute(one(element_, "event"), "code"):
                words.append(event)
    return ", ".join(dict.fromkeys(words))


def _directions(statement: Statement) -> str:
    """Give the directions in words: as an instruction, else as the statement's own text."""
    found = linked(statement.element, "22.4.20", "22.4.147", "1.49")
    words = [statement.narrative.words(one(e, "text")) for e in found]
    own = [w for w in words if w]
    return "; ".join(dict.fromkeys(own)) or statement.narrative.words(
        one(statement.element, "text")
    )


def _immunization(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    product, material = _product(statement)
    concept = one(material, "code")
    name, text = title_of(concept, statement, narrative.words(one(material, "name")))
    starts, ends = span(every(element, "effectiveTime"))
    planned = element.get("moodCode") not in {None, "EVN"}
    missed = planned or element.get("negationInd") in {"true", "1"}
    refusals = [named(one(e, "code"), narrative) for e in linked(element, "22.4.53")]
    maker = next(iter(every(product, "manufacturerOrganization", "name")), None)
    return Entry(
        Kind.IMMUNIZATION,
        name,
        codings=codings(concept),
        status="not-done" if missed else "completed",
        negated=missed,
        starts=starts,
        ends=ends,
        lines=(
            ("Not given", "planned" if planned else ""),
            ("Why not", ", ".join(r for r in refusals if r)),
            ("Dose", _dose(element, narrative)),
            ("Route", named(one(element, "routeCode"), narrative)),
            ("Lot", narrative.words(one(material, "lotNumberText"))),
            ("Maker", narrative.words(maker)),
            ("Note", comment(statement)),
        ),
        text=text,
    )


def _observation(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    concept = one(element, "code")
    name, text = title_of(concept, statement)
    taken, more = measure(element, name, narrative)
    starts, ends = when(statement)
    group = _panel(statement)
    if says_absent(group):
        return Entry(statement.part.kind, group, negated=True, starts=starts)
    return Entry(
        statement.part.kind,
        name,
        codings=codings(concept),
        status=FINAL.get(attribute(one(element, "statusCode"), "code"), "unknown"),
        starts=starts,
        ends=ends if ends != starts else "",
        measures=(taken,) if taken else (),
        lines=(
            ("Result", more),
            ("Panel", group if group.lower() not in VAGUE | {name.lower()} else ""),
            ("How", named(one(element, "methodCode"), narrative)),
            ("Note", comment(statement)),
        ),
        text=text,
    )


def _panel(statement: Statement) -> str:
    """Name the group that a measurement was taken in."""
    above = statement.element.iterancestors("organizer")
    codes = (code for group in above for code in leading(group, "code"))
    return next((w for c in codes if (w := named(c, statement.narrative))), "")


def _procedure(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    concept = one(element, "code")
    name, text = title_of(concept, statement)
    if element.tag == "observation" and name.lower() in VAGUE:
        concept = one(element, "value")
        name, text = title_of(concept, statement)
    starts, ends = span(every(element, "effectiveTime"))
    planned = element.get("moodCode") not in {None, "EVN"}
    status = DONE.get(attribute(one(element, "statusCode"), "code"), "unknown")
    return Entry(
        Kind.PROCEDURE,
        name,
        codings=codings(concept),
        status="preparation" if planned else status,
        negated=coded_absent(concept),
        starts=starts,
        ends=ends,
        lines=(
            ("Where", named(one(element, "targetSiteCode"), narrative)),
            (
                "Result",
                named(one(element, "value"), narrative) if element.tag == "observation" else "",
            ),
            ("Note", comment(statement)),
        ),
        text=text,
    )


def _encounter(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    concept = one(element, "code")
    name, text = title_of(concept, statement)
    starts, ends = span(every(element, "effectiveTime"))
    planned = element.get("moodCode") not in {None, "EVN"}
    diagnoses = [e for e in element.iter("observation") if f"{ROOT}.22.4.4" in templates(e)]
    places = every(element, "participant", "participantRole", "playingEntity", "name")
    return Entry(
        Kind.ENCOUNTER,
        name,
        codings=codings(concept),
        status="planned" if planned else "finished",
        starts=starts,
        ends=ends,
        lines=(
            ("With", ", ".join(w for p in every(element, "performer") if (w := party(p)))),
            ("Where", next((w for p in places if (w := person_name(p))), "")),
            ("Reason", spoken_values(linked(element, "22.4.19", kind="RSON"), narrative)),
            ("Diagnosis", spoken_values(diagnoses, narrative)),
            ("Note", comment(statement)),
        ),
        text=text,
    )


READERS: dict[Kind, Callable[[Statement], Entry]] = {
    Kind.CONDITION: _condition,
    Kind.ALLERGY: _allergy,
    Kind.MEDICATION: _medication,
    Kind.LABORATORY: _observation,
    Kind.VITAL: _observation,
    Kind.IMMUNIZATION: _immunization,
    Kind.PROCEDURE: _procedure,
    Kind.ENCOUNTER: _encounter,
}
