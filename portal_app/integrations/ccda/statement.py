"""One statement of a section, and what can be said of every kind of them."""

from dataclasses import dataclass

from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.ccda.markup import Element, attribute, every, leading, one, templates
from portal_app.integrations.ccda.narrative import Narrative
from portal_app.integrations.ccda.sections import ROOT, Part
from portal_app.integrations.ccda.values import display, named, original, span, translated
from portal_app.rules.records import Kind

VAGUE = frozenset(
    {
        "", "allergy", "complaint", "condition", "diagnosis", "disease", "drug", "encounter",
        "finding", "medication", "n/a", "no information", "not available", "null", "other",
        "problem", "procedure", "symptom", "unk", "unknown", "vaccine",
    }
)  # fmt: skip
"""Names that say nothing: the narrative has better ones."""

CONCERN = {"active": "active", "completed": "resolved", "suspended": "inactive"}
COURSE = {"55561003": "active", "73425007": "inactive", "413322009": "resolved"}


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


def linked(element: Element, *ends: str, kind: str = "") -> list[Element]:
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


def spoken_values(elements: list[Element], narrative: Narrative) -> str:
    """Name what observations found, each once."""
    words = [named(one(e, "value"), narrative) or narrative.words(one(e, "text")) for e in elements]
    return ", ".join(dict.fromkeys(w for w in words if w.lower() not in VAGUE))


def when(statement: Statement) -> tuple[str, str]:
    """Give when it was: its own time, else the nearest around it."""
    element = statement.element
    while True:
        starts, ends = span(leading(element, "effectiveTime"))
        if starts or ends or element is statement.entry:
            return starts, ends
        element = element.getparent()


def title_of(concept: Element | None, statement: Statement, *more: str) -> tuple[str, str]:
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


def course(statement: Statement, ends: str) -> str:
    """Give the course of a condition: as observed, else as its list says."""
    for observed in linked(statement.element, "22.4.6", "22.4.28", "1.50", "1.39"):
        value = one(observed, "value")
        words = named(value, statement.narrative).lower()
        code = COURSE.get(attribute(value, "code"))
        if seen := code or next((c for c in COURSE.values() if words.startswith(c)), None):
            return seen
    if ends:
        return "resolved"
    concern = statement.element.getparent()
    around = concern.getparent() if concern is not None else None
    if around is None or around.tag != "act":
        return ""
    listed = CONCERN.get(attribute(one(around, "statusCode"), "code"), "")
    # a list that is closed says nothing of whether somebody still reacts
    return "" if listed == "resolved" and statement.part.kind is Kind.ALLERGY else listed


def comment(statement: Statement) -> str:
    """Give the comments on a statement (template 22.4.64, or LOINC 48767-8)."""
    found = linked(statement.element, "22.4.64", "1.40")
    for link in every(statement.element, "entryRelationship", "act"):
        if attribute(one(link, "code"), "code") == "48767-8":
            found.append(link)
    words = [statement.narrative.words(one(e, "text")) for e in found]
    return " ".join(dict.fromkeys(w for w in words if w))
