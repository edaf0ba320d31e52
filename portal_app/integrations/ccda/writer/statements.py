"""Writes an entry of the record as a statement of its section."""

from collections.abc import Callable

from portal_app.integrations.ccda.absence import says_absent
from portal_app.integrations.ccda.markup import Element
from portal_app.integrations.ccda.measuring import FLAGS, NUMBER
from portal_app.integrations.ccda.writer.elements import (
    LOINC,
    SNOMED,
    add,
    concept,
    hl7_time,
    identify,
    span,
    template,
    time,
)
from portal_app.integrations.outgoing import Item
from portal_app.rules.records import Entry, Kind, Measure

ACT_CLASS = "2.16.840.1.113883.5.6"
ACT_CODE = "2.16.840.1.113883.5.4"
COURSES = {
    "active": ("55561003", "Active"),
    "recurrence": ("55561003", "Active"),
    "relapse": ("55561003", "Active"),
    "inactive": ("73425007", "Inactive"),
    "remission": ("413322009", "Resolved"),
    "resolved": ("413322009", "Resolved"),
}
USES = {
    "active": "active",
    "stopped": "aborted",
    "on-hold": "suspended",
    "cancelled": "cancelled",
    "completed": "completed",
}
DONE = {"in-progress": "active", "stopped": "aborted", "preparation": "active"}


class Refs:
    """Ids of what the narrative says of one entry."""

    def __init__(self, number: int, kind: Kind) -> None:
        """Name them after the place of the entry in its section."""
        self.title = f"{kind.value}-{number}"
        self.details = f"{kind.value}-{number}-details"


def _negated(entry: Entry) -> dict[str, str]:
    return {"negationInd": "true"} if entry.negated else {}


def _author(parent: Element, entry: Entry) -> None:
    if not entry.author:
        return
    author = add(parent, "author")
    template(author, "4.119")
    add(author, "time", nullFlavor="UNK")
    who = add(author, "assignedAuthor")
    add(who, "id", nullFlavor="NI")
    add(add(who, "assignedPerson"), "name", entry.author)


def _comment(parent: Element, refs: Refs, *, inverse: bool = True) -> None:
    """Refer to the details that stand in the narrative."""
    link = add(parent, "entryRelationship", typeCode="SUBJ", inversionInd="true" if inverse else "")
    act = add(link, "act", classCode="ACT", moodCode="EVN")
    template(act, "4.64")
    add(act, "code", code="48767-8", codeSystem=LOINC, displayName="Annotation comment")
    add(add(act, "text"), "reference", value=f"#{refs.details}")


def _concern(parent: Element, item: Item, end: str) -> Element:
    """Add the list entry around a problem or an allergy; give where its observation goes."""
    entry = item.entry
    act = add(parent, "act", classCode="ACT", moodCode="EVN")
    template(act, end, "2015-08-01")
    identify(act, item.id, "concern")
    add(act, "code", code="CONC", codeSystem=ACT_CLASS)
    over = entry.status in {"resolved", "remission"}
    add(act, "statusCode", code="completed" if over else "active")
    span(act, entry.starts, entry.ends if over else "")
    _author(act, entry)
    return add(act, "entryRelationship", typeCode="SUBJ")


def _course(observation: Element, entry: Entry) -> None:
    if entry.negated or entry.status not in COURSES:
        return
    code, words = COURSES[entry.status]
    link = add(observation, "entryRelationship", typeCode="REFR")
    seen = add(link, "observation", classCode="OBS", moodCode="EVN")
    template(seen, "4.6")
    add(seen, "code", code="33999-4", codeSystem=LOINC, displayName="Status")
    add(seen, "statusCode", code="completed")
    add(seen, "value", type_="CD", code=code, codeSystem=SNOMED, displayName=words)


def _condition(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    seen = add(
        _concern(parent, item, "4.3"),
        "observation",
        classCode="OBS",
        moodCode="EVN",
        **_negated(entry),
    )
    template(seen, "4.4", "2015-08-01")
    identify(seen, item.id)
    add(seen, "code", code="55607006", codeSystem=SNOMED, displayName="Problem")
    add(add(seen, "text"), "reference", value=f"#{refs.title}")
    add(seen, "statusCode", code="completed")
    span(seen, entry.starts, entry.ends)
    concept(seen, "value", entry.codings, entry.title, refs.title, kind="CD")
    _course(seen, entry)
    if details:
        _comment(seen, refs)


def _allergy(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    seen = add(
        _concern(parent, item, "4.30"),
        "observation",
        classCode="OBS",
        moodCode="EVN",
        **_negated(entry),
    )
    template(seen, "4.7", "2014-06-09")
    identify(seen, item.id)
    add(seen, "code", code="ASSERTION", codeSystem=ACT_CODE)
    add(add(seen, "text"), "reference", value=f"#{refs.title}")
    add(seen, "statusCode", code="completed")
    span(seen, entry.starts, entry.ends)
    add(
        seen, "value", type_="CD", code="419199007", codeSystem=SNOMED,
        displayName="Allergy to substance",
    )  # fmt: skip
    role = add(add(seen, "participant", typeCode="CSM"), "participantRole", classCode="MANU")
    thing = add(role, "playingEntity", classCode="MMAT")
    if entry.negated and says_absent(entry.title):
        code = add(thing, "code", nullFlavor="NA")
        add(add(code, "originalText"), "reference", value=f"#{refs.title}")
    else:
        concept(thing, "code", entry.codings, entry.title, refs.title)
    _course(seen, entry)
    if details:
        _comment(seen, refs)


def _substance(parent: Element, item: Item, refs: Refs, end: str, release: str) -> None:
    """Add what was taken or given."""
    product = add(add(parent, "consumable"), "manufacturedProduct", classCode="MANU")
    template(product, end, release)
    material = add(product, "manufacturedMaterial")
    concept(material, "code", item.entry.codings, item.entry.title, refs.title)


def _medication(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    mood = "INT" if entry.status == "intended" else "EVN"
    taken = add(
        parent, "substanceAdministration", classCode="SBADM", moodCode=mood, **_negated(entry)
    )
    template(taken, "4.16", "2014-06-09")
    identify(taken, item.id)
    if details:
        add(add(taken, "text"), "reference", value=f"#{refs.details}")
    add(taken, "statusCode", code=USES.get(entry.status, "active"))
    span(taken, entry.starts, entry.ends, typed=True)
    _substance(taken, item, refs, "4.23", "2014-06-09")
    _author(taken, entry)


def _immunization(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    given = add(
        parent,
        "substanceAdministration",
        classCode="SBADM",
        moodCode="EVN",
        negationInd="true" if entry.negated else "false",
    )
    template(given, "4.52", "2015-08-01")
    identify(given, item.id)
    add(given, "statusCode", code="completed")
    time(given, "effectiveTime", hl7_time(entry.starts))
    _substance(given, item, refs, "4.54", "2014-06-09")
    _author(given, entry)
    if details:
        _comment(given, refs)


def _organizer(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    vital = entry.kind is Kind.VITAL
    kind = "CLUSTER" if vital or len(entry.measures) > 1 else "BATTERY"
    group = add(parent, "organizer", classCode=kind, moodCode="EVN")
    template(group, "4.26" if vital else "4.1", "2015-08-01")
    identify(group, item.id, "group")
    if vital:
        add(group, "code", code="46680005", codeSystem=SNOMED, displayName="Vital signs")
    else:
        concept(group, "code", entry.codings, entry.title, refs.title)
    add(group, "statusCode", code="completed")
    time(group, "effectiveTime", hl7_time(entry.starts))
    _author(group, entry)
    # a result without a number is still a result: its words stand in the narrative
    measures = entry.measures or (Measure(entry.title, ""),)
    for number, measure in enumerate(measures):
        seen = _observation(add(group, "component"), item, measure, refs, number)
        if details and number == len(measures) - 1:
            _comment(seen, refs)
        if measure.low or measure.high or measure.reference:
            _range(seen, measure)


def _observation(parent: Element, item: Item, measure: Measure, refs: Refs, number: int) -> Element:
    entry = item.entry
    seen = add(parent, "observation", classCode="OBS", moodCode="EVN")
    if entry.kind is Kind.VITAL:
        template(seen, "4.27", "2014-06-09")
    else:
        template(seen, "4.2", "2015-08-01")
    identify(seen, item.id, str(number))
    alone = len(entry.measures) < 2
    codings = (measure.coding,) if measure.coding else entry.codings if alone else ()
    title = entry.title if alone else measure.name
    concept(seen, "code", codings, title, refs.title if alone else "")
    add(seen, "statusCode", code="completed" if entry.status != "preliminary" else "active")
    time(seen, "effectiveTime", hl7_time(entry.starts))
    _value(seen, "value", measure)
    if measure.flag in FLAGS:
        add(seen, "interpretationCode", code=measure.flag, codeSystem="2.16.840.1.113883.5.83")
    return seen


def _value(parent: Element, name: str, measure: Measure) -> None:
    numeric = bool(NUMBER.match(measure.value)) and not any(c.isspace() for c in measure.unit)
    quantity = {"value": measure.value, "unit": measure.unit}
    if not measure.value:
        add(parent, name, type_="PQ", nullFlavor="UNK")
    elif numeric and measure.comparator:
        bound = "high" if measure.comparator.startswith("<") else "low"
        inclusive = "true" if measure.comparator.endswith("=") else "false"
        add(add(parent, name, type_="IVL_PQ"), bound, **quantity, inclusive=inclusive)
    elif numeric:
        add(parent, name, type_="PQ", **quantity)
    else:
        add(parent, name, f"{measure.comparator}{measure.value} {measure.unit}".strip(), type_="ST")


def _range(parent: Element, measure: Measure) -> None:
    element = add(add(parent, "referenceRange"), "observationRange")
    bounds = [(n, v) for n, v in (("low", measure.low), ("high", measure.high)) if NUMBER.match(v)]
    words = measure.reference or "–".join(v for v in (measure.low, measure.high) if v)
    if measure.reference or not bounds:
        add(element, "text", words)
    if bounds:
        unit = "" if any(c.isspace() for c in measure.unit) else measure.unit
        value = add(element, "value", type_="IVL_PQ")
        for name, number in bounds:
            add(value, name, value=number, unit=unit)


def _encounter(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    visit = add(parent, "encounter", classCode="ENC", moodCode="EVN")
    template(visit, "4.49", "2015-08-01")
    identify(visit, item.id)
    concept(visit, "code", entry.codings, entry.title, refs.title)
    span(visit, entry.starts, entry.ends)
    _author(visit, entry)
    if details:
        _comment(visit, refs)


def _procedure(parent: Element, item: Item, refs: Refs, *, details: bool) -> None:
    entry = item.entry
    done = add(parent, "procedure", classCode="PROC", moodCode="EVN", **_negated(entry))
    template(done, "4.14", "2014-06-09")
    identify(done, item.id)
    concept(done, "code", entry.codings, entry.title, refs.title)
    add(done, "statusCode", code=DONE.get(entry.status, "completed"))
    span(done, entry.starts, entry.ends)
    _author(done, entry)
    if details:
        _comment(done, refs)


Writer = Callable[..., None]
WRITERS: dict[Kind, Writer] = {
    Kind.CONDITION: _condition,
    Kind.ALLERGY: _allergy,
    Kind.MEDICATION: _medication,
    Kind.LABORATORY: _organizer,
    Kind.VITAL: _organizer,
    Kind.IMMUNIZATION: _immunization,
    Kind.ENCOUNTER: _encounter,
    Kind.PROCEDURE: _procedure,
}
WITHOUT_NO = frozenset({Kind.LABORATORY, Kind.VITAL, Kind.ENCOUNTER})
"""Kinds that CDA can't say no of: what is absent stands in the narrative alone."""


def write(section: Element, item: Item, refs: Refs, *, details: bool) -> None:
    """Add an entry to its section."""
    WRITERS[item.entry.kind](add(section, "entry", typeCode="DRIV"), item, refs, details=details)
