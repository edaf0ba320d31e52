"""Reads and writes FHIR R4 Questionnaire: our forms are stored as that and as nothing else.

Source: https://hl7.org/fhir/R4/questionnaire.html and, for what stands in extensions,
https://hl7.org/fhir/R4/questionnaire-profiles.html. What this module does not know stays in the
resource where it stood: a change writes only the elements that it is about.
"""

import copy
import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal_app.integrations.fhir.bundle import Resource, as_dict, as_list, as_text, deeper_than
from portal_app.rules.documents.questionnaire import (
    CHOICES,
    NUMBERS,
    Code,
    Condition,
    Item,
    ItemKind,
    Option,
    Questionnaire,
    Value,
)
from portal_app.rules.errors import InvalidError

BYTES_MOST = 2 * 1024 * 1024
JSON_DEPTH_MOST = 64
NUMBER_MOST = 1e15
TITLE_MOST = 200
_FHIR = "http://hl7.org/fhir/StructureDefinition/"
ORDINAL = _FHIR + "ordinalValue"
WEIGHTS = (ORDINAL, _FHIR + "itemWeight")
HIDDEN = _FHIR + "questionnaire-hidden"
UNIT = _FHIR + "questionnaire-unit"
LOW, HIGH = _FHIR + "minValue", _FHIR + "maxValue"
CONTROL = _FHIR + "questionnaire-itemControl"
INITIAL = "http://hl7.org/fhir/uv/sdc/StructureDefinition/sdc-questionnaire-initialExpression"
UCUM = "http://unitsofmeasure.org"
PATHS = {
    "patient.first_name": "%patient.name.first().given.first()",
    "patient.last_name": "%patient.name.first().family",
    "patient.preferred_name": "%patient.name.where(use='nickname').given.first()",
    "patient.birth_date": "%patient.birthDate",
    "patient.phone": "%patient.telecom.where(system='phone').value.first()",
    "patient.email": "%patient.telecom.where(system='email').value.first()",
}
"""What a question begins with, as the FHIRPath that other systems read."""
_PREFILL = {path: key for key, path in PATHS.items()}
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


@dataclass(frozen=True)
class Imported:
    """A form that was read: what we can ask, the whole resource, and what we cannot do with it."""

    questionnaire: Questionnaire
    resource: Resource
    notes: tuple[str, ...]


def read_questionnaire(data: bytes) -> Imported:
    """Read a form from a file.

    Raises:
        InvalidError: too big, no FHIR R4 Questionnaire, or one that could not be asked.
    """
    resource = read_resource(data, "Questionnaire")
    return Imported(parse(resource), resource, _notes(resource))


def read_resource(data: bytes, kind: str) -> Resource:
    """Read one resource of a kind from JSON.

    Raises:
        InvalidError: with what is wrong with the file.
    """
    if len(data) > BYTES_MOST:
        raise InvalidError("This file is too big: 2 MB at most.")
    try:
        root = json.loads(data, parse_constant=_no_number, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidError("This file can’t be read as JSON.") from error
    if not isinstance(root, dict) or root.get("resourceType") != kind:
        raise InvalidError(f"This file is no FHIR {kind}.")
    if deeper_than(root, JSON_DEPTH_MOST):
        raise InvalidError("This file is nested too deeply.")
    try:
        whole = json.dumps(root, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise InvalidError("This file holds letters that do not exist.") from error
    if b"\\u0000" in whole:
        raise InvalidError("This file holds letters that do not exist.")
    return root


def parse(resource: Mapping[str, Any]) -> Questionnaire:
    """Read the questions of a stored resource.

    Raises:
        InvalidError: it could not be asked.
    """
    raws = [as_dict(raw) for raw in as_list(resource.get("item"))]
    if not raws:
        raise InvalidError("This form has no questions.")
    kinds = {_link(raw): as_text(raw.get("type")) for raw in _walk(raws)}
    reader = _Reader(kinds, _value_sets(resource))
    title = as_text(resource.get("title")) or as_text(resource.get("name")) or "Untitled form"
    return Questionnaire(
        title=title[:TITLE_MOST],
        items=tuple(reader.item(raw, 1) for raw in raws if not _is_help(raw)),
        description=as_text(resource.get("description")),
        copyright=as_text(resource.get("copyright")),
        codes=_codes(resource),
        url=as_text(resource.get("url")),
    )


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
    raws = {_link(raw): raw for raw in _walk(as_list(made.get("item")))}
    writer = _Writer(questionnaire, old, raws)
    items = [writer.item(item) for item in questionnaire.items]
    for place, raw in enumerate(as_list(made.get("item"))):
        if _is_help(raw):
            items.insert(place, raw)
    made["item"] = items
    return made


class _Reader:
    """Turns the items of one resource into ours."""

    def __init__(self, kinds: Mapping[str, str], sets: Mapping[str, list[Resource]]) -> None:
        self._kinds, self._sets = kinds, sets

    def item(self, raw: Resource, depth: int) -> Item:
        if depth > JSON_DEPTH_MOST:
            raise InvalidError("Questions are nested too deeply.")
        words = as_text(raw.get("text"))
        kind = _kind(raw, words)
        options = self._options(raw, kind, words)
        inner = [as_dict(child) for child in as_list(raw.get("item"))]
        extensions = as_list(raw.get("extension"))
        return Item(
            link_id=_link(raw),
            kind=kind,
            words=words,
            help="\n".join(as_text(child.get("text")) for child in inner if _is_help(child)),
            prefix=as_text(raw.get("prefix")),
            required=raw.get("required") is True,
            repeats=raw.get("repeats") is True,
            options=options,
            enable=tuple(self._condition(as_dict(w)) for w in as_list(raw.get("enableWhen"))),
            enable_all=raw.get("enableBehavior") != "any",
            unit=_unit(extensions),
            low=_bound(_extension(extensions, LOW)),
            high=_bound(_extension(extensions, HIGH)),
            most=_whole(raw.get("maxLength")),
            initial=self._initial(raw, kind),
            prefill=_prefill(extensions),
            read_only=raw.get("readOnly") is True,
            hidden=_extension(extensions, HIDDEN).get("valueBoolean") is True,
            codes=_codes(raw),
            items=tuple(self.item(child, depth + 1) for child in inner if not _is_help(child)),
        )

    def _options(self, raw: Resource, kind: ItemKind, words: str) -> tuple[Option, ...]:
        if kind not in CHOICES:
            return ()
        raws = [as_dict(o) for o in as_list(raw.get("answerOption"))]
        address = as_text(raw.get("answerValueSet"))
        if not raws and address:
            if address.removeprefix("#") not in self._sets:
                raise InvalidError(
                    f"The answers to “{words[:60]}” are kept elsewhere: {address[:80]}."
                )
            raws = [{"valueCoding": coding} for coding in self._sets[address.removeprefix("#")]]
        if not raws and kind is ItemKind.CHOICE:
            raise InvalidError(f"“{words[:60]}” has no answers to choose from.")
        options = [_option(o, words) for o in raws]
        plain = [o.code for o in options]
        return tuple(
            o
            if plain.count(o.code) == 1
            else Option(f"{o.system}|{o.code}", o.words, o.system, o.ordinal)
            for o in options
        )

    def _condition(self, raw: Resource) -> Condition:
        question = as_text(raw.get("question"))
        answer: Value | None = _value(raw, "answer")
        if answer is None:
            raise InvalidError("A condition compares with an answer that cannot be given here.")
        if self._kinds.get(question) in CHOICES and not isinstance(answer, bool | str):
            answer = f"{answer:g}"
        return Condition(question, as_text(raw.get("operator")) or "=", answer)

    def _initial(self, raw: Resource, kind: ItemKind) -> tuple[Value, ...]:
        found = [_value(as_dict(i), "value") for i in as_list(raw.get("initial"))]
        if kind in CHOICES:
            found += [
                _value(as_dict(o), "value")
                for o in as_list(raw.get("answerOption"))
                if as_dict(o).get("initialSelected") is True
            ]
            found = [f"{v:g}" if isinstance(v, float) else v for v in found]
        return tuple(v for v in found if v is not None)


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
            if _is_help(child):
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
            option = _option(given, "")
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


# -------------------------------------------------------------------- reading
def _walk(raws: list[Any]) -> Iterator[Resource]:
    stack = [as_dict(raw) for raw in reversed(raws)]
    while stack:
        raw = stack.pop()
        yield raw
        stack.extend(as_dict(child) for child in reversed(as_list(raw.get("item"))))


def _link(raw: Resource) -> str:
    return as_text(raw.get("linkId"))


def _kind(raw: Resource, words: str) -> ItemKind:
    try:
        return ItemKind(as_text(raw.get("type")))
    except ValueError as error:
        named = as_text(raw.get("type"))[:40] or "nothing"
        raise InvalidError(
            f"“{words[:60]}” asks for {named}, which can’t be asked here."
        ) from error


def _codes(raw: Mapping[str, Any]) -> tuple[Code, ...]:
    found = (as_dict(coding) for coding in as_list(raw.get("code")))
    return tuple(
        Code(as_text(c.get("system")), as_text(c.get("code")), as_text(c.get("display")))
        for c in found
    )


def _extension(extensions: list[Any], url: str) -> Resource:
    return next((e for e in map(as_dict, extensions) if e.get("url") == url), {})


def _is_help(raw: Any) -> bool:
    raw = as_dict(raw)
    if raw.get("type") != "display":
        return False
    control = as_dict(
        _extension(as_list(raw.get("extension")), CONTROL).get("valueCodeableConcept")
    )
    return any(as_dict(c).get("code") == "help" for c in as_list(control.get("coding")))


def _unit(extensions: list[Any]) -> str:
    coding = as_dict(_extension(extensions, UNIT).get("valueCoding"))
    return as_text(coding.get("display")) or as_text(coding.get("code"))


def _bound(extension: Resource) -> float | str | None:
    found = _value(extension, "value")
    return None if isinstance(found, bool) else found


def _prefill(extensions: list[Any]) -> str:
    expression = as_dict(_extension(extensions, INITIAL).get("valueExpression"))
    return _PREFILL.get(as_text(expression.get("expression")), "")


def _option(raw: Resource, words: str) -> Option:
    extensions = as_list(raw.get("extension"))
    coding = as_dict(raw.get("valueCoding"))
    if coding:
        code = as_text(coding.get("code")) or as_text(coding.get("display"))
        shown = as_text(coding.get("display")) or code
        extensions = extensions + as_list(coding.get("extension"))
    else:
        value = _value(raw, "value")
        code = shown = f"{value:g}" if isinstance(value, float) else str(value or "")
    if not code:
        raise InvalidError(f"An answer to “{words[:60]}” can’t be given here.")
    weight = next((e for e in map(as_dict, extensions) if e.get("url") in WEIGHTS), {})
    return Option(code, shown, as_text(coding.get("system")), as_number(weight.get("valueDecimal")))


def _value(raw: Resource, prefix: str) -> Value | None:
    """Read value[x] or answer[x]; None for nothing, and for what cannot be answered here."""
    for name, value in raw.items():
        kind = name.removeprefix(prefix)
        if not name.startswith(prefix) or not kind[:1].isupper():
            continue
        if kind == "Boolean":
            return value if isinstance(value, bool) else None
        if kind in {"Integer", "Decimal"}:
            return as_number(value)
        if kind == "Quantity":
            return as_number(as_dict(value).get("value"))
        if kind == "Coding":
            coding = as_dict(value)
            return as_text(coding.get("code")) or as_text(coding.get("display")) or None
        if kind in {"String", "Uri", "Date", "DateTime", "Time"}:
            return as_text(value) or None
    return None


def as_number(value: object) -> float | None:
    """Give a number of a size that a person could mean; nothing for anything else."""
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > NUMBER_MOST:
        return None
    return float(value)


def _whole(value: object) -> int | None:
    number = as_number(value)
    return int(number) if number is not None and number >= 1 else None


def _value_sets(resource: Mapping[str, Any]) -> dict[str, list[Resource]]:
    """Give the codings of the value sets that the resource carries."""
    found: dict[str, list[Resource]] = {}
    for held in map(as_dict, as_list(resource.get("contained"))):
        if held.get("resourceType") != "ValueSet":
            continue
        expanded = as_list(as_dict(held.get("expansion")).get("contains"))
        codings = [as_dict(c) for c in expanded]
        for include in map(as_dict, as_list(as_dict(held.get("compose")).get("include"))):
            system = as_text(include.get("system"))
            concepts = map(as_dict, as_list(include.get("concept")))
            codings += [] if expanded else [{**c, "system": system} for c in concepts]
        found[as_text(held.get("id"))] = codings
    return found


def _notes(resource: Resource) -> tuple[str, ...]:
    """Say what of a form will not work here, though it is kept."""
    raws = list(_walk(as_list(resource.get("item"))))
    found = []
    if any(raw.get("type") == "group" and raw.get("repeats") is True for raw in raws):
        found.append("Groups that can be filled in several times are asked once.")
    urls = {
        as_text(as_dict(e).get("url"))
        for raw in (resource, *raws)
        for e in as_list(raw.get("extension"))
    }
    if any("xpression" in url and url != INITIAL for url in urls):
        found.append("Answers that are worked out by an expression are not worked out here.")
    if as_list(resource.get("modifierExtension")):
        found.append("The form has rules that are not known here. Read it before you use it.")
    return tuple(found)


def _no_number(_: str) -> float:
    raise ValueError("no number")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(text)
    return number


# -------------------------------------------------------------------- writing
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
        if name in changed and (value is not None or _extension(extensions, url)):
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
    old = next((child for child in before if _is_help(child)), {})
    coding = {"system": "http://hl7.org/fhir/questionnaire-item-control", "code": "help"}
    control = {"url": CONTROL, "valueCodeableConcept": {"coding": [coding]}}
    made: Resource = {"extension": [control], "linkId": f"{item.link_id}-help", "type": "display"}
    return [{**made, **old, "text": item.help}]
