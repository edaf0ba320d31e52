"""Reads what an observation measured: the value, its unit, its range, its flag."""

import re

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
from portal_app.integrations.ccda.values import codings, moment, named, quantity, unit
from portal_app.rules.records import Measure

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?\Z")
CODED = frozenset({"CD", "CE", "CO", "CV", "CS", "EIVL"})
FLAGS = frozenset({"H", "HH", "L", "LL", "A", "AA", "N", "HU", "LU", "HX", "LX", "POS", "NEG"})
RANGE = re.compile(r"\s*([\d.]+)\s*(?:-|–|to)\s*([\d.]+)\s*([^\d\s].*)?\Z")
LENGTH_MOST = 400


def measure(element: Element, name: str, narrative: Narrative) -> tuple[Measure | None, str]:
    """Read the value of an observation; (a short one as a measure, a long one as words)."""
    values = [_value(v, narrative) for v in every(element, "value") if not _is_empty(v)]
    values = [v for v in values if v[0]]
    if not values:
        return None, ""
    value, of, comparator = values[0]
    if len(value) > LENGTH_MOST:
        return None, value
    more = ", ".join(f"{c}{v} {u}".strip() for v, u, c in values[1:])
    low, high, words = _range(element, narrative)
    code = codings(one(element, "code"))
    return Measure(
        name=name,
        value=value,
        unit=of,
        comparator=comparator,
        low=low,
        high=high,
        reference=words,
        flag=_flag(element),
        coding=code[0] if code else None,
    ), more


def _is_empty(value: Element) -> bool:
    said = value.get("value") or value.get("code") or "".join(value.itertext()).strip()
    return not said and not len(value)


def _value(value: Element, narrative: Narrative) -> tuple[str, str, str]:
    """Give (value, unit, comparator)."""
    kind = type_of(value)
    if kind in CODED or value.get("code"):
        return named(value, narrative), "", ""
    if one(value, "numerator") is not None:
        parts = [quantity(one(value, p)) for p in ("numerator", "denominator")]
        return " / ".join(p for p in parts if p), "", ""
    if attribute(value, "value") and not is_null(value):
        shown = attribute(value, "value")
        return moment(shown) or shown if kind == "TS" else shown, unit(value), ""
    return _interval(value) or (narrative.words(value), "", "")


def _interval(value: Element) -> tuple[str, str, str] | None:
    low, high = one(value, "low"), one(value, "high")
    if attribute(low, "value") and attribute(high, "value"):
        return f"{attribute(low, 'value')}–{attribute(high, 'value')}", unit(high) or unit(low), ""
    if attribute(low, "value"):
        return attribute(low, "value"), unit(low), ">=" if _closed(low) else ">"
    if attribute(high, "value"):
        return attribute(high, "value"), unit(high), "<=" if _closed(high) else "<"
    return None


def _closed(bound: Element) -> bool:
    return str(bound.get("inclusive")) != "false"


def _range(element: Element, narrative: Narrative) -> tuple[str, str, str]:
    """Give (low, high, in words) of the reference range."""
    for given in every(element, "referenceRange", "observationRange"):
        value = one(given, "value")
        low, high = attribute(one(value, "low"), "value"), attribute(one(value, "high"), "value")
        words = narrative.words(one(given, "text"))
        if value is not None and not (low or high) and not words:
            words = tidy("".join(value.itertext())) or quantity(value)
        if not (low or high) and (pair := RANGE.match(words.strip("()[]"))):
            low, high = pair[1], pair[2]
        if low or high or words:
            return low, high, words[:LENGTH_MOST]
    return "", "", ""


def _flag(element: Element) -> str:
    codes = [attribute(c, "code").upper() for c in every(element, "interpretationCode")]
    return next((c for c in codes if c in FLAGS), "")
