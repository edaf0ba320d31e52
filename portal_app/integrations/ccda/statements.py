"""Turns one statement of a section into an entry of the record."""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from portal_app.integrations.ccda.absence import coded_absent, says_absent
from portal_app.integrations.ccda.markup import Element, attribute, every, one, templates
from portal_app.integrations.ccda.measuring import measure
from portal_app.integrations.ccda.narrative import Narrative
from portal_app.integrations.ccda.sections import ROOT, Part
from portal_app.integrations.ccda.values import (
    codings,
    display,
    named,
    original,
    party,
    person_name,
    quantity,
    span,
    translated,
)
from portal_app.rules.records import Entry, Kind

TITLE_MOST = 300
TEXT_MOST = 4000
VAGUE = frozenset(
    {
        "", "allergy", "complaint", "condition", "diagnosis", "disease", "drug", "encounter",
        "finding", "medication", "n/a", "no information", "not available", "null", "other",
        "problem", "procedure", "symptom", "unk", "unknown", "vaccine",
    }
)  # fmt: skip
"""Names that say nothing: the narrative has better ones."""
NOTHING_KNOWN = {
    Kind.CONDITION: "No known problems",
    Kind.ALLERGY: "No known allergies",
    Kind.MEDICATION: "No known medicines",
}
CONCERN = {"active": "active", "completed": "resolved", "suspended": "inactive"}
COURSE = {"55561003": "active", "73425007": "inactive", "413322009": "resolved"}
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
_UNIQUE = re.compile(r"[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\Z")


@dataclass(frozen=True)
class Statement:
    """A statement and what stands around it."""

    element: Element
    entry: Element
    narrative: Narrative
    part: Part
    source: str
    """Who wrote the document: for what says nothing of its own."""
    list_name: str
    """Heading of its section."""


def read(statement: Statement) -> Entry | None:
    """Read a statement; nothing where it has no name that could be shown."""
    made = READERS[statement.part.kind](statement)
    words = next((w for w in (made.text, made.title) if says_absent(w)), "")
    absent = bool(words) and not made.measures
    negated = made.negated or absent or _negated(statement)
    title = words if absent else made.title
    if negated and title.lower() in VAGUE:
        title = made.text or NOTHING_KNOWN.get(made.kind, "")
    if made.text and title.lower() in VAGUE:
        title, text = made.text, made.title
    else:
        text = made.text
    if title.lower() in VAGUE and not made.measures:
        return None
    lines = tuple((label, words[:TEXT_MOST]) for label, words in made.lines if words)
    if statement.part.apart and statement.list_name:
        lines = (("List", statement.list_name), *lines)
    whole = replace(
        made,
        title=_short(title),
        text=_more(title, text),
        negated=negated,
        author=_author(statement),
        lines=tuple(dict.fromkeys(lines)),
    )
    return replace(whole, key=_key(statement.element, whole))


def _short(title: str) -> str:
    return title if len(title) <= TITLE_MOST else f"{title[: TITLE_MOST - 1]}…"


def _more(title: str, text: str) -> str:
    """Give the producer's words where they say more than the title."""
    if len(title) > TITLE_MOST:
        text = f"{title} {text}" if text else title
    return "" if text.casefold() == title.casefold() else text[:TEXT_MOST]


def _negated(statement: Statement) -> bool:
    ringed = [statement.element]
    while (ringed[-1] is not statement.entry) and (above := ringed[-1].getparent()) is not None:
        ringed.append(above)
    return any(e.get("negationInd") in {"true", "1"} for e in ringed)


def _author(statement: Statement) -> str:
    own = [*every(statement.element, "performer"), *every(statement.element, "author")]
    around = [a for e in statement.entry for a in (*every(e, "author"), *every(e, "performer"))]
    return next((words for p in (*own, *around) if (words := party(p))), statement.source)


def _key(element: Element, entry: Entry) -> str:
    """Give the identity of a statement: the first id that is one, else what it says."""
    for given in element.findall("id"):
        root, extension = attribute(given, "root"), attribute(given, "extension")
        if given.get("nullFlavor") or not root:
            continue
        if extension or _UNIQUE.match(root):
            return f"{root}^{extension}"[:200]
    return f"content:{content(entry)}"


def content(entry: Entry) -> str:
    """Digest what an entry says, for one that has no identity of its own."""
    said = replace(entry, key="", html="", resource={})
    return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def _linked(element: Element, *ends: str, kind: str = "") -> list[Element]:
    """Give the statements below one, by template or by the kind of link."""
    ids = {f"{ROOT}.{e}" for e in ends}
    found = []
    for link in every(element, "entryRelationship"):
        fits = bool(kind) and link.get("typeCode") == kind
        found += [
            child
            for child in link
            if (fits and child.tag != "templateId") or templates(child) & ids
        ]
    return found


def _values(elements: list[Element], narrative: Narrative) -> str:
    words = [named(one(e, "value"), narrative) or narrative.words(one(e, "text")) for e in elements]
    return ", ".join(dict.fromkeys(w for w in words if w.lower() not in VAGUE))


def _when(statement: Statement) -> tuple[str, str]:
    """Give when it was: its own time, else the nearest around it."""
    element = statement.element
    while True:
        starts, ends = span(every(element, "effectiveTime"))
        if starts or ends or element is statement.entry:
            return starts, ends
        element = element.getparent()


def _title(concept: Element | None, statement: Statement, *more: str) -> tuple[str, str]:
    """Give (name, the producer's own words) of a concept."""
    narrative = statement.narrative
    own = original(concept, narrative)
    around = narrative.words(one(statement.element, "text"))
    name = display(concept) or own or translated(concept, narrative)
    name = name or next((m for m in more if m), "") or around or named(concept, narrative)
    words = own or (around if name.lower() in VAGUE or says_absent(around) else "")
    if name.lower() in VAGUE and not words:
        words = translated(concept, narrative) or next((m for m in more if m), "")
    return name, words


def _course(statement: Statement, ends: str) -> str:
    """Give the course of a condition: as observed, else as its list says."""
    for observed in _linked(statement.element, "22.4.6", "22.4.28", "1.50", "1.39"):
        value = one(observed, "value")
        words = named(value, statement.narrative).lower()
        code = COURSE.get(attribute(value, "code"))
        if course := code or next((c for c in COURSE.values() if words.startswith(c)), None):
            return course
    if ends:
        return "resolved"
    concern = statement.element.getparent()
    around = concern.getparent() if concern is not None else None
    if around is None or around.tag != "act":
        return ""
    return CONCERN.get(attribute(one(around, "statusCode"), "code"), "")


def _condition(statement: Statement) -> Entry:
    value = one(statement.element, "value")
    name, text = _title(value, statement)
    starts, ends = span(every(statement.element, "effectiveTime"))
    if not starts and not ends:
        starts, ends = _when(statement)
    return Entry(
        Kind.CONDITION,
        name,
        codings=codings(value),
        status=_course(statement, ends),
        negated=coded_absent(value),
        starts=starts,
        ends=ends,
        lines=(
            ("Severity", _values(_linked(statement.element, "22.4.8"), statement.narrative)),
            ("Note", _comment(statement)),
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
    name, text = _title(concept, statement, plain, original(value, narrative), kind)
    reactions = _linked(element, "22.4.9", "1.54", kind="MFST")
    severities = [s for e in (element, *reactions) for s in _linked(e, "22.4.8", "1.55")]
    starts, ends = _when(statement)
    return Entry(
        Kind.ALLERGY,
        name,
        codings=codings(concept),
        status=_course(statement, ""),
        negated=coded_absent(value) or coded_absent(concept),
        starts=starts,
        ends=ends,
        lines=(
            ("Type", kind if kind != name and not says_absent(kind) else ""),
            ("Reaction", _values(reactions, narrative)),
            ("Severity", _values(severities, narrative)),
            ("Criticality", _values(_linked(element, "22.4.145"), narrative)),
            ("Note", _comment(statement)),
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
    name, text = _title(concept, statement, narrative.words(one(material, "name")))
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
            ("Directions", _directions(statement)),
            ("Reason", _values(_linked(element, "22.4.19", kind="RSON"), narrative)),
            ("Note", _comment(statement)),
        ),
        text=text,
    )


def _in_use(element: Element, ends: str) -> str:
    """Give the state of a prescription.

    Old documents call every one of them completed, so that counts only with an end, or in those
    of release 2.
    """
    if element.get("moodCode") not in {None, "EVN"}:
        return "intended"
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
    found = _linked(statement.element, "22.4.20", "22.4.147", "1.49")
    words = [statement.narrative.words(one(e, "text")) for e in found]
    own = [w for w in words if w]
    return "; ".join(dict.fromkeys(own)) or statement.narrative.words(
        one(statement.element, "text")
    )


def _immunization(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    product, material = _product(statement)
    concept = one(material, "code")
    name, text = _title(concept, statement, narrative.words(one(material, "name")))
    starts, ends = span(every(element, "effectiveTime"))
    planned = element.get("moodCode") not in {None, "EVN"}
    missed = planned or element.get("negationInd") in {"true", "1"}
    refusals = [named(one(e, "code"), narrative) for e in _linked(element, "22.4.53")]
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
            ("Reason", ", ".join(r for r in refusals if r)),
            ("Dose", _dose(element, narrative)),
            ("Route", named(one(element, "routeCode"), narrative)),
            ("Lot", narrative.words(one(material, "lotNumberText"))),
            ("Made by", narrative.words(maker)),
            ("Note", _comment(statement)),
        ),
        text=text,
    )


def _observation(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    concept = one(element, "code")
    name, text = _title(concept, statement)
    taken, more = measure(element, name, narrative)
    starts, ends = _when(statement)
    panel = element.getparent().getparent() if element.getparent() is not None else None
    group = (
        named(one(panel, "code"), narrative)
        if panel is not None and panel.tag == "organizer"
        else ""
    )
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
            ("Method", named(one(element, "methodCode"), narrative)),
            ("Note", _comment(statement)),
        ),
        text=text,
    )


def _procedure(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    concept = one(element, "code")
    name, text = _title(concept, statement)
    if element.tag == "observation" and name.lower() in VAGUE:
        concept = one(element, "value")
        name, text = _title(concept, statement)
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
            ("Body site", named(one(element, "targetSiteCode"), narrative)),
            (
                "Result",
                named(one(element, "value"), narrative) if element.tag == "observation" else "",
            ),
            ("Note", _comment(statement)),
        ),
        text=text,
    )


def _encounter(statement: Statement) -> Entry:
    element, narrative = statement.element, statement.narrative
    concept = one(element, "code")
    name, text = _title(concept, statement)
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
            ("Place", next((w for p in places if (w := person_name(p))), "")),
            ("Reason", _values(_linked(element, "22.4.19", kind="RSON"), narrative)),
            ("Diagnosis", _values(diagnoses, narrative)),
            ("Note", _comment(statement)),
        ),
        text=text,
    )


def _comment(statement: Statement) -> str:
    """Give the comments on a statement (template 22.4.64, or LOINC 48767-8)."""
    found = _linked(statement.element, "22.4.64", "1.40")
    for link in every(statement.element, "entryRelationship", "act"):
        if attribute(one(link, "code"), "code") == "48767-8":
            found.append(link)
    words = [statement.narrative.words(one(e, "text")) for e in found]
    return " ".join(dict.fromkeys(w for w in words if w))


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
