"""Reads the data types that resources are made of: concepts, quantities, periods, references.

Source: https://hl7.org/fhir/R4/datatypes.html
"""

import re
from dataclasses import dataclass

from portal_app.integrations.fhir.bundle import Number, Resource, as_dict, as_list, as_text
from portal_app.rules.records import Coding, Measure

TITLE_MOST = 300
TEXT_MOST = 20_000
CODINGS_MOST = 20
DATED = re.compile(r"\d{4}(-\d\d(-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?)?)?")
NOTHING = frozenset({"", "null", "none", "unknown", "n/a", "undefined"})


@dataclass(frozen=True)
class Concept:
    """A CodeableConcept: what it is called, and its codes."""

    title: str
    codings: tuple[Coding, ...]

    def codes(self) -> frozenset[str]:
        """List its codes without their systems."""
        return frozenset(c.code for c in self.codings)


NOBODY = Concept("", ())


def words(value: object, most: int = TITLE_MOST) -> str:
    """Give text on one line; empty for what says nothing."""
    line = " ".join(as_text(value).split())
    if line.casefold() in NOTHING:
        return ""
    return line if len(line) <= most else line[: most - 1] + "…"


def concept(value: object) -> Concept:
    """Read a CodeableConcept, a Coding, or the bare text that some write instead."""
    if isinstance(value, str):
        return Concept(words(value), ())
    if isinstance(value, list):
        found = [c for c in map(concept, value) if c.title or c.codings]
        return found[0] if found else NOBODY
    told = as_dict(value)
    bare = "code" in told and "coding" not in told
    given = [told] if bare else as_list(told.get("coding"))[:CODINGS_MOST]
    codings = tuple(c for c in map(coding, given) if c.code or c.display)
    shown = words(told.get("text")) or next((c.display for c in codings if c.display), "")
    # a code is a poor name, but the only one that is left
    return Concept(shown or next((c.code for c in codings if c.code), ""), codings)


def concepts(value: object) -> list[Concept]:
    """Read a list of concepts."""
    found = (concept(v) for v in as_list(value)[:CODINGS_MOST])
    return [c for c in found if c.title]


def coding(value: object) -> Coding:
    """Read one code."""
    told = as_dict(value)
    return Coding(words(told.get("system")), words(told.get("code")), words(told.get("display")))


def number(value: object) -> str:
    """Write a number as it came; empty for anything else."""
    if isinstance(value, Number):
        return value.text
    if isinstance(value, bool):
        return ""
    if isinstance(value, int):
        return str(value) if abs(value) < 10**30 else ""
    if isinstance(value, float):
        return repr(value)
    text = words(value, 60)
    return text if re.fullmatch(r"[+-]?\d+(\.\d+)?([eE][+-]?\d+)?", text) else ""


def unit(value: Resource) -> str:
    """Give the unit of a quantity as people write it."""
    return words(value.get("unit"), 60) or words(value.get("code"), 60)


def quantity(value: object) -> str:
    """Write a quantity in words: < 5 mg/dL."""
    told = as_dict(value)
    parts = (words(told.get("comparator"), 4), number(told.get("value")), unit(told))
    return " ".join(p for p in parts if p) if parts[1] else ""


def dated(value: object) -> str:
    """Give a FHIR date or dateTime at its own precision; empty for anything else."""
    text = as_text(value)
    return text if DATED.fullmatch(text) else ""


def period(value: object) -> tuple[str, str]:
    """Give begin and end of a period; of a single moment, the moment."""
    told = as_dict(value)
    return dated(told.get("start")), dated(told.get("end"))


def span(resource: Resource, name: str) -> tuple[str, str]:
    """Read ``nameDateTime``, ``namePeriod``, ``nameInstant`` or ``nameDate``, whichever stands."""
    for suffix in ("DateTime", "Instant", "Date", ""):
        if moment := dated(resource.get(f"{name}{suffix}")):
            return moment, ""
    return period(resource.get(f"{name}Period"))


def display(value: object) -> str:
    """Give the words beside a reference."""
    if isinstance(value, list):
        return next((d for v in value if (d := display(v))), "")
    return words(as_dict(value).get("display"))


def notes(value: object) -> str:
    """Join annotations."""
    told = (as_text(as_dict(n).get("text")) for n in as_list(value)[:CODINGS_MOST])
    return "\n\n".join(t for t in told if t)[:TEXT_MOST]


def measures(resource: Resource, name: str) -> list[Measure]:
    """Read what was measured: the value itself, or its components, each with its range."""
    found = [_measure(resource, name)]
    for part in map(as_dict, as_list(resource.get("component"))[:100]):
        called = concept(part.get("code"))
        measure = _measure(part, called.title)
        first = called.codings[0] if called.codings else None
        found.append(Measure(**{**vars(measure), "coding": first, "name": called.title or "Value"}))
    return [m for m in found[:1] if m.value] + found[1:]


def _measure(told: Resource, name: str) -> Measure:
    low, high, reference = _range(told)
    flags = concepts(told.get("interpretation"))
    flag = next((c.code for f in flags for c in f.codings if c.code), "")
    value, measured, comparator = _value(told)
    return Measure(
        name=name,
        value=value,
        unit=measured,
        comparator=comparator,
        low=low,
        high=high,
        reference=reference,
        flag=flag or (flags[0].title if flags else ""),
    )


def _value(told: Resource) -> tuple[str, str, str]:
    given = told.get("valueQuantity")
    if given is not None:
        amount = as_dict(given)
        return number(amount.get("value")), unit(amount), words(amount.get("comparator"), 4)
    return _worded(told), "", ""


def _worded(told: Resource) -> str:
    if isinstance(told.get("valueBoolean"), bool):
        return "Yes" if told["valueBoolean"] else "No"
    if told.get("valueInteger") is not None:
        return number(told["valueInteger"])
    for key in ("valueString", "valueTime"):
        if text := words(told.get(key), 2000):
            return text
    if moment := dated(told.get("valueDateTime")):
        return moment
    if told.get("valueCodeableConcept") is not None:
        return concept(told["valueCodeableConcept"]).title
    return _composite(told)


def _composite(told: Resource) -> str:
    if bounds := as_dict(told.get("valueRange")):
        ends = (quantity(bounds.get("low")), quantity(bounds.get("high")))
        return "–".join(e for e in ends if e)
    if ratio := as_dict(told.get("valueRatio")):
        ends = (quantity(ratio.get("numerator")), quantity(ratio.get("denominator")))
        return " / ".join(e for e in ends if e)
    if samples := as_dict(told.get("valueSampledData")):
        return "Recorded curve" if samples.get("data") else ""
    return " to ".join(p for p in period(told.get("valuePeriod")) if p)


def _range(told: Resource) -> tuple[str, str, str]:
    for given in map(as_dict, as_list(told.get("referenceRange"))[:5]):
        low = number(as_dict(given.get("low")).get("value"))
        high = number(as_dict(given.get("high")).get("value"))
        text = words(given.get("text"))
        if low or high or text:
            return low, high, text
    return "", "", ""
