"""What a health record holds, whatever format it came in.

Kinds and status codes are those of FHIR R4 (https://hl7.org/fhir/R4/), so that nothing is lost on
the way out again. Dates keep the precision that they were given with.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Kind(StrEnum):
    """What an entry is about; the group under which a person finds it."""

    MEDICATION = "medication"
    CONDITION = "condition"
    ALLERGY = "allergy"
    LABORATORY = "laboratory"
    VITAL = "vital"
    IMMUNIZATION = "immunization"
    ENCOUNTER = "encounter"
    DOCUMENT = "document"
    PROCEDURE = "procedure"
    OTHER = "other"


class Label(StrEnum):
    """How freely an entry may be shown and handed on."""

    GENERAL = "general"
    SENSITIVE = "sensitive"
    PART2 = "part2"
    """42 CFR Part 2: substance use treatment; exports carry the notice on redisclosure."""
    PSYCHOTHERAPY = "psychotherapy"
    """45 CFR 164.501: never released, never exported."""


@dataclass(frozen=True)
class Coding:
    """A code of a code system (its URI, or an OID as ``urn:oid:…``)."""

    system: str
    code: str
    display: str = ""


@dataclass(frozen=True)
class Measure:
    """One measured value; numbers as decimal text, as they came, never rounded here."""

    name: str
    value: str
    unit: str = ""
    comparator: str = ""
    low: str = ""
    high: str = ""
    reference: str = ""
    """The reference range in words, where it is no pair of numbers."""
    flag: str = ""
    """FHIR interpretation code: H, L, HH, LL, A, N."""
    coding: Coding | None = None


@dataclass(frozen=True)
class Entry:
    """One entry of a record."""

    kind: Kind
    title: str
    codings: tuple[Coding, ...] = ()
    status: str = ""
    negated: bool = False
    """"No known allergies", a vaccine that was not given: never shown as present."""
    starts: str = ""
    """FHIR date or dateTime at its own precision: 2021, 2021-03, 2021-03-04, 2021-03-04T10:00Z."""
    ends: str = ""
    measures: tuple[Measure, ...] = ()
    lines: tuple[tuple[str, str], ...] = ()
    """More facts in order, as (label, words): ("Dose", "1 tablet daily")."""
    text: str = ""
    """The producer's own words, where they say more than the title."""
    html: str = ""
    """Narrative, already sanitised, for a section that can't be read as data."""
    author: str = ""
    key: str = ""
    """Identity in its source (identifier, or id of the resource), to tell duplicates."""
    resource: dict[str, Any] = field(default_factory=dict)
    """The FHIR resource as it came, or empty."""


@dataclass(frozen=True)
class Unread:
    """What could not be read, and why, in words for the practice."""

    kind: str
    count: int
    why: str


@dataclass(frozen=True)
class EmbeddedFile:
    """A file inside a record: the PDF of an unstructured document, an attachment."""

    name: str
    media_type: str
    data: bytes
    entry_key: str = ""
    """Key of the entry that it belongs to."""
