"""Values of CDA: times, coded concepts, quantities, names of people.

Source: https://hl7.org/cda/stds/core/2.0.0-sd-snapshot1/
"""

import re
from datetime import date, time

from portal_app.integrations.ccda.markup import (
    Element,
    attribute,
    every,
    is_null,
    one,
    tidy,
    type_of,
)
from portal_app.integrations.ccda.narrative import Narrative
from portal_app.rules.records import Coding

SYSTEMS = {
    "2.16.840.1.113883.6.1": "http://loinc.org",
    "2.16.840.1.113883.6.96": "http://snomed.info/sct",
    "2.16.840.1.113883.6.88": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "2.16.840.1.113883.6.90": "http://hl7.org/fhir/sid/icd-10-cm",
    "2.16.840.1.113883.6.3": "http://hl7.org/fhir/sid/icd-10",
    "2.16.840.1.113883.6.103": "http://hl7.org/fhir/sid/icd-9-cm",
    "2.16.840.1.113883.12.292": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.59": "http://hl7.org/fhir/sid/cvx",
    "2.16.840.1.113883.6.69": "http://hl7.org/fhir/sid/ndc",
    "2.16.840.1.113883.6.12": "http://www.ama-assn.org/go/cpt",
    "2.16.840.1.113883.4.9": "http://fdasis.nlm.nih.gov",
    "2.16.840.1.113883.5.83": "http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation",
    "2.16.840.1.113883.5.4": "http://terminology.hl7.org/CodeSystem/v3-ActCode",
}
"""OID -> the address that FHIR knows the code system by."""
_OID = re.compile(r"[0-2](\.(0|[1-9][0-9]*))+\Z")
_TIME = re.compile(r"(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?)?(?:\.\d+)?([+-]\d{4}|Z)?\Z")
YEARS = range(1800, 2200)
"""Years that a record can speak of; 0001 and 9999 are fillers."""


def moment(value: str) -> str:
    """Read a time as FHIR writes it, no more precise than it was given; empty where it is none.

    An hour without minutes is given as its day. No zone is made up.
    """
    found = _TIME.match(value.replace(" ", "").replace("T", ""))
    if not found:
        return ""
    year, month, day, hour, minute, second, zone = found.groups()
    try:
        if int(year) not in YEARS:
            return ""
        date(int(year), int(month or 1), int(day or 1))
        if hour:
            time(int(hour), int(minute or 0), min(int(second or 0), 59))
    except ValueError:
        return ""
    whole = "-".join(p for p in (year, month, day) if p)
    if not hour or not minute:
        return whole
    clock = f"{hour}:{minute}" + (f":{second}" if second else "")
    return f"{whole}T{clock}{_zone(zone)}"


def _zone(given: str | None) -> str:
    if not given:
        return ""
    if given == "Z" or given[1:] == "0000":
        return "Z"
    if int(given[1:3]) > 14 or int(given[3:]) > 59:
        return ""
    return f"{given[:3]}:{given[3:]}"


def span(times: list[Element]) -> tuple[str, str]:
    """Read when something began and ended from the times of an act."""
    for element in times:
        starts = moment(attribute(element, "value")) or moment(
            attribute(one(element, "low"), "value")
        )
        starts = starts or moment(attribute(one(element, "center"), "value"))
        ends = moment(attribute(one(element, "high"), "value"))
        if starts or ends:
            return starts, ends
        if (part := span(element.findall("comp"))) != ("", ""):
            return part
    return "", ""


def system(oid: str) -> str:
    """Give the address of a code system."""
    return SYSTEMS.get(oid) or (f"urn:oid:{oid}" if _OID.match(oid) else "")


def codings(concept: Element | None) -> tuple[Coding, ...]:
    """Give the codes of a concept: its own, then its translations."""
    if concept is None:
        return ()
    found = []
    for element in (concept, *concept.findall("translation")):
        code, where = attribute(element, "code"), system(attribute(element, "codeSystem"))
        if code and where and not element.get("nullFlavor"):
            found.append(Coding(where, code, attribute(element, "displayName")))
    return tuple(dict.fromkeys(found))


def original(concept: Element | None, narrative: Narrative) -> str:
    """Give the producer's own words for a concept, from the text or from the narrative."""
    return narrative.words(one(concept, "originalText"))


def display(concept: Element | None) -> str:
    """Give the name that the code system has for a concept."""
    return attribute(concept, "displayName")


def translated(concept: Element | None, narrative: Narrative) -> str:
    """Give the first name among a concept's translations."""
    for element in every(concept, "translation"):
        if words := display(element) or original(element, narrative):
            return words
    return ""


def named(concept: Element | None, narrative: Narrative) -> str:
    """Name a concept in the best words that it has; its code where it has none."""
    if concept is None:
        return ""
    words = display(concept) or original(concept, narrative) or translated(concept, narrative)
    if words:
        return words
    if type_of(concept) in {"ST", "ED"}:
        return narrative.words(concept)
    return "" if is_null(concept) else attribute(concept, "code")


def quantity(element: Element | None) -> str:
    """Write a quantity out: "2 mg", "1 to 2 tablets"."""
    if element is None:
        return ""
    low, high = one(element, "low"), one(element, "high")
    if attribute(element, "value"):
        parts = [attribute(element, "value"), unit(element)]
    elif attribute(low, "value") and attribute(high, "value"):
        parts = [attribute(low, "value"), "to", attribute(high, "value"), unit(high)]
    else:
        parts = [attribute(low, "value") or attribute(high, "value"), unit(low) or unit(high)]
        parts = parts if parts[0] else []
    return " ".join(p for p in parts if p)


def unit(element: Element | None) -> str:
    """Give a quantity's unit; "1" means that it has none."""
    word = attribute(element, "unit")
    return "" if word in {"1", "UNK", "NI", "NA", "{unknown}"} else word


def person_name(element: Element | None) -> str:
    """Write a person's name out."""
    if element is None or element.get("nullFlavor"):
        return ""
    if not len(element):
        return tidy(element.text or "")
    order = ("prefix", "given", "family", "suffix")
    parts = [(tidy("".join(p.itertext())), p) for name in order for p in element.findall(name)]
    return " ".join(words for words, p in parts if words and not p.get("nullFlavor"))


def party(element: Element | None) -> str:
    """Name whoever did or wrote something: a person before an organisation."""
    if element is None:
        return ""
    for path in ("assignedEntity", "assignedAuthor"):
        who = one(element, path)
        people = every(who, "assignedPerson", "name")
        places = every(who, "representedOrganization", "name")
        for words in (*map(person_name, people), *map(person_name, places)):
            if words:
                return words
    return ""
