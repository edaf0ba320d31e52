"""What every kind of entry has: facts by name, and whether it says that there is nothing."""

import re

from portal_app.integrations.fhir.bundle import Resource, as_list
from portal_app.integrations.fhir.values import Concept

LISTED_MOST = 20
ABSENT = "absent-unknown-uv-ips"
NONE_KNOWN = frozenset(
    {
        *("716186003", "716184000", "716220001", "409137002", "428607008", "429625007"),
        *("428197003", "1003774007", "160244002", "160245001", "787481004", "1234391006"),
    }
)
"""SNOMED CT codes that say that nothing of the kind is known."""
NEGATIVE = re.compile(
    r"(no|nil|none|not)\s+(\w+\s+){0,2}(known|information|recorded|reported|identified)\b"
    r"|no (current|active|relevant) |nk(d)?a\b|none known\b|nil known\b|no information\b",
    re.IGNORECASE,
)


def lines(*pairs: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    """Keep the facts that are told."""
    return tuple((label, told) for label, told in pairs if told)


def negated(found: Concept) -> bool:
    """Tell "no known …" and "no information", which are never shown as present."""
    if any(ABSENT in c.system or c.code in NONE_KNOWN for c in found.codings):
        return True
    return bool(NEGATIVE.match(found.title))


def several(resource: Resource, key: str) -> list[object]:
    """List what stands under a name; at most twenty."""
    return as_list(resource.get(key))[:LISTED_MOST]
