"""Opens a FHIR R4 bundle and sorts its resources by kind.

Source: https://hl7.org/fhir/R4/bundle.html
"""

import json
import zlib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from portal_app.rules.errors import InvalidError

BYTES_MOST = 50 * 1024 * 1024
DEPTH_MOST = 64
LINE_MOST = 500
Resource = dict[str, Any]


@dataclass(frozen=True)
class Bundle:
    """The resources of a bundle, by kind, and under which names others refer to them."""

    resources: dict[str, list[Resource]]
    names: dict[int, frozenset[str]]

    def of(self, kind: str) -> list[Resource]:
        """List the resources of one kind."""
        return self.resources.get(kind, [])

    def named(self, resource: Resource) -> frozenset[str]:
        """Give the names by which other resources refer to this one."""
        return self.names.get(id(resource), frozenset())

    def counts(self) -> Counter[str]:
        """Count the resources by kind."""
        return Counter({kind: len(found) for kind, found in self.resources.items()})


def read_bundle(data: bytes) -> Bundle:
    """Read a bundle from JSON or gzipped JSON.

    Raises:
        InvalidError: too big, no JSON, no bundle, or nested beyond reason.
    """
    text = _unpacked(data)
    try:
        root = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidError("This file is no FHIR bundle: it can’t be read as JSON.") from error
    if not isinstance(root, dict) or root.get("resourceType") != "Bundle":
        raise InvalidError("This file is no FHIR bundle.")
    if deeper_than(root, DEPTH_MOST):
        raise InvalidError("This bundle is nested too deeply.")
    resources: dict[str, list[Resource]] = {}
    names: dict[int, frozenset[str]] = {}
    for entry in as_list(root.get("entry")):
        resource = entry.get("resource") if isinstance(entry, dict) else None
        if not isinstance(resource, dict):
            continue
        kind, key = as_line(resource.get("resourceType")), as_text(resource.get("id"))
        full = as_text(entry.get("fullUrl"))
        resources.setdefault(kind or "unknown", []).append(resource)
        known = {full, f"{kind}/{key}" if key else "", f"urn:uuid:{key}" if key else ""}
        names[id(resource)] = frozenset(n for n in known if n)
    return Bundle(resources, names)


def _unpacked(data: bytes) -> bytes:
    if len(data) > BYTES_MOST:
        raise InvalidError("This file is too big to import.")
    if data[:2] != b"\x1f\x8b":
        return data
    try:
        unpacker = zlib.decompressobj(wbits=31)
        text = unpacker.decompress(data, BYTES_MOST + 1)
    except zlib.error as error:
        raise InvalidError("This file is damaged: it can’t be unpacked.") from error
    if len(text) > BYTES_MOST:
        raise InvalidError("This file is too big to import.")
    if not unpacker.eof:
        raise InvalidError("This file is damaged: its end is missing.")
    return text


def deeper_than(root: object, most: int) -> bool:
    """Whether lists and mappings stand in each other more often than that."""
    level: list[object] = [root]
    for _ in range(most):
        level = [
            child
            for node in level
            for child in (
                node.values() if isinstance(node, dict) else node if isinstance(node, list) else ()
            )
            if isinstance(child, dict | list)
        ]
        if not level:
            return False
    return True


def as_list(value: object) -> list[Any]:
    """Give a list, also for what should have been one."""
    if isinstance(value, list):
        return value
    return [] if value is None else [value]


def as_text(value: object) -> str:
    """Give text without control characters and lone surrogates; empty for anything else."""
    if not isinstance(value, str):
        return ""
    kept = "".join(
        c for c in value if c in "\n\t" or (c.isprintable() and not 0xD800 <= ord(c) < 0xE000)
    )
    return kept.strip()


def as_line(value: object) -> str:
    """Give text on one line.

    Raises:
        InvalidError: longer than any name or address is.
    """
    line = " ".join(as_text(value).split())
    if len(line) > LINE_MOST:
        raise InvalidError("This bundle holds a name or an address that is too long.")
    return line


def as_dict(value: object) -> Resource:
    """Give a mapping; empty for anything else."""
    return value if isinstance(value, dict) else {}


def as_moment(value: object) -> datetime | None:
    """Read an instant with its zone; nothing where it is none."""
    try:
        moment = datetime.fromisoformat(as_text(value))
        return moment.astimezone(UTC) if moment.tzinfo else None
    except (ValueError, OverflowError):  # the second where UTC would leave the calendar
        return None
