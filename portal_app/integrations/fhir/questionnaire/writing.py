"""Writes FHIR R4 Questionnaire: a change touches only the elements that it is about."""

import copy
from collections.abc import Mapping
from typing import Any

from portal_app.integrations.fhir.bundle import Resource, as_dict, as_list
from portal_app.integrations.fhir.questionnaire.reading import (
    CONTROL,
    HIDDEN,
    HIGH,
    INITIAL,
    LOW,
    ORDINAL,
    PATHS,
    UNIT,
    WEIGHTS,
    extension,
    is_help,
    link_of,
    parse,
    read_option,
    walk,
)
from portal_app.rules.documents.questionnaire import (
    NUMBERS,
    Code,
    Item,
    ItemKind,
    Option,
    Questionnaire,
    Value,
)

UCUM = "http://unitsofmeasure.org"
_NEW = {"resourceType": "Questionnaire", "status": "active", "subjectType": ["Patient"]}
_PLAIN = {
    ItemKind.STRING: "String",
    ItemKind.TEXT: "String",
    ItemKind.OPEN_CHOICE: "String",
    ItemKind.URL: "Uri",
    ItemKind.DATE: "Date",
    ItemKind.DATE_TIME: "DateTime",
    ItemKind.TIME: "Time",
}


def write(questionnaire: Questionnaire, base: Mapping[str, Any] | None = None) -> Resource:
    """Write a form as a resource; what `base` holds beside what is known of a form stays there."""
    made: Resource = copy.deepcopy(dict(base)) if base else dict(_NEW)
    before = parse(base) if base else None
    for name in ("title", "description", "copyright", "url"):
        new = getattr(questionnaire, name)
        if before is None or getattr(before, name) != new:
            _put(made, name, new or None)
    if before is None or before.codes != questionnaire.codes:
        _put(made, "code", [_coding(code) for code in questionnaire.codes] or None)
    old = dict(before.by_link) if before else {}
    raws = {link_of(raw): raw for raw in walk(as_list(made.get("item")))}
    writer = _Writer(questionnaire, old, raws)
    items = [writer.item(item) for item in questionnaire.items]
    for place, raw in enumerate(as_list(made.get("item"))):
        if is_help(raw):
            items.insert(place, raw)
    made["item"] = items
    return made


class _Writer:
    """Writes items into what stood there before."""

    def __init__(
        self, new: Questionnaire, old: Mapping[str, Item], raws: Mapping[str, Resource]
    ) -> None:
        self._new, self._old, self._raws = new, old, raws

    def item(self, item: Item) -> Resource:
        old = self._old.get(item.link_id)
        raw = dict(self._raws.get(item.link_id, {})) if old else {}
        changed = {
            name
            for name in Item.__dataclass_fields__
            if not old or getattr(old, name) != getattr(item, name)
        }
        raw["linkId"] = raw.get("linkId", item.link_id)
        raw["type"] = item.kind.value
        for name, key in (("words", "text"), ("prefix", "prefix"), ("most", "maxLength")):
            if name in changed:
                _put(raw, key, getattr(item, name) or None)
        for name, key in (
            ("required", "required"),
            ("repeats", "repeats"),
            ("read_only", "readOnly"),
        ):
            if name in changed:
                _put(raw, key, getattr(item, name) or None)
        if "codes" in changed:
            _put(raw, "code", [_coding(code) for code in item.codes] or None)
        if "enable" in changed or "enable_all" in changed:
            self._conditions(raw, item)
        if "options" in changed:
            self._options(raw, item)
        if "initial" in changed:
            for option in as_list(raw.get("answerOption")):
                as_dict(option).pop("initialSelected", None)
            _put(raw, "initial", [_write_value(item, v, "value") for v in item.initial] or None)
        _write_extensions(raw, item, changed)
        _put(raw, "item", self._inner(raw, item, helped=old is None or "help" in changed) or None)
        return _in_order(raw)

    def _inner(self, raw: Resource, item: Item, *, helped: bool) -> list[Resource]:
        """Give what stands inside, the words of help where they stood."""
        inner = [self.item(child) for child in item.items]
        before = [as_dict(child) for child in as_list(raw.get("item"))]
        if helped:
            return inner + _helps(before, item)
        for place, child in enumerate(before):
            if is_help(child):
                inner.insert(place, child)
        return inner

    def _conditions(self, raw: Resource, item: Item) -> None:
        made = [
            {"question": when.question, "operator": when.operator}
            | (
                {"answerBoolean": when.answer}
                if isinstance(when.answer, bool)
                else _write_value(self._new.by_link[when.question], when.answer, "answer")
            )
            for when in item.enable
        ]
        _put(raw, "enableWhen", made or None)
        both = "all" if item.enable_all else "any"
        _put(raw, "enableBehavior", both if len(made) > 1 else None)

    def _options(self, raw: Resource, item: Item) -> None:
        raw.pop("answerValueSet", None)
        before = {}
        for given in map(as_dict, as_list(raw.get("answerOption"))):
            option = read_option(given, "")
            before[option.code] = before[f"{option.system}|{option.code}"] = (option, given)
        made = []
        for option in item.options:
            old, given = before.get(option.code, (None, {}))
            if old == option:
                made.append(given)
                continue
            given = {k: v for k, v in given.items() if not k.startswith("value")}
            given |= _write_option(option)
            rest = [
                e for e in as_list(given.get("extension")) if as_dict(e).get("url") not in WEIGHTS
            ]
            ordinal = option.ordinal
            weight = [] if ordinal is None else [{"url": ORDINAL, "valueDecimal": _short(ordinal)}]
            _put(given, "extension", rest + weight or None)
            made.append(given)
        _put(raw, "answerOption", made or None)


_ORDER = ("extension", "linkId", "code", "prefix", "text", "type", "enableWhen", "enableBehavior")
_LAST = ("answerOption", "initial", "item")


def _in_order(raw: Resource) -> Resource:
    first = {k: raw[k] for k in _ORDER if k in raw}
    last = {k: raw[k] for k in _LAST if k in raw}
    rest = {k: v for k, v in raw.items() if k not in first and k not in last}
    return {**first, **rest, **last}


def _put(raw: Resource, key: str, value: object) -> None:
    if value is None:
        raw.pop(key, None)
    else:
        raw[key] = value


def _coding(code: Code) -> Resource:
    made = {"system": code.system, "code": code.code, "display": code.words}
    return {key: value for key, value in made.items() if value}


def _short(number: float) -> int | float:
    return int(number) if number == int(number) else number


def _write_option(option: Option) -> Resource:
    coding = {"system": option.system, "code": option.code.split("|")[-1], "display": option.words}
    return {"valueCoding": {key: value for key, value in coding.items() if value}}


def write_coding(option: Option) -> Resource:
    """Give the coding of an option."""
    return dict(_write_option(option)["valueCoding"])


def _write_value(item: Item, value: Value, prefix: str) -> Resource:
    if isinstance(value, bool):
        return {f"{prefix}Boolean": value}
    if isinstance(value, str):
        option = item.option(value)
        if option is not None:
            return {f"{prefix}Coding": write_coding(option)}
        return {f"{prefix}{_PLAIN.get(item.kind, 'String')}": value}
    if item.kind is ItemKind.QUANTITY:
        quantity = {"value": _short(value)} | ({"unit": item.unit} if item.unit else {})
        return {f"{prefix}Quantity": quantity}
    if item.kind is ItemKind.INTEGER:
        return {f"{prefix}Integer": int(value)}
    return {f"{prefix}Decimal": _short(value)}


def write_answer(item: Item, value: Value) -> Resource:
    """Give value[x] of an answer."""
    if item.kind is ItemKind.ATTACHMENT:
        return {"valueAttachment": {"title": str(value)}}
    return _write_value(item, value, "value")


def _write_extensions(raw: Resource, item: Item, changed: set[str]) -> None:
    made: dict[str, tuple[str, Resource | None]] = {
        "hidden": (HIDDEN, {"valueBoolean": True} if item.hidden else None),
        "unit": (
            UNIT,
            {"valueCoding": {"system": UCUM, "display": item.unit}} if item.unit else None,
        ),
        "low": (LOW, _write_bound(item, item.low)),
        "high": (HIGH, _write_bound(item, item.high)),
        "prefill": (
            INITIAL,
            {"valueExpression": {"language": "text/fhirpath", "expression": PATHS[item.prefill]}}
            if item.prefill
            else None,
        ),
    }
    extensions = as_list(raw.get("extension"))
    if not changed & set(made):
        return
    for name, (url, value) in made.items():
        if name in changed and (value is not None or extension(extensions, url)):
            extensions = [e for e in extensions if as_dict(e).get("url") != url]
            extensions += [{"url": url, **value}] if value is not None else []
    _put(raw, "extension", extensions or None)


def _write_bound(item: Item, value: float | str | None) -> Resource | None:
    if value is None:
        return None
    kind = Item(item.link_id, ItemKind.DECIMAL) if item.kind is ItemKind.QUANTITY else item
    if item.kind not in NUMBERS and not isinstance(value, str):
        return None
    return _write_value(kind, value, "value")


def _helps(before: list[Resource], item: Item) -> list[Resource]:
    if not item.help:
        return []
    old = next((child for child in before if is_help(child)), {})
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "help"}
    control = {"url": CONTROL, "valueCodeableConcept": {"coding": [coding]}}
    made: Resource = {"extension": [control], "linkId": f"{item.link_id}-help", "type": "display"}
    return [{**made, **old, "text": item.help}]
