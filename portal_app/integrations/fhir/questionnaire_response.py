"""Reads and writes FHIR R4 QuestionnaireResponse: the answers to a form.

Source: https://hl7.org/fhir/R4/questionnaireresponse.html. A total among the answers is kept in
the resource and never taken for an answer: scales are scored by `rules.documents.scoring` alone.
"""

import copy
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portal_app.integrations.fhir.bundle import Resource, as_dict, as_list, as_text
from portal_app.integrations.fhir.questionnaire import as_number, read_resource, write_answer
from portal_app.rules.documents.answers import Answers, given_to, shown
from portal_app.rules.documents.questionnaire import (
    CHOICES,
    NUMBERS,
    Item,
    ItemKind,
    Questionnaire,
    Value,
)

STATUS = {"in-progress", "completed", "amended", "entered-in-error", "stopped"}


@dataclass(frozen=True)
class Response:
    """Answers that were read, the whole resource, and the linkIds that the form does not have."""

    answers: dict[str, tuple[Value, ...]]
    resource: Resource
    unknown: tuple[str, ...]


def read_response(data: bytes, questionnaire: Questionnaire) -> Response:
    """Read answers to a form from a file.

    Raises:
        InvalidError: the file is no FHIR R4 QuestionnaireResponse.
    """
    return parse_response(read_resource(data, "QuestionnaireResponse"), questionnaire)


def parse_response(resource: Resource, questionnaire: Questionnaire) -> Response:
    """Read answers to a form from a stored resource."""
    answers: dict[str, tuple[Value, ...]] = {}
    unknown: list[str] = []
    stack = [as_dict(raw) for raw in reversed(as_list(resource.get("item")))]
    while stack:
        raw = stack.pop()
        link = as_text(raw.get("linkId"))
        given = [as_dict(answer) for answer in as_list(raw.get("answer"))]
        item = questionnaire.by_link.get(link)
        if item is None:
            unknown.append(link)
        elif item.asked:
            values = tuple(v for answer in given if (v := _read(item, answer)) is not None)
            answers[link] = answers.get(link, ()) + values
        inner = as_list(raw.get("item")) + [i for a in given for i in as_list(a.get("item"))]
        stack.extend(as_dict(child) for child in reversed(inner))
    return Response({k: v for k, v in answers.items() if v}, resource, tuple(unknown))


def write_response(
    questionnaire: Questionnaire,
    answers: Answers,
    *,
    base: Mapping[str, Any] | None = None,
    status: str = "completed",
    subject: str = "",
    author: str = "",
    authored: datetime | None = None,
) -> Resource:
    """Write answers as a resource.

    Args:
        questionnaire: what was asked.
        answers: what was answered; what is hidden is left out.
        base: the resource that the answers came in; with the same answers it comes back as it was.
        status: a code of FHIR's.
        subject: a reference, such as Patient/123.
        author: who answered, a reference.
        authored: when.

    Raises:
        ValueError: a status that FHIR does not have.
    """
    if status not in STATUS:
        raise ValueError(status)
    made: Resource = copy.deepcopy(dict(base)) if base else {}
    if base and parse_response(made, questionnaire).answers == dict(answers):
        return made
    made.update({"resourceType": "QuestionnaireResponse", "status": status})
    more = {
        "questionnaire": questionnaire.url,
        "subject": {"reference": subject} if subject else None,
        "author": {"reference": author} if author else None,
        "authored": authored.isoformat() if authored else None,
    }
    made.update({key: value for key, value in more.items() if value})
    visible = shown(questionnaire, answers)
    items = [raw for item in questionnaire.items if (raw := _write(item, answers, visible))]
    rest = [
        raw
        for raw in as_list(made.get("item"))
        if as_text(as_dict(raw).get("linkId")) not in questionnaire.by_link
    ]
    made.pop("item", None)
    if items or rest:
        made["item"] = [*items, *rest]
    return made


def _write(item: Item, answers: Answers, visible: frozenset[str]) -> Resource | None:
    if item.link_id not in visible or item.kind is ItemKind.DISPLAY:
        return None
    raw: Resource = {"linkId": item.link_id}
    if item.words:
        raw["text"] = item.words
    inner = [made for child in item.items if (made := _write(child, answers, visible))]
    given = given_to(item, answers) if item.asked else ()
    if item.kind is ItemKind.GROUP:
        return raw | {"item": inner} if inner else None
    if not given:
        return None
    raw["answer"] = [write_answer(item, value) for value in given]
    if inner:
        raw["answer"][0]["item"] = inner
    return raw


def _read(item: Item, answer: Resource) -> Value | None:
    if item.kind in CHOICES:
        return _choice(item, answer)
    if item.kind is ItemKind.BOOLEAN:
        value = answer.get("valueBoolean")
        return value if isinstance(value, bool) else None
    if item.kind in NUMBERS:
        quantity = as_dict(answer.get("valueQuantity")).get("value")
        found = (as_number(answer.get(name)) for name in ("valueDecimal", "valueInteger"))
        return next((n for n in (*found, as_number(quantity)) if n is not None), None)
    if item.kind is ItemKind.ATTACHMENT:
        return as_text(as_dict(answer.get("valueAttachment")).get("title")) or None
    names = ("valueString", "valueUri", "valueDate", "valueDateTime", "valueTime")
    return next((text for name in names if (text := as_text(answer.get(name)))), None)


def _choice(item: Item, answer: Resource) -> Value | None:
    coding = as_dict(answer.get("valueCoding"))
    code, system = as_text(coding.get("code")), as_text(coding.get("system"))
    for option in item.options:
        same_system = not system or not option.system or system == option.system
        if same_system and code and option.code in {code, f"{system}|{code}"}:
            return option.code
    plain = (as_text(answer.get(name)) for name in ("valueString", "valueDate", "valueTime"))
    words = as_text(coding.get("display")) or code or next((text for text in plain if text), "")
    if not words and (number := as_number(answer.get("valueInteger"))) is not None:
        words = f"{number:g}"
    if item.option(words) or item.kind is ItemKind.OPEN_CHOICE:
        return words or None
    return None
