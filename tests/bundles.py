"""Small FHIR R4 bundles of our own making, one trap each."""

import gzip
import json
from typing import Any

Json = Any


def patient(**over: Json) -> dict[str, Json]:
    whole = {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"use": "official", "family": "Ibáñez", "given": ["María", "José"]}],
        "gender": "female",
        "birthDate": "1985-03-14",
    }
    return {key: value for key, value in (whole | over).items() if value is not None}


def bundle(*resources: Json, **over: Json) -> dict[str, Json]:
    entries = [{"fullUrl": f"urn:uuid:{n}", "resource": r} for n, r in enumerate(resources)]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries} | over


def packed(value: Json) -> bytes:
    return json.dumps(value).encode()


def one(**over: Json) -> bytes:
    """A bundle with one patient."""
    return packed(bundle(patient(**over)))


RICH = bundle(
    patient(
        telecom=[
            {"system": "phone", "value": "555-0100", "use": "old"},
            {"system": "phone", "value": "555-0101", "use": "home"},
            {"system": "phone", "value": "555-0102", "use": "mobile"},
            {"system": "email", "value": "maria@test.example"},
        ],
        address=[
            {"use": "old", "text": "Gone"},
            {"line": ["1 Elm St", "Apt 2"], "city": "Ashby", "state": "OR", "postalCode": "97099"},
        ],
        communication=[{"language": {"coding": [{"code": "es", "display": "Spanish"}]}}],
        contact=[
            {
                "name": {"family": "Ibáñez", "given": ["Luis"]},
                "relationship": [{"coding": [{"display": "Father"}]}],
                "telecom": [{"system": "phone", "value": "555-0103"}],
            },
            {"relationship": [{"text": "Nobody"}]},
        ],
    ),
    {
        "resourceType": "RelatedPerson",
        "name": [{"text": "Ana Ibáñez"}],
        "relationship": [{"text": "Sister"}],
    },
    {"resourceType": "Condition", "code": {"text": "Lithium toxicity"}},
    {
        "resourceType": "Communication",
        "sent": "2026-01-01T10:00:00Z",
        "payload": [{"contentString": "Hello"}],
    },
)


def bomb() -> bytes:
    """A few kilobytes that unpack to more than is read."""
    return gzip.compress(b" " * (51 * 1024 * 1024), compresslevel=9)


REFUSED = {
    "empty": b"",
    "no JSON": b"hello",
    "a picture": b"\x89PNG\r\n\x1a\n\x00\x00",
    "a PDF": b"%PDF-1.7\n",
    "truncated": packed(RICH)[:-40],
    "truncated inside the archive": gzip.compress(packed(RICH))[:-30],
    "without the archive's end": gzip.compress(packed(RICH))[:-8],
    "a damaged archive": gzip.compress(packed(RICH))[:12] + b"\x00" * 50,
    "an archive bomb": bomb(),
    "deep": b'{"resourceType": "Bundle", "entry": ' + b"[" * 70 + b"]" * 70 + b"}",
    "deeper than the reader": b"[" * 200_000,
    "an endless number": b'{"resourceType": "Bundle", "total": ' + b"9" * 5000 + b"}",
    "bad UTF-8": b'{"resourceType": "Bundle", "id": "\xff\xfe"}',
    "a list": b"[]",
    "a number": b"1",
    "null": b"null",
    "no bundle": packed(patient()),
    "a bundle of another kind of name": b'{"resourceType": ["Bundle"]}',
    "an empty bundle": packed(bundle()),
    "entries that are none": packed(bundle(entry=["x", 1, None, {"resource": 3}, {}])),
    "nobody": packed(bundle({"resourceType": "Condition"})),
    "two people": packed(bundle(patient(), patient(id="p2"))),
    "two people without ids": packed(bundle(patient(id=None), patient(id=None))),
    "an endless name": one(name=[{"family": "x" * 501}]),
    "names without end": one(name=[{"family": str(n)} for n in range(51)]),
    "contacts without end": one(contact=[{"name": {"text": str(n)}} for n in range(101)]),
}
