"""Bundles with something wrong in them: values, places, references, bytes."""

import copy
import json
import random
from typing import Any

from tests.bundles import bundle, patient

Json = Any
WORDS = ("", "null", "\x00", "\ud800", "x" * 700, "Patient/p1", "#c", "entered-in-error", "2024-13")
VALUES: tuple[Json, ...] = (
    *(None, True, False, 0, -1, 1e308, 10**40, [], {}, [[]], {"": []}, [None], [{"a": [1]}]),
    *WORDS,
    {"coding": [{"code": 7}]},
    {"coding": "x", "text": ["y"]},
    {"reference": "#c"},
    {"reference": "Observation/o1"},
    {"value": "NaN", "unit": 3},
)
KINDS = (
    *("Condition", "MedicationRequest", "MedicationStatement", "AllergyIntolerance"),
    *("Observation", "DiagnosticReport", "Immunization", "Encounter", "Procedure"),
    *("DocumentReference", "CarePlan", "CareTeam", "Goal", "Claim", "Composition", "Binary"),
    *("Media", "Patient", "Medication", "Unheard", ""),
)
FIELDS = (
    *("code", "status", "category", "subject", "valueQuantity", "component", "referenceRange"),
    *("interpretation", "content", "presentedForm", "text", "section", "identifier", "note"),
    *("medicationReference", "contained", "dosageInstruction", "performer", "participant"),
    *("reaction", "onsetDateTime", "period", "activity", "meta", "result", "data"),
)


def seed() -> dict[str, Json]:
    """A bundle with something of every kind."""
    concept = {"text": "X", "coding": [{"system": "http://loinc.org", "code": "1"}]}
    me = {"reference": "Patient/p1"}
    amount = {"value": 1.5, "unit": "g"}
    attachment = {"contentType": "text/plain", "data": "aGVsbG8=", "title": "A"}
    return bundle(
        patient(),
        {"resourceType": "Condition", "code": concept, "onsetDateTime": "2024", "subject": me},
        {
            "resourceType": "MedicationRequest",
            "contained": [{"resourceType": "Medication", "id": "c", "code": concept}],
            "medicationReference": {"reference": "#c"},
            "dosageInstruction": [
                {
                    "doseAndRate": [{"doseQuantity": amount}],
                    "timing": {"repeat": {"frequency": 1, "period": 1, "periodUnit": "d"}},
                }
            ],
            "reasonReference": [{"reference": "urn:uuid:1"}],
        },
        {
            "resourceType": "AllergyIntolerance",
            "code": concept,
            "patient": me,
            "reaction": [{"manifestation": [concept], "severity": "mild"}],
        },
        {
            "resourceType": "Observation",
            "id": "o1",
            "category": [{"coding": [{"code": "laboratory"}]}],
            "code": concept,
            "valueQuantity": amount,
            "component": [{"code": concept, "valueRatio": {"numerator": amount}}],
            "referenceRange": [{"low": amount, "high": amount, "text": "ok"}],
            "interpretation": [{"coding": [{"code": "H"}]}],
        },
        {
            "resourceType": "DiagnosticReport",
            "code": concept,
            "result": [{"reference": "Observation/o1"}],
            "presentedForm": [attachment],
        },
        {"resourceType": "Immunization", "vaccineCode": concept, "status": "not-done"},
        {
            "resourceType": "Encounter",
            "type": [concept],
            "class": {"code": "AMB"},
            "period": {"start": "2024-01-01T10:00:00Z"},
            "participant": [{"individual": {"display": "Dr. X"}}],
            "text": {"status": "additional", "div": "<div>Well <b>again</b></div>"},
        },
        {
            "resourceType": "DocumentReference",
            "type": concept,
            "content": [{"attachment": attachment}],
        },
        {"resourceType": "Composition", "section": [{"title": "S", "text": {"div": "<p>x</p>"}}]},
        {"resourceType": "CarePlan", "activity": [{"detail": {"code": concept}}], "period": {}},
    )


def _places(node: Json) -> list[tuple[Json, Json]]:
    keys = list(node) if isinstance(node, dict) else range(len(node))
    found = [(node, key) for key in keys]
    for key in keys:
        if isinstance(node[key], dict | list):
            found += _places(node[key])
    return found


def mutated(dice: random.Random) -> bytes:
    """The bundle with one to six things changed, and now and then a byte."""
    tree = seed()
    for _ in range(dice.randint(1, 6)):
        _change(tree, dice)
    data = bytearray(json.dumps(tree).encode())
    for _ in range(dice.choice((0, 0, 0, 1, 3))):
        data[dice.randrange(len(data))] = dice.randrange(256)
    return bytes(data)


def _change(tree: Json, dice: random.Random) -> None:
    spots = _places(tree)
    if not spots:
        return
    node, key = dice.choice(spots)
    match dice.randrange(6):
        case 0 | 1:
            node[key] = copy.deepcopy(dice.choice(VALUES))
        case 2:
            del node[key]
        case 3:
            node[key] = [node[key], node[key]]
        case 4:
            other, at = dice.choice(spots)
            node[key] = copy.deepcopy(other[at])
        case _:
            resources = [n[k] for n, k in spots if k == "resource" and isinstance(n[k], dict)]
            if resources:
                field = dice.choice((*FIELDS, "resourceType"))
                values = KINDS if field == "resourceType" else VALUES
                dice.choice(resources)[field] = copy.deepcopy(dice.choice(values))
