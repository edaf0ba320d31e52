"""Which section holds what: by its LOINC code, else by the templates that it claims.

Source: https://hl7.org/cda/us/ccda/2.1/ and, for the older ones, HITSP C83 and CCD 1.0.
"""

from dataclasses import dataclass, replace

from portal_app.integrations.ccda.markup import Element, attribute, one, templates
from portal_app.rules.records import Kind

ROOT = "2.16.840.1.113883.10.20"


@dataclass(frozen=True)
class Part:
    """A section that is read as data."""

    kind: Kind
    templates: frozenset[str]
    """Of the statements that make an entry of this kind."""
    elements: tuple[str, ...]
    """What such a statement is, where no template says so."""
    heading: str
    """What to call the section where it does not say."""
    apart: bool = False
    """Whether its entries say from which section they are: not all of them hold now."""


def _part(kind: Kind, ends: str, elements: str, heading: str) -> Part:
    ids = frozenset(f"{ROOT}.{e}" for e in ends.split())
    return Part(kind, ids, tuple(elements.split()), heading)


PROBLEMS = _part(Kind.CONDITION, "22.4.4 1.28", "observation", "Diagnoses")
ALLERGIES = _part(Kind.ALLERGY, "22.4.7 24.3.90 1.18", "observation", "Allergies")
MEDICATIONS = _part(Kind.MEDICATION, "22.4.16 1.24", "substanceAdministration", "Medicines")
RESULTS = _part(Kind.LABORATORY, "22.4.2 1.31", "observation", "Lab results")
VITALS = _part(Kind.VITAL, "22.4.27", "observation", "Vital signs")
IMMUNIZATIONS = _part(Kind.IMMUNIZATION, "22.4.52", "substanceAdministration", "Immunizations")
PROCEDURES = _part(
    Kind.PROCEDURE, "22.4.14 22.4.13 22.4.12 1.29", "procedure act observation", "Procedures"
)
ENCOUNTERS = _part(Kind.ENCOUNTER, "22.4.49 1.21", "encounter", "Visits")

CODES = {
    "11450-4": PROBLEMS,
    "11348-0": replace(PROBLEMS, apart=True),
    "48765-2": ALLERGIES,
    "10160-0": MEDICATIONS,
    "10183-2": replace(MEDICATIONS, apart=True),
    "30954-2": RESULTS,
    "8716-3": VITALS,
    "11369-6": IMMUNIZATIONS,
    "47519-4": PROCEDURES,
    "46240-8": ENCOUNTERS,
}
SECTIONS = {
    f"{ROOT}.22.2.5": PROBLEMS,
    f"{ROOT}.22.2.5.1": PROBLEMS,
    f"{ROOT}.1.11": PROBLEMS,
    f"{ROOT}.22.2.6": ALLERGIES,
    f"{ROOT}.22.2.6.1": ALLERGIES,
    f"{ROOT}.1.2": ALLERGIES,
    f"{ROOT}.22.2.1": MEDICATIONS,
    f"{ROOT}.22.2.1.1": MEDICATIONS,
    f"{ROOT}.1.8": MEDICATIONS,
    f"{ROOT}.22.2.3": RESULTS,
    f"{ROOT}.22.2.3.1": RESULTS,
    f"{ROOT}.1.14": RESULTS,
    f"{ROOT}.22.2.4": VITALS,
    f"{ROOT}.22.2.4.1": VITALS,
    f"{ROOT}.1.16": VITALS,
    f"{ROOT}.22.2.2": IMMUNIZATIONS,
    f"{ROOT}.22.2.2.1": IMMUNIZATIONS,
    f"{ROOT}.1.6": IMMUNIZATIONS,
    f"{ROOT}.22.2.7": PROCEDURES,
    f"{ROOT}.22.2.7.1": PROCEDURES,
    f"{ROOT}.1.12": PROCEDURES,
    f"{ROOT}.22.2.22": ENCOUNTERS,
    f"{ROOT}.22.2.22.1": ENCOUNTERS,
    f"{ROOT}.1.3": ENCOUNTERS,
}


def part(section: Element) -> Part | None:
    """Tell what a section holds; nothing where it is shown as its narrative."""
    if found := CODES.get(attribute(one(section, "code"), "code")):
        return found
    return next((SECTIONS[t] for t in sorted(templates(section)) if t in SECTIONS), None)


def statements(entry: Element, what: Part) -> list[Element]:
    """Give the statements of one entry: by template, else the outermost that could be one."""
    found = [e for name in what.elements for e in entry.iter(name) if templates(e) & what.templates]
    if found:
        return found
    return [e for top in entry for e in _outermost(top, what)]


def _outermost(element: Element, what: Part) -> list[Element]:
    if element.tag in what.elements and not _wraps(element, what):
        return [element]
    links = ("entryRelationship", "component")
    inner = [child for link in element if link.tag in links for child in link]
    return [e for child in inner for e in _outermost(child, what)]


def _wraps(element: Element, what: Part) -> bool:
    """Tell an act that is only a frame around others (a concern) from a statement."""
    return element.tag == "act" and what.kind is not Kind.PROCEDURE
